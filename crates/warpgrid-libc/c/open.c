// The open hook: files, devices and directories that only the host has.

#include "virtual_path.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/warpgrid_hooks.h>

#if WARPGRID_HOOKS_VERSION != 1
#error "this sysroot has other hooks; run `cargo xtask setup`"
#endif

// =============================================================================
// Regular files

static ssize_t file_pread(void *data, void *buffer, size_t length,
                          off_t offset) {
  const warpgrid_shim_list_u8_t *content = data;
  if (offset >= (off_t)content->len)
    return 0;
  const size_t rest = content->len - (size_t)offset;
  const size_t count = length < rest ? length : rest;
  memcpy(buffer, content->ptr + offset, count);
  return (ssize_t)count;
}

static void file_free(void *data) {
  warpgrid_shim_list_u8_free(data);
  free(data);
}

static const warpgrid_file_ops_t file_ops = {
    .pread = file_pread,
    .free = file_free,
};

static int open_file(virtual_path_t *found, int oflag) {
  warpgrid_shim_list_u8_t *content = malloc(sizeof(*content));
  if (!content) {
    warpgrid_shim_list_u8_free(&found->content);
    errno = ENOMEM;
    return -1;
  }
  *content = found->content;
  return __wasilibc_open_virtual(&found->status, &file_ops, content, oflag);
}

// =============================================================================
// Devices

static void device_free(void *data) { (void)data; }

static ssize_t null_pread(void *data, void *buffer, size_t length,
                          off_t offset) {
  (void)data, (void)buffer, (void)length, (void)offset;
  return 0;
}

static ssize_t device_write(void *data, const void *buffer, size_t length) {
  (void)data, (void)buffer;
  return (ssize_t)length;
}

/// The shim's file of random bytes is finite, and another one each time.
static ssize_t random_pread(void *data, void *buffer, size_t length,
                            off_t offset) {
  (void)data, (void)offset;
  static const char path[] = "/dev/urandom";
  for (size_t filled = 0; filled < length;) {
    warpgrid_shim_string_t name = {.ptr = (uint8_t *)path,
                                   .len = sizeof(path) - 1};
    warpgrid_shim_list_u8_t bytes;
    if (!warpgrid_filesystem_read_virtual(&name, &bytes)) {
      errno = EIO;
      return -1;
    }
    const size_t rest = length - filled;
    const size_t count = bytes.len < rest ? bytes.len : rest;
    memcpy((uint8_t *)buffer + filled, bytes.ptr, count);
    warpgrid_shim_list_u8_free(&bytes);
    if (count == 0) {
      errno = EIO;
      return -1;
    }
    filled += count;
  }
  return (ssize_t)length;
}

static const warpgrid_file_ops_t null_ops = {
    .pread = null_pread,
    .write = device_write,
    .free = device_free,
};

static const warpgrid_file_ops_t random_ops = {
    .pread = random_pread,
    .write = device_write,
    .free = device_free,
};

static int open_device(const virtual_path_t *found, int oflag) {
  const bool is_null = strcmp(found->path, "/dev/null") == 0;
  return __wasilibc_open_virtual(
      &found->status, is_null ? &null_ops : &random_ops, NULL, oflag);
}

// =============================================================================
// Directories

typedef struct {
  warpgrid_entry_t *entries;
  size_t length;
} listing_t;

static bool listing_entry(void *data, size_t position,
                          warpgrid_entry_t *entry) {
  const listing_t *listing = data;
  if (position >= listing->length)
    return false;
  *entry = listing->entries[position];
  return true;
}

static void listing_free(void *data) {
  listing_t *listing = data;
  for (size_t i = 0; i < listing->length; i++)
    free((char *)listing->entries[i].name);
  free(listing->entries);
  free(listing);
}

static const warpgrid_file_ops_t listing_ops = {
    .entry = listing_entry,
    .free = listing_free,
};

/// Adds the entry that a path gives to the directory it begins with: its next
/// component. The paths come in order, so that those below one directory
/// follow each other.
static bool add_entry(listing_t *listing, const warpgrid_shim_string_t *path,
                      size_t directory) {
  const char *name = (const char *)path->ptr + directory;
  const size_t rest = path->len - directory;
  const char *end = memchr(name, '/', rest);
  const size_t length = end ? (size_t)(end - name) : rest;
  if (listing->length > 0) {
    const char *last = listing->entries[listing->length - 1].name;
    if (strncmp(last, name, length) == 0 && last[length] == '\0')
      return true;
  }
  char *whole = strndup((const char *)path->ptr, directory + length);
  char *copy = strndup(name, length);
  if (!whole || !copy) {
    free(whole);
    free(copy);
    return false;
  }
  listing->entries[listing->length++] = (warpgrid_entry_t){
      .name = copy,
      .type = end                            ? DT_DIR
              : warpgrid_device(whole) != 0 ? DT_CHR
                                             : DT_REG,
      .inode = warpgrid_inode(whole),
  };
  free(whole);
  return true;
}

static bool fill_listing(listing_t *listing, const char *directory,
                         const warpgrid_shim_list_string_t *paths) {
  listing->entries = calloc(paths->len + 1, sizeof(warpgrid_entry_t));
  if (!listing->entries)
    return false;
  size_t prefix = strlen(directory);
  if (directory[prefix - 1] == '/')
    prefix--;
  for (size_t i = 0; i < paths->len; i++) {
    const warpgrid_shim_string_t *path = &paths->ptr[i];
    if (path->len > prefix + 1 && path->ptr[prefix] == '/' &&
        memcmp(path->ptr, directory, prefix) == 0 &&
        !add_entry(listing, path, prefix + 1))
      return false;
  }
  return true;
}

static int open_directory(const virtual_path_t *found, int oflag) {
  listing_t *listing = calloc(1, sizeof(listing_t));
  if (!listing) {
    errno = ENOMEM;
    return -1;
  }
  warpgrid_shim_list_string_t paths;
  warpgrid_filesystem_list_virtual_paths(&paths);
  const bool filled = fill_listing(listing, found->path, &paths);
  warpgrid_shim_list_string_free(&paths);
  if (!filled) {
    listing_free(listing);
    errno = ENOMEM;
    return -1;
  }
  return __wasilibc_open_virtual(&found->status, &listing_ops, listing, oflag);
}

// =============================================================================

/// Why it cannot be opened in this way, or 0.
static int refusal(const char *path, mode_t mode, int oflag) {
  const bool writes = (oflag & O_WRONLY) != 0;
  const bool directory =
      (oflag & O_DIRECTORY) != 0 || path[strlen(path) - 1] == '/';
  if ((oflag & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
    return EEXIST;
  if (S_ISDIR(mode))
    return writes || (oflag & O_CREAT) != 0 ? EISDIR : 0;
  if (directory)
    return ENOTDIR;
  return S_ISREG(mode) && writes ? EROFS : 0;
}

bool __warpgrid_open(const char *path, int oflag, int *result) {
  virtual_path_t found;
  if (!warpgrid_look_up(path, &found))
    return false;
  const int error = refusal(path, found.status.st_mode, oflag);
  if (error != 0) {
    warpgrid_shim_list_u8_free(&found.content);
    errno = error;
    *result = -1;
  } else if (S_ISREG(found.status.st_mode)) {
    *result = open_file(&found, oflag);
  } else if (S_ISDIR(found.status.st_mode)) {
    *result = open_directory(&found, oflag);
  } else {
    *result = open_device(&found, oflag);
  }
  return true;
}
