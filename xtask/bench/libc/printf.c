// Formats into memory and to standard output.
#include <stdio.h>

int main(void) {
    char text[256];
    unsigned long whole = 0;
    for (int i = 0; i < 5000; i++) {
        int length = snprintf(text, sizeof text, "%d %08x %-12s|%5.2f|%c %ld", i, i * 77u, "warp",
                              i / 7.0, 'a' + i % 26, (long)i * 1000003);
        if (length < 0) return 1;
        whole += (unsigned long)length;
        printf("%d: %s\n", i, text);
    }
    return whole == 0;
}
