/*
 * In the place of the libc's own, which leaves the path out because the target
 * has no sockets of the Unix domain. hiredis names it; connecting to one gives
 * an error.
 */
#ifndef WARPGRID_STRUCT_SOCKADDR_UN_H
#define WARPGRID_STRUCT_SOCKADDR_UN_H

#include <__typedef_sa_family_t.h>

struct sockaddr_un {
	_Alignas(__BIGGEST_ALIGNMENT__) sa_family_t sun_family;
	char sun_path[108];
};

#endif
