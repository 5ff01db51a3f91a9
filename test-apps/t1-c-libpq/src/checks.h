/*
 * Each check uses one part of libpq and prints what it saw, without anything
 * that differs from run to run. A check that cannot go on ends the program.
 */
#ifndef CHECKS_H
#define CHECKS_H

#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>

/* queries.c */
void check_parameters(PGconn *conn);
void check_binary(PGconn *conn);
void check_prepared(PGconn *conn);
void check_error(PGconn *conn);
void check_transaction(PGconn *conn);

/* bulk.c */
void check_large_result(PGconn *conn);
void check_large_parameter(PGconn *conn);
void check_single_row(PGconn *conn);
void check_copy(PGconn *conn);

/* waiting.c */
void check_connect_poll(PGconn *conn);
void check_nonblocking(PGconn *conn);
void check_pipeline(PGconn *conn);
void check_notify(PGconn *conn);
void check_cancel(PGconn *conn);

/* session.c */

/* A second session like that of `conn`. */
PGconn *another(PGconn *conn);

/* What connection parameters the program was called with. */
extern const char *conninfo;

/* Runs a statement and insists on the status. The caller clears the result. */
PGresult *run(PGconn *conn, const char *sql, ExecStatusType wanted);

/* Insists on the status of a result. */
PGresult *expect(PGconn *conn, PGresult *result, ExecStatusType wanted);

/* Runs a statement that gives one value, and prints it after the label. */
void print_value(PGconn *conn, const char *label, const char *sql);

/* Waits until the socket of a session is ready for one of the events of
 * poll(). */
void await(PGconn *conn, short events);

/* Ends the program, saying what failed and what libpq says of it. */
_Noreturn void fail(PGconn *conn, const char *what);

/* FNV-1a, 64 bits: `hash` is DIGEST_START, or the digest of what came before. */
#define DIGEST_START UINT64_C(0xcbf29ce484222325)
uint64_t digest(uint64_t hash, const void *data, size_t length);

#endif
