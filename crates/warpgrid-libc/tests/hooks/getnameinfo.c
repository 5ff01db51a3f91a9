// Needs: libwarpgrid

#include "case.h"

static const char *eai_name(int error) {
  switch (error) {
  case EAI_BADFLAGS:
    return "EAI_BADFLAGS";
  case EAI_NONAME:
    return "EAI_NONAME";
  case EAI_AGAIN:
    return "EAI_AGAIN";
  case EAI_FAIL:
    return "EAI_FAIL";
  case EAI_FAMILY:
    return "EAI_FAMILY";
  case EAI_OVERFLOW:
    return "EAI_OVERFLOW";
  case EAI_SYSTEM:
    return "EAI_SYSTEM";
  default:
    return "other";
  }
}

static void look_up(const char *address, int port, int flags,
                    socklen_t host_size, socklen_t service_size) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } name = {0};
  socklen_t length;
  if (strchr(address, ':')) {
    name.v6.sin6_family = AF_INET6;
    name.v6.sin6_port = htons(port);
    inet_pton(AF_INET6, address, &name.v6.sin6_addr);
    name.v6.sin6_scope_id = IN6_IS_ADDR_LINKLOCAL(&name.v6.sin6_addr) ? 3 : 0;
    length = sizeof(name.v6);
  } else {
    name.v4.sin_family = AF_INET;
    name.v4.sin_port = htons(port);
    inet_pton(AF_INET, address, &name.v4.sin_addr);
    length = sizeof(name.v4);
  }
  char host[300] = "-", service[50] = "-";
  int status = getnameinfo(&name.any, length, host_size ? host : NULL, host_size,
                           service_size ? service : NULL, service_size, flags);
  if (status != 0)
    printf("%s %d %x: %s\n", address, port, flags, eai_name(status));
  else
    printf("%s %d %x: %s %s\n", address, port, flags, host, service);
}

int main(void) {
  look_up("192.0.2.1", 443, 0, 300, 50);
  look_up("192.0.2.1", 443, NI_NUMERICHOST, 300, 50);
  look_up("192.0.2.1", 443, NI_NUMERICHOST | NI_NUMERICSERV, 300, 50);
  look_up("192.0.2.1", 65000, 0, 300, 50);
  look_up("192.0.2.1", 22, NI_DGRAM, 300, 50);
  look_up("192.0.2.2", 80, 0, 300, 50);
  look_up("192.0.2.3", 80, 0, 300, 50);
  look_up("192.0.2.3", 80, NI_NAMEREQD, 300, 50);
  look_up("192.0.2.4", 80, NI_NAMEREQD, 300, 50);
  look_up("192.0.2.5", 80, NI_NAMEREQD, 300, 50);
  look_up("192.0.2.6", 80, NI_NAMEREQD, 300, 50);
  look_up("192.0.2.7", 80, NI_NAMEREQD, 300, 50);
  look_up("192.0.2.99", 80, 0, 300, 50);
  look_up("192.0.2.99", 80, NI_NAMEREQD, 300, 50);
  look_up("2001:db8::1", 80, 0, 300, 50);
  look_up("fe80::5", 80, NI_NUMERICHOST, 300, 50);
  look_up("192.0.2.1", 443, 0, 300, 0);
  look_up("192.0.2.1", 443, 0, 0, 50);
  look_up("192.0.2.1", 443, 0, 0, 0);
  look_up("192.0.2.1", 443, 0, 7, 50);
  look_up("192.0.2.1", 443, NI_NUMERICHOST, 9, 50);
  look_up("192.0.2.1", 443, 0, 300, 5);
  look_up("192.0.2.1", 443, 0x8000, 300, 50);

  struct sockaddr short_name = {.sa_family = AF_INET};
  char host[10];
  puts(eai_name(getnameinfo(&short_name, 2, host, sizeof(host), NULL, 0, 0)));
  short_name.sa_family = AF_UNIX;
  puts(eai_name(getnameinfo(&short_name, sizeof(short_name), host, sizeof(host),
                            NULL, 0, 0)));
  return 0;
}
