/* The matrix products of a training step by themselves, each in the way that is fastest here: what a step
 * would take if nothing else did. */
#ifndef BENCH_PRODUCTS_H
#define BENCH_PRODUCTS_H

#include "base/pool.h"

#include <stdbool.h>

/* C[m, n] = op(A)[m, k] · B[k, n]; op transposes where it is told to. B may lie either way. */
typedef struct product {
    bool transposed_a;
    size_t m, n, k;
    size_t times; /* in a step */
    unsigned way; /* chosen by products_new */
} product;

enum { MOST_PRODUCTS = 32 };

typedef struct products {
    size_t count;
    product product[MOST_PRODUCTS];
    size_t steps;                       /* a thread's, in a measurement */
    float *numbers[PMY_MAX_THREADS][3]; /* A, B and C of each thread, large enough for any product */
} products;

/* y = x Wᵀ of x [rows, in] and W [out, in], ∂x and ∂W: so many times. */
void products_add_linear(products *p, size_t rows, size_t in, size_t out, size_t times);
/* Those of one head's scores [time, time] and values [time, d], and of their backward. */
void products_add_attention(products *p, size_t time, size_t d, size_t times);

/* Takes the memory for all that was added, and chooses the ways. False: there is no memory. */
bool products_begin(products *p, unsigned threads);
void products_end(products *p);

/* Steps a second, where each of the pool's threads makes steps of its own, for about so many seconds. */
double products_rate(products *p, pmy_pool *pool, double seconds);

#endif
