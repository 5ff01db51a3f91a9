/* The asynchronous API over poll(), by hiredis' own adapter. */

#include "checks.h"

#include <hiredis/async.h>
#include <poll.h>
#include <hiredis/adapters/poll.h>
#include <stdio.h>

/* How long a loop may go on, in turns of up to a tenth of a second. */
#define TURNS 600

/* What the callbacks have seen. */
static struct {
	int connected, disconnected, answered, wanted;
	long long sum;
} seen;

static void on_connect(const redisAsyncContext *redis, int status)
{
	if (status != REDIS_OK)
		fail(&redis->c, "connecting");
	seen.connected++;
}

static void on_disconnect(const redisAsyncContext *redis, int status)
{
	if (status != REDIS_OK)
		fail(&redis->c, "disconnecting");
	seen.disconnected++;
}

static void on_answer(redisAsyncContext *redis, void *reply, void *unused)
{
	redisReply *answer = reply;

	(void) unused;
	if (!answer || answer->type != REDIS_REPLY_INTEGER)
		fail(&redis->c, "an asynchronous command");
	seen.sum += answer->integer;
	if (++seen.answered == seen.wanted)
		redisAsyncDisconnect(redis);
}

static void on_login(redisAsyncContext *redis, void *reply, void *unused)
{
	(void) unused;
	if (!reply || ((redisReply *) reply)->type == REDIS_REPLY_ERROR)
		fail(&redis->c, "logging in");
}

static redisAsyncContext *start(void)
{
	redisAsyncContext *redis = redisAsyncConnect(host, port);

	if (!redis || redis->err)
		fail(redis ? &redis->c : NULL, "connecting");
	seen.connected = seen.disconnected = seen.answered = 0;
	seen.sum = 0;
	redisPollAttach(redis);
	redisAsyncSetConnectCallback(redis, on_connect);
	redisAsyncSetDisconnectCallback(redis, on_disconnect);
	if (password)
		redisAsyncCommand(redis, on_login, NULL, "AUTH %s", password);
	return redis;
}

/* Turns until the connection has ended; its context is gone then. */
static void loop(redisAsyncContext *redis)
{
	for (int turn = 0; turn < TURNS && !seen.disconnected; turn++)
		redisPollTick(redis, 0.1);
	if (!seen.disconnected)
		fail(&redis->c, "a loop that took too long");
}

void check_asynchronous(redisContext *unused)
{
	redisAsyncContext *redis = start();

	(void) unused;
	seen.wanted = 500;
	for (int i = 0; i < seen.wanted; i++)
		redisAsyncCommand(redis, on_answer, NULL, "INCRBY sum %d", i);
	loop(redis);
	printf("connected %d, answered %d, sum %lld, disconnected %d\n", seen.connected,
		   seen.answered, seen.sum, seen.disconnected);
}

static void on_message(redisAsyncContext *redis, void *reply, void *unused)
{
	redisReply *message = reply;

	(void) unused;
	/* At the end there is none. */
	if (!message)
		return;
	if (message->type != REDIS_REPLY_ARRAY || message->elements != 3)
		fail(&redis->c, "a message");
	printf("%s %s", message->element[0]->str, message->element[1]->str);
	if (message->element[2]->type == REDIS_REPLY_INTEGER)
		printf(" %lld\n", message->element[2]->integer);
	else
		printf(" %s\n", message->element[2]->str);
	if (message->element[2]->str && ++seen.answered == seen.wanted)
		redisAsyncDisconnect(redis);
}

void check_asynchronous_subscribe(redisContext *redis)
{
	redisAsyncContext *listener = start();

	seen.wanted = 3;
	redisAsyncCommand(listener, on_message, NULL, "SUBSCRIBE letters");
	/* Published only once somebody listens: by a turn for each try. */
	for (int turn = 0, heard = 0; turn < TURNS && !heard; turn++) {
		redisReply *reply;

		redisPollTick(listener, 0.1);
		reply = run(redis, "PUBLISH letters alpha");
		heard = (int) reply->integer;
		freeReplyObject(reply);
	}
	freeReplyObject(run(redis, "PUBLISH letters beta"));
	freeReplyObject(run(redis, "PUBLISH letters gamma"));
	loop(listener);
	printf("%d messages\n", seen.answered);
}
