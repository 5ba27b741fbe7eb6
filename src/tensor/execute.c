/* Running a built graph: stages of pieces on the pool's threads. */
#include "tensor/graph_state.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A stage by rows is split into at least this many pieces, where it has as many
 * rows, and into pieces that touch about this many numbers, to stay in a core's cache; one that touches fewer
 * than SMALLEST_STAGE numbers is not worth splitting. */
enum { FEWEST_PIECES = 8, PIECE_ELEMENTS = 65536, SMALLEST_STAGE = 2048 };

/* --- Running ------------------------------------------------------------ */

/* Whether the running forward has the node's value from its input 0, into which it is folded. */
static bool is_folded(const pmy_node *node)
{
    return node->graph->mode == PMY_EVAL && node->inputs > 0 && node->input[0]->folded == node;
}

typedef struct running {
    pmy_graph *graph;
    const pmy_stage *stage;
    size_t first, rows; /* of a stage by rows; of a batch, examples */
    size_t pieces;
} running;

static void run_rows(void *context, size_t piece, unsigned worker)
{
    const running *now = context;
    size_t begin = now->first + now->rows * piece / now->pieces,
           end = now->first + now->rows * (piece + 1) / now->pieces;
    for (const pmy_step *step = now->stage->first; step; step = step->next) {
        size_t each = step->node->rows_of->joined;
        if (is_folded(step->node))
            continue;
        pmy_piece range = {begin * each, end * each, now->graph->scratch + worker * now->graph->scratch_size};
        step->phase->run(step->node, range);
    }
}

/* The tiles of all steps are numbered through. */
static void run_tile(void *context, size_t tile, unsigned worker)
{
    const running *now = context;
    const pmy_step *step = now->stage->first;
    for (size_t tiles; tile >= (tiles = step->phase->tiles(step->node)); step = step->next)
        tile -= tiles;
    pmy_piece one = {tile, tile + 1, now->graph->scratch + worker * now->graph->scratch_size};
    if (!is_folded(step->node))
        step->phase->run(step->node, one);
}

static size_t all_tiles(const pmy_stage *stage)
{
    size_t tiles = 0;
    for (const pmy_step *step = stage->first; step; step = step->next)
        tiles += step->phase->tiles(step->node);
    return tiles;
}

static size_t row_pieces(const pmy_graph *graph, const pmy_stage *stage, size_t rows)
{
    if (rows * stage->row_elements < SMALLEST_STAGE && !graph->split_always)
        return 1;
    size_t pieces = rows * stage->row_elements / PIECE_ELEMENTS + 1;
    if (pieces < FEWEST_PIECES)
        pieces = FEWEST_PIECES;
    return pmy_at_most(pieces, rows);
}

/* Of the stages by the batch's rows, runs rows first … first + count − 1. */
static void run_stages(pmy_graph *graph, const pmy_stages *stages, size_t first, size_t count)
{
    for (size_t s = 0; s < stages->count; s++) {
        running now = {.graph = graph, .stage = &stages->stage[s]};
        if (now.stage->rows_of) {
            bool batched = now.stage->rows_of->batched;
            now.first = batched ? first : 0;
            now.rows = batched ? count : pmy_rows(now.stage->rows_of);
            now.pieces = row_pieces(graph, now.stage, now.rows);
        } else {
            now.pieces = all_tiles(now.stage);
        }
        pmy_pool_run(graph->pool, now.pieces, now.stage->rows_of ? run_rows : run_tile, &now);
    }
}

/* --- Bad data ----------------------------------------------------------- */

/* `place` counts rows or vectors, of which an example has `each`. */
static void report(const pmy_node *node, size_t place, size_t each, const char *format, va_list arguments)
{
    pmy_graph *graph = node->graph;
    while (atomic_flag_test_and_set(&graph->fault_is_written))
        continue; /* rare, and never long */
    if (!graph->fault || node->index < graph->fault_node ||
        (node->index == graph->fault_node && place < graph->fault_place)) {
        char what[256], position[32] = "";
        (void)vsnprintf(what, sizeof what, format, arguments);
        if (each > 1)
            (void)snprintf(position, sizeof position, ", position %zu", place % each);
        graph->fault = true;
        graph->fault_node = node->index;
        graph->fault_place = place;
        (void)pmy_fail(&graph->fault_error, PMY_BAD_DATA, "%s, row %zu%s: %s", node->name, place / each,
                       position, what);
    }
    atomic_flag_clear(&graph->fault_is_written);
}

void pmy_report(const pmy_node *node, size_t row, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(node, row, node->rows_of->joined, format, arguments);
    va_end(arguments);
}

void pmy_report_vector(const pmy_node *node, size_t vector, const char *format, ...)
{
    const pmy_node *rows = node->rows_of;
    va_list arguments;
    va_start(arguments, format);
    report(node, vector, pmy_row_vectors(rows) * rows->joined, format, arguments);
    va_end(arguments);
}

/* Where the trouble began: the first node that holds a NaN or +inf (−inf is a
 * mask), to be named after the message. */
