module pipes

go 1.25
