/*
 * Each check uses one part of MariaDB Connector/C and prints what it saw,
 * without anything that differs from run to run. A check that cannot go on ends
 * the program.
 */
#ifndef CHECKS_H
#define CHECKS_H

#include <mysql.h>
#include <stddef.h>
#include <stdint.h>

/* queries.c */
void check_query(MYSQL *mysql);
void check_errors(MYSQL *mysql);
void check_transaction(MYSQL *mysql);
void check_several_statements(MYSQL *mysql);
void check_generated_keys(MYSQL *mysql);

/* types.c */
void check_types_as_text(MYSQL *mysql);
void check_types_as_binary(MYSQL *mysql);

/* statements.c */
void check_prepared(MYSQL *mysql);
void check_cursor(MYSQL *mysql);
void check_refused_statements(MYSQL *mysql);

/* bulk.c */
void check_large_result(MYSQL *mysql);
void check_large_parameter(MYSQL *mysql);
void check_row_by_row(MYSQL *mysql);

/* session.c */
void check_character_sets(MYSQL *mysql);
void check_database(MYSQL *mysql);
void check_fresh_session(MYSQL *mysql);
void check_reset(MYSQL *mysql);

/* waiting.c */
void check_nonblocking(MYSQL *mysql);
void check_reconnect(MYSQL *mysql);

/* connection.c */

/* Where the server is, and who logs in: no password where the host does. */
extern const char *host, *user, *password, *database;
extern unsigned port;

/* A connection that is made by the connector's own settings. */
MYSQL *connected(void);

/* Runs a statement without rows. */
void run(MYSQL *mysql, const char *sql);

/* Runs a query and prints its rows after a label. */
void show(MYSQL *mysql, const char *label, const char *sql);

/* Runs a statement that is refused, and prints why. */
void refused(MYSQL *mysql, const char *sql);

/* Prints the rows of a result and frees it. */
void print_rows(MYSQL *mysql, MYSQL_RES *result);

/* A prepared statement. */
MYSQL_STMT *prepared(MYSQL *mysql, const char *sql);

/* Ends the program, saying what failed and what the connector says of it. */
_Noreturn void fail(MYSQL *mysql, const char *what);
_Noreturn void fail_statement(MYSQL_STMT *statement, const char *what);

/* FNV-1a, 64 bits: `hash` is DIGEST_START, or the digest of what came before. */
#define DIGEST_START UINT64_C(0xcbf29ce484222325)
uint64_t digest(uint64_t hash, const void *data, size_t length);

#endif
