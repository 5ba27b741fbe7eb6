#include "optim/average.h"

#include "base/simd.h"
#include "optim/pieces.h"

#include <assert.h>
#include <stdlib.h>

pmy_status pmy_average_new(double decay, pmy_graph *graph, pmy_average **result, pmy_error *error)
{
    *result = NULL;
    if (!(decay > 0 && decay < 1))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "an average's decay of %g is not between 0 and 1", decay);
    pmy_average *average = calloc(1, sizeof *average);
    size_t parameters = pmy_graph_parameters(graph).size, statistics = pmy_graph_statistics(graph).size;
    if (average) {
        average->graph = graph;
        average->decay = decay;
        average->parameters = pmy_arena_take(&average->arena, parameters, sizeof(pmy_real));
        average->statistics = pmy_arena_take(&average->arena, statistics, sizeof(pmy_real));
    }
    if (average && average->parameters && average->statistics) {
        *result = average;
        return PMY_OK;
    }
    pmy_average_free(average);
    return pmy_fail(error, PMY_NO_MEMORY, "no memory for an average of %zu numbers", parameters);
}

void pmy_average_free(pmy_average *average)
{
    if (!average)
        return;
    pmy_arena_free(&average->arena);
    free(average);
}

/* --- A step ---------------------------------------------------------------- */

/* average ← average + (1 − d) (model − average) for n elements. */
PMY_CLONES
static void pmy_average_move(size_t n, pmy_real share, const pmy_real *model, pmy_real *average)
{
    for (size_t i = 0; i < n; i++)
        average[i] += share * (model[i] - average[i]);
}

static void move_piece(void *context, size_t piece, unsigned worker)
{
    (void)worker;
    const pmy_average *average = context;
    pmy_parameters model = pmy_graph_parameters(average->graph);
    size_t begin = pmy_piece_begin(piece), end = pmy_piece_end(model.size, piece);
    pmy_average_move(end - begin, average->share, model.values + begin, average->parameters + begin);
}

void pmy_average_step(pmy_average *average)
{
    assert(!average->swapped);
    double t = (double)++average->steps, rising = (t - 1) / (t + 9);
    average->share = (pmy_real)(1 - (average->decay < rising ? average->decay : rising));
    size_t size = pmy_graph_parameters(average->graph).size;
    pmy_pool_run(pmy_graph_pool(average->graph), pmy_pieces_of(size), move_piece, average);
    pmy_statistics statistics = pmy_graph_statistics(average->graph);
    pmy_average_move(statistics.size, average->share, statistics.values, average->statistics);
}

/* --- Swapping -------------------------------------------------------------- */

static void exchange(size_t n, pmy_real *a, pmy_real *b)
{
    for (size_t i = 0; i < n; i++) {
        pmy_real kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

void pmy_average_swap(pmy_average *average)
{
    pmy_parameters parameters = pmy_graph_parameters(average->graph);
    pmy_statistics statistics = pmy_graph_statistics(average->graph);
    exchange(parameters.size, parameters.values, average->parameters);
    exchange(statistics.size, statistics.values, average->statistics);
    average->swapped = !average->swapped;
}
