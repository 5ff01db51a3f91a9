/* Queries that fit in a packet: parameters, prepared statements, errors and
 * transactions. */

#include "checks.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define LENGTH(array) ((int) (sizeof(array) / sizeof((array)[0])))

void check_parameters(PGconn *conn)
{
	const char *values[] = {"42", "quoted ' and \\ and \"", NULL, "Gr\xc3\xbc\xc3\x9f""e"};
	PGresult *result = expect(
		conn,
		PQexecParams(conn, "SELECT $1::int4 * 2, $2::text, $3::date IS NULL, upper($4)",
					 LENGTH(values), NULL, values, NULL, NULL, 0),
		PGRES_TUPLES_OK);

	printf("%d row of %d columns\n", PQntuples(result), PQnfields(result));
	for (int column = 0; column < PQnfields(result); column++)
		printf("%s type %u: %s\n", PQfname(result, column), PQftype(result, column),
			   PQgetvalue(result, 0, column));
	PQclear(result);
}

void check_binary(PGconn *conn)
{
	static const unsigned char bytes[] = {0, 1, 2, 0xff, 0, '\n'};
	uint32_t number = htonl(1000);
	const char *values[] = {(const char *) &number, (const char *) bytes};
	const Oid types[] = {23, 17};
	const int lengths[] = {sizeof number, sizeof bytes}, formats[] = {1, 1};
	PGresult *result = expect(conn,
							  PQexecParams(conn, "SELECT $1 + 24, $2 || '\\x7f'", 2, types,
										   values, lengths, formats, 1),
							  PGRES_TUPLES_OK);

	memcpy(&number, PQgetvalue(result, 0, 0), sizeof number);
	printf("int4 of %d bytes: %u\n", PQgetlength(result, 0, 0), (unsigned) ntohl(number));
	printf("bytea of %d bytes:", PQgetlength(result, 0, 1));
	for (int i = 0; i < PQgetlength(result, 0, 1); i++)
		printf(" %02x", (unsigned char) PQgetvalue(result, 0, 1)[i]);
	putchar('\n');
	PQclear(result);
}

void check_prepared(PGconn *conn)
{
	PGresult *result;

	PQclear(expect(conn, PQprepare(conn, "add", "SELECT $1::int8 + $2::int8", 0, NULL),
				   PGRES_COMMAND_OK));
	result = expect(conn, PQdescribePrepared(conn, "add"), PGRES_COMMAND_OK);
	printf("%d parameters of type %u\n", PQnparams(result), PQparamtype(result, 0));
	PQclear(result);
	for (int i = 0; i < 3; i++) {
		char left[16];
		const char *values[] = {left, "100"};

		snprintf(left, sizeof left, "%d", i);
		result = expect(conn, PQexecPrepared(conn, "add", 2, values, NULL, NULL, 0),
						PGRES_TUPLES_OK);
		printf("%s + %s = %s\n", values[0], values[1], PQgetvalue(result, 0, 0));
		PQclear(result);
	}
	PQclear(run(conn, "DEALLOCATE add", PGRES_COMMAND_OK));
}

static void refused(PGconn *conn, const char *sql)
{
	PGresult *result = run(conn, sql, PGRES_FATAL_ERROR);

	printf("%s: %s\n", PQresultErrorField(result, PG_DIAG_SQLSTATE),
		   PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
	PQclear(result);
}

void check_error(PGconn *conn)
{
	refused(conn, "SELECT 1 / 0");
	refused(conn, "SELECT * FROM no_such_table");
	refused(conn, "SELEKT");
	print_value(conn, "the session goes on", "SELECT 'yes'");
}

void check_transaction(PGconn *conn)
{
	PQclear(run(conn, "CREATE TEMPORARY TABLE ledger (amount int CHECK (amount > 0))",
				PGRES_COMMAND_OK));
	PQclear(run(conn, "BEGIN", PGRES_COMMAND_OK));
	PQclear(run(conn, "INSERT INTO ledger VALUES (1), (2)", PGRES_COMMAND_OK));
	print_value(conn, "inside", "SELECT count(*) FROM ledger");
	PQclear(run(conn, "ROLLBACK", PGRES_COMMAND_OK));
	print_value(conn, "after rollback", "SELECT count(*) FROM ledger");
	PQclear(run(conn, "BEGIN", PGRES_COMMAND_OK));
	PQclear(run(conn, "INSERT INTO ledger VALUES (3)", PGRES_COMMAND_OK));
	PQclear(run(conn, "SAVEPOINT here", PGRES_COMMAND_OK));
	refused(conn, "INSERT INTO ledger VALUES (-1)");
	printf("failed transaction: %d\n", PQtransactionStatus(conn) == PQTRANS_INERROR);
	refused(conn, "SELECT 1");
	PQclear(run(conn, "ROLLBACK TO here", PGRES_COMMAND_OK));
	PQclear(run(conn, "COMMIT", PGRES_COMMAND_OK));
	print_value(conn, "after commit", "SELECT sum(amount) FROM ledger");
	PQclear(run(conn, "DROP TABLE ledger", PGRES_COMMAND_OK));
}
