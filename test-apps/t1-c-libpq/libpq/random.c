/* In place of src/port/pg_strong_random.c, which reads /dev/urandom. */
#include "c.h"
#include "port.h"

#include <unistd.h>

/* What getentropy() gives at once, in bytes. */
#define GETENTROPY_MOST 256

void pg_strong_random_init(void) {}

bool pg_strong_random(void *buffer, size_t length)
{
	char *next = buffer;

	while (length > 0) {
		size_t now = length < GETENTROPY_MOST ? length : GETENTROPY_MOST;

		if (getentropy(next, now) != 0)
			return false;
		next += now;
		length -= now;
	}
	return true;
}
