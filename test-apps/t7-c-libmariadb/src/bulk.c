/* Much data in either direction. */

#include "checks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define MEGABYTE (1024 * 1024)

void check_large_result(MYSQL *mysql)
{
	MYSQL_RES *result;
	MYSQL_ROW row;
	uint64_t hash = DIGEST_START;
	unsigned long long length = 0;

	run(mysql, "SELECT seq, REPEAT(MD5(seq), 32) FROM seq_1_to_10240");
	result = mysql_store_result(mysql);
	if (!result)
		fail(mysql, "mysql_store_result");
	while ((row = mysql_fetch_row(result))) {
		unsigned long part = mysql_fetch_lengths(result)[1];

		hash = digest(hash, row[1], part);
		length += part;
	}
	printf("%llu rows, %llu bytes, digest %016" PRIx64 "\n",
		   (unsigned long long) mysql_num_rows(result), length, hash);
	mysql_free_result(result);
	/* One value that is as large as all of those. */
	show(mysql, "one value", "SELECT REPEAT('0123456789abcdef', 655360)");
}

void check_large_parameter(MYSQL *mysql)
{
	const unsigned long length = 5 * MEGABYTE;
	char *bytes = malloc(length);
	MYSQL_STMT *statement = prepared(mysql, "SELECT LENGTH(?), MD5(?)");
	char count[16], hash[40];
	unsigned long lengths[2] = {length, length};
	MYSQL_BIND parameters[2] = {
		{.buffer_type = MYSQL_TYPE_LONG_BLOB, .buffer = bytes, .length = &lengths[0]},
		{.buffer_type = MYSQL_TYPE_LONG_BLOB, .length = &lengths[1]}};
	MYSQL_BIND columns[2] = {
		{.buffer_type = MYSQL_TYPE_STRING, .buffer = count, .buffer_length = sizeof count},
		{.buffer_type = MYSQL_TYPE_STRING, .buffer = hash, .buffer_length = sizeof hash}};

	if (!bytes)
		fail(mysql, "memory for a large parameter");
	for (unsigned long i = 0; i < length; i++)
		bytes[i] = (char) (i * 31 + (i >> 8));
	parameters[0].buffer_length = parameters[1].buffer_length = length;
	if (mysql_stmt_bind_param(statement, parameters))
		fail_statement(statement, "binding a large parameter");
	/* The second one goes in pieces. */
	for (unsigned long sent = 0; sent < length; sent += MEGABYTE)
		if (mysql_stmt_send_long_data(statement, 1, bytes + sent, MEGABYTE))
			fail_statement(statement, "mysql_stmt_send_long_data");
	if (mysql_stmt_execute(statement) || mysql_stmt_bind_result(statement, columns) ||
		mysql_stmt_fetch(statement))
		fail_statement(statement, "a large parameter");
	printf("%s bytes, md5 %s\n", count, hash);
	mysql_stmt_close(statement);
	free(bytes);
}

void check_row_by_row(MYSQL *mysql)
{
	MYSQL_RES *result;
	MYSQL_ROW row;
	uint64_t hash = DIGEST_START;
	int rows = 0;

	run(mysql, "SELECT seq, MD5(seq) FROM seq_1_to_50000");
	result = mysql_use_result(mysql);
	if (!result)
		fail(mysql, "mysql_use_result");
	while ((row = mysql_fetch_row(result))) {
		rows++;
		hash = digest(hash, row[1], mysql_fetch_lengths(result)[1]);
		/* Nothing else may be asked meanwhile. */
		if (rows == 1000 && mysql_query(mysql, "SELECT 1"))
			printf("meanwhile: %u\n", mysql_errno(mysql));
	}
	mysql_free_result(result);
	printf("%d rows, digest %016" PRIx64 "\n", rows, hash);
	/* A result that is given up in the middle is read to its end. */
	run(mysql, "SELECT seq FROM seq_1_to_50000");
	result = mysql_use_result(mysql);
	row = mysql_fetch_row(result);
	printf("the first is %s\n", row[0]);
	mysql_free_result(result);
	show(mysql, "the session goes on", "SELECT 'yes'");
}
