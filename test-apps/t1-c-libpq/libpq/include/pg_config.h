/*
 * What PostgreSQL's configure would find out about wasm32-wasip2, as far as
 * libpq and what it draws in from src/common and src/port ask for it. Threads
 * and atomics are off: the target has neither.
 */
#ifndef WARPGRID_PG_CONFIG_H
#define WARPGRID_PG_CONFIG_H

#define PG_MAJORVERSION "15"
#define PG_MAJORVERSION_NUM 15
#define PG_MINORVERSION_NUM 18
#define PG_VERSION "15.18"
#define PG_VERSION_NUM 150018
#define PG_VERSION_STR "PostgreSQL 15.18 on wasm32-wasip2"
#define PACKAGE_BUGREPORT "pgsql-bugs@lists.postgresql.org"
#define PACKAGE_NAME "PostgreSQL"
#define PACKAGE_URL "https://www.postgresql.org/"

#define DEF_PGPORT 5432
#define DEF_PGPORT_STR "5432"
#define DLSUFFIX ".so"
#define PG_KRB_SRVNAM "postgres"

/* Types. */
#define ALIGNOF_DOUBLE 8
#define ALIGNOF_INT 4
#define ALIGNOF_LONG 4
#define ALIGNOF_LONG_LONG_INT 8
#define ALIGNOF_SHORT 2
#define MAXIMUM_ALIGNOF 8
#define HAVE_LONG_LONG_INT_64 1
#define INT64_MODIFIER "ll"
#define SIZEOF_BOOL 1
#define SIZEOF_LONG 4
#define SIZEOF_OFF_T 8
#define SIZEOF_SIZE_T 4
#define SIZEOF_VOID_P 4
#define PG_USE_STDBOOL 1
#define HAVE_SOCKLEN_T 1
#define HAVE_STRUCT_ADDRINFO 1
#define HAVE_STRUCT_SOCKADDR_STORAGE 1
#define HAVE_STRUCT_SOCKADDR_STORAGE_SS_FAMILY 1
#define HAVE_STRUCT_TM_TM_ZONE 1

/* The compiler. */
#define HAVE_FUNCNAME__FUNC 1
#define HAVE_TYPEOF 1
#define HAVE__BUILTIN_BSWAP16 1
#define HAVE__BUILTIN_BSWAP32 1
#define HAVE__BUILTIN_BSWAP64 1
#define HAVE__BUILTIN_CLZ 1
#define HAVE__BUILTIN_CONSTANT_P 1
#define HAVE__BUILTIN_CTZ 1
#define HAVE__BUILTIN_OP_OVERFLOW 1
#define HAVE__BUILTIN_TYPES_COMPATIBLE_P 1
#define HAVE__BUILTIN_UNREACHABLE 1
#define HAVE__STATIC_ASSERT 1
#define PG_C_PRINTF_ATTRIBUTE printf
#define pg_restrict __restrict

/* Headers. */
#define HAVE_INTTYPES_H 1
#define HAVE_LANGINFO_H 1
#define HAVE_NETINET_TCP_H 1
#define HAVE_POLL_H 1
#define HAVE_STDINT_H 1
#define HAVE_STDLIB_H 1
#define HAVE_STRINGS_H 1
#define HAVE_STRING_H 1
#define HAVE_SYS_SELECT_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_SYS_UIO_H 1
#define HAVE_TERMIOS_H 1
#define HAVE_UNISTD_H 1
#define STDC_HEADERS 1

/* Functions. */
#define HAVE_CLOCK_GETTIME 1
#define HAVE_DECL_FDATASYNC 1
#define HAVE_DECL_F_FULLFSYNC 0
#define HAVE_DECL_PREADV 1
#define HAVE_DECL_PWRITEV 1
#define HAVE_DECL_SIGWAIT 0
#define HAVE_DECL_STRCHRNUL 1
#define HAVE_DECL_STRLCAT 1
#define HAVE_DECL_STRLCPY 1
#define HAVE_DECL_STRNLEN 1
#define HAVE_DECL_STRTOLL 1
#define HAVE_DECL_STRTOULL 1
#define HAVE_EXPLICIT_BZERO 1
#define HAVE_GETADDRINFO 1
#define HAVE_INET_ATON 1
#define HAVE_INET_PTON 1
#define HAVE_IPV6 1
#define HAVE_LINK 1
#define HAVE_POLL 1
#define HAVE_PREAD 1
#define HAVE_PWRITE 1
#define HAVE_READLINK 1
#define HAVE_READV 1
#define HAVE_SETENV 1
#define HAVE_STRLCAT 1
#define HAVE_STRLCPY 1
#define HAVE_STRNLEN 1
#define HAVE_STRTOLL 1
#define HAVE_STRTOULL 1
#define HAVE_SYMLINK 1
#define HAVE_UNSETENV 1
#define HAVE_WRITEV 1

/* The server's, which shared headers mention. */
#define BLCKSZ 8192
#define MEMSET_LOOP_LIMIT 1024
#define RELSEG_SIZE 131072
#define XLOG_BLCKSZ 8192

#endif
