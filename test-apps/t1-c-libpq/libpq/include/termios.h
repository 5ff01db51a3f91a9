/* A system without terminals: libpq asks only for the size of one. */
