/* The part of docs/NUMERICS.md about convolutions. */
#ifndef NUMERICS_CONVOLUTIONS_H
#define NUMERICS_CONVOLUTIONS_H

#include <stdbool.h>

/* Measures and prints it. False: a bound is broken, or there is no memory, which it says. */
bool print_convolutions(void);

#endif
