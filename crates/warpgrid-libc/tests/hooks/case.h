// What the cases share: the endpoints, and lines that are the same everywhere.

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

// Ports of 127.0.0.1 and ::1 that the host proxies. No server listens there.
enum {
  ECHO = 11,     // sends back what it gets
  BANNER = 12,   // sends "hello\n" and ends
  ONCE = 13,     // sends back what it gets and ends
  RESET = 14,    // fails once something was sent
  TRICKLE = 15,  // takes three bytes at a time
  SLOW = 16,     // sends back a piece each time the program waits a while
  STUBBORN = 17, // takes nothing until 200000 bytes have been read
  GLUTTON = 18,  // takes nothing until 3000000 bytes have been read
  REFUSED = 21,  // cannot be connected to
  TIMEOUT = 22,
  EXHAUSTED = 23,
  PROTOCOL = 24,
  CLOSED = 25,
};

static inline const char *error_name(int error) {
  switch (error) {
  case 0:
    return "0";
#define NAME(error)                                                            \
  case error:                                                                  \
    return #error;
    NAME(EAGAIN)
    NAME(EALREADY)
    NAME(EBADF)
    NAME(EBUSY)
    NAME(ECONNREFUSED)
    NAME(ECONNRESET)
    NAME(EINPROGRESS)
    NAME(EINTR)
    NAME(EINVAL)
    NAME(EISCONN)
    NAME(ENOPROTOOPT)
    NAME(ENOTCONN)
    NAME(ENOENT)
    NAME(ENOTDIR)
    NAME(EISDIR)
    NAME(EEXIST)
    NAME(EROFS)
    NAME(EACCES)
    NAME(ENOTSUP)
    NAME(EPIPE)
    NAME(EPROTO)
    NAME(ETIMEDOUT)
#undef NAME
  default:
    return strerror(error);
  }
}

static inline const char *eai_name(int error) {
  switch (error) {
#define NAME(error)                                                            \
  case error:                                                                  \
    return #error;
    NAME(EAI_AGAIN)
    NAME(EAI_BADFLAGS)
    NAME(EAI_FAIL)
    NAME(EAI_FAMILY)
    NAME(EAI_NONAME)
    NAME(EAI_OVERFLOW)
    NAME(EAI_SERVICE)
    NAME(EAI_SOCKTYPE)
    NAME(EAI_SYSTEM)
#undef NAME
  default:
    return "other";
  }
}

/// Prints a call's result, or its error.
static inline long say(const char *what, long result) {
  if (result < 0)
    printf("%s: %s\n", what, error_name(errno));
  else
    printf("%s: %ld\n", what, result);
  return result;
}

static inline struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static inline int connect_to(int fd, int port) {
  struct sockaddr_in to = loopback(port);
  return connect(fd, (struct sockaddr *)&to, sizeof(to));
}

/// A connected socket, or the end of the case.
static inline int dial(int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect_to(fd, port) < 0) {
    printf("connect: %s\n", error_name(errno));
    exit(0);
  }
  return fd;
}

/// A non-blocking socket whose connection is under way, or the end of the case.
static inline int dial_nonblocking(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (connect_to(fd, port) == 0 || errno != EINPROGRESS) {
    printf("connect: %s\n", error_name(errno));
    exit(0);
  }
  return fd;
}

static inline int plain_port(void) { return atoi(getenv("PLAIN_PORT")); }

static inline int so_error(int fd) {
  int error = -1;
  socklen_t length = sizeof(error);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  return error;
}

static inline void say_events(const char *what, short events) {
  printf("%s:%s%s%s%s%s\n", what, events & POLLIN ? " IN" : "",
         events & POLLOUT ? " OUT" : "", events & POLLERR ? " ERR" : "",
         events & POLLHUP ? " HUP" : "", events == 0 ? " none" : "");
}

/// Polls one descriptor and prints what is ready.
static inline void poll_one(const char *what, int fd, short events,
                            int timeout) {
  struct pollfd one = {.fd = fd, .events = events};
  if (poll(&one, 1, timeout) < 0)
    say(what, -1);
  else
    say_events(what, one.revents);
}

/// Reads until the end or an error, and prints how much came.
static inline void drain(const char *what, int fd) {
  static char buffer[65536];
  long total = 0;
  ssize_t count;
  while ((count = recv(fd, buffer, sizeof(buffer), 0)) > 0)
    total += count;
  printf("%s: %ld bytes, then %s\n", what, total,
         count == 0 ? "the end" : error_name(errno));
}
