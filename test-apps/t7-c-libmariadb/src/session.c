/* What a session is, and what is left of it in the next one. */

#include "checks.h"

#include <stdio.h>

void check_character_sets(MYSQL *mysql)
{
	MYSQL *other = mysql_init(NULL);

	if (!other || mysql_options(other, MYSQL_SET_CHARSET_NAME, "latin1") ||
		!mysql_real_connect(other, host, user, password, database, port, NULL, 0))
		fail(other, "connecting in latin1");
	show(other, "latin1",
		 "SELECT '\xfc', HEX('\xfc'), HEX(CONVERT('\xfc' USING utf8mb4)), @@character_set_client");
	if (mysql_set_character_set(other, "utf8mb4"))
		fail(other, "mysql_set_character_set");
	show(other, "utf8mb4",
		 "SELECT '\xf0\x9f\x98\x80', CHAR_LENGTH('\xf0\x9f\x98\x80'), @@character_set_results");
	printf("%s\n", mysql_character_set_name(other));
	mysql_close(other);
	show(mysql, "the others are as they were", "SELECT @@character_set_client");
}

void check_database(MYSQL *mysql)
{
	MYSQL *next;

	if (mysql_select_db(mysql, "other"))
		fail(mysql, "mysql_select_db");
	show(mysql, "changed", "SELECT DATABASE()");
	printf("refused: %d, %u\n", mysql_select_db(mysql, "no_such_database") != 0,
		   mysql_errno(mysql));
	next = connected();
	show(next, "another session", "SELECT DATABASE()");
	mysql_close(next);
	run(mysql, "USE app");
	show(mysql, "changed back", "SELECT DATABASE()");
}

void check_fresh_session(MYSQL *unused)
{
	MYSQL *first = connected(), *second;

	(void) unused;
	run(first, "SET @mine = 42, SESSION sql_mode = 'ANSI_QUOTES', SESSION lock_wait_timeout = 17");
	run(first, "SET time_zone = '+05:00', autocommit = 0, NAMES latin1");
	run(first, "CREATE TEMPORARY TABLE mine (n int)");
	run(first, "PREPARE mine FROM 'SELECT 1'");
	run(first, "USE other");
	show(first, "in the first",
		 "SELECT @mine, @@lock_wait_timeout, @@time_zone, @@autocommit, @@character_set_client, "
		 "DATABASE()");
	show(first, "a lock", "SELECT GET_LOCK('mine', 0)");
	mysql_close(first);

	second = connected();
	show(second, "in the next",
		 "SELECT @mine, @@lock_wait_timeout = @@global.lock_wait_timeout, "
		 "@@sql_mode = @@global.sql_mode, @@time_zone, @@autocommit, @@character_set_client, "
		 "DATABASE()");
	/* Waits for the end of the session that had it. */
	show(second, "the lock", "SELECT GET_LOCK('mine', 20), RELEASE_LOCK('mine')");
	refused(second, "SELECT * FROM mine");
	refused(second, "EXECUTE mine");
	mysql_close(second);
}

void check_reset(MYSQL *mysql)
{
	MYSQL *other = connected();

	(void) mysql;
	run(other, "SET @mine = 42");
	if (mysql_reset_connection(other))
		fail(other, "mysql_reset_connection");
	show(other, "after a reset", "SELECT @mine, DATABASE()");
	mysql_close(other);
}
