// The signal hook: requests of the host that a program handles.

#define _WASI_EMULATED_SIGNAL
#include "generated/warpgrid_shim.h"
#include <signal.h>
#include <wasi/warpgrid_hooks.h>

#if WARPGRID_HOOKS_VERSION != 1
#error "this sysroot has other hooks; run `cargo xtask setup`"
#endif

/// By the host's names for them.
static const int numbers[] = {
    [WARPGRID_SIGNALS_SIGNAL_TYPE_TERMINATE] = SIGTERM,
    [WARPGRID_SIGNALS_SIGNAL_TYPE_HANGUP] = SIGHUP,
    [WARPGRID_SIGNALS_SIGNAL_TYPE_INTERRUPT] = SIGINT,
};
#define COUNT (sizeof(numbers) / sizeof(*numbers))

/// What a signal will do to a call that waits.
static warpgrid_interruption_t effect_of(int sig) {
  sigset_t blocked;
  struct sigaction action;
  sigprocmask(SIG_BLOCK, NULL, &blocked);
  sigaction(sig, NULL, &action);
  if (sigismember(&blocked, sig) == 1 || action.sa_handler == SIG_IGN)
    return WARPGRID_UNINTERRUPTED;
  return (action.sa_flags & SA_RESTART) != 0 ? WARPGRID_RESTARTED
                                             : WARPGRID_INTERRUPTED;
}

static warpgrid_interruption_t deliver(void) {
  // A handler that waits is not interrupted by the next signal.
  static bool delivering;
  if (delivering)
    return WARPGRID_UNINTERRUPTED;
  delivering = true;
  warpgrid_interruption_t strongest = WARPGRID_UNINTERRUPTED;
  warpgrid_signals_signal_type_t type;
  while (warpgrid_signals_poll_signal(&type)) {
    const int sig = numbers[type];
    const warpgrid_interruption_t effect = effect_of(sig);
    raise(sig);
    if (effect > strongest)
      strongest = effect;
  }
  delivering = false;
  return strongest;
}

void __warpgrid_signal(int sig) {
  static bool registered[COUNT];
  for (size_t type = 0; type < COUNT; type++) {
    if (numbers[type] != sig || registered[type])
      continue;
    registered[type] = true;
    if (warpgrid_signals_on_signal((warpgrid_signals_signal_type_t)type))
      __wasilibc_be_interrupted(deliver);
  }
}
