// Needs: libwarpgrid

#include "case.h"
#include <signal.h>
#include <time.h>

// The host gives a signal each fourth time it is asked, in turn the registered.

static int handled;

static void handle(int sig) {
  printf("%s\n", strsignal(sig));
  handled++;
}

static void say_sleep(const char *what) {
  struct timespec time = {.tv_nsec = 400000000}, left = {0};
  say(what, nanosleep(&time, &left));
  printf("time is left: %d\n", left.tv_nsec > 0 && left.tv_nsec < time.tv_nsec);
}

int main(void) {
  raise(SIGCHLD);
  printf("before: %d\n", signal(SIGTERM, handle) == SIG_DFL);
  raise(SIGTERM);
  printf("handled: %d\n", handled);

  say_sleep("nanosleep");
  say("usleep", usleep(400000));
  say("poll", poll(NULL, 0, 400));
  struct timeval time = {.tv_usec = 400000};
  say("select", select(0, NULL, NULL, NULL, &time));
  say("poll without a wait", poll(NULL, 0, 0));
  printf("handled: %d\n", handled);

  printf("before: %d\n", signal(SIGTERM, SIG_IGN) == handle);
  say_sleep("nanosleep");

  signal(SIGTERM, handle);
  signal(SIGHUP, handle);
  for (int i = 0; i < 4; i++)
    say("poll", poll(NULL, 0, 400));
  return 0;
}
