/* What wasi-libc's own tests use of libc-test's header of this name: a report
 * of what went wrong, and the exit status that follows from it. */
#ifndef TEST_H
#define TEST_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int t_status = 0;

#define t_error(...)                                                           \
  (t_status = 1, (void)printf("%s:%d: ", __FILE_NAME__, __LINE__),             \
   (void)printf(__VA_ARGS__))

#endif
