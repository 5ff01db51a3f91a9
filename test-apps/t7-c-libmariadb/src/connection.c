/* Connections, and what every check needs of them. */

#include "checks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

const char *host = "127.0.0.1", *user, *password, *database;
unsigned port = 3306;

MYSQL *connected(void)
{
	MYSQL *mysql = mysql_init(NULL);

	if (!mysql || !mysql_real_connect(mysql, host, user, password, database, port, NULL, 0))
		fail(mysql, "connecting");
	return mysql;
}

void run(MYSQL *mysql, const char *sql)
{
	if (mysql_query(mysql, sql))
		fail(mysql, sql);
}

void show(MYSQL *mysql, const char *label, const char *sql)
{
	run(mysql, sql);
	printf("%s:", label);
	print_rows(mysql, mysql_store_result(mysql));
}

void refused(MYSQL *mysql, const char *sql)
{
	if (!mysql_query(mysql, sql))
		fail(mysql, "a statement that should be refused");
	printf("%u %s: %s\n", mysql_errno(mysql), mysql_sqlstate(mysql), mysql_error(mysql));
}

static void print_value(const char *bytes, unsigned long length)
{
	if (!bytes) {
		fputs("NULL", stdout);
		return;
	}
	if (length > 100) {
		printf("%lu bytes, digest %016" PRIx64, length, digest(DIGEST_START, bytes, length));
		return;
	}
	putchar('"');
	for (unsigned long i = 0; i < length; i++) {
		unsigned char byte = (unsigned char) bytes[i];

		if (byte < ' ' || byte > '~')
			printf("\\x%02x", byte);
		else
			putchar(byte);
	}
	putchar('"');
}

void print_rows(MYSQL *mysql, MYSQL_RES *result)
{
	MYSQL_ROW row;
	const char *separator = " ";

	if (!result)
		fail(mysql, "a result");
	while ((row = mysql_fetch_row(result))) {
		unsigned long *lengths = mysql_fetch_lengths(result);

		fputs(separator, stdout);
		separator = "; ";
		for (unsigned column = 0; column < mysql_num_fields(result); column++) {
			if (column > 0)
				fputs(", ", stdout);
			print_value(row[column], lengths[column]);
		}
	}
	putchar('\n');
	if (mysql_errno(mysql))
		fail(mysql, "the rows of a result");
	mysql_free_result(result);
}

MYSQL_STMT *prepared(MYSQL *mysql, const char *sql)
{
	MYSQL_STMT *statement = mysql_stmt_init(mysql);

	if (!statement || mysql_stmt_prepare(statement, sql, (unsigned long) -1))
		fail_statement(statement, sql);
	return statement;
}

void fail(MYSQL *mysql, const char *what)
{
	fflush(stdout);
	fprintf(stderr, "%s failed: %s\n", what, mysql ? mysql_error(mysql) : "no memory");
	exit(1);
}

void fail_statement(MYSQL_STMT *statement, const char *what)
{
	fflush(stdout);
	fprintf(stderr, "%s failed: %s\n", what, statement ? mysql_stmt_error(statement) : "no memory");
	exit(1);
}

uint64_t digest(uint64_t hash, const void *data, size_t length)
{
	const unsigned char *byte = data;

	while (length-- > 0)
		hash = (hash ^ *byte++) * UINT64_C(0x100000001b3);
	return hash;
}
