// Writes many files in small pieces, and one in large ones.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char piece[65536];

static int fill(const char *path, size_t length, int pieces) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0) return 0;
    for (int i = 0; i < pieces; i++) {
        if (write(fd, piece, length) != (ssize_t)length) return 0;
    }
    return close(fd) == 0;
}

int main(void) {
    char path[32];
    memset(piece, 'x', sizeof piece);
    for (int i = 0; i < 40; i++) {
        snprintf(path, sizeof path, "/small-%d", i);
        if (!fill(path, 64, 64)) return 1;
    }
    return !fill("/large", sizeof piece, 256);
}
