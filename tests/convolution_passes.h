/* A way to convolve, run by itself as the layer runs it: for holding each against the plain convolution,
 * whether it is what the sizes choose or not. Whatever room it is given holds NaN. False, or NULL: no memory.
 */
#ifndef TESTS_CONVOLUTION_PASSES_H
#define TESTS_CONVOLUTION_PASSES_H

#include "kernels/convolution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static inline pmy_real *nans(size_t count)
{
    pmy_real *made = malloc((count + 1) * sizeof *made);
    for (size_t i = 0; made && i <= count; i++)
        made[i] = (pmy_real)NAN;
    return made;
}

/* What a way works with for a weight [out, in, kernel, kernel]. */
typedef struct prepared_way {
    const pmy_convolution_algorithm *way;
    const pmy_convolution *sizes;
    pmy_real *forward_weight, *backward_weight, *scratch;
    pmy_real *sum; /* of dW; 0 at first */
} prepared_way;

static inline bool prepare_way(const pmy_convolution_algorithm *way, const pmy_convolution *c,
                               const pmy_real *weight, prepared_way *ready)
{
    pmy_convolution_memory memory;
    way->measure(c, &memory);
    *ready = (prepared_way){.way = way,
                            .sizes = c,
                            .forward_weight = nans(memory.forward_weight),
                            .backward_weight = nans(memory.backward_weight),
                            .scratch = nans(memory.scratch),
                            .sum = calloc(memory.sum + pmy_convolution_rows_size(c), sizeof(pmy_real))};
    if (!ready->forward_weight || !ready->backward_weight || !ready->scratch || !ready->sum)
        return false;
    for (size_t tile = 0; tile < PMY_CONVOLUTION_TILES; tile++) {
        way->prepare_forward(c, tile, weight, ready->forward_weight);
        way->prepare_backward(c, tile, weight, ready->backward_weight);
    }
    return true;
}

/* dW [out, in, kernel, kernel] from the sum. */
static inline pmy_real *finished_dw(const prepared_way *ready)
{
    const pmy_convolution *c = ready->sizes;
    size_t taps = c->in * c->window.kernel * c->window.kernel, size = pmy_convolution_rows_size(c);
    pmy_real *rows = nans(size), *dw = nans(taps * c->out);
    if (rows && ready->way->reduce)
        ready->way->reduce(c, ready->sum, rows);
    else if (rows)
        memcpy(rows, ready->sum, size * sizeof *rows);
    for (size_t row = 0; rows && dw && row < taps; row++)
        for (size_t o = 0; o < c->out; o++)
            dw[o * taps + pmy_convolution_row(c, row)] = rows[row * (size / taps) + o];
    free(rows);
    return dw;
}

static inline void free_way(prepared_way *ready)
{
    free(ready->forward_weight);
    free(ready->backward_weight);
    free(ready->scratch);
    free(ready->sum);
}

#endif
