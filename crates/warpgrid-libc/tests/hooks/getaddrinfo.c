// Needs: libwarpgrid

#include "case.h"

static const char *type_name(int type) {
  return type == SOCK_STREAM ? "stream" : type == SOCK_DGRAM ? "dgram" : "?";
}

static void look_up(const char *host, const char *service,
                    const struct addrinfo *hint) {
  printf("%s %s", host ? host : "(null)", service ? service : "(null)");
  if (hint)
    printf(" family %d type %s protocol %d flags %x", hint->ai_family,
           hint->ai_socktype ? type_name(hint->ai_socktype) : "any",
           hint->ai_protocol, hint->ai_flags);
  puts("");
  struct addrinfo *list = NULL;
  int error = getaddrinfo(host, service, hint, &list);
  if (error != 0) {
    printf("  %s%s\n", eai_name(error), list ? ", and a list" : "");
    return;
  }
  int count = 0;
  for (struct addrinfo *entry = list; entry; entry = entry->ai_next) {
    char text[INET6_ADDRSTRLEN] = "";
    uint16_t port = 0;
    uint32_t scope = 0;
    if (entry->ai_family == AF_INET) {
      struct sockaddr_in *v4 = (struct sockaddr_in *)entry->ai_addr;
      inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
      port = ntohs(v4->sin_port);
    } else {
      struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)entry->ai_addr;
      inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
      port = ntohs(v6->sin6_port);
      scope = v6->sin6_scope_id;
    }
    if (++count > 8)
      continue;
    printf("  %s port %u %s protocol %d length %u", text, port,
           type_name(entry->ai_socktype), entry->ai_protocol,
           (unsigned)entry->ai_addrlen);
    if (scope)
      printf(" scope %u", (unsigned)scope);
    if (entry->ai_canonname)
      printf(" canonical %s", entry->ai_canonname);
    puts("");
  }
  if (count > 8)
    printf("  %d in all\n", count);
  freeaddrinfo(list);
}

#define HINT(...) (&(struct addrinfo){__VA_ARGS__})

int main(void) {
  puts("# names");
  look_up("db.test", "5432", NULL);
  look_up("both.test", NULL, NULL);
  look_up("both.test", "80", HINT(.ai_family = AF_INET));
  look_up("both.test", "80", HINT(.ai_family = AF_INET6));
  look_up("db.test", "80", HINT(.ai_family = AF_INET6));
  look_up("db.test", "80",
          HINT(.ai_family = AF_INET6, .ai_flags = AI_V4MAPPED));
  look_up("both.test", "80",
          HINT(.ai_family = AF_INET6, .ai_flags = AI_V4MAPPED | AI_ALL));
  look_up("db.test", "80", HINT(.ai_flags = AI_CANONNAME | AI_ADDRCONFIG));
  look_up("missing.test", "80", NULL);
  look_up("slow.test", "80", NULL);
  look_up("broken.test", "80", NULL);
  look_up("malformed.test", "80", NULL);
  look_up("crowd.test", "80", NULL);
  look_up("", "80", NULL);
  look_up("two words.test", "80", NULL);
  look_up("\xff\xfe.test", "80", NULL);
  static char longest[300];
  memset(longest, 'a', sizeof(longest) - 1);
  printf("(too long) ");
  struct addrinfo *list;
  puts(eai_name(getaddrinfo(longest, "80", NULL, &list)));

  puts("# addresses");
  look_up("192.0.2.7", "5432", NULL);
  look_up("2001:db8::7", "5432", HINT(.ai_flags = AI_NUMERICHOST));
  look_up("fe80::1%3", "5432", NULL);
  look_up("fe80::1%eth0", "5432", HINT(.ai_flags = AI_NUMERICHOST));
  look_up("192.0.2.7", "5432", HINT(.ai_family = AF_INET6));
  look_up("db.test", "5432", HINT(.ai_flags = AI_NUMERICHOST));
  look_up(NULL, "5432", NULL);
  look_up(NULL, "5432", HINT(.ai_flags = AI_PASSIVE));
  look_up(NULL, "5432", HINT(.ai_flags = AI_PASSIVE, .ai_family = AF_INET6));
  look_up(NULL, NULL, NULL);

  puts("# services");
  look_up("db.test", "https", NULL);
  look_up("db.test", "ssh", NULL);
  look_up("db.test", "https", HINT(.ai_socktype = SOCK_STREAM));
  look_up("db.test", "https", HINT(.ai_socktype = SOCK_DGRAM));
  look_up("db.test", "ssh", HINT(.ai_socktype = SOCK_DGRAM));
  look_up("db.test", "nothing", NULL);
  look_up("db.test", "https", HINT(.ai_flags = AI_NUMERICSERV));
  look_up("db.test", "65535", NULL);
  look_up("db.test", "65536", NULL);
  look_up("db.test", "-1", NULL);
  look_up("db.test", "", NULL);
  look_up("db.test", "53", HINT(.ai_socktype = SOCK_DGRAM));
  look_up("db.test", "53", HINT(.ai_protocol = IPPROTO_UDP));
  look_up("db.test", "53",
          HINT(.ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP));

  puts("# hints");
  look_up("db.test", "80", HINT(.ai_flags = 0x8000));
  look_up("db.test", "80", HINT(.ai_family = AF_UNIX));
  look_up("db.test", "80", HINT(.ai_socktype = 77));
  look_up("db.test", "80",
          HINT(.ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_UDP));
  look_up(NULL, "80", HINT(.ai_flags = AI_CANONNAME));
  return 0;
}
