/*
 * t1 [CONNINFO [CHECK...]]: uses libpq in the ways that programs do, and
 * prints what it saw. Without CONNINFO, libpq takes PGHOST and its like from
 * the environment; without names, every check runs.
 */

#include "checks.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	void (*check)(PGconn *conn);
} checks[] = {
	{"parameters", check_parameters},
	{"binary", check_binary},
	{"prepared", check_prepared},
	{"error", check_error},
	{"transaction", check_transaction},
	{"large-result", check_large_result},
	{"large-parameter", check_large_parameter},
	{"single-row", check_single_row},
	{"copy", check_copy},
	{"connect-poll", check_connect_poll},
	{"nonblocking", check_nonblocking},
	{"pipeline", check_pipeline},
	{"notify", check_notify},
	{"cancel", check_cancel},
};

#define COUNT (sizeof checks / sizeof checks[0])

const char *conninfo = "";

static int wanted(const char *name, int argc, char **argv)
{
	if (argc <= 2)
		return 1;
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	PGconn *conn;

	if (argc > 1)
		conninfo = argv[1];
	conn = PQconnectdb(conninfo);
	if (PQstatus(conn) != CONNECTION_OK)
		fail(conn, "connecting");
	printf("connected to %s, protocol %d, %s\n", PQdb(conn), PQprotocolVersion(conn),
		   PQparameterStatus(conn, "client_encoding"));
	for (size_t i = 0; i < COUNT; i++) {
		if (!wanted(checks[i].name, argc, argv))
			continue;
		printf("== %s\n", checks[i].name);
		checks[i].check(conn);
		if (PQtransactionStatus(conn) != PQTRANS_IDLE)
			fail(conn, "leaving the session idle");
		fflush(stdout);
	}
	PQfinish(conn);
	puts("done");
	return 0;
}
