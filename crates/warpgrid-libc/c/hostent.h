#ifndef WARPGRID_HOSTENT_H
#define WARPGRID_HOSTENT_H

#include "addresses.h"
#include <netdb.h>

/// More names of one address than this are left out.
#define NAMES 8

/// What gethostbyname and gethostbyaddr return: one entry, which the next call
/// overwrites.
typedef struct {
  struct hostent entry;
  /// The first is `h_name`, the others are `h_aliases`.
  char names[NAMES][HOST_NAME_LENGTH + 1];
  char *aliases[NAMES];
  uint8_t addresses[ADDRESSES][16];
  char *list[ADDRESSES + 1];
} host_entry_t;

extern host_entry_t warpgrid_host_entry;

/// Fills everything in but the names, of which `names` stand there already.
struct hostent *warpgrid_fill_host_entry(size_t names,
                                         const addresses_t *addresses);

/// Sets `h_errno` for an `EAI_` error.
struct hostent *warpgrid_no_host_entry(int error);

#endif // WARPGRID_HOSTENT_H
