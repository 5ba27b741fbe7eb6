/* Numbers for examples that one can follow by hand. */
#ifndef SOFTMAX_DRAWN_H
#define SOFTMAX_DRAWN_H

#include "base/random.h"

#include <math.h>

/* count numbers, uniform in [−1, 1], of two decimals. */
static inline void draw_short_numbers(pmy_random *random, size_t count, double *numbers)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = ((double)pmy_random_below(random, 201) - 100) / 100;
}

#endif
