/* Much data in either direction. */

#include "checks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEGABYTE (1024 * 1024)

void check_large_result(PGconn *conn)
{
	PGresult *result = run(conn,
						   "SELECT n, repeat(md5(n::text), 32) FROM generate_series(1, 10240) n",
						   PGRES_TUPLES_OK);
	uint64_t hash = DIGEST_START;
	size_t length = 0;

	for (int row = 0; row < PQntuples(result); row++) {
		hash = digest(hash, PQgetvalue(result, row, 1), (size_t) PQgetlength(result, row, 1));
		length += (size_t) PQgetlength(result, row, 1);
	}
	printf("%d rows, %zu bytes, digest %016" PRIx64 "\n", PQntuples(result), length, hash);
	PQclear(result);
	/* One value that is as large as all of those. */
	result = run(conn, "SELECT repeat('0123456789abcdef', 655360)", PGRES_TUPLES_OK);
	length = (size_t) PQgetlength(result, 0, 0);
	printf("%zu bytes, digest %016" PRIx64 "\n", length,
		   digest(DIGEST_START, PQgetvalue(result, 0, 0), length));
	PQclear(result);
}

void check_large_parameter(PGconn *conn)
{
	const int length = 5 * MEGABYTE, binary = 1;
	const Oid bytea = 17;
	char *bytes = malloc((size_t) length);
	const char *value = bytes;
	PGresult *result;

	if (!bytes)
		fail(conn, "memory for a large parameter");
	for (int i = 0; i < length; i++)
		bytes[i] = (char) (i * 31 + (i >> 8));
	result = expect(conn,
					PQexecParams(conn, "SELECT length($1), md5($1)", 1, &bytea, &value, &length,
								 &binary, 0),
					PGRES_TUPLES_OK);
	printf("%s bytes, md5 %s\n", PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1));
	PQclear(result);
	free(bytes);
}

void check_single_row(PGconn *conn)
{
	int rows = 0, results = 0;
	uint64_t hash = DIGEST_START;
	PGresult *result;

	if (!PQsendQuery(conn, "SELECT n, md5(n::text) FROM generate_series(1, 50000) n") ||
		!PQsetSingleRowMode(conn))
		fail(conn, "single-row mode");
	while ((result = PQgetResult(conn))) {
		results++;
		if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
			rows++;
			hash = digest(hash, PQgetvalue(result, 0, 1), (size_t) PQgetlength(result, 0, 1));
		} else {
			expect(conn, result, PGRES_TUPLES_OK);
		}
		PQclear(result);
	}
	printf("%d rows in %d results, digest %016" PRIx64 "\n", rows, results, hash);
}

static void copy_in(PGconn *conn)
{
	char line[128];

	PQclear(run(conn, "COPY lines FROM STDIN", PGRES_COPY_IN));
	for (int i = 0; i < 20000; i++) {
		int length = snprintf(line, sizeof line, "%d\tline number %d with a \\t tab\n", i, i);

		if (PQputCopyData(conn, line, length) != 1)
			fail(conn, "COPY FROM");
	}
	if (PQputCopyEnd(conn, NULL) != 1)
		fail(conn, "the end of COPY FROM");
	PQclear(expect(conn, PQgetResult(conn), PGRES_COMMAND_OK));
	if (PQgetResult(conn))
		fail(conn, "the last result of COPY FROM");
}

static void copy_out(PGconn *conn)
{
	uint64_t hash = DIGEST_START;
	int rows = 0, length;
	char *line;

	PQclear(run(conn, "COPY (SELECT * FROM lines ORDER BY n) TO STDOUT", PGRES_COPY_OUT));
	while ((length = PQgetCopyData(conn, &line, 0)) > 0) {
		rows++;
		hash = digest(hash, line, (size_t) length);
		PQfreemem(line);
	}
	if (length != -1)
		fail(conn, "COPY TO");
	PQclear(expect(conn, PQgetResult(conn), PGRES_COMMAND_OK));
	if (PQgetResult(conn))
		fail(conn, "the last result of COPY TO");
	printf("%d rows out, digest %016" PRIx64 "\n", rows, hash);
}

/* The client gives up in the middle. */
static void copy_refused(PGconn *conn)
{
	PGresult *result;

	PQclear(run(conn, "COPY lines FROM STDIN", PGRES_COPY_IN));
	if (PQputCopyData(conn, "1\tone\n", 6) != 1 || PQputCopyEnd(conn, "changed my mind") != 1)
		fail(conn, "giving up COPY FROM");
	result = expect(conn, PQgetResult(conn), PGRES_FATAL_ERROR);
	printf("%s: %s\n", PQresultErrorField(result, PG_DIAG_SQLSTATE),
		   PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
	PQclear(result);
	if (PQgetResult(conn))
		fail(conn, "the last result of the given up COPY FROM");
}

void check_copy(PGconn *conn)
{
	PQclear(run(conn, "CREATE TEMPORARY TABLE lines (n int, line text)", PGRES_COMMAND_OK));
	copy_in(conn);
	print_value(conn, "rows in", "SELECT count(*) FROM lines");
	copy_out(conn);
	copy_refused(conn);
	print_value(conn, "rows still", "SELECT count(*) FROM lines");
	PQclear(run(conn, "DROP TABLE lines", PGRES_COMMAND_OK));
}