static void name_origin(pmy_graph *graph)
{
    for (size_t at = 0; at < graph->count; at++) {
        const pmy_node *node = graph->nodes[at];
        if (graph->mode == PMY_EVAL && node->folded) /* not computed */
            continue;
        for (size_t i = 0; node->value && i < pmy_shape_size(node->shape); i++) {
            if (node->value[i] <= PMY_REAL_MAX)
                continue;
            size_t used = strlen(graph->fault_error.message);
            (void)snprintf(graph->fault_error.message + used, sizeof graph->fault_error.message - used,
                           "; the first number that is not finite is in %s, row %zu", node->name,
                           i / pmy_example_size(node));
            return;
        }
    }
}

static void move_statistics(pmy_graph *graph)
{
    for (size_t at = 0; graph->mode == PMY_TRAIN && at < graph->count; at++)
        if (graph->nodes[at]->op->move_statistics)
            graph->nodes[at]->op->move_statistics(graph->nodes[at]);
}

static pmy_status forward(pmy_graph *graph, pmy_mode mode, size_t first, size_t count, pmy_error *error)
{
    assert(graph->built);
    if (graph->error.code != PMY_OK)
        return pmy_graph_error(graph, error);
    graph->mode = mode;
    graph->step += mode == PMY_TRAIN;
    graph->fault = false;
    graph->partial = count < graph->batch;
    for (size_t at = 0; at < graph->count; at++) {
        pmy_node *node = graph->nodes[at];
        if (node->op->prepare)
            node->op->prepare(node);
        if (node->folded && mode == PMY_EVAL)
            node->affine = node->folded->op->affine(node->folded);
    }
    run_stages(graph, &graph->forward, first, count);
    if (!graph->fault && pmy_shape_size(graph->root->shape) == 1 && pmy_is_nan(graph->root->value[0]))
        pmy_report(graph->root, 0, "the result is NaN");
    if (!graph->fault) {
        move_statistics(graph);
        return PMY_OK;
    }
    name_origin(graph);
    if (error)
        *error = graph->fault_error;
    return PMY_BAD_DATA;
}

pmy_status pmy_prepack(pmy_graph *graph, pmy_error *error)
{
    assert(graph->built);
    for (size_t at = 0; at < graph->count; at++)
        if (graph->nodes[at]->op->prepack && !graph->nodes[at]->op->prepack(graph->nodes[at]))
            return pmy_fail(error, PMY_NO_MEMORY, "no memory for the parameters once more");
    return PMY_OK;
}

pmy_status pmy_forward(pmy_graph *graph, pmy_mode mode, pmy_error *error)
{
    return forward(graph, mode, 0, graph->batch, error);
}

pmy_status pmy_forward_rows(pmy_graph *graph, size_t first, size_t count, pmy_error *error)
{
    assert(first + count <= graph->batch);
    if (graph->mixes_rows)
        return pmy_forward(graph, PMY_REPLAY, error);
    return forward(graph, PMY_REPLAY, first, count, error);
}

void pmy_split_always(pmy_graph *graph, bool always)
{
    graph->split_always = always;
}

void pmy_backward(pmy_graph *graph)
{
    assert(graph->built && graph->mode != PMY_EVAL && pmy_shape_size(graph->root->shape) == 1);
    if (!graph->root->gradient)
        return;
    graph->root->gradient[0] = 1;
    run_stages(graph, &graph->backward, 0, graph->batch);
}

static void scale_gradients(const pmy_graph *graph, double factor)
{
    pmy_parameters all = graph->parameters;
    for (size_t i = 0; i < all.size; i++)
        all.gradients[i] =
            factor == 0 ? 0 : all.gradients[i] * (pmy_real)factor; /* also what is not finite */
}

/* Bit i: the gradient of input i is a parameter's. */
static unsigned learned_inputs(const pmy_node *node)
{
    unsigned inputs = 0;
    for (unsigned i = 0; i < node->inputs; i++)
        inputs |= (unsigned)(node->input[i]->role == PMY_LEARNED) << i;
    return inputs;
}

void pmy_backward_add(pmy_graph *graph, double keep, double weight)
{
    if (weight == 0) { /* where no row of the batch counts */
        scale_gradients(graph, keep);
        return;
    }
    /* What the root's gradient is, ops may have taken for granted in forward: it stays 1. */
    scale_gradients(graph, keep / weight);
    for (size_t at = 0; at < graph->count; at++)
        graph->nodes[at]->accumulate |= learned_inputs(graph->nodes[at]);
    pmy_backward(graph);
    for (size_t at = 0; at < graph->count; at++)
        graph->nodes[at]->accumulate = graph->nodes[at]->shared;
    scale_gradients(graph, weight);
}

void pmy_backward_from(pmy_graph *graph, const pmy_real *seed)
{
    assert(graph->built && graph->mode != PMY_EVAL && pmy_shape_rank(graph->root->shape) > 0);
    if (!graph->root->gradient)
        return;
    memcpy(graph->root->gradient, seed, pmy_shape_size(graph->root->shape) * sizeof *seed);
    run_stages(graph, &graph->backward, 0, graph->batch);
}
