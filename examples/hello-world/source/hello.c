// Compiled statically by whoever fills the repository: gcc -O2 -static -s -o hello hello.c
#include <stdio.h>

int main(void) {
  puts("Hello from Strata!");
  puts("This message shows that a Pod ran from an image that was built in the cluster.");
  return 0;
}
