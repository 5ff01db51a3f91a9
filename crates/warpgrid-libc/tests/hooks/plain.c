// Needs: nothing

#include "case.h"

static void tcp(void) {
  int fd = dial(plain_port());
  char buffer[16] = "";
  say("send", send(fd, "hello", 5, 0));
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  puts(buffer);
  say("write", write(fd, "again", 5));
  say("read", read(fd, buffer, sizeof(buffer)));
  say("connect again", connect_to(fd, plain_port()));
  say("shutdown", shutdown(fd, SHUT_WR));
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  close(fd);

  fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int result = connect_to(fd, plain_port());
  say("under way or done", result == 0 || errno == EINPROGRESS);
  poll_one("poll", fd, POLLOUT, -1);
  say("SO_ERROR", so_error(fd));
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  close(fd);

  fd = socket(AF_INET, SOCK_STREAM, 0);
  say("refused", connect_to(fd, 1));
  say("after that", connect_to(fd, plain_port()) < 0 ? 1 : 0);
  close(fd);
}

static void udp(void) {
  int receiver = socket(AF_INET, SOCK_DGRAM, 0);
  int sender = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = loopback(0);
  socklen_t length = sizeof(to);
  say("bind", bind(receiver, (struct sockaddr *)&to, sizeof(to)));
  getsockname(receiver, (struct sockaddr *)&to, &length);
  say("connect", connect(sender, (struct sockaddr *)&to, sizeof(to)));
  say("send", send(sender, "datagram", 8, 0));
  char buffer[16] = "";
  say("recv", recv(receiver, buffer, sizeof(buffer), 0));
  puts(buffer);
  // A proxied port means nothing to a datagram socket.
  say("connect", connect_to(sender, 11));
  close(receiver);
  close(sender);
}

int main(void) {
  puts("# tcp");
  tcp();
  puts("# udp");
  udp();
  say("no descriptor", connect_to(99, 1));
  return 0;
}
