// Needs: the patches

#include <stdio.h>
#include <wasi/warpgrid_hooks.h>

int main(void) {
  printf("hooks version %d\n", WARPGRID_HOOKS_VERSION);
  return 0;
}
