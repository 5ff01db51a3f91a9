/* One thing that a program asks of its host, over and over; prints nanoseconds
 * for each time.
 *
 *   file N     opens, reads and closes /etc/hosts
 *   name N     looks up a name
 *   connect N  connects to $ECHO_PORT, is answered and closes: who only connects
 *              fills the other end's queue, and measures that
 *   tcp N      sends to it, on one connection, and reads the answer
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char piece[64];

static void need(int holds, const char *what) {
	if (!holds) {
		perror(what);
		exit(1);
	}
}

static int opened(void) {
	struct sockaddr_in address = {.sin_family = AF_INET};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((unsigned short)atoi(getenv("ECHO_PORT")));
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	need(fd >= 0, "socket");
	need(!connect(fd, (struct sockaddr *)&address, sizeof address), "connect");
	return fd;
}

static void file(int fd) {
	(void)fd;
	int hosts = open("/etc/hosts", O_RDONLY);
	need(hosts >= 0, "open");
	need(read(hosts, piece, sizeof piece) > 0, "read");
	close(hosts);
}

static void name(int fd) {
	(void)fd;
	struct addrinfo *found, hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	need(!getaddrinfo("api.example.com", "443", &hints, &found), "getaddrinfo");
	freeaddrinfo(found);
}

static void tcp(int fd) {
	need(send(fd, piece, sizeof piece, 0) == (ssize_t)sizeof piece, "send");
	for (size_t got = 0; got < sizeof piece;) {
		ssize_t count = recv(fd, piece + got, sizeof piece - got, 0);
		need(count > 0, "recv");
		got += (size_t)count;
	}
}

static void connected(int fd) {
	fd = opened();
	tcp(fd);
	close(fd);
}

static const struct {
	const char *name;
	void (*run)(int fd);
} ways[] = {{"file", file}, {"name", name}, {"connect", connected}, {"tcp", tcp}};

static int64_t now(void) {
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int main(int argc, char **argv) {
	long rounds = argc == 3 ? atol(argv[2]) : 0;
	for (size_t i = 0; rounds > 0 && i < sizeof ways / sizeof *ways; i++) {
		if (strcmp(argv[1], ways[i].name)) continue;
		int fd = opened();
		ways[i].run(fd);
		int64_t begin = now();
		for (long round = 0; round < rounds; round++) ways[i].run(fd);
		printf("%lld\n", (long long)((now() - begin) / rounds));
		return 0;
	}
	fprintf(stderr, "usage: calls file|name|connect|tcp N\n");
	return 2;
}
