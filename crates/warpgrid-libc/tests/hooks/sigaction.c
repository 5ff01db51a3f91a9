// Needs: the patches

#include "case.h"
#include <signal.h>

static int depth;
static bool raises;

static void handle(int sig) {
  printf("%*s%s\n", 2 * depth, "", strsignal(sig));
}

static void handle_and_raise(int sig) {
  handle(sig);
  depth++;
  if (raises) {
    raises = false;
    raise(SIGUSR1);
    raise(SIGUSR2);
  }
  printf("%*send\n", 2 * --depth, "");
}

static void handle_info(int sig, siginfo_t *info, void *context) {
  printf("%s, %s, code %d, %s context\n", strsignal(sig),
         info->si_signo == sig ? "its own" : "another's", info->si_code,
         context ? "a" : "no");
}

static void install(int sig, void (*handler)(int), int flags, int masked) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  sigemptyset(&action.sa_mask);
  if (masked)
    sigaddset(&action.sa_mask, masked);
  say("sigaction", sigaction(sig, &action, NULL));
}

static void say_action(int sig) {
  struct sigaction action;
  say("sigaction", sigaction(sig, NULL, &action));
  printf("%s:%s%s%s%s%s\n", strsignal(sig),
         action.sa_handler == SIG_DFL ? " default" : "",
         action.sa_handler == SIG_IGN ? " ignored" : "",
         action.sa_handler == handle ? " handle" : "",
         (action.sa_flags & SA_RESTART) != 0 ? " restart" : "",
         sigismember(&action.sa_mask, SIGUSR2) ? " masks" : "");
}

static void sets(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  say("TERM", sigismember(&set, SIGTERM));
  say("HUP", sigismember(&set, SIGHUP));
  sigfillset(&set);
  sigdelset(&set, SIGTERM);
  say("TERM", sigismember(&set, SIGTERM));
  say("HUP", sigismember(&set, SIGHUP));
  say("no signal", sigaddset(&set, 0));
}

static void actions(void) {
  say_action(SIGUSR1);
  install(SIGUSR1, handle, SA_RESTART, SIGUSR2);
  say_action(SIGUSR1);
  raise(SIGUSR1);
  say("is installed", signal(SIGUSR1, handle) != SIG_DFL);
  say_action(SIGUSR1);
  install(SIGUSR1, SIG_IGN, 0, 0);
  say_action(SIGUSR1);
  raise(SIGUSR1);

  struct sigaction action = {.sa_sigaction = handle_info,
                             .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &action, NULL);
  raise(SIGUSR1);
  install(SIGCHLD, handle, (int)SA_RESETHAND, 0);
  raise(SIGCHLD);
  raise(SIGCHLD);
  say_action(SIGCHLD);
  say("KILL", sigaction(SIGKILL, &action, NULL));
  say("no signal", sigaction(65, &action, NULL));
}

static void nesting(void) {
  install(SIGUSR2, handle, 0, 0);
  puts("each after the other:");
  install(SIGUSR1, handle_and_raise, 0, SIGUSR2);
  raises = true;
  raise(SIGUSR1);
  puts("one in the other:");
  install(SIGUSR1, handle_and_raise, SA_NODEFER, 0);
  raises = true;
  raise(SIGUSR1);
}

static void masks(void) {
  sigset_t set, before;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigaddset(&set, SIGKILL);
  say("block", sigprocmask(SIG_BLOCK, &set, NULL));
  raise(SIGUSR2);
  raise(SIGUSR2);
  sigset_t pending;
  sigpending(&pending);
  say("pending", sigismember(&pending, SIGUSR2));
  say("look", sigprocmask(0, NULL, &before));
  say("USR2", sigismember(&before, SIGUSR2));
  say("KILL", sigismember(&before, SIGKILL));
  sigemptyset(&set);
  say("suspend", sigsuspend(&set));
  sigprocmask(0, NULL, &before);
  say("USR2", sigismember(&before, SIGUSR2));
  raise(SIGUSR2);
  puts("unblock:");
  say("set", sigprocmask(SIG_SETMASK, &set, NULL));
  say("neither", sigprocmask(9, &set, NULL));
}

int main(void) {
  sets();
  actions();
  nesting();
  masks();
  return 0;
}
