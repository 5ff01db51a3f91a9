/* One way of using a database, over and over; prints nanoseconds for each time.
 *
 *   connect N  connect, query, close
 *   held N     query on one connection, then the reset that a pool makes
 */
#define _POSIX_C_SOURCE 200809L
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t now(void) {
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static PGconn *opened(void) {
	PGconn *conn = PQconnectdb("");
	if (PQstatus(conn) != CONNECTION_OK) {
		fprintf(stderr, "%s", PQerrorMessage(conn));
		exit(1);
	}
	return conn;
}

static void run(PGconn *conn, const char *sql, ExecStatusType expected) {
	PGresult *result = PQexec(conn, sql);
	if (PQresultStatus(result) != expected) {
		fprintf(stderr, "%s: %s", sql, PQerrorMessage(conn));
		exit(1);
	}
	PQclear(result);
}

int main(int argc, char **argv) {
	long rounds = argc == 3 ? atol(argv[2]) : 0;
	if (rounds <= 0) {
		fprintf(stderr, "usage: bench connect|held N\n");
		return 2;
	}
	int held = strcmp(argv[1], "held") == 0;
	PGconn *conn = opened();
	run(conn, "SELECT 1", PGRES_TUPLES_OK);
	if (!held)
		PQfinish(conn);
	int64_t begin = now();
	for (long round = 0; round < rounds; round++) {
		if (!held)
			conn = opened();
		run(conn, "SELECT 1", PGRES_TUPLES_OK);
		if (held)
			run(conn, "DISCARD ALL", PGRES_COMMAND_OK);
		else
			PQfinish(conn);
	}
	printf("%lld\n", (long long)((now() - begin) / rounds));
	return 0;
}
