// Needs: libwarpgrid

#include "case.h"
#include <time.h>

static void print(const char *zone, time_t time) {
  if (zone)
    setenv("TZ", zone, 1);
  else
    unsetenv("TZ");
  struct tm *local = localtime(&time);
  char text[100], with_zone[100];
  strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", local);
  strftime(with_zone, sizeof(with_zone), "%Z %z", local);
  struct tm copy = *local;
  time_t back = mktime(&copy);
  printf("%s: %s %s, daylight saving %d, %ld east%s\n", zone ? zone : "(unset)",
         text, with_zone, local->tm_isdst, (long)local->tm_gmtoff,
         back == time ? "" : ", and back another time");
}

static void print_all(const char *zone) {
  static const time_t times[] = {
      0,
      1735689600,   // 2025-01-01
      1751328000,   // 2025-07-01
      1761436799,   // the last second of Berlin's summer in 2025
      1761440400,   // the first hour of the winter after it
      4102444800,   // 2100-01-01
      -2208988800,  // 1900-01-01
      7258118400,   // 2200-01-01
  };
  for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
    print(zone, times[i]);
}

int main(void) {
  print_all("Europe/Berlin");
  print_all("America/New_York");
  print("Asia/Kathmandu", 1735689600);
  print("UTC", 1735689600);
  print(":Europe/Berlin", 1751328000);
  print("/usr/share/zoneinfo/Europe/Berlin", 1751328000);
  print("EST5EDT,M3.2.0,M11.1.0", 1751328000);
  print("<+0330>-3:30", 1735689600);
  print("Nowhere/Land", 1735689600);
  print("/virtual/zone", 1735689600);
  print("/virtual/empty", 1735689600);
  print("/virtual/large", 1735689600);
  print("/virtual", 1735689600);
  print("", 1735689600);
  print(NULL, 1735689600);

  // An hour that does not exist, and one that comes twice.
  setenv("TZ", "Europe/Berlin", 1);
  struct tm missing = {.tm_year = 125, .tm_mon = 2, .tm_mday = 30,
                       .tm_hour = 2, .tm_min = 30, .tm_isdst = -1};
  printf("missing hour: %lld\n", (long long)mktime(&missing));
  struct tm twice = {.tm_year = 125, .tm_mon = 9, .tm_mday = 26,
                     .tm_hour = 2, .tm_min = 30, .tm_isdst = 1};
  printf("in summer: %lld\n", (long long)mktime(&twice));
  twice = (struct tm){.tm_year = 125, .tm_mon = 9, .tm_mday = 26,
                      .tm_hour = 2, .tm_min = 30, .tm_isdst = 0};
  printf("in winter: %lld\n", (long long)mktime(&twice));

  time_t time = 1751328000;
  printf("ctime: %s", ctime(&time));
  struct tm utc;
  gmtime_r(&time, &utc);
  printf("gmtime: %s", asctime(&utc));
  printf("timegm: %lld\n", (long long)timegm(&utc));
  return 0;
}
