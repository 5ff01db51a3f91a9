// Reads what file_writes wrote: many files in small pieces, one in large ones.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static char piece[65536];

static long drain(const char *path, size_t length) {
    int fd = open(path, O_RDONLY);
    if (fd < 0) return -1;
    long whole = 0;
    ssize_t count;
    while ((count = read(fd, piece, length)) > 0) whole += count;
    return close(fd) == 0 && count == 0 ? whole : -1;
}

int main(void) {
    char path[32];
    for (int i = 0; i < 40; i++) {
        snprintf(path, sizeof path, "/small-%d", i);
        if (drain(path, 64) != 64 * 64) return 1;
    }
    return drain("/large", sizeof piece) != 256L * sizeof piece;
}
