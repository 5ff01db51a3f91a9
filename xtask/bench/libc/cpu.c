// Computes: a sieve, and rounds of mixing as in a hash.
#include <stdint.h>
#include <string.h>

#define LIMIT 1000000

static uint32_t turned(uint32_t x, int by) { return x << by | x >> (32 - by); }

int main(void) {
    static unsigned char composite[LIMIT];
    int primes = 0;
    for (uint32_t i = 2; i < LIMIT; i++) {
        if (composite[i]) continue;
        primes++;
        for (uint32_t j = 2 * i; j < LIMIT; j += i) composite[j] = 1;
    }
    uint32_t state[8], block[16];
    memset(state, 7, sizeof state);
    for (int i = 0; i < 20000; i++) {
        memcpy(block, composite + i, sizeof block);
        for (int j = 0; j < 64; j++) {
            uint32_t mixed = state[7] + (turned(state[4], 26) ^ turned(state[4], 7)) + block[j & 15];
            memmove(state + 1, state, 7 * sizeof *state);
            state[4] += mixed;
            state[0] = mixed + (turned(state[1], 30) ^ turned(state[1], 10));
        }
    }
    return !(primes == 78498 && state[0] != state[1]);
}
