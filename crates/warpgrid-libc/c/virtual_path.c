// Which paths the host's `filesystem` shim answers for.

#include "virtual_path.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

/// `st_dev` of all that is virtual; any value that no file system has.
#define VIRTUAL_FILE_SYSTEM ((dev_t)0x77617270)
#define BLOCK_SIZE 512

// =============================================================================
// Paths

/// Appends the components of a path to `out`, of which `*length` bytes are
/// used. False where they do not fit.
static bool append_components(const char *path,
                              char out[static VIRTUAL_PATH_SIZE],
                              size_t *length) {
  while (*path != '\0') {
    const size_t component = strcspn(path, "/");
    if (component == 2 && path[0] == '.' && path[1] == '.') {
      while (*length > 0 && out[--*length] != '/') {
      }
    } else if (component > 0 && !(component == 1 && path[0] == '.')) {
      if (*length + 1 + component >= VIRTUAL_PATH_SIZE)
        return false;
      out[(*length)++] = '/';
      memcpy(out + *length, path, component);
      *length += component;
    }
    path += component;
    path += strspn(path, "/");
  }
  return true;
}

/// False where the path is too long to be virtual.
static bool make_absolute(const char *path,
                          char out[static VIRTUAL_PATH_SIZE]) {
  size_t length = 0;
  if (path[0] != '/') {
    const int error = errno;
    if (!getcwd(out, VIRTUAL_PATH_SIZE)) {
      errno = error;
      return false;
    }
    length = strlen(out);
    if (out[length - 1] == '/')
      length--;
  }
  if (!append_components(path, out, &length))
    return false;
  if (length == 0)
    out[length++] = '/';
  out[length] = '\0';
  return true;
}

/// Whether the text is UTF-8 (RFC 3629, section 4), as the shim's strings are.
static bool is_utf8(const char *text) {
  const uint8_t *at = (const uint8_t *)text;
  while (*at != 0) {
    const uint8_t first = *at++;
    if (first < 0x80)
      continue;
    // No overlong forms, no surrogates, nothing beyond U+10FFFF.
    if (first < 0xc2 || first > 0xf4 || (first == 0xe0 && *at < 0xa0) ||
        (first == 0xed && *at > 0x9f) || (first == 0xf0 && *at < 0x90) ||
        (first == 0xf4 && *at > 0x8f))
      return false;
    for (int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1; more > 0; more--)
      if ((*at++ & 0xc0) != 0x80)
        return false;
  }
  return true;
}

/// The end of a path that is absolute, normal and ASCII as it is, as most are;
/// NULL where it has to be looked at more closely. Every open pays for this:
/// for most characters it is one comparison.
__attribute__((__noinline__)) static const char *normal_end(const char *path) {
  if (*path != '/')
    return NULL;
  const signed char *at = (const signed char *)path;
  while (true) {
    if (*at == '/' && (at[1] == '/' || at[1] == '.' || at[1] == '\0'))
      return NULL;
#pragma clang loop unroll_count(8)
    do
      at++;
    while (*at > '/');
    if (*at <= '\0')
      return *at == '\0' ? (const char *)at : NULL;
  }
}

/// FNV-1a.
ino_t warpgrid_inode(const char *path) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (; *path != '\0'; path++)
    hash = (hash ^ (uint8_t)*path) * UINT64_C(0x100000001b3);
  return (ino_t)(hash | 1);
}

/// Numbers as Linux has them: major 1, and the minor of the memory device.
dev_t warpgrid_device(const char *path) {
  static const struct {
    const char *path;
    unsigned minor;
  } devices[] = {
      {"/dev/null", 3},
      {"/dev/random", 8},
      {"/dev/urandom", 9},
  };
  for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
    if (strcmp(path, devices[i].path) == 0)
      return (dev_t)1 << 8 | devices[i].minor;
  }
  return 0;
}

// =============================================================================
// Look-up

static bool looking;

/// Whether the program's own file system has something at the path.
static bool is_own(const char *path) {
  const int error = errno;
  struct stat status;
  looking = true;
  const bool own = stat(path, &status) == 0;
  looking = false;
  errno = error;
  return own;
}

static void describe(virtual_path_t *found) {
  struct stat *status = &found->status;
  status->st_dev = VIRTUAL_FILE_SYSTEM;
  status->st_ino = warpgrid_inode(found->path);
  status->st_nlink = 1;
  status->st_rdev = warpgrid_device(found->path);
  status->st_blksize = 4096;
  if (status->st_rdev != 0)
    status->st_mode = S_IFCHR | 0666;
}

bool warpgrid_look_up(const char *path, virtual_path_t *found) {
  if (looking)
    return false;
  warpgrid_shim_string_t name = {.ptr = (uint8_t *)path};
  const char *end = normal_end(path);
  if (end) {
    name.len = (size_t)(end - path);
    if (name.len >= VIRTUAL_PATH_SIZE)
      return false;
  } else {
    if (path[0] == '\0' || !is_utf8(path) ||
        !make_absolute(path, found->path))
      return false;
    name = (warpgrid_shim_string_t){.ptr = (uint8_t *)found->path,
                                    .len = strlen(found->path)};
  }
  if (!warpgrid_filesystem_is_virtual(&name))
    return false;
  memmove(found->path, name.ptr, name.len);
  found->path[name.len] = '\0';
  name.ptr = (uint8_t *)found->path;
  memset(&found->status, 0, sizeof(found->status));
  found->content = (warpgrid_shim_list_u8_t){0};
  describe(found);
  if (found->status.st_rdev != 0)
    return true;
  if (warpgrid_filesystem_read_virtual(&name, &found->content)) {
    found->status.st_mode = S_IFREG | 0444;
    found->status.st_size = (off_t)found->content.len;
    found->status.st_blocks =
        (blkcnt_t)((found->content.len + BLOCK_SIZE - 1) / BLOCK_SIZE);
    return true;
  }
  found->status.st_mode = S_IFDIR | 0555;
  return !is_own(path);
}
