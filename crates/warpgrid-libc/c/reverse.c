// Addresses and the names they have.

#include "reverse.h"
#include <netinet/in.h>
#include <string.h>

int warpgrid_find_names(const address_t *address,
                        warpgrid_shim_list_string_t *names) {
  warpgrid_dns_reverse_ip_address_t question = {
      .octets = {.ptr = (uint8_t *)address->octets,
                 .len = address->family == AF_INET ? 4 : 16},
      .is_v6 = address->family == AF_INET6,
  };
  warpgrid_dns_reverse_dns_error_t error;
  if (warpgrid_dns_reverse_lookup(&question, names, &error))
    return 0;
  switch (error) {
  case WARPGRID_DNS_DNS_ERROR_NOT_FOUND:
    return EAI_NONAME;
  case WARPGRID_DNS_DNS_ERROR_TIMEOUT:
    return EAI_AGAIN;
  default:
    return EAI_FAIL;
  }
}

bool warpgrid_copy_name(const warpgrid_shim_string_t *name, char *out,
                        size_t size) {
  if (name->len == 0 || name->len > HOST_NAME_LENGTH || name->len >= size)
    return false;
  for (size_t i = 0; i < name->len; i++) {
    if (name->ptr[i] <= ' ' || name->ptr[i] > '~')
      return false;
  }
  memcpy(out, name->ptr, name->len);
  out[name->len] = '\0';
  return true;
}
