// Needs: libwarpgrid

#include "case.h"

static void get(const char *name, int fd, int level, int option) {
  int value = -1;
  socklen_t length = sizeof(value);
  int result = getsockopt(fd, level, option, &value, &length);
  printf("%s: ", name);
  if (result < 0)
    puts(error_name(errno));
  else
    printf("%d length %u\n", value, (unsigned)length);
}

static int set(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof(value));
}

static void timeout(const char *name, int fd, int option) {
  struct timeval value = {0};
  socklen_t length = sizeof(value);
  int result = getsockopt(fd, SOL_SOCKET, option, &value, &length);
  printf("%s: %d, %lld s %ld us\n", name, result, (long long)value.tv_sec,
         (long)value.tv_usec);
}

static void address(const char *what, int result,
                    const struct sockaddr_in *addr) {
  if (result < 0)
    say(what, result);
  else
    printf("%s: %s port %d\n", what, inet_ntoa(addr->sin_addr),
           ntohs(addr->sin_port));
}

static void names(int fd) {
  struct sockaddr_in addr;
  socklen_t length = sizeof(addr);
  address("getsockname", getsockname(fd, (struct sockaddr *)&addr, &length),
          &addr);
  length = sizeof(addr);
  address("getpeername", getpeername(fd, (struct sockaddr *)&addr, &length),
          &addr);
  length = 3;
  say("too short", getpeername(fd, (struct sockaddr *)&addr, &length));
}

int main(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  say("set TCP_NODELAY", set(fd, IPPROTO_TCP, TCP_NODELAY, 1));
  say("set SO_KEEPALIVE", set(fd, SOL_SOCKET, SO_KEEPALIVE, 1));
  say("set SO_REUSEADDR", set(fd, SOL_SOCKET, SO_REUSEADDR, 1));
  struct timeval recv_timeout = {.tv_usec = 2500};
  say("set SO_RCVTIMEO", setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &recv_timeout,
                                    sizeof(recv_timeout)));
  if (connect_to(fd, ECHO) < 0) {
    printf("connect: %s\n", error_name(errno));
    return 0;
  }

  puts("# set before");
  get("TCP_NODELAY", fd, IPPROTO_TCP, TCP_NODELAY);
  get("SO_KEEPALIVE", fd, SOL_SOCKET, SO_KEEPALIVE);
  get("SO_REUSEADDR", fd, SOL_SOCKET, SO_REUSEADDR);
  timeout("SO_RCVTIMEO", fd, SO_RCVTIMEO);
  timeout("SO_SNDTIMEO", fd, SO_SNDTIMEO);

  puts("# set after");
  say("set TCP_NODELAY", set(fd, IPPROTO_TCP, TCP_NODELAY, 0));
  get("TCP_NODELAY", fd, IPPROTO_TCP, TCP_NODELAY);
  say("set SO_KEEPALIVE", set(fd, SOL_SOCKET, SO_KEEPALIVE, 0));
  get("SO_KEEPALIVE", fd, SOL_SOCKET, SO_KEEPALIVE);
  say("set TCP_KEEPIDLE", set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60));
  get("TCP_KEEPIDLE", fd, IPPROTO_TCP, TCP_KEEPIDLE);
  int size = 0;
  socklen_t length = sizeof(size);
  say("get SO_RCVBUF", getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &length));
  say("sensible", size > 0);

  puts("# what it is");
  say("stream", ({
        int type = 0;
        length = sizeof(type);
        getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
        type == SOCK_STREAM;
      }));
  get("SO_DOMAIN", fd, SOL_SOCKET, SO_DOMAIN);
  get("SO_PROTOCOL", fd, SOL_SOCKET, SO_PROTOCOL);
  get("SO_ERROR", fd, SOL_SOCKET, SO_ERROR);
  get("SO_ACCEPTCONN", fd, SOL_SOCKET, SO_ACCEPTCONN);
  get("unknown", fd, SOL_SOCKET, 12345);
  say("set unknown", set(fd, SOL_SOCKET, 12345, 1));
  struct stat status;
  say("fstat", fstat(fd, &status));
  say("is a socket", S_ISSOCK(status.st_mode));
  names(fd);
  say("listen", listen(fd, 1) < 0 ? 1 : 0);
  say("bind", ({
        struct sockaddr_in any = loopback(0);
        bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 ? 1 : 0;
      }));

  puts("# a receive timeout");
  char byte;
  say("recv", recv(fd, &byte, 1, 0));
  send(fd, "x", 1, 0);
  say("recv", recv(fd, &byte, 1, 0));
  close(fd);
  return 0;
}
