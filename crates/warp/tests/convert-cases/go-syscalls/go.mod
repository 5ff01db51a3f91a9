module syscalls

go 1.25
