// Asks for the time in each of the ways.
#include <time.h>

int main(void) {
    struct timespec now;
    for (int i = 0; i < 20000; i++) {
        if (clock_gettime(CLOCK_REALTIME, &now) || clock_gettime(CLOCK_MONOTONIC, &now)) return 1;
        if (time(0) == (time_t)-1) return 2;
    }
    return 0;
}
