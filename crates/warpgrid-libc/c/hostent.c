// The entry that gethostbyname and gethostbyaddr share.

#include "hostent.h"
#include <netinet/in.h>
#include <string.h>

host_entry_t warpgrid_host_entry;

struct hostent *warpgrid_fill_host_entry(size_t names,
                                         const addresses_t *addresses) {
  host_entry_t *host = &warpgrid_host_entry;
  for (size_t i = 1; i < names; i++)
    host->aliases[i - 1] = host->names[i];
  host->aliases[names - 1] = NULL;
  for (size_t i = 0; i < addresses->length; i++) {
    memcpy(host->addresses[i], addresses->list[i].octets, 16);
    host->list[i] = (char *)host->addresses[i];
  }
  host->list[addresses->length] = NULL;
  const int family = addresses->list[0].family;
  host->entry = (struct hostent){
      .h_name = host->names[0],
      .h_aliases = host->aliases,
      .h_addrtype = family,
      .h_length = family == AF_INET ? 4 : 16,
      .h_addr_list = host->list,
  };
  return &host->entry;
}

struct hostent *warpgrid_no_host_entry(int error) {
  switch (error) {
  case EAI_NONAME:
    h_errno = HOST_NOT_FOUND;
    break;
  case EAI_AGAIN:
    h_errno = TRY_AGAIN;
    break;
  default:
    h_errno = NO_RECOVERY;
  }
  return NULL;
}
