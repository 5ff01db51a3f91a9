// Needs: libwarpgrid

#include "case.h"

int main(void) {
  char buffer[16] = "";

  puts("# receiving side");
  int fd = dial(ECHO);
  send(fd, "before", 6, 0);
  say("peek", recv(fd, buffer, 1, MSG_PEEK));
  say("shutdown", shutdown(fd, SHUT_RD));
  poll_one("poll", fd, POLLIN, -1);
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  say("send", send(fd, "after", 5, 0));
  close(fd);

  puts("# sending side");
  fd = dial(ECHO);
  send(fd, "before", 6, 0);
  say("shutdown", shutdown(fd, SHUT_WR));
  say("send", send(fd, "after", 5, 0));
  poll_one("poll", fd, POLLIN | POLLOUT, -1);
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  say("recv", recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT));
  close(fd);

  puts("# both");
  fd = dial(ECHO);
  say("shutdown", shutdown(fd, SHUT_RDWR));
  poll_one("poll", fd, POLLIN | POLLOUT, -1);
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  say("send", send(fd, "after", 5, 0));
  say("shutdown again", shutdown(fd, SHUT_RDWR));
  close(fd);

  puts("# one, then the other, with a pollable");
  fd = dial(ECHO);
  poll_one("poll", fd, POLLIN, 0);
  say("shutdown", shutdown(fd, SHUT_WR));
  say("shutdown", shutdown(fd, SHUT_RD));
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  close(fd);

  puts("# wrong");
  fd = dial(ECHO);
  say("shutdown", shutdown(fd, 77));
  close(fd);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  say("not connected", shutdown(fd, SHUT_RDWR));
  close(fd);
  return 0;
}
