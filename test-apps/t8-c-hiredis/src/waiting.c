/* Commands that are answered later, or not at all. */

#include "checks.h"

#include <stdio.h>
#include <sys/time.h>

void check_blocking(redisContext *redis)
{
	redisContext *other = connected();
	void *reply = NULL;

	show("nothing comes", run(redis, "BLPOP queue 1"));
	/* Sent, and blocked, before the other pushes. */
	redisAppendCommand(redis, "BLPOP queue other-queue 30");
	for (int written = 0; !written;)
		if (redisBufferWrite(redis, &written) != REDIS_OK)
			fail(redis, "sending BLPOP");
	show("pushed", run(other, "RPUSH other-queue first second"));
	if (redisGetReply(redis, &reply) != REDIS_OK)
		fail(redis, "BLPOP");
	show("popped", reply);
	show("BLMOVE", run(redis, "BLMOVE other-queue queue LEFT RIGHT 5"));
	redisFree(other);
}

/* The client gives up, and its connection with it. */
void check_timeout(redisContext *redis)
{
	redisContext *other = connected();
	struct timeval patience = {.tv_sec = 0, .tv_usec = 200000};
	struct timeval begun, ended;
	double seconds;
	void *reply;

	(void) redis;
	if (redisSetTimeout(other, patience) != REDIS_OK)
		fail(other, "redisSetTimeout");
	gettimeofday(&begun, NULL);
	reply = redisCommand(other, "BLPOP nothing 30");
	gettimeofday(&ended, NULL);
	seconds = (double) (ended.tv_sec - begun.tv_sec) +
			  (double) (ended.tv_usec - begun.tv_usec) / 1e6;
	printf("no answer: %d, given up: %d, in time: %d\n", reply == NULL, other->err != 0,
		   seconds > 0.15 && seconds < 20);
	redisFree(other);
}

void check_subscribe(redisContext *redis)
{
	redisContext *listener = connected();
	void *reply = NULL;

	show("SUBSCRIBE", run(listener, "SUBSCRIBE news"));
	show("PSUBSCRIBE", run(listener, "PSUBSCRIBE n*"));
	show("PUBLISH", run(redis, "PUBLISH news %b", "with\0zero", (size_t) 9));
	for (int i = 0; i < 2; i++) {
		if (redisGetReply(listener, &reply) != REDIS_OK)
			fail(listener, "a message");
		show("message", reply);
	}
	show("UNSUBSCRIBE", run(listener, "UNSUBSCRIBE"));
	show("PUNSUBSCRIBE", run(listener, "PUNSUBSCRIBE"));
	show("commands again", run(listener, "ECHO yes"));
	/* This one is left subscribed. */
	show("SUBSCRIBE", run(listener, "SUBSCRIBE news"));
	redisFree(listener);
	for (int i = 0, heard = 1; heard && i < 1000; i++) {
		redisReply *published = run(redis, "PUBLISH news again");

		heard = published->integer != 0;
		if (!heard)
			puts("nobody listens any more");
		freeReplyObject(published);
	}
}
