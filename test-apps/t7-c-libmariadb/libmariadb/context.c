/*
 * The connector's non-blocking calls run on a stack of their own, which they
 * leave where they would wait. A WebAssembly program has one stack. Here each
 * such call runs to its end, and waits where it must, as the blocking ones do:
 * what a program sees is a call that is done when it returns.
 */

#include <ma_global.h>

#include <ma_context.h>

int my_context_init(struct my_context *context, size_t stack_size)
{
	(void) context, (void) stack_size;
	return 0;
}

void my_context_destroy(struct my_context *context)
{
	(void) context;
}

int my_context_spawn(struct my_context *context, void (*call)(void *), void *argument)
{
	struct mysql_async_context *of =
		(void *) ((char *) context - offsetof(struct mysql_async_context, async_context));

	/* Says that waiting is not the program's. */
	of->active = 0;
	call(argument);
	return 0;
}

/* Nothing is ever left in the middle. */
int my_context_yield(struct my_context *context)
{
	(void) context;
	return -1;
}

int my_context_continue(struct my_context *context)
{
	(void) context;
	return -1;
}
