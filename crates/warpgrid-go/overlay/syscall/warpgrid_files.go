//go:build wasip1

package syscall

import (
	"internal/warpgrid"
	"unsafe"
)

// Files that only the host has: devices, /etc, /proc/self, time zones, and what
// the configuration names. They cannot be written to.

// warpgridPath is the path as the host knows it.
func warpgridPath(path string) string {
	if !isAbs(path) {
		return joinPath(cwd, path)
	}
	return joinPath("/", path)
}

// warpgridFile gives the virtual file or directory of a path; nil where the
// guest's own files answer. A directory that the guest has itself is its own.
func warpgridFile(path string) *warpgrid.File {
	path = warpgridPath(path)
	switch path {
	case "/dev/null":
		if warpgrid.IsVirtual(path) {
			return &warpgrid.File{Kind: warpgrid.Null}
		}
	case "/dev/random", "/dev/urandom":
		if warpgrid.IsVirtual(path) {
			return &warpgrid.File{Kind: warpgrid.Random}
		}
	}
	if content, ok := warpgrid.ReadVirtual(path); ok {
		return &warpgrid.File{Content: content}
	}
	if !warpgrid.IsVirtual(path) {
		return nil
	}
	var st Stat_t
	dirFd, pathPtr, pathLen := preparePath(path)
	if path_filestat_get(dirFd, LOOKUP_SYMLINK_FOLLOW, pathPtr, pathLen, unsafe.Pointer(&st)) == 0 {
		return nil
	}
	return &warpgrid.File{Kind: warpgrid.Directory, Entries: warpgridEntries(path)}
}

func warpgridEntries(directory string) []warpgrid.Entry {
	if directory != "/" {
		directory += "/"
	}
	var entries []warpgrid.Entry
	warpgrid.VirtualPaths(func(path string) {
		if len(path) <= len(directory) || path[:len(directory)] != directory {
			return
		}
		name, below := path[len(directory):], false
		for i := range len(name) {
			if name[i] == '/' {
				name, below = name[:i], true
				break
			}
		}
		// The paths are in order: what is alike stands together.
		if n := len(entries); n > 0 && entries[n-1].Name == name {
			entries[n-1].Directory = entries[n-1].Directory || below
			return
		}
		entries = append(entries, warpgrid.Entry{Name: name, Directory: below})
	})
	return entries
}

// warpgridOpen opens a virtual file, where the path names one.
func warpgridOpen(path string, mode int) (fd int, err error, ok bool) {
	f := warpgridFile(path)
	if f == nil {
		err := warpgridNowhere(path)
		return -1, err, err != nil
	}
	writes := mode&(O_WRONLY|O_RDWR) != 0
	switch {
	case writes && f.Kind == warpgrid.Directory:
		return -1, EISDIR, true
	case writes && f.Kind != warpgrid.Null:
		return -1, EROFS, true
	case mode&O_CREAT != 0 && mode&O_EXCL != 0:
		return -1, EEXIST, true
	case mode&O_DIRECTORY != 0 && f.Kind != warpgrid.Directory:
		return -1, ENOTDIR, true
	}
	return warpgrid.OpenFile(f), nil, true
}

// warpgridStat describes a virtual file, where the path names one.
func warpgridStat(path string, st *Stat_t) (err error, ok bool) {
	f := warpgridFile(path)
	if f == nil {
		err := warpgridNowhere(path)
		return err, err != nil
	}
	warpgridDescribe(f, st)
	return nil, true
}

// warpgridNowhere is for a path below none of the guest's directories.
func warpgridNowhere(path string) error {
	if dirFd, _, _ := preparePath(path); dirFd < 0 {
		return ENOENT
	}
	return nil
}

func warpgridFstat(fd int, st *Stat_t) error {
	f := warpgrid.FileOf(fd)
	if f == nil {
		if fd < warpgrid.Base {
			return EBADF
		}
		*st = Stat_t{Filetype: FILETYPE_SOCKET_STREAM, Nlink: 1}
		return nil
	}
	warpgridDescribe(f, st)
	return nil
}

func warpgridDescribe(f *warpgrid.File, st *Stat_t) {
	*st = Stat_t{Filetype: FILETYPE_REGULAR_FILE, Nlink: 1, Size: uint64(len(f.Content))}
	switch f.Kind {
	case warpgrid.Directory:
		st.Filetype = FILETYPE_DIRECTORY
	case warpgrid.Null, warpgrid.Random:
		st.Filetype = FILETYPE_CHARACTER_DEVICE
	}
	setDefaultMode(st)
}

func warpgridSeek(fd int, offset int64, whence int) (int64, error) {
	f := warpgrid.FileOf(fd)
	if f == nil {
		return 0, ESPIPE
	}
	place, errno := f.Seek(offset, whence)
	return place, warpgridErr(errno)
}

func warpgridPread(fd int, b []byte, offset int64) (int, error) {
	f := warpgrid.FileOf(fd)
	if f == nil {
		return -1, ESPIPE
	}
	n, errno := f.ReadAt(b, offset)
	return n, warpgridErr(errno)
}

// warpgridReadDir writes the entries from a cookie on, the last one cut off
// where there is no room for it, as WASI preview 1 does.
func warpgridReadDir(fd int, b []byte, cookie dircookie) (int, error) {
	f := warpgrid.FileOf(fd)
	if f == nil || f.Kind != warpgrid.Directory {
		return -1, ENOTDIR
	}
	n := 0
	for i := int(cookie); i < len(f.Entries) && n < len(b); i++ {
		e := f.Entries[i]
		d := Dirent{Next: dircookie(i + 1), Ino: uint64(i + 1), Namlen: uint32(len(e.Name)), Type: FILETYPE_REGULAR_FILE}
		if e.Directory {
			d.Type = FILETYPE_DIRECTORY
		}
		n += copy(b[n:], (*[unsafe.Offsetof(d.Name)]byte)(unsafe.Pointer(&d))[:])
		n += copy(b[n:], e.Name)
	}
	return n, nil
}
