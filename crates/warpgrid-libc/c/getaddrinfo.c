// The getaddrinfo hook: names are resolved by the host's `dns` shim.
//
// What POSIX leaves open follows the libc below: one entry per address and
// socket type, `ai_protocol` 0 unless the caller names one, and a service gives
// the socket types that the service table lists for it.

#include "generated/warpgrid_shim.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/warpgrid_hooks.h>

#if WARPGRID_HOOKS_VERSION != 1
#error "this sysroot has other hooks; run `cargo xtask setup`"
#endif

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

/// What each address is combined with.
typedef struct {
  uint16_t port;
  bool stream;
  bool datagram;
  int protocol;
} service_t;

static void add_address(addresses_t *addresses, int family,
                        const uint8_t *octets, uint32_t scope) {
  if (addresses->length == ADDRESSES)
    return;
  address_t *address = &addresses->list[addresses->length++];
  *address = (address_t){.family = family, .scope = scope};
  memcpy(address->octets, octets, family == AF_INET ? 4 : 16);
}

// =============================================================================
// Services

static bool parse_number(const char *text, uint32_t limit, uint32_t *number) {
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

static int find_service(const char *name, const struct addrinfo *hint,
                        service_t *service) {
  const int type = hint->ai_socktype;
  *service = (service_t){
      .stream = type == 0 || type == SOCK_STREAM,
      .datagram = type == SOCK_DGRAM,
      .protocol = hint->ai_protocol,
  };
  if (type == 0 && hint->ai_protocol == IPPROTO_UDP)
    *service = (service_t){.datagram = true, .protocol = IPPROTO_UDP};
  uint32_t port = 0;
  if (!name || parse_number(name, UINT16_MAX, &port)) {
    service->port = (uint16_t)port;
    return 0;
  }
  if ((hint->ai_flags & AI_NUMERICSERV) != 0)
    return EAI_NONAME;

  const bool any = type == 0 && hint->ai_protocol == 0;
  const struct servent *tcp = getservbyname(name, "tcp");
  if (tcp)
    service->port = ntohs((uint16_t)tcp->s_port);
  const struct servent *udp = getservbyname(name, "udp");
  if (udp)
    service->port = ntohs((uint16_t)udp->s_port);
  if (!tcp && !udp)
    return EAI_NONAME;
  service->stream = tcp && (any || service->stream);
  service->datagram = udp && (any || service->datagram);
  return service->stream || service->datagram ? 0 : EAI_SERVICE;
}

// =============================================================================
// Addresses

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
       !parse_number(host + length + 1, UINT32_MAX, &scope)))
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

static int find_addresses(const char *host, const struct addrinfo *hint,
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

// =============================================================================
// The list

/// The socket address and, behind it in the same block, the canonical name.
static struct sockaddr *new_sockaddr(const address_t *address, uint16_t port,
                                     const char *name, socklen_t *length,
                                     char **canonical) {
  const size_t name_size = name ? strlen(name) + 1 : 0;
  *length = address->family == AF_INET ? sizeof(struct sockaddr_in)
                                       : sizeof(struct sockaddr_in6);
  uint8_t *block = calloc(1, *length + name_size);
  if (!block)
    return NULL;
  if (address->family == AF_INET) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)block;
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    memcpy(&v4->sin_addr, address->octets, 4);
  } else {
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)block;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    v6->sin6_scope_id = address->scope;
    memcpy(&v6->sin6_addr, address->octets, 16);
  }
  *canonical = name ? (char *)block + *length : NULL;
  if (name)
    memcpy(*canonical, name, name_size);
  return (struct sockaddr *)block;
}

/// Appends an entry at `*end` and moves `*end` behind it.
static int append_entry(struct addrinfo ***end, const address_t *address,
                        const service_t *service, int type, const char *name) {
  socklen_t length;
  char *canonical;
  struct sockaddr *addr =
      new_sockaddr(address, service->port, name, &length, &canonical);
  struct addrinfo *entry = malloc(sizeof(struct addrinfo));
  if (!addr || !entry) {
    free(addr);
    free(entry);
    return EAI_MEMORY;
  }
  *entry = (struct addrinfo){
      .ai_family = address->family,
      .ai_socktype = type,
      .ai_protocol = service->protocol,
      .ai_addrlen = length,
      .ai_addr = addr,
      .ai_canonname = canonical,
  };
  **end = entry;
  *end = &entry->ai_next;
  return 0;
}

static int build_list(const addresses_t *addresses, const service_t *service,
                      const char *name, struct addrinfo **list) {
  struct addrinfo **end = list;
  int status = 0;
  for (size_t i = 0; i < addresses->length && status == 0; i++) {
    const address_t *address = &addresses->list[i];
    if (service->stream)
      status = append_entry(&end, address, service, SOCK_STREAM,
                            end == list ? name : NULL);
    if (service->datagram && status == 0)
      status = append_entry(&end, address, service, SOCK_DGRAM,
                            end == list ? name : NULL);
  }
  if (status != 0) {
    freeaddrinfo(*list);
    *list = NULL;
  }
  return status;
}

// =============================================================================

static int check_hint(const char *host, const struct addrinfo *hint) {
  const int known = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED |
                    AI_ALL | AI_ADDRCONFIG | AI_NUMERICSERV;
  if ((hint->ai_flags & ~known) != 0 ||
      (!host && (hint->ai_flags & AI_CANONNAME) != 0))
    return EAI_BADFLAGS;
  if (hint->ai_family != AF_UNSPEC && hint->ai_family != AF_INET &&
      hint->ai_family != AF_INET6)
    return EAI_FAMILY;

  const int type = hint->ai_socktype;
  const int protocol = hint->ai_protocol;
  if ((type != 0 && type != SOCK_STREAM && type != SOCK_DGRAM) ||
      (protocol != 0 && protocol != IPPROTO_TCP && protocol != IPPROTO_UDP) ||
      (type == SOCK_STREAM && protocol == IPPROTO_UDP) ||
      (type == SOCK_DGRAM && protocol == IPPROTO_TCP))
    return EAI_SOCKTYPE;
  return 0;
}

bool __warpgrid_getaddrinfo(const char *restrict host,
                            const char *restrict serv,
                            const struct addrinfo *restrict hint,
                            struct addrinfo **restrict res, int *result) {
  static const struct addrinfo no_hint = {.ai_family = AF_UNSPEC};
  if (!hint)
    hint = &no_hint;
  *res = NULL;
  service_t service;
  addresses_t addresses;
  int status = host || serv ? check_hint(host, hint) : EAI_NONAME;
  if (status == 0)
    status = find_service(serv, hint, &service);
  if (status == 0)
    status = find_addresses(host, hint, &addresses);
  if (status == 0)
    status = build_list(&addresses, &service,
                        (hint->ai_flags & AI_CANONNAME) != 0 ? host : NULL, res);
  *result = status;
  return true;
}
