/* Wholes and their parts, in whole numbers. */
#ifndef PMY_BASE_PARTS_H
#define PMY_BASE_PARTS_H

#include <stddef.h>

static inline size_t pmy_at_most(size_t n, size_t most)
{
    return n < most ? n : most;
}

/* How many parts of `each` it takes for `count`; the last may be smaller. */
static inline size_t pmy_parts(size_t count, size_t each)
{
    return (count + each - 1) / each;
}

/* The smallest multiple of `each` that is not below n. */
static inline size_t pmy_round_up(size_t n, size_t each)
{
    return pmy_parts(n, each) * each;
}

#endif
