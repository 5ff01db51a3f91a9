// Needs: libwarpgrid

#include "case.h"

static void peer(int fd) {
  struct sockaddr_in addr;
  socklen_t length = sizeof(addr);
  if (getpeername(fd, (struct sockaddr *)&addr, &length) < 0) {
    say("getpeername", -1);
    return;
  }
  printf("getpeername: %s port %d length %u\n", inet_ntoa(addr.sin_addr),
         ntohs(addr.sin_port), (unsigned)length);
}

static void echo(void) {
  int fd = dial(ECHO);
  peer(fd);
  say("send", send(fd, "hello, world", 12, MSG_NOSIGNAL));
  char buffer[32] = "";
  say("peek", recv(fd, buffer, 5, MSG_PEEK));
  puts(buffer);
  memset(buffer, 0, sizeof(buffer));
  say("recv", recv(fd, buffer, 7, 0));
  puts(buffer);
  memset(buffer, 0, sizeof(buffer));
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  puts(buffer);
  say("recv nothing there", recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT));
  say("recv of length 0", recv(fd, buffer, 0, 0));
  say("send of length 0", send(fd, buffer, 0, 0));
  say("recv unknown flag", recv(fd, buffer, 1, 0x4000000) < 0 ? 1 : 0);
  say("connect again", connect_to(fd, ECHO));
  say("close", close(fd));
  say("after close", send(fd, "x", 1, 0));
}

static void waitall(void) {
  int fd = dial(SLOW);
  char buffer[16] = "";
  say("send", send(fd, "one", 3, 0));
  say("recv", recv(fd, buffer, sizeof(buffer), 0));
  say("send", send(fd, "abc", 3, 0));
  say("send", send(fd, "defgh", 5, 0));
  memset(buffer, 0, sizeof(buffer));
  say("recv all", recv(fd, buffer, 8, MSG_WAITALL));
  puts(buffer);
  close(fd);

  fd = dial(BANNER);
  memset(buffer, 0, sizeof(buffer));
  say("recv all, too much", recv(fd, buffer, sizeof(buffer), MSG_WAITALL));
  printf("%s", buffer);
  say("recv at the end", recv(fd, buffer, sizeof(buffer), 0));
  say("recv at the end", recv(fd, buffer, sizeof(buffer), 0));
  close(fd);
}

/// More than fits anywhere between the two ends, without reading in between.
static void bulk(void) {
  enum { SIZE = 1000000 };
  unsigned char *out = malloc(SIZE), *in = malloc(SIZE);
  for (int i = 0; i < SIZE; i++)
    out[i] = (i * 7919) >> 3;
  int fd = dial(ECHO);
  say("send", send(fd, out, SIZE, 0));
  say("recv", recv(fd, in, SIZE, MSG_WAITALL));
  printf("the same: %s\n", memcmp(out, in, SIZE) == 0 ? "yes" : "no");
  close(fd);
  free(out);
  free(in);
}

static void v6(void) {
  struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(ECHO)};
  to.sin6_addr = in6addr_loopback;
  int fd = socket(AF_INET6, SOCK_STREAM, 0);
  say("connect", connect(fd, (struct sockaddr *)&to, sizeof(to)));
  struct sockaddr_in6 addr;
  socklen_t length = sizeof(addr);
  say("getpeername", getpeername(fd, (struct sockaddr *)&addr, &length));
  say("same address", memcmp(&addr.sin6_addr, &to.sin6_addr, 16) == 0);
  close(fd);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  say("wrong family",
      connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ? 1 : 0);
  close(fd);
}

int main(void) {
  puts("# echo");
  echo();
  puts("# waitall");
  waitall();
  puts("# bulk");
  bulk();
  puts("# v6");
  v6();
  return 0;
}
