/*
 * t5 [CHECK...]: uses hiredis in the ways that programs do, and prints what it
 * saw. REDIS_HOST and REDIS_PORT say where the server is, REDIS_PASSWORD how to
 * log in; without names, every check runs.
 */

#include "checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	void (*check)(redisContext *redis);
} checks[] = {
	{"values", check_values},
	{"errors", check_errors},
	{"transaction", check_transaction},
	{"scan", check_scan},
	{"lua", check_lua},
	{"large-value", check_large_value},
	{"pipeline", check_pipeline},
	{"blocking", check_blocking},
	{"timeout", check_timeout},
	{"subscribe", check_subscribe},
	{"asynchronous", check_asynchronous},
	{"asynchronous-subscribe", check_asynchronous_subscribe},
	{"resp3", check_resp3},
	{"fresh-session", check_fresh_session},
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

int main(int argc, char **argv)
{
	const char *number = getenv("REDIS_PORT");
	redisContext *redis;

	if (getenv("REDIS_HOST"))
		host = getenv("REDIS_HOST");
	if (number)
		port = atoi(number);
	password = getenv("REDIS_PASSWORD");
	redis = connected();
	for (size_t i = 0; i < COUNT; i++) {
		if (!wanted(checks[i].name, argc, argv))
			continue;
		printf("== %s\n", checks[i].name);
		freeReplyObject(run(redis, "FLUSHDB"));
		checks[i].check(redis);
		show("the session goes on", run(redis, "PING"));
		fflush(stdout);
	}
	redisFree(redis);
	puts("done");
	return 0;
}
