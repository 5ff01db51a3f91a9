/*
 * What libpq takes for granted on a Unix system and wasm32-wasip2 does not
 * have. Included ahead of every file. Each answers as a system would that has
 * no users, no processes and no signals.
 */
#ifndef WARPGRID_COMPAT_H
#define WARPGRID_COMPAT_H

/* signal.h refuses to be included without; its functions are not used. */
#ifndef _WASI_EMULATED_SIGNAL
#define _WASI_EMULATED_SIGNAL
#endif

#include <errno.h>
#include <signal.h>
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

/* Signal dispositions are accepted: writing to a closed socket never signals. */
#undef SIG_DFL
#undef SIG_IGN
#undef SIG_ERR
#define SIG_DFL ((void (*)(int)) 0)
#define SIG_IGN ((void (*)(int)) 1)
#define SIG_ERR ((void (*)(int)) -1)

struct sigaction {
	void (*sa_handler)(int);
	sigset_t sa_mask;
	int sa_flags;
};

#ifndef SA_RESTART
#define SA_RESTART 0x10000000
#endif
#ifndef SA_NOCLDSTOP
#define SA_NOCLDSTOP 1
#endif

static inline int sigemptyset(sigset_t *set)
{
	(void) set;
	return 0;
}

static inline int sigaction(int signal, const struct sigaction *new_action,
							struct sigaction *old_action)
{
	(void) signal, (void) new_action;
	if (old_action)
		old_action->sa_handler = SIG_DFL;
	return 0;
}

#endif
