/*
 * t4 [CHECK...]: uses MariaDB Connector/C in the ways that programs do, and
 * prints what it saw. MYSQL_HOST, MYSQL_TCP_PORT, MYSQL_USER, MYSQL_PWD and
 * MYSQL_DATABASE say where the server is and who logs in; without names, every
 * check runs.
 */

#include "checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	void (*check)(MYSQL *mysql);
} checks[] = {
	{"query", check_query},
	{"errors", check_errors},
	{"transaction", check_transaction},
	{"several-statements", check_several_statements},
	{"generated-keys", check_generated_keys},
	{"types-as-text", check_types_as_text},
	{"types-as-binary", check_types_as_binary},
	{"prepared", check_prepared},
	{"cursor", check_cursor},
	{"refused-statements", check_refused_statements},
	{"large-result", check_large_result},
	{"large-parameter", check_large_parameter},
	{"row-by-row", check_row_by_row},
	{"character-sets", check_character_sets},
	{"database", check_database},
	{"fresh-session", check_fresh_session},
	{"reset", check_reset},
	{"nonblocking", check_nonblocking},
	{"reconnect", check_reconnect},
};

#define COUNT (sizeof checks / sizeof checks[0])

static int wanted(const char *name, int argc, char **argv)
{
	if (argc <= 1)
		return 1;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return 1;
	return 0;
}

static const char *setting(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value ? value : otherwise;
}

int main(int argc, char **argv)
{
	MYSQL *mysql;

	host = setting("MYSQL_HOST", host);
	port = (unsigned) atoi(setting("MYSQL_TCP_PORT", "3306"));
	user = setting("MYSQL_USER", NULL);
	password = setting("MYSQL_PWD", NULL);
	database = setting("MYSQL_DATABASE", NULL);
	mysql = connected();
	printf("protocol %u, %s\n", mysql_get_proto_info(mysql), mysql_character_set_name(mysql));
	for (size_t i = 0; i < COUNT; i++) {
		if (!wanted(checks[i].name, argc, argv))
			continue;
		printf("== %s\n", checks[i].name);
		checks[i].check(mysql);
		if (mysql->server_status & SERVER_STATUS_IN_TRANS)
			fail(mysql, "leaving no transaction open");
		if (mysql_ping(mysql))
			fail(mysql, "mysql_ping");
		fflush(stdout);
	}
	mysql_close(mysql);
	mysql_library_end();
	puts("done");
	return 0;
}
