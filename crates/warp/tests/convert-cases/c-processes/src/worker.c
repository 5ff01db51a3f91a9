#include <unistd.h>

extern int fork(void);

int work(void) {
    return fork();
}
