// Needs: libwarpgrid

#include "case.h"

static void trickle(void) {
  int fd = dial(TRICKLE);
  say("blocking", send(fd, "three at a time", 15, 0));
  char buffer[32] = "";
  say("recv", recv(fd, buffer, 15, MSG_WAITALL));
  puts(buffer);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  say("nonblocking", send(fd, "as much as it takes", 19, 0));
  memset(buffer, 0, sizeof(buffer));
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  puts(buffer);
  close(fd);
}

/// The other end takes nothing before it is read from: libc reads ahead.
static void stubborn(void) {
  int fd = dial(STUBBORN);
  say("send", send(fd, "question", 8, 0));
  char *buffer = malloc(200008);
  say("recv", recv(fd, buffer, 200008, MSG_WAITALL));
  printf("%.3s %.8s\n", buffer, buffer + 200000);
  close(fd);

  fd = dial_nonblocking(STUBBORN);
  say("send", send(fd, "question", 8, 0));
  poll_one("poll", fd, POLLIN, -1);
  say("recv", recv(fd, buffer, 200008, 0));
  close(fd);
  free(buffer);
}

/// More than libc takes in ahead.
static void glutton(void) {
  int fd = dial_nonblocking(GLUTTON);
  say("send", send(fd, "question", 8, 0));
  poll_one("readable at once", fd, POLLIN, 0);
  poll_one("tried again later", fd, POLLOUT, -1);
  say("send", send(fd, "question", 8, 0));
  long total = 0;
  char *buffer = malloc(65536);
  while (total < 3000000) {
    ssize_t count = recv(fd, buffer, 65536, 0);
    if (count < 0) {
      say("recv", count);
      break;
    }
    total += count;
  }
  printf("received %ld\n", total);
  poll_one("writable", fd, POLLOUT, -1);
  say("send", send(fd, "question", 8, 0));
  free(buffer);
  close(fd);

  fd = dial(GLUTTON);
  struct timeval timeout = {.tv_usec = 30000};
  say("set SO_SNDTIMEO", setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout,
                                    sizeof(timeout)));
  say("send", send(fd, "question", 8, 0));
  close(fd);
}

int main(void) {
  puts("# trickle");
  trickle();
  puts("# stubborn");
  stubborn();
  puts("# glutton");
  glutton();
  return 0;
}
