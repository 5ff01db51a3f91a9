#include <openssl/ssl.h>
#include <stdlib.h>

int main(void) {
    return system("true");
}
