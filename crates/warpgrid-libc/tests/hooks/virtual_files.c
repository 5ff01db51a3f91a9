// Needs: libwarpgrid
// Link: -lwasi-emulated-mman

#define _WASI_EMULATED_MMAN
#include "case.h"
#include <sys/mman.h>

static void print_file(const char *path) {
  printf("%s: ", path);
  FILE *file = fopen(path, "r");
  if (!file) {
    puts(error_name(errno));
    return;
  }
  char line[100];
  int lines = 0;
  while (fgets(line, sizeof(line), file))
    lines++;
  printf("%d lines, the last is %s", lines, lines > 0 ? line : "none\n");
  fclose(file);
}

static void try_open(const char *what, const char *path, int oflag) {
  int fd = open(path, oflag, 0666);
  say(what, fd < 0 ? -1 : 0);
  if (fd >= 0)
    close(fd);
}

static void read_large(void) {
  static unsigned char bytes[300000];
  int fd = open("/virtual/large", O_RDONLY);
  size_t filled = 0;
  ssize_t count;
  while ((count = read(fd, bytes + filled, 7001)) > 0)
    filled += count;
  bool right = true;
  for (size_t i = 0; i < filled; i++)
    right = right && bytes[i] == i % 251;
  printf("large: %zu bytes, %s\n", filled, right ? "right" : "wrong");

  say("seek", lseek(fd, 251 * 4 + 3, SEEK_SET));
  say("read", read(fd, bytes, 1));
  printf("byte: %d\n", bytes[0]);
  say("seek on", lseek(fd, 10, SEEK_CUR));
  say("seek from the end", lseek(fd, -1, SEEK_END));
  say("read", read(fd, bytes, 100));
  say("read at the end", read(fd, bytes, 100));
  say("seek before the start", lseek(fd, -1, SEEK_SET));
  say("seek nowhere", lseek(fd, 0, 77));
  say("seek beyond", lseek(fd, 1000000, SEEK_SET));
  say("read beyond", read(fd, bytes, 1));

  say("pread", pread(fd, bytes, 5, 250));
  printf("bytes: %d %d\n", bytes[0], bytes[1]);
  say("position", lseek(fd, 0, SEEK_CUR));
  lseek(fd, 0, SEEK_SET);
  struct iovec parts[2] = {{bytes, 2}, {bytes + 2, 2}};
  say("readv", readv(fd, parts, 2) > 0 ? 1 : 0);
  say("recv", recv(fd, bytes, 1, 0));
  say("write", write(fd, "x", 1));
  say("flags", fcntl(fd, F_GETFL) == O_RDONLY);
  say("set flags", fcntl(fd, F_SETFL, O_NONBLOCK));
  say("flags", fcntl(fd, F_GETFL) == (O_RDONLY | O_NONBLOCK));
  say("isatty", isatty(fd));
  poll_one("poll", fd, POLLIN, 0);
  struct stat status;
  say("fstat", fstat(fd, &status));
  printf("size: %lld, regular: %d\n", (long long)status.st_size,
         S_ISREG(status.st_mode));
  close(fd);
  say("read when closed", read(fd, bytes, 1));
}

static void map_hosts(void) {
  int fd = open("/etc/hosts", O_RDONLY);
  char *text = mmap(NULL, 10, PROT_READ, MAP_PRIVATE, fd, 0);
  if (text == MAP_FAILED)
    puts("mmap: failed");
  else
    printf("mmap: %.10s\n", text);
  close(fd);
}

static void devices(void) {
  char bytes[250], more[250];
  int fd = open("/dev/null", O_RDWR);
  say("null write", write(fd, bytes, sizeof(bytes)));
  say("null read", read(fd, bytes, sizeof(bytes)));
  say("null seek", lseek(fd, 5, SEEK_SET));
  close(fd);
  FILE *file = fopen("/dev/null", "w");
  say("null printf", fprintf(file, "%1000d", 1));
  say("null close", fclose(file));

  const char *const paths[] = {"/dev/random", "/dev/urandom"};
  for (int i = 0; i < 2; i++) {
    fd = open(paths[i], O_RDONLY);
    say("random read", read(fd, bytes, sizeof(bytes)));
    say("random read", read(fd, more, sizeof(more)));
    say("differ", memcmp(bytes, more, sizeof(bytes)) != 0);
    say("pieces differ", memcmp(bytes, bytes + 100, 100) != 0);
    struct stat status;
    fstat(fd, &status);
    say("character device", S_ISCHR(status.st_mode) != 0);
    close(fd);
  }
}

int main(void) {
  puts("# files");
  print_file("/etc/hosts");
  print_file("/virtual/empty");
  print_file("/virtual/none");
  print_file("/virtual");
  print_file("/etc/../etc//./hosts");
  print_file("etc/hosts");
  print_file("/etc/hosts/");
  print_file("/../etc/hosts");
  print_file("/own/virtual");
  read_large();
  map_hosts();

  puts("# ways of opening");
  try_open("write", "/etc/hosts", O_WRONLY);
  try_open("read and write", "/etc/hosts", O_RDWR);
  try_open("create", "/etc/hosts", O_RDONLY | O_CREAT);
  try_open("create anew", "/etc/hosts", O_RDWR | O_CREAT | O_EXCL);
  try_open("directory", "/etc/hosts", O_RDONLY | O_DIRECTORY);
  try_open("below a file", "/etc/hosts/x", O_RDONLY);
  try_open("write a directory", "/virtual", O_WRONLY);
  static char longest[5000];
  memset(longest, 'a', sizeof(longest) - 1);
  longest[0] = '/';
  say("too long", open(longest, O_RDONLY) < 0 ? 1 : 0);

  puts("# devices");
  devices();

  puts("# the program's own");
  FILE *file = fopen("/own.txt", "w");
  fputs("mine\n", file);
  fclose(file);
  print_file("/own.txt");
  say("mkdir", mkdir("/own", 0777));
  file = fopen("/own/real", "w");
  fputs("mine\n", file);
  fclose(file);
  print_file("/own/real");
  print_file("/own/virtual");
  return 0;
}
