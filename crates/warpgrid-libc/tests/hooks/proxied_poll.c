// Needs: libwarpgrid

#include "case.h"

enum { PROXIED, PLAIN, FILE_, COUNT };

static void say_all(const char *what, int ready, const struct pollfd *fds) {
  printf("%s: %d ready\n", what, ready);
  say_events("  proxied", fds[PROXIED].revents);
  say_events("  plain", fds[PLAIN].revents);
  say_events("  file", fds[FILE_].revents);
}

/// A proxied socket, a plain one and a file in one poll.
static void mixed(void) {
  int plain = dial(plain_port());
  int file = open("/file", O_CREAT | O_RDWR, 0600);
  struct pollfd fds[COUNT] = {
      [PROXIED] = {.fd = dial(ECHO), .events = POLLIN},
      [PLAIN] = {.fd = plain, .events = POLLIN},
      [FILE_] = {.fd = -1},
  };
  int proxied = fds[PROXIED].fd;
  char buffer[16];

  say_all("nothing there", poll(fds, COUNT, 0), fds);

  send(proxied, "x", 1, 0);
  say_all("proxied input", poll(fds, COUNT, -1), fds);
  say_all("proxied input, again", poll(fds, COUNT, -1), fds);
  say("recv", recv(proxied, buffer, sizeof(buffer), 0));

  send(plain, "x", 1, 0);
  say_all("plain input", poll(fds, COUNT, -1), fds);

  // The proxied socket is always writable; the plain one must be seen all the
  // same.
  fds[PROXIED].events = POLLIN | POLLOUT;
  say_all("both", poll(fds, COUNT, -1), fds);
  say("recv", recv(plain, buffer, sizeof(buffer), 0));

  // A plain socket counts as readable until a read finds nothing.
  say("recv", recv(plain, buffer, sizeof(buffer), MSG_DONTWAIT));

  fds[PROXIED].events = 0;
  fds[PLAIN].events = POLLOUT;
  fds[FILE_] = (struct pollfd){.fd = file, .events = POLLOUT};
  say_all("others' output", poll(fds, COUNT, -1), fds);

  fds[PROXIED].events = POLLOUT;
  fds[PLAIN].events = POLLIN;
  fds[FILE_].fd = -1;
  say_all("proxied output", poll(fds, COUNT, -1), fds);
  close(proxied);
  close(plain);
  close(file);
}

/// Data that was peeked at, or that came with other data, is there at once.
static void buffered(void) {
  int fd = dial(ECHO);
  char buffer[16];
  send(fd, "abcdef", 6, 0);
  say("peek", recv(fd, buffer, 1, MSG_PEEK));
  poll_one("after peek", fd, POLLIN, 0);
  say("recv", recv(fd, buffer, 2, 0));
  poll_one("after a part", fd, POLLIN, 0);
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  poll_one("after all", fd, POLLIN, 0);
  poll_one("both asked", fd, POLLIN | POLLOUT, 0);
  close(fd);
}

static void later(void) {
  int fd = dial(SLOW);
  send(fd, "x", 1, 0);
  poll_one("a reply that takes its time", fd, POLLIN, -1);
  poll_one("the same descriptor", fd, POLLIN, 0);
  char byte;
  say("recv", recv(fd, &byte, 1, 0));
  poll_one("a reply that does not come", fd, POLLIN, 5);
  close(fd);
}

static void ends(void) {
  int fd = dial(BANNER);
  char buffer[16];
  poll_one("banner", fd, POLLIN | POLLOUT, -1);
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  poll_one("end", fd, POLLIN, -1);
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  poll_one("after the end", fd, POLLIN | POLLOUT, -1);
  say("shutdown", shutdown(fd, SHUT_WR));
  poll_one("both ends", fd, POLLIN | POLLOUT, -1);
  poll_one("nothing asked", fd, 0, -1);
  close(fd);

  fd = dial(RESET);
  send(fd, "x", 1, 0);
  poll_one("reset", fd, POLLIN, -1);
  printf("SO_ERROR: %s\n", error_name(so_error(fd)));
  poll_one("after reset", fd, POLLIN | POLLOUT, -1);
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  say("send", send(fd, "x", 1, 0));
  close(fd);
}

static void selects(void) {
  int proxied = dial(ECHO), plain = dial(plain_port());
  int highest = (proxied > plain ? proxied : plain) + 1;
  fd_set read, write;
  struct timeval now = {0};
  FD_ZERO(&read);
  FD_SET(proxied, &read);
  FD_SET(plain, &read);
  say("nothing there", select(highest, &read, NULL, NULL, &now));

  send(proxied, "x", 1, 0);
  FD_ZERO(&read);
  FD_ZERO(&write);
  FD_SET(proxied, &read);
  FD_SET(plain, &read);
  FD_SET(proxied, &write);
  say("ready", select(highest, &read, &write, NULL, NULL));
  printf("proxied read %d write %d, plain read %d\n",
         FD_ISSET(proxied, &read) != 0, FD_ISSET(proxied, &write) != 0,
         FD_ISSET(plain, &read) != 0);
  close(proxied);

  send(plain, "x", 1, 0);
  FD_ZERO(&read);
  FD_SET(plain, &read);
  say("ready", select(highest, &read, NULL, NULL, NULL));
  close(plain);
}

int main(void) {
  puts("# buffered");
  buffered();
  puts("# mixed");
  mixed();
  puts("# later");
  later();
  puts("# ends");
  ends();
  puts("# select");
  selects();
  return 0;
}
