// The connect hook: sockets whose endpoint the host proxies.

#include "generated/warpgrid_shim.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <wasi/warpgrid_hooks.h>

#if WARPGRID_HOOKS_VERSION != 1
#error "this sysroot has other hooks; run `cargo xtask setup`"
#endif

static int errno_of(warpgrid_database_proxy_db_error_t error) {
  switch (error) {
  case WARPGRID_DATABASE_PROXY_DB_ERROR_CONNECTION_REFUSED:
    return ECONNREFUSED;
  case WARPGRID_DATABASE_PROXY_DB_ERROR_TIMEOUT:
    return ETIMEDOUT;
  case WARPGRID_DATABASE_PROXY_DB_ERROR_POOL_EXHAUSTED:
    return EBUSY;
  case WARPGRID_DATABASE_PROXY_DB_ERROR_CLOSED:
    return ECONNRESET;
  case WARPGRID_DATABASE_PROXY_DB_ERROR_PROTOCOL_ERROR:
  default:
    return EPROTO;
  }
}

static ssize_t stream_send(uint64_t stream, const void *data, size_t length) {
  warpgrid_shim_list_u8_t bytes = {.ptr = (uint8_t *)data, .len = length};
  warpgrid_database_proxy_db_error_t error;
  uint32_t taken;
  if (!warpgrid_database_proxy_send(stream, &bytes, &taken, &error)) {
    errno = errno_of(error);
    return -1;
  }
  if (taken > length) {
    errno = EPROTO;
    return -1;
  }
  return taken;
}

static int stream_receive(uint64_t stream, size_t max, bool block,
                          uint8_t **data, size_t *length) {
  const uint32_t wanted = max < UINT32_MAX ? max : UINT32_MAX;
  warpgrid_shim_option_list_u8_t received = {.is_some = true};
  warpgrid_database_proxy_db_error_t error;
  const bool ok =
      block ? warpgrid_database_proxy_recv(stream, wanted, &received.val, &error)
            : warpgrid_sockets_try_recv(stream, wanted, &received, &error);
  if (!ok) {
    errno = errno_of(error);
    return -1;
  }
  if (!received.is_some) {
    errno = EAGAIN;
    return -1;
  }
  if (received.val.len > wanted) {
    warpgrid_shim_list_u8_free(&received.val);
    errno = EPROTO;
    return -1;
  }
  *data = received.val.ptr;
  *length = received.val.len;
  return 0;
}

static bool stream_wait(uint64_t stream, uint64_t timeout) {
  warpgrid_sockets_list_connection_t connections = {.ptr = &stream, .len = 1};
  return warpgrid_sockets_wait(&connections, &timeout) == 0;
}

static int32_t stream_subscribe(uint64_t stream) {
  return warpgrid_sockets_subscribe(stream).__handle;
}

static const warpgrid_stream_ops_t stream_ops = {
    .send = stream_send,
    .receive = stream_receive,
    .wait = stream_wait,
    .subscribe = stream_subscribe,
    .close = warpgrid_database_proxy_close,
};

/// Writes an IPv4 address in its textual form; inet_ntop does so with printf.
static void write_v4(const uint8_t octets[static 4],
                     char text[static INET6_ADDRSTRLEN]) {
  for (int i = 0; i < 4; i++) {
    if (octets[i] >= 100)
      *text++ = (char)('0' + octets[i] / 100);
    if (octets[i] >= 10)
      *text++ = (char)('0' + octets[i] / 10 % 10);
    *text++ = (char)('0' + octets[i] % 10);
    *text++ = i < 3 ? '.' : '\0';
  }
}

/// The address in its textual form, an IPv4 address mapped into IPv6 as IPv4.
static bool endpoint_of(const struct sockaddr *addr, socklen_t addrlen,
                        char host[static INET6_ADDRSTRLEN], uint16_t *port) {
  if (!addr || addrlen < sizeof(struct sockaddr_in))
    return false;
  if (addr->sa_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)addr;
    *port = ntohs(v4->sin_port);
    write_v4((const uint8_t *)&v4->sin_addr, host);
    return true;
  }
  if (addr->sa_family != AF_INET6 || addrlen < sizeof(struct sockaddr_in6))
    return false;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)addr;
  *port = ntohs(v6->sin6_port);
  if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
    write_v4(v6->sin6_addr.s6_addr + 12, host);
    return true;
  }
  return inet_ntop(AF_INET6, &v6->sin6_addr, host, INET6_ADDRSTRLEN) != NULL;
}

/// The configuration to connect with where the endpoint is proxied. Asked
/// first: what is not proxied, as most is, is to pay for no more.
static bool route(const struct sockaddr *addr, socklen_t addrlen,
                  warpgrid_database_proxy_db_config_t *config) {
  char text[INET6_ADDRSTRLEN];
  uint16_t port;
  if (!endpoint_of(addr, addrlen, text, &port))
    return false;
  warpgrid_shim_string_t host = {.ptr = (uint8_t *)text, .len = strlen(text)};
  return warpgrid_sockets_route(&host, port, config);
}

bool __warpgrid_connect(int fd, const struct sockaddr *addr, socklen_t addrlen,
                        int *result) {
  warpgrid_database_proxy_db_config_t config;
  if (!route(addr, addrlen, &config)) {
    __wasilibc_socket_make_plain(fd);
    return false;
  }
  const bool unconnected = __wasilibc_socket_is_unconnected(fd, addr, addrlen);
  warpgrid_database_proxy_connection_t stream = 0;
  warpgrid_database_proxy_db_error_t error;
  const bool connected =
      unconnected && warpgrid_database_proxy_connect(&config, &stream, &error);
  warpgrid_database_proxy_db_config_free(&config);
  if (!unconnected)
    return false;
  *result = __wasilibc_socket_proxy(fd, addr, addrlen, &stream_ops, stream,
                                    connected ? 0 : errno_of(error));
  return true;
}
