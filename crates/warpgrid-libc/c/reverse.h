#ifndef WARPGRID_REVERSE_H
#define WARPGRID_REVERSE_H

#include "addresses.h"
#include "generated/warpgrid_shim.h"

/// Asks the host for the names of an address, best first; the receiver frees
/// the list. Returns 0 or an `EAI_` error.
int warpgrid_find_names(const address_t *address,
                        warpgrid_shim_list_string_t *names);

/// Copies a name that the host gave, with a zero at its end; false where it is
/// no host name or does not fit.
bool warpgrid_copy_name(const warpgrid_shim_string_t *name, char *out,
                        size_t size);

#endif // WARPGRID_REVERSE_H
