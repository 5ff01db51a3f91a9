// The getnameinfo hook: names come from the host's `dns-reverse` shim.

#include "reverse.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <wasi/warpgrid_hooks.h>

#if WARPGRID_HOOKS_VERSION != 1
#error "this sysroot has other hooks; run `cargo xtask setup`"
#endif

static bool read_address(const struct sockaddr *sa, socklen_t length,
                         address_t *address, uint16_t *port) {
  *address = (address_t){.family = sa->sa_family};
  if (sa->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)sa;
    memcpy(address->octets, &v4->sin_addr, 4);
    *port = ntohs(v4->sin_port);
    return true;
  }
  if (sa->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)sa;
    memcpy(address->octets, &v6->sin6_addr, 16);
    address->scope = v6->sin6_scope_id;
    *port = ntohs(v6->sin6_port);
    return true;
  }
  return false;
}

static int write_text(const char *text, char *out, socklen_t size) {
  const size_t length = strlen(text);
  if (length >= size)
    return EAI_OVERFLOW;
  memcpy(out, text, length + 1);
  return 0;
}

static int numeric_host(const address_t *address, char *out, socklen_t size) {
  char text[INET6_ADDRSTRLEN + sizeof("%4294967295")];
  if (!inet_ntop(address->family, address->octets, text, INET6_ADDRSTRLEN))
    return EAI_FAIL;
  if (address->scope != 0)
    snprintf(text + strlen(text), sizeof("%4294967295"), "%%%u",
             (unsigned)address->scope);
  return write_text(text, out, size);
}

static int name_of(const address_t *address, char *out, socklen_t size) {
  warpgrid_shim_list_string_t names;
  const int status = warpgrid_find_names(address, &names);
  if (status != 0)
    return status;
  char name[HOST_NAME_LENGTH + 1];
  const bool found =
      names.len > 0 && warpgrid_copy_name(&names.ptr[0], name, sizeof(name));
  warpgrid_shim_list_string_free(&names);
  return found ? write_text(name, out, size) : EAI_NONAME;
}

/// An address without a name is given in its numeric form.
static int write_host(const address_t *address, char *out, socklen_t size,
                      int flags) {
  if ((flags & NI_NUMERICHOST) == 0) {
    const int status = name_of(address, out, size);
    if (status == 0 || status == EAI_OVERFLOW || (flags & NI_NAMEREQD) != 0)
      return status;
  }
  return numeric_host(address, out, size);
}

static int write_service(uint16_t port, char *out, socklen_t size, int flags) {
  const char *protocol = (flags & NI_DGRAM) != 0 ? "udp" : "tcp";
  const struct servent *service = (flags & NI_NUMERICSERV) == 0
                                      ? getservbyport(htons(port), protocol)
                                      : NULL;
  if (service)
    return write_text(service->s_name, out, size);
  char text[sizeof("65535")];
  snprintf(text, sizeof(text), "%u", (unsigned)port);
  return write_text(text, out, size);
}

bool __warpgrid_getnameinfo(const struct sockaddr *restrict sa, socklen_t salen,
                            char *restrict host, socklen_t hostlen,
                            char *restrict serv, socklen_t servlen, int flags,
                            int *result) {
  const int known =
      NI_NUMERICHOST | NI_NUMERICSERV | NI_NOFQDN | NI_NAMEREQD | NI_DGRAM;
  const bool wants_host = host && hostlen > 0;
  const bool wants_service = serv && servlen > 0;
  address_t address;
  uint16_t port;
  int status = 0;
  if ((flags & ~known) != 0)
    status = EAI_BADFLAGS;
  else if (!read_address(sa, salen, &address, &port))
    status = EAI_FAMILY;
  else if (!wants_host && !wants_service)
    status = EAI_NONAME;
  if (status == 0 && wants_host)
    status = write_host(&address, host, hostlen, flags);
  if (status == 0 && wants_service)
    status = write_service(port, serv, servlen, flags);
  *result = status;
  return true;
}
