// The thread hook: the host learns that a program counts on threads.

#include "generated/warpgrid_shim.h"
#include <wasi/warpgrid_hooks.h>

#if WARPGRID_HOOKS_VERSION != 1
#error "this sysroot has other hooks; run `cargo xtask setup`"
#endif

void __warpgrid_pthread_create(void) {
  static bool declared;
  if (declared)
    return;
  declared = true;
  warpgrid_threading_declare_threading_model(
      WARPGRID_THREADING_THREADING_MODEL_PARALLEL_REQUIRED);
}
