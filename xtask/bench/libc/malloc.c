// Takes and gives back memory in many sizes, in an order of its own.
#include <stdint.h>
#include <stdlib.h>

#define SLOTS 1024

int main(void) {
    static void *slots[SLOTS];
    uint32_t random = 1;
    for (int i = 0; i < 100000; i++) {
        random = random * 1664525u + 1013904223u;
        void **slot = &slots[random >> 22];
        size_t size = (random >> 8) % ((random & 63) ? 512 : 65536) + 1;
        if (random & 128) {
            free(*slot);
            *slot = malloc(size);
        } else {
            void *grown = realloc(*slot, size);
            if (!grown) return 1;
            *slot = grown;
        }
        if (!*slot) return 1;
        *(volatile char *)*slot = 1;
    }
    for (int i = 0; i < SLOTS; i++) free(slots[i]);
    return 0;
}
