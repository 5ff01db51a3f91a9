// The gethostbyname hook: IPv4 addresses from the host's `dns` shim.

#include "hostent.h"
#include <netinet/in.h>
#include <string.h>
#include <wasi/warpgrid_hooks.h>

#if WARPGRID_HOOKS_VERSION != 1
#error "this sysroot has other hooks; run `cargo xtask setup`"
#endif

bool __warpgrid_gethostbyname(const char *name, struct hostent **result) {
  static const struct addrinfo hint = {.ai_family = AF_INET};
  addresses_t addresses;
  const int error =
      name ? warpgrid_find_addresses(name, &hint, &addresses) : EAI_NONAME;
  if (error != 0) {
    *result = warpgrid_no_host_entry(error);
    return true;
  }
  char *canonical = warpgrid_host_entry.names[0];
  strncpy(canonical, name, HOST_NAME_LENGTH);
  canonical[HOST_NAME_LENGTH] = '\0';
  *result = warpgrid_fill_host_entry(1, &addresses);
  return true;
}
