#include <netdb.h>
#include <sys/socket.h>

int main(void) {
    struct addrinfo *found;
    if (getaddrinfo("localhost", "5432", 0, &found))
        return 1;
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    return connect(fd, found->ai_addr, found->ai_addrlen) ? 1 : 0;
}
