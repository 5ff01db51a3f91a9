#ifndef WARPGRID_VIRTUAL_PATH_H
#define WARPGRID_VIRTUAL_PATH_H

#include "generated/warpgrid_shim.h"
#include <stdbool.h>
#include <sys/stat.h>

/// No virtual path is longer, its final zero counted.
#define VIRTUAL_PATH_SIZE 1024

/// What stands at a virtual path.
typedef struct {
  /// Absolute, without `.`, `..` and empty components.
  char path[VIRTUAL_PATH_SIZE];
  struct stat status;
  /// Of a regular file; the receiver frees it.
  warpgrid_shim_list_u8_t content;
} virtual_path_t;

/// Looks a path up. False where it is not virtual, and also where it names a
/// directory that the program's own file system has: libc answers for it then.
bool warpgrid_look_up(const char *path, virtual_path_t *found);

/// The number of a path's file: the same in `stat` and in a directory.
ino_t warpgrid_inode(const char *path);

/// The device that stands at a path, as `st_rdev` has it, or 0.
dev_t warpgrid_device(const char *path);

#endif // WARPGRID_VIRTUAL_PATH_H
