// Needs: libwarpgrid

#include "case.h"

static void describe(const char *path) {
  struct stat status, link;
  printf("%s:", path);
  if (stat(path, &status) < 0) {
    printf(" %s\n", error_name(errno));
    return;
  }
  const char *type = S_ISREG(status.st_mode)   ? "file"
                     : S_ISDIR(status.st_mode) ? "directory"
                     : S_ISCHR(status.st_mode) ? "device"
                                               : "other";
  printf(" %s %o, %lld bytes", type, (unsigned)status.st_mode & 07777,
         (long long)status.st_size);
  if (status.st_rdev != 0)
    printf(", device %lld", (long long)status.st_rdev);
  bool same = lstat(path, &link) == 0 && link.st_ino == status.st_ino &&
              link.st_size == status.st_size;
  printf("%s\n", same ? "" : ", lstat differs");
}

static void may(const char *path) {
  printf("%s:", path);
  const int modes[] = {F_OK, R_OK, W_OK, X_OK, R_OK | W_OK, 77};
  for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
    printf(" %s", access(path, modes[i]) == 0 ? "yes" : error_name(errno));
  puts("");
}

int main(void) {
  describe("/etc/hosts");
  describe("/etc/hosts/");
  describe("/virtual/large");
  describe("/virtual");
  describe("/virtual/");
  describe("/virtual/sub");
  describe("/virtual/none");
  describe("/dev/null");
  describe("/dev/random");
  describe("/dev/urandom");
  describe("/usr/share/zoneinfo/Europe");

  struct stat first, second;
  stat("/etc/hosts", &first);
  stat("/virtual/../etc/hosts", &second);
  say("one file", first.st_ino == second.st_ino && first.st_dev == second.st_dev);
  int fd = open("/etc/hosts", O_RDONLY);
  fstat(fd, &second);
  say("one file", first.st_ino == second.st_ino && first.st_dev == second.st_dev);

  may("/etc/hosts");
  may("/virtual");
  may("/dev/null");
  may("/virtual/none");

  struct stat at;
  say("fstatat", fstatat(AT_FDCWD, "/etc/hosts", &at, 0));
  say("faccessat", faccessat(AT_FDCWD, "/etc/hosts", R_OK, 0));

  char target[100];
  say("readlink", readlink("/etc/hosts", target, sizeof(target)));
  say("readlink", readlink("/virtual/none", target, sizeof(target)));
  char *resolved = realpath("/virtual/sub/../large", NULL);
  printf("realpath: %s\n", resolved ? resolved : error_name(errno));
  free(resolved);

  // The directory is the program's own, once it has one.
  stat("/own", &first);
  mkdir("/own", 0777);
  stat("/own", &second);
  say("other directory", first.st_dev != second.st_dev);
  say("file in it", stat("/own/virtual", &first));
  return 0;
}
