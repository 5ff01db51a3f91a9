/* Much data in either direction. */

#include "checks.h"

#include <stdio.h>
#include <stdlib.h>

#define LARGE (10 * 1024 * 1024)

void check_large_value(redisContext *redis)
{
	unsigned char *bytes = malloc(LARGE);

	if (!bytes)
		fail(redis, "memory for a large value");
	for (size_t i = 0; i < LARGE; i++)
		bytes[i] = (unsigned char) (i * 31 + (i >> 8));
	show("SET", run(redis, "SET large %b", bytes, (size_t) LARGE));
	show("STRLEN", run(redis, "STRLEN large"));
	show("GET", run(redis, "GET large"));
	show("GETRANGE", run(redis, "GETRANGE large -4 -1"));
	free(bytes);
}

void check_pipeline(redisContext *redis)
{
	long long sum = 0;

	for (int i = 0; i < 20000; i++)
		if (redisAppendCommand(redis, "INCRBY sum %d", i) != REDIS_OK)
			fail(redis, "a command in a pipeline");
	for (int i = 0; i < 20000; i++) {
		void *reply = NULL;

		if (redisGetReply(redis, &reply) != REDIS_OK)
			fail(redis, "an answer in a pipeline");
		sum = ((redisReply *) reply)->integer;
		freeReplyObject(reply);
	}
	printf("the sum of 20000 commands: %lld\n", sum);

	/* One that is refused stands in its place among the others. */
	redisAppendCommand(redis, "SET a 1");
	redisAppendCommand(redis, "LPUSH a 1");
	redisAppendCommand(redis, "GET a");
	for (int i = 0; i < 3; i++) {
		void *reply = NULL;

		if (redisGetReply(redis, &reply) != REDIS_OK)
			fail(redis, "an answer in a pipeline");
		show("in order", reply);
	}
}
