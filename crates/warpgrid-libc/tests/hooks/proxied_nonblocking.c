// Needs: libwarpgrid

#include "case.h"

static void connects(void) {
  int fd = dial_nonblocking(ECHO);
  poll_one("poll", fd, POLLIN | POLLOUT, -1);
  say("SO_ERROR", so_error(fd));
  char buffer[16] = "";
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  poll_one("poll for input", fd, POLLIN, 0);
  say("send", send(fd, "hello", 5, 0));
  poll_one("poll for input", fd, POLLIN, -1);
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  puts(buffer);
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  say("connect again", connect_to(fd, ECHO));
  close(fd);
}

static void second_connect(void) {
  int fd = dial_nonblocking(ECHO);
  say("connect", connect_to(fd, ECHO));
  say("connect", connect_to(fd, ECHO));
  say("send", send(fd, "x", 1, 0));
  close(fd);
}

static void at_once(void) {
  int fd = dial_nonblocking(ECHO);
  say("send before poll", send(fd, "x", 1, 0));
  close(fd);
  fd = dial_nonblocking(ECHO);
  say("closed before poll", close(fd));
}

static void fails(void) {
  int fd = dial_nonblocking(REFUSED);
  poll_one("poll", fd, POLLIN | POLLOUT, -1);
  say("connected", getpeername(fd, NULL, NULL) == 0);
  printf("SO_ERROR: %s\n", error_name(so_error(fd)));
  printf("SO_ERROR: %s\n", error_name(so_error(fd)));
  poll_one("poll", fd, POLLOUT, -1);
  char byte;
  say("send", send(fd, "x", 1, 0));
  say("recv", recv(fd, &byte, 1, 0));
  say("connect elsewhere", connect_to(fd, ECHO));
  poll_one("poll", fd, POLLOUT, -1);
  printf("SO_ERROR: %s\n", error_name(so_error(fd)));
  close(fd);

  fd = dial_nonblocking(REFUSED);
  say("second connect", connect_to(fd, REFUSED));
  say("third connect", connect_to(fd, ECHO));
  close(fd);

  fd = dial_nonblocking(REFUSED);
  printf("select: ");
  fd_set write;
  FD_ZERO(&write);
  FD_SET(fd, &write);
  say("ready", select(fd + 1, NULL, &write, NULL, NULL));
  printf("SO_ERROR: %s\n", error_name(so_error(fd)));
  close(fd);
}

static void modes(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int on = 1;
  say("ioctl", ioctl(fd, FIONBIO, &on));
  say("connect", connect_to(fd, SLOW));
  poll_one("poll", fd, POLLOUT, -1);
  char buffer[16] = "";
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  on = 0;
  say("ioctl", ioctl(fd, FIONBIO, &on));
  say("flags", fcntl(fd, F_GETFL) & O_NONBLOCK);
  say("send", send(fd, "later", 5, 0));
  say("recv", recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT));
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  puts(buffer);
  say("fcntl", fcntl(fd, F_SETFL, O_NONBLOCK));
  say("flags", (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  close(fd);
}

int main(void) {
  close(dial(ECHO));
  puts("# connects");
  connects();
  puts("# second connect");
  second_connect();
  puts("# at once");
  at_once();
  puts("# fails");
  fails();
  puts("# modes");
  modes();
  return 0;
}
