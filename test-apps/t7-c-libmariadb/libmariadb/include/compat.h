/*
 * What the connector takes for granted on a Unix system and wasm32-wasip2 does
 * not have. Included ahead of every file.
 */
#ifndef WARPGRID_COMPAT_H
#define WARPGRID_COMPAT_H

#include <sys/types.h>

/* Urgent data, which the target's sockets do not have. */
#ifndef POLLPRI
#define POLLPRI 0
#endif

/* A system without users: none is the superuser, whose name the connector
 * would log in by. */
static inline uid_t geteuid(void) { return 1; }

#endif
