#ifndef WARPGRID_ADDRESSES_H
#define WARPGRID_ADDRESSES_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The longest host name in text, RFC 1035 section 2.3.4, and a final dot.
#define HOST_NAME_LENGTH 254
/// More addresses of one name than this are left out.
#define ADDRESSES 64

typedef struct {
  int family;
  uint8_t octets[16];
  uint32_t scope;
} address_t;

typedef struct {
  address_t list[ADDRESSES];
  size_t length;
} addresses_t;

/// Reads a decimal number without a sign; false where the text is none, or
/// above the limit.
bool warpgrid_parse_number(const char *text, uint32_t limit, uint32_t *number);

/// The addresses of a host in text, or of this one where it is NULL, of the
/// family that the hint asks for. Returns 0 or an `EAI_` error.
int warpgrid_find_addresses(const char *host, const struct addrinfo *hint,
                            addresses_t *addresses);

#endif // WARPGRID_ADDRESSES_H
