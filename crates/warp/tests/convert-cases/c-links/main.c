/* What is declared is compiled; the linker finds what is not there. */
extern int fork(void);
extern int library_of_nobody(int);

int main(void) {
    return library_of_nobody(fork());
}
