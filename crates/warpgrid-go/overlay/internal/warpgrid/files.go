package warpgrid

import (
	"internal/warpgrid/wit"
	"unsafe"
)

// ReadVirtual gives the content of a file that only the host has.
func ReadVirtual(path string) (content []byte, ok bool) {
	if !isText(path) {
		return nil, false
	}
	var result listResult // an option<list<u8>>
	lend(nil)
	wit.FilesystemReadVirtual(unsafe.Pointer(unsafe.StringData(path)), uint32(len(path)), unsafe.Pointer(&result))
	if result.failed == 0 {
		return nil, false
	}
	defer giveBack(keep())
	return append(make([]byte, 0, result.b), at(result.a, result.b)...), true
}

// IsVirtual says whether the host has a file of this path, or one below it.
func IsVirtual(path string) bool {
	return isText(path) && wit.FilesystemIsVirtual(unsafe.Pointer(unsafe.StringData(path)), uint32(len(path))) != 0
}

// VirtualPaths calls f with each path that the host knows by name.
func VirtualPaths(f func(path string)) {
	var list struct{ p, length uint32 }
	lend(nil)
	wit.FilesystemListVirtualPaths(unsafe.Pointer(&list))
	defer giveBack(keep())
	type record struct{ p, length uint32 }
	for _, r := range unsafe.Slice((*record)(unsafe.Pointer(uintptr(list.p))), int(list.length)) {
		f(string(at(r.p, r.length)))
	}
}

// A File is what a descriptor of a virtual file or directory stands for.
type File struct {
	Content []byte
	Entries []Entry // of a directory
	Kind    Kind
	offset  int64
}

// Entry is a file in a directory.
type Entry struct {
	Name      string
	Directory bool
}

// Kind is what a virtual path names.
type Kind uint8

const (
	Regular Kind = iota
	Directory
	Null   // takes all and has nothing
	Random // never ends
)

// OpenFile makes a descriptor. It never waits.
func OpenFile(f *File) int { return add(f, 0, 0) }

// FileOf gives the file of a descriptor; nil where it is none.
func FileOf(fd int) *File {
	f, _ := of(fd).(*File)
	return f
}

func (f *File) read(p []byte) (int, Errno) {
	n, errno := f.ReadAt(p, f.offset)
	f.offset += int64(n)
	return n, errno
}

// ReadAt reads from a place.
func (f *File) ReadAt(p []byte, offset int64) (int, Errno) {
	switch f.Kind {
	case Directory:
		return 0, EISDIR
	case Null:
		return 0, 0
	case Random:
		for n := 0; n < len(p); {
			more, ok := ReadVirtual("/dev/urandom")
			if !ok || len(more) == 0 {
				return n, EIO
			}
			n += copy(p[n:], more)
		}
		return len(p), 0
	}
	if offset < 0 {
		return 0, EINVAL
	}
	if offset >= int64(len(f.Content)) {
		return 0, 0
	}
	return copy(p, f.Content[offset:]), 0
}

func (f *File) write(p []byte) (int, Errno) {
	if f.Kind == Null {
		return len(p), 0
	}
	return 0, EBADF
}

// Seek sets where the next read begins; whence is as package io has it.
func (f *File) Seek(offset int64, whence int) (int64, Errno) {
	switch whence {
	case 0:
	case 1:
		offset += f.offset
	case 2:
		offset += int64(len(f.Content))
	default:
		return 0, EINVAL
	}
	if offset < 0 {
		return 0, EINVAL
	}
	f.offset = offset
	return offset, 0
}

func (f *File) shutdown(read, write bool) Errno { return ENOTSOCK }

func (f *File) close() {}
