// Needs: libwarpgrid

#include "case.h"

static void attempt(const char *what, int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  say(what, connect_to(fd, port));
  say("  SO_ERROR", so_error(fd));
  say("  getpeername", getpeername(fd, NULL, NULL) < 0 ? 1 : 0);
  close(fd);
}

int main(void) {
  close(dial(ECHO));
  attempt("refused", REFUSED);
  attempt("timeout", TIMEOUT);
  attempt("exhausted", EXHAUSTED);
  attempt("protocol", PROTOCOL);
  attempt("closed", CLOSED);

  puts("# another attempt with the same socket");
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  say("refused", connect_to(fd, REFUSED));
  say("plain", connect_to(fd, plain_port()));
  char byte = 0;
  say("send", send(fd, "p", 1, 0));
  say("recv", recv(fd, &byte, 1, 0));
  close(fd);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  say("refused", connect_to(fd, REFUSED));
  say("proxied", connect_to(fd, ECHO));
  close(fd);
  fd = dial_nonblocking(TIMEOUT);
  printf("SO_ERROR: %s\n", error_name(so_error(fd)));
  fcntl(fd, F_SETFL, 0);
  say("plain", connect_to(fd, plain_port()));
  close(fd);

  puts("# a connection that fails");
  fd = dial(RESET);
  say("send", send(fd, "x", 1, 0));
  say("recv", recv(fd, &byte, 1, 0));
  say("recv", recv(fd, &byte, 1, 0));
  say("send", send(fd, "x", 1, 0));
  say("SO_ERROR", so_error(fd));
  close(fd);
  fd = dial(RESET);
  say("send", send(fd, "x", 1, 0));
  say("send", send(fd, "x", 1, 0));
  say("send", send(fd, "x", 1, 0));
  close(fd);

  puts("# a connection that ends");
  fd = dial(ONCE);
  say("send", send(fd, "last", 4, 0));
  drain("recv", fd);
  say("send", send(fd, "x", 1, 0));
  say("send", send(fd, "x", 1, 0));
  close(fd);

  puts("# wrong calls");
  say("no descriptor", connect_to(-1, ECHO));
  say("a file", connect_to(1, ECHO) < 0 ? 1 : 0);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = loopback(ECHO);
  say("short address", connect(fd, (struct sockaddr *)&to, 4));
  say("no address", connect(fd, NULL, 0));
  close(fd);
  return 0;
}
