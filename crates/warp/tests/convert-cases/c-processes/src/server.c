#include <sys/epoll.h>

int serve(void) {
    return epoll_create1(0);
}
