/* Prepared statements: parameters, cursors, errors. */

#include "checks.h"

#include <stdio.h>
#include <string.h>

static MYSQL_BIND integer(int *value)
{
	return (MYSQL_BIND) {.buffer_type = MYSQL_TYPE_LONG, .buffer = value};
}

static MYSQL_BIND bytes(char *value, unsigned long size, unsigned long *length, my_bool *null)
{
	return (MYSQL_BIND) {.buffer_type = MYSQL_TYPE_BLOB,
						 .buffer = value,
						 .buffer_length = size,
						 .length = length,
						 .is_null = null};
}

void check_prepared(MYSQL *mysql)
{
	MYSQL_STMT *statement = prepared(mysql, "SELECT ? + ?, HEX(?), ? IS NULL");
	int left, right = 100, sum, truth;
	char value[] = {0, 1, (char) 0xff, '\'', 0}, hex[32];
	unsigned long length = sizeof value, hex_length;
	my_bool null = 1;
	MYSQL_BIND parameters[] = {integer(&left), integer(&right),
							   bytes(value, sizeof value, &length, NULL),
							   bytes(value, sizeof value, &length, &null)};
	MYSQL_BIND columns[] = {integer(&sum), bytes(hex, sizeof hex, &hex_length, NULL),
							integer(&truth)};

	printf("%lu parameters, %u columns\n", mysql_stmt_param_count(statement),
		   mysql_stmt_field_count(statement));
	if (mysql_stmt_bind_param(statement, parameters) || mysql_stmt_bind_result(statement, columns))
		fail_statement(statement, "binding");
	for (left = 0; left < 3; left++) {
		if (mysql_stmt_execute(statement) || mysql_stmt_fetch(statement))
			fail_statement(statement, "a prepared statement");
		printf("%d + %d = %d, %.*s, %d\n", left, right, sum, (int) hex_length, hex, truth);
		if (mysql_stmt_free_result(statement))
			fail_statement(statement, "mysql_stmt_free_result");
	}
	if (mysql_stmt_reset(statement) || mysql_stmt_close(statement))
		fail(mysql, "closing a prepared statement");
}

void check_cursor(MYSQL *mysql)
{
	MYSQL_STMT *statement = mysql_stmt_init(mysql);
	unsigned long type = CURSOR_TYPE_READ_ONLY, rows = 100;
	int value, count = 0, sum = 0, status;
	MYSQL_BIND column = integer(&value);

	if (mysql_stmt_attr_set(statement, STMT_ATTR_CURSOR_TYPE, &type) ||
		mysql_stmt_attr_set(statement, STMT_ATTR_PREFETCH_ROWS, &rows) ||
		mysql_stmt_prepare(statement, "SELECT seq FROM seq_1_to_1050", (unsigned long) -1) ||
		mysql_stmt_execute(statement) || mysql_stmt_bind_result(statement, &column))
		fail_statement(statement, "a cursor");
	while ((status = mysql_stmt_fetch(statement)) == 0) {
		count++;
		sum += value;
		/* Other statements run between its parts. */
		if (count == 250)
			show(mysql, "meanwhile", "SELECT 'another'");
	}
	if (status != MYSQL_NO_DATA)
		fail_statement(statement, "the rows of a cursor");
	printf("%d rows, their sum %d\n", count, sum);
	mysql_stmt_close(statement);
}

void check_refused_statements(MYSQL *mysql)
{
	MYSQL_STMT *statement = mysql_stmt_init(mysql);
	int id = 1;
	MYSQL_BIND parameter = integer(&id);

	if (!mysql_stmt_prepare(statement, "SELECT * FROM no_such_table", (unsigned long) -1))
		fail(mysql, "a statement that cannot be prepared");
	printf("%u %s\n", mysql_stmt_errno(statement), mysql_stmt_error(statement));
	mysql_stmt_close(statement);
	run(mysql, "CREATE TEMPORARY TABLE single (id int PRIMARY KEY)");
	statement = prepared(mysql, "INSERT INTO single VALUES (?)");
	if (mysql_stmt_bind_param(statement, &parameter) || mysql_stmt_execute(statement))
		fail_statement(statement, "a row");
	if (!mysql_stmt_execute(statement))
		fail(mysql, "a row that is there already");
	printf("%u %s\n", mysql_stmt_errno(statement), mysql_stmt_error(statement));
	id = 2;
	if (mysql_stmt_execute(statement))
		fail_statement(statement, "another row");
	mysql_stmt_close(statement);
	show(mysql, "the session goes on", "SELECT * FROM single ORDER BY id");
	run(mysql, "DROP TEMPORARY TABLE single");
}
