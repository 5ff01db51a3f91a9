/* Sessions that a program waits for itself, by poll(). */

#include "checks.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check_connect_poll(PGconn *unused)
{
	PGconn *conn = PQconnectStart(conninfo);
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	(void) unused;
	if (!conn || PQstatus(conn) == CONNECTION_BAD)
		fail(conn, "PQconnectStart");
	while (status != PGRES_POLLING_OK) {
		await(conn, status == PGRES_POLLING_READING ? POLLIN : POLLOUT);
		status = PQconnectPoll(conn);
		if (status == PGRES_POLLING_FAILED)
			fail(conn, "PQconnectPoll");
	}
	print_value(conn, "connected without blocking", "SELECT 'yes'");
	PQfinish(conn);
}

/* Sends what libpq holds back, reading meanwhile: a server that is not read
 * from stops reading. */
static void flush(PGconn *conn)
{
	int left;

	while ((left = PQflush(conn)) > 0) {
		await(conn, POLLIN | POLLOUT);
		if (!PQconsumeInput(conn))
			fail(conn, "PQconsumeInput");
	}
	if (left < 0)
		fail(conn, "PQflush");
}

static PGresult *next_result(PGconn *conn)
{
	flush(conn);
	while (PQisBusy(conn)) {
		await(conn, POLLIN);
		if (!PQconsumeInput(conn))
			fail(conn, "PQconsumeInput");
	}
	return PQgetResult(conn);
}

void check_nonblocking(PGconn *conn)
{
	const size_t length = 2 * 1024 * 1024;
	char *text = malloc(length + 1);
	const char *value = text;
	PGresult *result;

	if (!text || PQsetnonblocking(conn, 1) != 0)
		fail(conn, "PQsetnonblocking");
	memset(text, 'x', length);
	text[length] = '\0';
	/* Two statements in one message: two results. */
	if (!PQsendQuery(conn, "SELECT pg_sleep(0.05); SELECT repeat('y', 3000000)"))
		fail(conn, "PQsendQuery");
	while ((result = next_result(conn))) {
		expect(conn, result, PGRES_TUPLES_OK);
		printf("a result of %d bytes\n", PQgetlength(result, 0, 0));
		PQclear(result);
	}
	/* Larger than what the socket takes at once. */
	if (!PQsendQueryParams(conn, "SELECT $1::text || 'z'", 1, NULL, &value, NULL, NULL, 0))
		fail(conn, "PQsendQueryParams");
	while ((result = next_result(conn))) {
		expect(conn, result, PGRES_TUPLES_OK);
		printf("a large parameter came back with %d bytes\n", PQgetlength(result, 0, 0));
		PQclear(result);
	}
	free(text);
	if (PQsetnonblocking(conn, 0) != 0)
		fail(conn, "leaving non-blocking mode");
}

void check_pipeline(PGconn *conn)
{
	char number[16];
	const char *value = number;
	int sum = 0;
	PGresult *result;

	if (!PQenterPipelineMode(conn))
		fail(conn, "PQenterPipelineMode");
	for (int i = 0; i < 100; i++) {
		snprintf(number, sizeof number, "%d", i);
		if (!PQsendQueryParams(conn, "SELECT $1::int4", 1, NULL, &value, NULL, NULL, 0))
			fail(conn, "a query in a pipeline");
	}
	if (!PQpipelineSync(conn))
		fail(conn, "PQpipelineSync");
	for (int i = 0; i < 100; i++) {
		result = expect(conn, PQgetResult(conn), PGRES_TUPLES_OK);
		sum += atoi(PQgetvalue(result, 0, 0));
		PQclear(result);
		if (PQgetResult(conn))
			fail(conn, "the end of a query in a pipeline");
	}
	PQclear(expect(conn, PQgetResult(conn), PGRES_PIPELINE_SYNC));
	printf("the sum of 100 queries: %d\n", sum);
	if (!PQexitPipelineMode(conn))
		fail(conn, "PQexitPipelineMode");
}

void check_notify(PGconn *conn)
{
	PGconn *sender = another(conn);
	PGnotify *notice;
	int seen = 0;

	PQclear(run(conn, "LISTEN letters", PGRES_COMMAND_OK));
	PQclear(run(sender, "NOTIFY letters, 'alpha'", PGRES_COMMAND_OK));
	PQclear(run(sender, "SELECT pg_notify('letters', 'beta')", PGRES_TUPLES_OK));
	PQfinish(sender);
	while (seen < 2) {
		while ((notice = PQnotifies(conn))) {
			seen++;
			printf("%s: %s\n", notice->relname, notice->extra);
			PQfreemem(notice);
		}
		if (seen < 2) {
			await(conn, POLLIN);
			if (!PQconsumeInput(conn))
				fail(conn, "PQconsumeInput");
		}
	}
	PQclear(run(conn, "UNLISTEN *", PGRES_COMMAND_OK));
}

void check_cancel(PGconn *conn)
{
	PGcancel *cancel = PQgetCancel(conn);
	char error[256] = "";
	PGresult *result;

	if (!cancel)
		fail(conn, "PQgetCancel");
	/* The lock shows that the statement has begun: a request that comes before
	 * would be lost. */
	PGconn *observer = another(conn);
	if (!PQsendQuery(conn, "SELECT pg_advisory_lock(4711); SELECT pg_sleep(50)"))
		fail(conn, "PQsendQuery");
	for (;;) {
		int locked;

		result = run(observer,
					 "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 "
					 "AND granted AND database = (SELECT oid FROM pg_database "
					 "WHERE datname = current_database())",
					 PGRES_TUPLES_OK);
		locked = atoi(PQgetvalue(result, 0, 0));
		PQclear(result);
		if (locked)
			break;
	}
	PQfinish(observer);
	if (!PQcancel(cancel, error, sizeof error)) {
		fprintf(stderr, "%s\n", error);
		fail(conn, "PQcancel");
	}
	PQfreeCancel(cancel);
	while ((result = PQgetResult(conn))) {
		if (PQresultStatus(result) == PGRES_FATAL_ERROR)
			printf("%s: %s\n", PQresultErrorField(result, PG_DIAG_SQLSTATE),
				   PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
		PQclear(result);
	}
	PQclear(run(conn, "SELECT pg_advisory_unlock_all()", PGRES_TUPLES_OK));
	print_value(conn, "the session goes on", "SELECT 'yes'");
}
