/* Connections, and what every check needs of them. */

#include "checks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *host = "127.0.0.1", *password;
int port = 6379;

redisContext *connected(void)
{
	redisContext *redis = redisConnect(host, port);

	if (!redis || redis->err)
		fail(redis, "connecting");
	log_in(redis);
	return redis;
}

void log_in(redisContext *redis)
{
	redisReply *reply;

	if (!password)
		return;
	reply = run(redis, "AUTH %s", password);
	if (reply->type == REDIS_REPLY_ERROR)
		fail(redis, reply->str);
	freeReplyObject(reply);
}

redisReply *run(redisContext *redis, const char *format, ...)
{
	va_list arguments;
	void *reply;

	va_start(arguments, format);
	reply = redisvCommand(redis, format, arguments);
	va_end(arguments);
	return expect(redis, reply);
}

redisReply *expect(redisContext *redis, void *reply)
{
	if (!reply)
		fail(redis, "a command");
	return reply;
}

/* A short text as it is, others by their digest. */
static void print_text(const redisReply *reply)
{
	if (reply->len > 64) {
		printf("%zu bytes, digest %016" PRIx64, reply->len, digest(reply->str, reply->len));
		return;
	}
	putchar('"');
	for (size_t i = 0; i < reply->len; i++) {
		unsigned char byte = (unsigned char) reply->str[i];

		if (byte < ' ' || byte > '~')
			printf("\\x%02x", byte);
		else
			putchar(byte);
	}
	putchar('"');
}

static void print_reply(const redisReply *reply)
{
	static const struct {
		int type;
		const char *name;
	} names[] = {
		{REDIS_REPLY_STATUS, "status "}, {REDIS_REPLY_ERROR, "error "},
		{REDIS_REPLY_DOUBLE, "double "}, {REDIS_REPLY_VERB, "verbatim "},
		{REDIS_REPLY_MAP, "map "},       {REDIS_REPLY_SET, "set "},
		{REDIS_REPLY_PUSH, "push "},     {REDIS_REPLY_BIGNUM, "number "},
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].type == reply->type)
			fputs(names[i].name, stdout);
	switch (reply->type) {
	case REDIS_REPLY_NIL:
		fputs("nil", stdout);
		break;
	case REDIS_REPLY_INTEGER:
		printf("%lld", reply->integer);
		break;
	case REDIS_REPLY_BOOL:
		fputs(reply->integer ? "true" : "false", stdout);
		break;
	case REDIS_REPLY_ARRAY:
	case REDIS_REPLY_MAP:
	case REDIS_REPLY_SET:
	case REDIS_REPLY_PUSH:
		putchar('[');
		for (size_t i = 0; i < reply->elements; i++) {
			if (i > 0)
				fputs(", ", stdout);
			print_reply(reply->element[i]);
		}
		putchar(']');
		break;
	default:
		print_text(reply);
	}
}

void show(const char *label, redisReply *reply)
{
	printf("%s: ", label);
	print_reply(reply);
	putchar('\n');
	freeReplyObject(reply);
}

void fail(const redisContext *redis, const char *what)
{
	fflush(stdout);
	fprintf(stderr, "%s failed: %s\n", what, redis ? redis->errstr : "no memory");
	exit(1);
}

uint64_t digest(const void *data, size_t length)
{
	const unsigned char *byte = data;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	while (length-- > 0)
		hash = (hash ^ *byte++) * UINT64_C(0x100000001b3);
	return hash;
}
