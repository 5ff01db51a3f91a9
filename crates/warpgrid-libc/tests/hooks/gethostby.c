// Needs: libwarpgrid

#include "case.h"

static void print(const char *what, const struct hostent *host) {
  printf("%s: ", what);
  if (!host) {
    puts(h_errno == HOST_NOT_FOUND ? "HOST_NOT_FOUND"
         : h_errno == TRY_AGAIN    ? "TRY_AGAIN"
         : h_errno == NO_RECOVERY  ? "NO_RECOVERY"
                                   : "no entry");
    return;
  }
  printf("%s", host->h_name);
  for (char **alias = host->h_aliases; *alias; alias++)
    printf(" alias %s", *alias);
  int count = 0;
  for (char **address = host->h_addr_list; *address; address++) {
    char text[INET6_ADDRSTRLEN];
    if (++count <= 4)
      printf(" %s", inet_ntop(host->h_addrtype, *address, text, sizeof(text)));
  }
  printf(" (%d of %d bytes)\n", count, host->h_length);
}

static void by_name(const char *name) { print(name, gethostbyname(name)); }

static void by_address(const char *text) {
  unsigned char address[16];
  int family = strchr(text, ':') ? AF_INET6 : AF_INET;
  inet_pton(family, text, address);
  print(text, gethostbyaddr(address, family == AF_INET ? 4 : 16, family));
}

int main(void) {
  by_name("db.test");
  by_name("both.test");
  by_name("crowd.test");
  by_name("192.0.2.7");
  by_name("2001:db8::7");
  by_name("missing.test");
  by_name("slow.test");
  by_name("broken.test");
  by_name("malformed.test");
  by_name("");

  by_address("192.0.2.1");
  by_address("192.0.2.2");
  by_address("192.0.2.3");
  by_address("192.0.2.4");
  by_address("192.0.2.5");
  by_address("192.0.2.6");
  by_address("192.0.2.7");
  by_address("192.0.2.99");
  by_address("2001:db8::1");
  print("wrong length", gethostbyaddr("\1\2\3\4", 3, AF_INET));
  print("wrong family", gethostbyaddr("\1\2\3\4", 4, AF_UNIX));
  return 0;
}
