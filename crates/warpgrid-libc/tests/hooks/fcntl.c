// Needs: the patches

#include "case.h"

static void flags(const char *what, int fd) {
  int now = fcntl(fd, F_GETFL);
  if (now < 0)
    say(what, now);
  else
    printf("%s: %s%s\n", what, (now & O_ACCMODE) == O_RDWR ? "rw" : "other",
           now & O_NONBLOCK ? " nonblocking" : "");
}

static void toggle(int type) {
  int fd = socket(AF_INET, type, 0);
  flags("new", fd);
  say("set", fcntl(fd, F_SETFL, O_NONBLOCK));
  flags("set", fd);
  int off = 0;
  say("ioctl", ioctl(fd, FIONBIO, &off));
  flags("ioctl", fd);
  close(fd);
  fd = socket(AF_INET, type | SOCK_NONBLOCK, 0);
  flags("new nonblocking", fd);
  say("clear", fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK));
  flags("clear", fd);
  close(fd);
}

int main(void) {
  puts("tcp");
  toggle(SOCK_STREAM);
  puts("udp");
  toggle(SOCK_DGRAM);
  return 0;
}
