// Needs: libwarpgrid

#include "case.h"
#include <dirent.h>

static const char *type_name(unsigned char type) {
  return type == DT_DIR ? "/" : type == DT_CHR ? "!" : type == DT_REG ? "" : "?";
}

static void list(const char *path) {
  printf("%s:", path);
  DIR *directory = opendir(path);
  if (!directory) {
    printf(" %s\n", error_name(errno));
    return;
  }
  struct dirent *entry;
  while ((errno = 0, entry = readdir(directory)))
    printf(" %s%s", entry->d_name, type_name(entry->d_type));
  printf(" (%s)\n", error_name(errno));
  say("close", closedir(directory));
}

static int not_dotted(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

static int backwards(const struct dirent **a, const struct dirent **b) {
  return -alphasort(a, b);
}

static void scan(const char *path) {
  struct dirent **names;
  int count = scandir(path, &names, not_dotted, backwards);
  printf("%s: %d", path, count);
  for (int i = 0; i < count; i++) {
    printf(" %s", names[i]->d_name);
    free(names[i]);
  }
  puts("");
  if (count >= 0)
    free(names);
}

int main(void) {
  list("/virtual");
  list("/virtual/sub/");
  list("/virtual/large");
  list("/virtual/none");
  list("/dev");
  list("/usr/share/zoneinfo");
  list("/usr/share");
  scan("/virtual");
  scan("/virtual/none");

  puts("# positions");
  DIR *directory = opendir("/virtual");
  readdir(directory);
  readdir(directory);
  readdir(directory);
  long position = telldir(directory);
  struct dirent *entry = readdir(directory);
  printf("%s\n", entry ? entry->d_name : "none");
  rewinddir(directory);
  entry = readdir(directory);
  printf("%s\n", entry ? entry->d_name : "none");
  seekdir(directory, position);
  entry = readdir(directory);
  printf("%s\n", entry ? entry->d_name : "none");
  struct stat status;
  say("stat", stat("/virtual/large", &status));
  say("one number", entry && status.st_ino == entry->d_ino);
  closedir(directory);

  puts("# descriptors");
  int fd = open("/virtual", O_RDONLY | O_DIRECTORY);
  char byte;
  say("read", read(fd, &byte, 1));
  directory = fdopendir(fd);
  say("dirfd", directory && dirfd(directory) == fd);
  entry = directory ? readdir(directory) : NULL;
  printf("%s\n", entry ? entry->d_name : "none");
  if (directory)
    closedir(directory);
  fd = open("/etc/hosts", O_RDONLY);
  say("fdopendir", fdopendir(fd) ? 0 : -1);
  close(fd);

  puts("# the program's own");
  mkdir("/own", 0777);
  close(open("/own/real", O_WRONLY | O_CREAT, 0666));
  list("/own");
  scan("/own");
  return 0;
}
