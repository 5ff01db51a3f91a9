/* A system without shared objects: the connector has its plugins built in, and
 * any other is none that can be loaded. */
#ifndef WARPGRID_DLFCN_H
#define WARPGRID_DLFCN_H

#include <stddef.h>

#define RTLD_NOW 0

static inline void *dlopen(const char *file, int mode)
{
	(void) file, (void) mode;
	return NULL;
}

static inline void *dlsym(void *object, const char *name)
{
	(void) object, (void) name;
	return NULL;
}

static inline int dlclose(void *object)
{
	(void) object;
	return 0;
}

static inline const char *dlerror(void) { return "the target has no shared objects"; }

#endif
