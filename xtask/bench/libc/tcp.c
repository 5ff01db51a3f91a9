// Sends to an echo on the loopback and reads the answers, one at a time.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIZE 512

static int exchange(int fd, char *message) {
    if (send(fd, message, SIZE, 0) != SIZE) return 0;
    for (ssize_t got = 0; got < SIZE;) {
        ssize_t count = recv(fd, message + got, (size_t)(SIZE - got), 0);
        if (count <= 0) return 0;
        got += count;
    }
    return 1;
}

int main(void) {
    static char message[SIZE];
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((unsigned short)atoi(getenv("ECHO_PORT")));
    for (int i = 0; i < 10; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) return 1;
        for (int j = 0; j < 100; j++) {
            if (!exchange(fd, message)) return 2;
        }
        if (close(fd)) return 3;
    }
    return 0;
}
