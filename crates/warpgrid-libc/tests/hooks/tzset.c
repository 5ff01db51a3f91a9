// Needs: libwarpgrid

#define _GNU_SOURCE
#include <time.h>

#include "case.h"

static void print(const char *zone) {
  setenv("TZ", zone, 1);
  tzset();
  printf("%s: %s %s, %ld west, daylight saving %d\n", zone, tzname[0],
         tzname[1], timezone, daylight);
}

int main(void) {
  printf("%s %s %ld %d\n", tzname[0], tzname[1], timezone, daylight);
  print("Europe/Berlin");
  print("America/New_York");
  print("Asia/Kathmandu");
  print("EST5EDT");
  print("Nowhere/Land");
  setenv("TZ", "Europe/Berlin", 1);
  time_t time = 1751328000;
  localtime(&time);
  printf("%s\n", tzname[1]);
  return 0;
}
