// The stat and access hooks: what stands at a path that only the host has.

#include "virtual_path.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <wasi/warpgrid_hooks.h>

#if WARPGRID_HOOKS_VERSION != 1
#error "this sysroot has other hooks; run `cargo xtask setup`"
#endif

static bool status_of(const char *path, struct stat *status, int *error) {
  virtual_path_t found;
  if (!warpgrid_look_up(path, &found))
    return false;
  warpgrid_shim_list_u8_free(&found.content);
  *status = found.status;
  *error = !S_ISDIR(status->st_mode) && path[strlen(path) - 1] == '/' ? ENOTDIR
                                                                      : 0;
  return true;
}

static int answer(int error) {
  if (error == 0)
    return 0;
  errno = error;
  return -1;
}

bool __warpgrid_stat(const char *restrict path, struct stat *restrict status,
                     int *result) {
  int error;
  if (!status_of(path, status, &error))
    return false;
  *result = answer(error);
  return true;
}

bool __warpgrid_access(const char *path, int mode, int *result) {
  struct stat status;
  int error;
  if (!status_of(path, &status, &error))
    return false;
  if (error == 0 && (mode & ~(R_OK | W_OK | X_OK)) != 0)
    error = EINVAL;
  if (error == 0 && (mode & W_OK) != 0 && (status.st_mode & S_IWUSR) == 0)
    error = EROFS;
  if (error == 0 && (mode & X_OK) != 0 && (status.st_mode & S_IXUSR) == 0)
    error = EACCES;
  *result = answer(error);
  return true;
}
