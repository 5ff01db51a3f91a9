/*
 * What the connector's CMake would find out about wasm32-wasip2. Without
 * sockets of the Unix domain, pwd.h and ucontext.h: the target has none.
 */
#ifndef WARPGRID_MA_CONFIG_H
#define WARPGRID_MA_CONFIG_H

/* Headers. */
#define HAVE_ALLOCA_H 1
#define HAVE_DLFCN_H 1
#define HAVE_FCNTL_H 1
#define HAVE_FLOAT_H 1
#define HAVE_LIMITS_H 1
#define HAVE_STDDEF_H 1
#define HAVE_STDINT_H 1
#define HAVE_STDLIB_H 1
#define HAVE_STRING_H 1
#define HAVE_SYS_IOCTL_H 1
#define HAVE_SYS_SELECT_H 1
#define HAVE_SYS_SOCKET_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_UNISTD_H 1

/* Functions. */
#define HAVE_DLERROR 1
#define HAVE_DLOPEN 1
#define HAVE_MEMCPY 1
#define HAVE_NL_LANGINFO 1
#define HAVE_POLL 1
#define HAVE_SETLOCALE 1
#define HAVE_STRTOK_R 1
#define HAVE_STRTOL 1
#define HAVE_STRTOLL 1
#define HAVE_STRTOUL 1
#define HAVE_STRTOULL 1
#define HAVE_VASPRINTF 1
#define HAVE_VSNPRINTF 1

/* Types. */
#define HAVE_CHARP 1
#define HAVE_INT 1
#define HAVE_LONG 1
#define HAVE_LONG_LONG 1
#define HAVE_SIZE_T 1
#define HAVE_SOCKLEN_T 1
#define HAVE_UINT 1
#define HAVE_ULONG 1
#define HAVE_USHORT 1
#define SIZEOF_CHARP 4
#define SIZEOF_INT 4
#define SIZEOF_LONG 4
#define SIZEOF_LONG_LONG 8
#define SIZEOF_SIZE_T 4
#define SIZEOF_SOCKLEN_T 4
#define SIZEOF_UINT 4
#define SIZEOF_ULONG 4
#define SIZEOF_USHORT 2
#define SOCKET_SIZE_TYPE socklen_t

/* Answered by the program alone, where it allows it. */
#define LOCAL_INFILE_MODE_OFF 0
#define LOCAL_INFILE_MODE_ON 1
#define LOCAL_INFILE_MODE_AUTO 2
#define ENABLED_LOCAL_INFILE LOCAL_INFILE_MODE_AUTO

#define MARIADB_DEFAULT_CHARSET "utf8mb4"

#endif
