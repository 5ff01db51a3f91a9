#include <stdio.h>
#include <unistd.h>

/* fork() is in server.c. */
int serve(void);

int main(void) {
    return serve();
}
