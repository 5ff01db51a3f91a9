/*
 * Each check uses one part of hiredis and prints what it saw, without anything
 * that differs from run to run. A check that cannot go on ends the program.
 */
#ifndef CHECKS_H
#define CHECKS_H

#include <hiredis/hiredis.h>
#include <stddef.h>
#include <stdint.h>

/* commands.c */
void check_values(redisContext *redis);
void check_errors(redisContext *redis);
void check_transaction(redisContext *redis);
void check_scan(redisContext *redis);
void check_lua(redisContext *redis);

/* bulk.c */
void check_large_value(redisContext *redis);
void check_pipeline(redisContext *redis);

/* waiting.c */
void check_blocking(redisContext *redis);
void check_timeout(redisContext *redis);
void check_subscribe(redisContext *redis);

/* asynchronous.c */
void check_asynchronous(redisContext *redis);
void check_asynchronous_subscribe(redisContext *redis);

/* session.c */
void check_resp3(redisContext *redis);
void check_fresh_session(redisContext *redis);
void check_reconnect(redisContext *redis);

/* connection.c */

/* Where the server is, and its password: NULL where the host logs in. */
extern const char *host, *password;
extern int port;

/* A connection that is logged in. */
redisContext *connected(void);

/* Logs a connection in, where there is a password. */
void log_in(redisContext *redis);

/* Runs a command and insists on an answer, which may be an error. The caller
 * frees it. */
redisReply *run(redisContext *redis, const char *format, ...);

/* Insists on an answer. */
redisReply *expect(redisContext *redis, void *reply);

/* Prints an answer after a label, with all that it holds, and frees it. */
void show(const char *label, redisReply *reply);

/* Ends the program, saying what failed and what hiredis says of it. */
_Noreturn void fail(const redisContext *redis, const char *what);

/* FNV-1a, 64 bits. */
uint64_t digest(const void *data, size_t length);

#endif
