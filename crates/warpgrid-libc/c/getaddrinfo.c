// The getaddrinfo hook: names are resolved by the host's `dns` shim.
//
// What POSIX leaves open follows the libc below: one entry per address and
// socket type, `ai_protocol` 0 unless the caller names one, and a service gives
// the socket types that the service table lists for it.

#include "addresses.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/warpgrid_hooks.h>

#if WARPGRID_HOOKS_VERSION != 1
#error "this sysroot has other hooks; run `cargo xtask setup`"
#endif

/// What each address is combined with.
typedef struct {
  uint16_t port;
  bool stream;
  bool datagram;
  int protocol;
} service_t;

// =============================================================================
// Services

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
  if (!name || warpgrid_parse_number(name, UINT16_MAX, &port)) {
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
    status = warpgrid_find_addresses(host, hint, &addresses);
  if (status == 0)
    status = build_list(&addresses, &service,
                        (hint->ai_flags & AI_CANONNAME) != 0 ? host : NULL, res);
  *result = status;
  return true;
}
