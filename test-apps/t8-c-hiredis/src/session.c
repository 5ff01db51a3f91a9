/* What a session is, and what is left of it in the next one. */

#include "checks.h"

#include <stdio.h>

/* What comes unasked is kept for the check to print. */
static redisReply *pushed;

static void on_push(void *unused, void *reply)
{
	(void) unused;
	if (pushed)
		freeReplyObject(pushed);
	pushed = reply;
}

void check_resp3(redisContext *unused)
{
	redisContext *redis = connected();
	redisReply *hello = run(redis, "HELLO 3");

	(void) unused;
	printf("HELLO gives a map: %d\n", hello->type == REDIS_REPLY_MAP);
	freeReplyObject(hello);
	freeReplyObject(run(redis, "HSET hash field value"));
	show("a map", run(redis, "HGETALL hash"));
	freeReplyObject(run(redis, "SADD set member"));
	show("a set", run(redis, "SMEMBERS set"));
	freeReplyObject(run(redis, "ZADD scores 1.25 one"));
	show("a double", run(redis, "ZSCORE scores one"));
	show("no value", run(redis, "GET nothing"));
	show("a truth", run(redis, "EVAL %s 0", "redis.setresp(3) return true"));
	show("a number", run(redis, "EVAL %s 0",
						 "return {big_number='12345678901234567890123456789'}"));
	show("a text", run(redis, "EVAL %s 0",
					   "return {verbatim_string={format='txt', string='words'}}"));

	redisSetPushCallback(redis, on_push);
	freeReplyObject(run(redis, "SET tracked 1"));
	show("CLIENT TRACKING", run(redis, "CLIENT TRACKING ON"));
	show("GET", run(redis, "GET tracked"));
	show("SET", run(redis, "SET tracked 2"));
	show("PING", run(redis, "PING"));
	if (!pushed)
		fail(redis, "an invalidation");
	show("what came unasked", pushed);
	pushed = NULL;
	redisFree(redis);
}

void check_fresh_session(redisContext *unused)
{
	redisContext *first = connected(), *second;

	(void) unused;
	show("a name", run(first, "CLIENT SETNAME first"));
	show("is kept", run(first, "CLIENT GETNAME"));
	show("MULTI", run(first, "MULTI"));
	show("queued", run(first, "SET leaked 1"));
	redisFree(first);

	second = connected();
	show("the next has no name", run(second, "CLIENT GETNAME"));
	show("and no transaction", run(second, "GET leaked"));
	redisFree(second);
}

void check_reconnect(redisContext *redis)
{
	redisContext *victim = connected();
	redisReply *id = run(victim, "CLIENT ID");
	void *reply;

	show("killed", run(redis, "CLIENT KILL ID %lld", id->integer));
	freeReplyObject(id);
	reply = redisCommand(victim, "PING");
	printf("no answer: %d, the connection is lost: %d\n", reply == NULL, victim->err != 0);
	if (redisReconnect(victim) != REDIS_OK)
		fail(victim, "redisReconnect");
	log_in(victim);
	show("back", run(victim, "ECHO again"));
	redisFree(victim);
}
