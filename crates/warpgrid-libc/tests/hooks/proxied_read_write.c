// Needs: libwarpgrid

#include "case.h"

int main(void) {
  int fd = dial(ECHO);
  char buffer[16] = "";
  say("write", write(fd, "hello", 5));
  say("read", read(fd, buffer, sizeof(buffer)));
  puts(buffer);
  struct iovec out[] = {{"", 0}, {"gathered", 8}};
  say("writev", writev(fd, out, 2));
  memset(buffer, 0, sizeof(buffer));
  struct iovec in[] = {{buffer, 0}, {buffer, sizeof(buffer)}};
  say("readv", readv(fd, in, 2));
  puts(buffer);
  say("nonblocking", fcntl(fd, F_SETFL, O_NONBLOCK));
  say("read", read(fd, buffer, sizeof(buffer)));
  say("blocking", fcntl(fd, F_SETFL, 0));
  say("lseek", lseek(fd, 0, SEEK_SET) < 0 ? 1 : 0);
  say("isatty", isatty(fd));

  FILE *stream = fdopen(fd, "r+");
  fprintf(stream, "a line of %d words\n", 5);
  fflush(stream);
  char line[64] = "";
  fgets(line, sizeof(line), stream);
  printf("fgets: %s", line);
  fclose(stream);

  fd = dial(BANNER);
  memset(buffer, 0, sizeof(buffer));
  say("read", read(fd, buffer, sizeof(buffer)));
  say("read at the end", read(fd, buffer, sizeof(buffer)));
  close(fd);
  return 0;
}
