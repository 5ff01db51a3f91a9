module refused

go 1.25
