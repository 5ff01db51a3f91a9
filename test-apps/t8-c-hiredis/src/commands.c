/* Commands that are answered at once. */

#include "checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check_values(redisContext *redis)
{
	static const char bytes[] = {0, 1, '\r', '\n', '$', (char) 0xff, 0};
	const char *words[] = {"RPUSH", "list", "one", "two", "three"};

	show("SET", run(redis, "SET %s %b", "binary key", bytes, sizeof bytes));
	show("GET", run(redis, "GET %s", "binary key"));
	show("STRLEN", run(redis, "STRLEN %b", "binary key", strlen("binary key")));
	show("an empty value", run(redis, "SET empty %b", bytes, (size_t) 0));
	show("is read back", run(redis, "GET empty"));
	show("no value", run(redis, "GET nothing"));
	show("INCRBY", run(redis, "INCRBY counter %lld", 9000000000LL));
	show("SET NX", run(redis, "SET counter 1 NX"));
	show("RPUSH", expect(redis, redisCommandArgv(redis, 5, words, NULL)));
	show("LRANGE", run(redis, "LRANGE list 0 -1"));
	show("HSET", run(redis, "HSET hash field %s other %d", "Gr\xc3\xbc\xc3\x9f""e", 7));
	show("HMGET", run(redis, "HMGET hash other nothing field"));
	show("ZADD", run(redis, "ZADD scores 1.5 one -inf least"));
	show("ZRANGE", run(redis, "ZRANGE scores 0 -1 WITHSCORES"));
	show("EXPIRE", run(redis, "EXPIRE counter 100"));
	show("PERSIST", run(redis, "PERSIST counter"));
	show("DEL", run(redis, "DEL counter list nothing"));
}

void check_errors(redisContext *redis)
{
	show("no such command", run(redis, "NOSUCHCOMMAND x"));
	show("too few arguments", run(redis, "GET"));
	freeReplyObject(run(redis, "SET text words"));
	show("another type", run(redis, "LPUSH text x"));
	show("no number", run(redis, "INCR text"));
	show("nothing was lost", run(redis, "GET text"));
}

void check_transaction(redisContext *redis)
{
	redisContext *other = connected();

	show("MULTI", run(redis, "MULTI"));
	show("queued", run(redis, "SET account 10"));
	show("queued", run(redis, "INCRBY account 5"));
	show("unseen meanwhile", run(other, "GET account"));
	show("EXEC", run(redis, "EXEC"));

	show("WATCH", run(redis, "WATCH account"));
	show("another writes", run(other, "INCR account"));
	show("MULTI", run(redis, "MULTI"));
	show("queued", run(redis, "SET account 0"));
	show("EXEC", run(redis, "EXEC"));

	show("MULTI", run(redis, "MULTI"));
	show("refused", run(redis, "SET account"));
	show("EXEC", run(redis, "EXEC"));

	show("MULTI", run(redis, "MULTI"));
	show("queued", run(redis, "SET account 0"));
	show("DISCARD", run(redis, "DISCARD"));
	show("GET", run(redis, "GET account"));
	redisFree(other);
}

void check_scan(redisContext *redis)
{
	char cursor[32] = "0";
	long long sum = 0;
	int keys = 0;

	for (int i = 0; i < 1000; i++)
		redisAppendCommand(redis, "SET item:%d %d", i, i);
	for (int i = 0; i < 1000; i++) {
		void *reply = NULL;

		if (redisGetReply(redis, &reply) != REDIS_OK)
			fail(redis, "filling");
		freeReplyObject(reply);
	}
	do {
		redisReply *reply = run(redis, "SCAN %s MATCH item:* COUNT 100", cursor);

		if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
			fail(redis, "SCAN");
		snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
		for (size_t i = 0; i < reply->element[1]->elements; i++) {
			keys++;
			sum += atoll(reply->element[1]->element[i]->str + strlen("item:"));
		}
		freeReplyObject(reply);
	} while (strcmp(cursor, "0") != 0);
	printf("%d keys, their sum %lld\n", keys, sum);
}

void check_lua(redisContext *redis)
{
	redisReply *loaded = run(redis, "SCRIPT LOAD %s", "return {KEYS[1], ARGV[1] * 2}");

	show("EVAL", run(redis, "EVAL %s 1 key 21",
					 "redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])"));
	show("EVALSHA", run(redis, "EVALSHA %s 1 key 21", loaded->str));
	show("unknown", run(redis, "EVALSHA %s 0", "ffffffffffffffffffffffffffffffffffffffff"));
	show("a script's own error", run(redis, "EVAL %s 0", "return redis.error_reply('MY refusal')"));
	show("a status", run(redis, "EVAL %s 0", "return redis.status_reply('FINE')"));
	freeReplyObject(loaded);
}
