// The gethostbyaddr hook: names from the host's `dns-reverse` shim.

#include "hostent.h"
#include "reverse.h"
#include <netinet/in.h>
#include <string.h>
#include <wasi/warpgrid_hooks.h>

#if WARPGRID_HOOKS_VERSION != 1
#error "this sysroot has other hooks; run `cargo xtask setup`"
#endif

static size_t copy_names(const warpgrid_shim_list_string_t *names) {
  size_t copied = 0;
  for (size_t i = 0; i < names->len && copied < NAMES; i++) {
    if (warpgrid_copy_name(&names->ptr[i], warpgrid_host_entry.names[copied],
                           HOST_NAME_LENGTH + 1))
      copied++;
  }
  return copied;
}

bool __warpgrid_gethostbyaddr(const void *addr, socklen_t len, int type,
                              struct hostent **result) {
  const socklen_t expected = type == AF_INET ? 4 : 16;
  if ((type != AF_INET && type != AF_INET6) || len != expected) {
    *result = warpgrid_no_host_entry(EAI_FAMILY);
    return true;
  }
  addresses_t addresses = {.length = 1, .list = {{.family = type}}};
  memcpy(addresses.list[0].octets, addr, len);
  warpgrid_shim_list_string_t names;
  const int error = warpgrid_find_names(&addresses.list[0], &names);
  if (error != 0) {
    *result = warpgrid_no_host_entry(error);
    return true;
  }
  const size_t copied = copy_names(&names);
  warpgrid_shim_list_string_free(&names);
  *result = copied > 0 ? warpgrid_fill_host_entry(copied, &addresses)
                       : warpgrid_no_host_entry(EAI_NONAME);
  return true;
}
