/* What the measuring programs share. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

/* The middle of n > 0 numbers, which are sorted; NaN if one is. */
double measure_median(double *numbers, size_t n);

/* The middle of the ratios a[i]/b[i] of n rounds, in which the machine's drift cancels. n is at most
 * MEASURE_ROUNDS. */
enum { MEASURE_ROUNDS = 64 };
double measure_ratio(const double *a, const double *b, size_t n);

/* Whether JSON=1 asks for one JSON object a line. */
bool measure_json(void);

#endif
