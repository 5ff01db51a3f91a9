/*
 * What libpq takes for granted on a Unix system and wasm32-wasip2 does not
 * have. Included ahead of every file. Each answers as a system would that has
 * no users and no processes.
 */
#ifndef WARPGRID_COMPAT_H
#define WARPGRID_COMPAT_H

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* Linux's value, one that no errno of WASI has. */
#ifndef EHOSTDOWN
#define EHOSTDOWN 1112
#endif

static inline uid_t geteuid(void) { return 0; }

/* libpq looks for a paging program only where it prints to a terminal. */
static inline FILE *popen(const char *command, const char *mode)
{
	(void) command, (void) mode;
	errno = ENOSYS;
	return NULL;
}

static inline int pclose(FILE *stream)
{
	(void) stream;
	errno = ENOSYS;
	return -1;
}

#endif
