/* Sessions, and what every check needs of them. */

#include "checks.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long any one wait may take, in milliseconds. */
#define PATIENCE 60000

PGconn *another(PGconn *conn)
{
	PGconn *second = PQconnectdb(conninfo);

	if (PQstatus(second) != CONNECTION_OK)
		fail(second, "a second session");
	if (strcmp(PQdb(second), PQdb(conn)) != 0)
		fail(second, "the second session's database");
	return second;
}

PGresult *run(PGconn *conn, const char *sql, ExecStatusType wanted)
{
	return expect(conn, PQexec(conn, sql), wanted);
}

PGresult *expect(PGconn *conn, PGresult *result, ExecStatusType wanted)
{
	if (PQresultStatus(result) != wanted) {
		fprintf(stderr, "expected %s, got %s\n", PQresStatus(wanted),
				PQresStatus(PQresultStatus(result)));
		fail(conn, "a statement");
	}
	return result;
}

void print_value(PGconn *conn, const char *label, const char *sql)
{
	PGresult *result = run(conn, sql, PGRES_TUPLES_OK);

	printf("%s: %s\n", label, PQgetvalue(result, 0, 0));
	PQclear(result);
}

void await(PGconn *conn, short events)
{
	struct pollfd socket = {.fd = PQsocket(conn), .events = events};
	int ready;

	do
		ready = poll(&socket, 1, PATIENCE);
	while (ready < 0 && errno == EINTR);
	if (ready < 0)
		fail(conn, strerror(errno));
	if (ready == 0)
		fail(conn, "a wait that took too long");
}

void fail(PGconn *conn, const char *what)
{
	fflush(stdout);
	fprintf(stderr, "%s failed: %s", what, PQerrorMessage(conn));
	exit(1);
}

uint64_t digest(uint64_t hash, const void *data, size_t length)
{
	const unsigned char *byte = data;

	while (length-- > 0)
		hash = (hash ^ *byte++) * UINT64_C(0x100000001b3);
	return hash;
}
