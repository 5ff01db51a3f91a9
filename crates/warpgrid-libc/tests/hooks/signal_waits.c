// Needs: libwarpgrid

#include "case.h"
#include <signal.h>

static int answer_to = -1;

/// Makes the echo at the other end of a socket answer.
static void handle(int sig) {
  (void)sig;
  puts("handler");
  if (answer_to >= 0)
    send(answer_to, "x", 1, 0);
}

static void install(int flags) {
  struct sigaction action = {.sa_handler = handle, .sa_flags = flags};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
}

static void waits_of(const char *what, int fd) {
  printf("%s\n", what);
  char byte;
  install(0);
  say("recv", recv(fd, &byte, 1, 0));
  say("read", read(fd, &byte, 1));
  struct timeval time = {.tv_sec = 1};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
  install(SA_RESTART);
  say("recv with a timeout", recv(fd, &byte, 1, 0));
  time = (struct timeval){.tv_usec = 30000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
  long result;
  while ((result = recv(fd, &byte, 1, 0)) < 0 && errno == EINTR)
    ;
  say("recv with a short timeout", result);
  time = (struct timeval){0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
  struct pollfd one = {.fd = fd, .events = POLLIN};
  say("poll", poll(&one, 1, -1));
  answer_to = fd;
  say("recv", recv(fd, &byte, 1, 0));
  say("read", read(fd, &byte, 1));
  answer_to = -1;
  install(0);
}

static void accept_one(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in any = loopback(0);
  if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 || listen(fd, 1) < 0)
    say("listen", -1);
  say("accept", accept(fd, NULL, NULL));
  close(fd);
}

static void receive_datagram(void) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in any = loopback(0);
  if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0)
    say("bind", -1);
  char byte;
  say("recv of a datagram", recv(fd, &byte, 1, 0));
  close(fd);
}

static void suspend(void) {
  sigset_t set, none;
  sigemptyset(&none);
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, NULL);
  say("usleep while it is blocked", usleep(300000));
  say("sigsuspend", sigsuspend(&none));
  sigprocmask(SIG_SETMASK, &none, NULL);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  install(0);
  if (usleep(400000) == 0) {
    puts("no signals come");
    return 0;
  }
  int plain = dial(plain_port());
  waits_of("plain", plain);
  close(plain);
  int proxied = dial(ECHO);
  waits_of("proxied", proxied);
  close(proxied);
  accept_one();
  receive_datagram();
  suspend();
  printf("sleep: %d left\n", (int)sleep(2));
  say("pause", pause());
  return 0;
}
