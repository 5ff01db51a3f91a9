// The time zone hook: `TZ`, and the files of the time zone database, which the
// host's `filesystem` shim has.

#include <wasi/warpgrid_hooks.h>

#if WARPGRID_HOOKS_VERSION != 1
#error "this sysroot has other hooks; run `cargo xtask setup`"
#endif

bool __warpgrid_secs_to_zone(long long t, int local, int *isdst, int *offset,
                             long *oppoff, const char **zonename) {
  __wasilibc_secs_to_zone(t, local, isdst, offset, oppoff, zonename);
  return true;
}
