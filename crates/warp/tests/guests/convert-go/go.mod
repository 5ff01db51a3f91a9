module convert-go

go 1.25
