// Host names and the addresses they stand for.

#include "addresses.h"
#include "generated/warpgrid_shim.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static void add_address(addresses_t *addresses, int family,
                        const uint8_t *octets, uint32_t scope) {
  if (addresses->length == ADDRESSES)
    return;
  address_t *address = &addresses->list[addresses->length++];
  *address = (address_t){.family = family, .scope = scope};
  memcpy(address->octets, octets, family == AF_INET ? 4 : 16);
}

bool warpgrid_parse_number(const char *text, uint32_t limit,
                           uint32_t *number) {
  uint64_t value = 0;
  if (*text == '\0')
    return false;
  for (; *text != '\0'; text++) {
    if (*text < '0' || *text > '9')
      return false;
    value = value * 10 + (uint64_t)(*text - '0');
    if (value > limit)
      return false;
  }
  *number = (uint32_t)value;
  return true;
}

static void no_host(const struct addrinfo *hint, addresses_t *addresses) {
  const bool passive = (hint->ai_flags & AI_PASSIVE) != 0;
  const struct in_addr v4 = {htonl(passive ? INADDR_ANY : INADDR_LOOPBACK)};
  const struct in6_addr v6 = passive ? in6addr_any : in6addr_loopback;
  add_address(addresses, AF_INET, (const uint8_t *)&v4, 0);
  add_address(addresses, AF_INET6, v6.s6_addr, 0);
}

/// An IPv6 address may name the scope of a link-local address by its number,
/// RFC 4007 section 11.
static bool numeric_host(const char *host, addresses_t *addresses) {
  struct in_addr v4;
  if (inet_aton(host, &v4)) {
    add_address(addresses, AF_INET, (const uint8_t *)&v4, 0);
    return true;
  }
  char text[INET6_ADDRSTRLEN];
  const size_t length = strcspn(host, "%");
  if (length >= sizeof(text))
    return false;
  memcpy(text, host, length);
  text[length] = '\0';
  struct in6_addr v6;
  uint32_t scope = 0;
  if (inet_pton(AF_INET6, text, &v6) != 1 ||
      (host[length] == '%' &&
       !warpgrid_parse_number(host + length + 1, UINT32_MAX, &scope)))
    return false;
  add_address(addresses, AF_INET6, v6.s6_addr, scope);
  return true;
}

/// A name in a form that may be resolved: the host takes text, and a name that
/// is not ASCII has its ASCII form, RFC 5890.
static bool is_name(const char *host) {
  const size_t length = strlen(host);
  if (length == 0 || length > HOST_NAME_LENGTH)
    return false;
  for (size_t i = 0; i < length; i++) {
    if (host[i] <= ' ' || host[i] > '~')
      return false;
  }
  return true;
}

static int resolve(const char *host, addresses_t *addresses) {
  warpgrid_shim_string_t name = {.ptr = (uint8_t *)host, .len = strlen(host)};
  warpgrid_dns_list_ip_address_t found;
  warpgrid_dns_dns_error_t error;
  if (!warpgrid_dns_resolve(&name, &found, &error)) {
    switch (error) {
    case WARPGRID_DNS_DNS_ERROR_NOT_FOUND:
      return EAI_NONAME;
    case WARPGRID_DNS_DNS_ERROR_TIMEOUT:
      return EAI_AGAIN;
    default:
      return EAI_FAIL;
    }
  }
  for (size_t i = 0; i < found.len; i++) {
    const warpgrid_dns_ip_address_t *address = &found.ptr[i];
    if (address->octets.len == (address->is_v6 ? 16u : 4u))
      add_address(addresses, address->is_v6 ? AF_INET6 : AF_INET,
                  address->octets.ptr, 0);
  }
  warpgrid_dns_list_ip_address_free(&found);
  return 0;
}

static bool has_family(const addresses_t *addresses, int family) {
  for (size_t i = 0; i < addresses->length; i++) {
    if (addresses->list[i].family == family)
      return true;
  }
  return false;
}

/// IPv4 addresses as IPv6 ones, for AI_V4MAPPED.
static void map_v4(addresses_t *addresses) {
  static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
  for (size_t i = 0; i < addresses->length; i++) {
    address_t *address = &addresses->list[i];
    if (address->family != AF_INET)
      continue;
    memmove(address->octets + sizeof(prefix), address->octets, 4);
    memcpy(address->octets, prefix, sizeof(prefix));
    address->family = AF_INET6;
  }
}

/// Leaves only what the caller asked for.
static void keep_family(const struct addrinfo *hint, addresses_t *addresses) {
  const int family = hint->ai_family;
  if (family == AF_UNSPEC)
    return;
  const int mapped = AI_V4MAPPED | AI_ALL;
  if (family == AF_INET6 && (hint->ai_flags & AI_V4MAPPED) != 0 &&
      ((hint->ai_flags & mapped) == mapped ||
       !has_family(addresses, AF_INET6)))
    map_v4(addresses);
  size_t kept = 0;
  for (size_t i = 0; i < addresses->length; i++) {
    if (addresses->list[i].family == family)
      addresses->list[kept++] = addresses->list[i];
  }
  addresses->length = kept;
}

int warpgrid_find_addresses(const char *host, const struct addrinfo *hint,
                            addresses_t *addresses) {
  addresses->length = 0;
  int status = 0;
  if (!host)
    no_host(hint, addresses);
  else if (!numeric_host(host, addresses)) {
    if ((hint->ai_flags & AI_NUMERICHOST) != 0 || !is_name(host))
      return EAI_NONAME;
    status = resolve(host, addresses);
  }
  keep_family(hint, addresses);
  return status == 0 && addresses->length == 0 ? EAI_NONAME : status;
}
