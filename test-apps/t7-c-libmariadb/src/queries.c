/* Statements in text: results, errors, transactions, keys. */

#include "checks.h"

#include <stdio.h>

void check_query(MYSQL *mysql)
{
	char escaped[64];
	char sql[128];
	MYSQL_RES *result;

	mysql_real_escape_string(mysql, escaped, "it's \"quoted\" \\ \n", 16);
	snprintf(sql, sizeof sql, "SELECT '%s' AS text, NULL AS nothing, 1 + 1 AS two", escaped);
	run(mysql, sql);
	result = mysql_store_result(mysql);
	if (!result)
		fail(mysql, "mysql_store_result");
	for (unsigned column = 0; column < mysql_num_fields(result); column++) {
		MYSQL_FIELD *field = mysql_fetch_field_direct(result, column);

		printf("%s type %d, ", field->name, (int) field->type);
	}
	printf("%llu row:", (unsigned long long) mysql_num_rows(result));
	print_rows(mysql, result);
	show(mysql, "no rows", "SELECT 1 FROM DUAL WHERE FALSE");
	run(mysql, "DO 1");
	printf("no result: %d, of %u columns\n", mysql_store_result(mysql) == NULL,
		   mysql_field_count(mysql));
}

void check_errors(MYSQL *mysql)
{
	run(mysql, "CREATE TEMPORARY TABLE things (id int PRIMARY KEY, name varchar(3) NOT NULL)");
	run(mysql, "INSERT INTO things VALUES (1, 'one')");
	refused(mysql, "SELEKT 1");
	refused(mysql, "SELECT * FROM no_such_table");
	refused(mysql, "INSERT INTO things VALUES (1, 'two')");
	refused(mysql, "INSERT INTO things VALUES (2, NULL)");
	refused(mysql, "INSERT INTO things VALUES (3, 'three')");
	refused(mysql, "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'my own'");
	run(mysql, "INSERT IGNORE INTO things VALUES (3, 'three')");
	printf("%u warning\n", mysql_warning_count(mysql));
	show(mysql, "it says", "SHOW WARNINGS");
	show(mysql, "the session goes on", "SELECT * FROM things ORDER BY id");
	run(mysql, "DROP TEMPORARY TABLE things");
}

void check_transaction(MYSQL *mysql)
{
	MYSQL *other = connected();

	run(mysql, "CREATE OR REPLACE TABLE ledger (id int PRIMARY KEY, amount int) ENGINE=InnoDB");
	run(mysql, "START TRANSACTION");
	run(mysql, "INSERT INTO ledger VALUES (1, 10), (2, 20)");
	printf("in a transaction: %d\n", (mysql->server_status & SERVER_STATUS_IN_TRANS) != 0);
	show(mysql, "inside", "SELECT count(*) FROM ledger");
	show(other, "outside", "SELECT count(*) FROM ledger");
	if (mysql_rollback(mysql))
		fail(mysql, "mysql_rollback");
	show(mysql, "after rollback", "SELECT count(*) FROM ledger");

	if (mysql_autocommit(mysql, 0))
		fail(mysql, "mysql_autocommit");
	run(mysql, "INSERT INTO ledger VALUES (3, 30)");
	run(mysql, "SAVEPOINT here");
	refused(mysql, "INSERT INTO ledger VALUES (3, 31)");
	run(mysql, "INSERT INTO ledger VALUES (4, 40)");
	run(mysql, "ROLLBACK TO here");
	if (mysql_commit(mysql) || mysql_autocommit(mysql, 1))
		fail(mysql, "mysql_commit");
	show(other, "after commit", "SELECT * FROM ledger");

	/* One that is left open is undone, and its lock is gone. */
	run(other, "START TRANSACTION");
	run(other, "UPDATE ledger SET amount = 0 WHERE id = 3");
	mysql_close(other);
	run(mysql, "UPDATE ledger SET amount = amount + 1 WHERE id = 3");
	show(mysql, "undone", "SELECT * FROM ledger");
	run(mysql, "DROP TABLE ledger");
}

void check_several_statements(MYSQL *mysql)
{
	int status;

	refused(mysql, "SELECT 1; SELECT 2");
	if (mysql_set_server_option(mysql, MYSQL_OPTION_MULTI_STATEMENTS_ON))
		fail(mysql, "mysql_set_server_option");
	run(mysql, "CREATE TEMPORARY TABLE several (n int); INSERT INTO several VALUES (1), (2);"
			   "SELECT n FROM several ORDER BY n; SELECT * FROM no_such_table; SELECT 3");
	do {
		MYSQL_RES *result = mysql_store_result(mysql);

		if (result)
			print_rows(mysql, result);
		else
			printf("%lld rows changed\n", (long long) mysql_affected_rows(mysql));
		status = mysql_next_result(mysql);
	} while (status == 0);
	printf("then %d: %u %s\n", status, mysql_errno(mysql), mysql_error(mysql));
	if (mysql_set_server_option(mysql, MYSQL_OPTION_MULTI_STATEMENTS_OFF))
		fail(mysql, "mysql_set_server_option");
	run(mysql, "DROP TEMPORARY TABLE several");

	/* A procedure gives several results, too. */
	run(mysql, "CREATE OR REPLACE PROCEDURE twice(IN n int) BEGIN SELECT n; SELECT 2 * n; END");
	run(mysql, "CALL twice(21)");
	do {
		MYSQL_RES *result = mysql_store_result(mysql);

		if (result)
			print_rows(mysql, result);
	} while ((status = mysql_next_result(mysql)) == 0);
	if (status > 0)
		fail(mysql, "the results of a procedure");
	run(mysql, "DROP PROCEDURE twice");
}

void check_generated_keys(MYSQL *mysql)
{
	run(mysql, "CREATE TEMPORARY TABLE keyed (id int AUTO_INCREMENT PRIMARY KEY, name text)");
	run(mysql, "INSERT INTO keyed (name) VALUES ('a'), ('b'), ('c')");
	printf("%lld rows from %llu on, %s\n", (long long) mysql_affected_rows(mysql),
		   (unsigned long long) mysql_insert_id(mysql), mysql_info(mysql));
	run(mysql, "INSERT INTO keyed (id, name) VALUES (4294967, 'far')");
	run(mysql, "INSERT INTO keyed (name) VALUES ('next')");
	show(mysql, "the last", "SELECT LAST_INSERT_ID()");
	run(mysql, "UPDATE keyed SET name = 'b' WHERE id < 3");
	printf("%lld rows changed, %s\n", (long long) mysql_affected_rows(mysql), mysql_info(mysql));
	run(mysql, "DELETE FROM keyed WHERE id > 100");
	printf("%lld rows deleted\n", (long long) mysql_affected_rows(mysql));
	run(mysql, "DROP TEMPORARY TABLE keyed");
}
