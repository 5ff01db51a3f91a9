// Needs: libwarpgrid

#include "case.h"
#include <pthread.h>

static void *run(void *argument) { return argument; }

int main(void) {
  pthread_t thread;
  for (int i = 0; i < 2; i++)
    printf("pthread_create: %s\n",
           error_name(pthread_create(&thread, NULL, run, NULL)));
  return 0;
}
