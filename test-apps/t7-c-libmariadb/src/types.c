/* Every type of column, with values at its ends and without. */

#include "checks.h"

#include <stdio.h>
#include <string.h>

static void fill(MYSQL *mysql)
{
	run(mysql, "SET time_zone = '+00:00'");
	run(mysql,
		"CREATE TEMPORARY TABLE types (id int PRIMARY KEY, t tinyint, s smallint, m mediumint, "
		"i int unsigned, b bigint unsigned, d decimal(30,10), f float, g double, bits bit(10), "
		"day date, span time(6), moment datetime(6), stamp timestamp(3) NULL, y year, "
		"fixed char(5), text varchar(20), four binary(4), bytes varbinary(20), "
		"tiny tinyblob, normal blob, words longtext, choice enum('red','gr\xc3\xbcn'), "
		"choices set('a','b','c'), object json, place point, address inet6, id_ uuid) "
		"CHARACTER SET utf8mb4");
	run(mysql,
		"INSERT INTO types VALUES (1, -128, -32768, -8388608, 4294967295, 18446744073709551615, "
		"-12345678901234567890.0123456789, 1.5, -2.5e-300, b'1000000001', '2024-02-29', "
		"'-838:59:58.999999', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07.123', 2155, "
		"'ab', 'Gr\xc3\xbc\xc3\x9f""e \xf0\x9f\x98\x80', x'00ff', x'0001020300ff0a0d00', '', "
		"x'000000', repeat('w', 300), 'gr\xc3\xbcn', 'a,c', '{\"k\": [1, null]}', POINT(1, -2), "
		"'2001:db8::1', '123e4567-e89b-12d3-a456-426655440000')");
	run(mysql, "INSERT INTO types (id) VALUES (2)");
}

void check_types_as_text(MYSQL *mysql)
{
	MYSQL_RES *result;
	MYSQL_FIELD *field;

	fill(mysql);
	run(mysql, "SELECT * FROM types ORDER BY id");
	result = mysql_store_result(mysql);
	if (!result)
		fail(mysql, "mysql_store_result");
	while ((field = mysql_fetch_field(result)))
		printf("%s: type %d, length %lu, %u decimals, character set %u, flags %x\n", field->name,
			   (int) field->type, field->length, field->decimals, field->charsetnr, field->flags);
	print_rows(mysql, result);
	run(mysql, "DROP TEMPORARY TABLE types");
}

/* Numbers and times in their own form. */
static void print_binary(MYSQL *mysql)
{
	MYSQL_STMT *statement = prepared(mysql, "SELECT t, b, g, moment, span FROM types ORDER BY id");
	signed char tiny;
	unsigned long long big;
	double number;
	MYSQL_TIME moment, span;
	my_bool null[5];
	MYSQL_BIND columns[5];
	int status;

	memset(columns, 0, sizeof columns);
	columns[0] = (MYSQL_BIND) {.buffer_type = MYSQL_TYPE_TINY, .buffer = &tiny};
	columns[1] = (MYSQL_BIND) {.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &big, .is_unsigned = 1};
	columns[2] = (MYSQL_BIND) {.buffer_type = MYSQL_TYPE_DOUBLE, .buffer = &number};
	columns[3] = (MYSQL_BIND) {.buffer_type = MYSQL_TYPE_DATETIME, .buffer = &moment};
	columns[4] = (MYSQL_BIND) {.buffer_type = MYSQL_TYPE_TIME, .buffer = &span};
	for (int i = 0; i < 5; i++)
		columns[i].is_null = &null[i];
	if (mysql_stmt_execute(statement) || mysql_stmt_bind_result(statement, columns))
		fail_statement(statement, "a statement with columns of their own types");
	while ((status = mysql_stmt_fetch(statement)) == 0) {
		if (null[0] && null[1] && null[2] && null[3] && null[4]) {
			puts("nothing but NULL");
			continue;
		}
		printf("%d, %llu, %g, %u-%u-%u %u:%u:%u.%06lu, %s%u days %u:%u:%u.%06lu\n", tiny, big,
			   number, moment.year, moment.month, moment.day, moment.hour, moment.minute,
			   moment.second, moment.second_part, span.neg ? "-" : "", span.day, span.hour,
			   span.minute, span.second, span.second_part);
	}
	if (status != MYSQL_NO_DATA)
		fail_statement(statement, "mysql_stmt_fetch");
	mysql_stmt_close(statement);
}

void check_types_as_binary(MYSQL *mysql)
{
	MYSQL_STMT *statement;
	char text[512];
	unsigned long length;
	my_bool null;
	MYSQL_BIND column = {.buffer_type = MYSQL_TYPE_STRING,
						 .buffer = text,
						 .buffer_length = sizeof text,
						 .length = &length,
						 .is_null = &null};
	unsigned fields;

	fill(mysql);
	print_binary(mysql);
	statement = prepared(mysql, "SELECT * FROM types ORDER BY id");
	fields = mysql_stmt_field_count(statement);
	if (mysql_stmt_execute(statement) || mysql_stmt_store_result(statement))
		fail_statement(statement, "a statement of all types");
	for (int row = 0; mysql_stmt_fetch(statement) != MYSQL_NO_DATA; row++) {
		printf("row %d:", row);
		for (unsigned i = 0; i < fields; i++) {
			if (mysql_stmt_fetch_column(statement, &column, i, 0))
				fail_statement(statement, "mysql_stmt_fetch_column");
			if (null)
				fputs(" NULL", stdout);
			else
				printf(" %lu/%08x", length, (unsigned) digest(DIGEST_START, text, length));
		}
		putchar('\n');
	}
	mysql_stmt_close(statement);
	run(mysql, "DROP TEMPORARY TABLE types");
}
