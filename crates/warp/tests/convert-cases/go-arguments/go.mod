module arguments

go 1.25
