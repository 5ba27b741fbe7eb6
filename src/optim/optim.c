#include "optim/optim.h"

#include "kernels/reduce.h"
#include "optim/pieces.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define KIND(name) &pmy_optim_##name,
static const pmy_optim_kind *const kinds[] = {PMY_OPTIM_LIST(KIND)};
#undef KIND

const pmy_optim_kind *pmy_optim_kind_at(size_t index)
{
    return index < sizeof kinds / sizeof *kinds ? kinds[index] : NULL;
}

const pmy_optim_kind *pmy_optim_find(const char *name)
{
    const pmy_optim_kind *kind;
    for (size_t i = 0; (kind = pmy_optim_kind_at(i)) && strcmp(kind->name, name) != 0;)
        i++;
    return kind;
}

static bool is_whole(const pmy_optim_kind *kind, const pmy_node *parameter)
{
    return kind->takes_whole && kind->takes_whole(parameter, NULL);
}

/* The parameters that lie in the flat vectors. */
static bool list_tensors(pmy_optim *optim, const pmy_graph *graph)
{
    const pmy_parameters *all = &optim->parameters;
    optim->tensor = pmy_arena_take(&optim->arena, all->count, sizeof *optim->tensor);
    for (size_t p = 0; optim->tensor && p < all->count; p++) {
        const pmy_node *parameter = pmy_parameter_at(graph, p);
        size_t begin = (size_t)(pmy_value(parameter).data - all->values);
        if (begin >= all->size)
            continue;
        if (optim->tensors)
            optim->tensor[optim->tensors - 1].end = begin;
        optim->tensor[optim->tensors++] = (pmy_optim_tensor){
            parameter, begin, all->size, 1, optim->options.weight_decay, is_whole(optim->kind, parameter)};
    }
    return optim->tensor != NULL;
}

/* For each thread as much as any tensor needs. */
static bool take_room(pmy_optim *optim)
{
    size_t bytes;
    for (size_t t = 0; optim->kind->room && t < optim->tensors; t++) {
        size_t needed = optim->tensor[t].whole ? optim->kind->room(&optim->tensor[t]) : 0;
        if (needed > optim->room_size)
            optim->room_size = needed;
    }
    if (!pmy_size_multiply(optim->room_size, sizeof *optim->room, &bytes))
        return false;
    optim->room = pmy_arena_take(&optim->arena, pmy_pool_threads(optim->pool), bytes);
    return optim->room != NULL;
}

static bool take_memory(pmy_optim *optim)
{
    optim->sums = pmy_arena_take(&optim->arena, pmy_pieces_of(optim->parameters.size), sizeof *optim->sums);
    bool taken = optim->sums && take_room(optim);
    for (size_t s = 0; taken && s < optim->states; s++)
        taken = (optim->state[s] = pmy_arena_take(&optim->arena, optim->parameters.size, sizeof(pmy_real)));
    return taken;
}

static pmy_status check_number(const pmy_optim_kind *kind, const char *name, double number, pmy_error *error)
{
    if (isfinite(number) && number >= 0)
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: %s %g is not a number from 0 on", kind->name, name, number);
}

pmy_status pmy_optim_new(const pmy_optim_kind *kind, const pmy_optim_options *options, pmy_graph *graph,
                         pmy_optim **result, pmy_error *error)
{
    *result = NULL;
    if (!options)
        options = &kind->defaults;
    pmy_status status = check_number(kind, "weight decay", options->weight_decay, error);
    if (status == PMY_OK)
        status = kind->check(kind, options, error);
    if (status != PMY_OK)
        return status;
    pmy_optim *optim = malloc(sizeof *optim);
    if (optim)
        *optim = (pmy_optim){.kind = kind,
                             .options = *options,
                             .parameters = pmy_graph_parameters(graph),
                             .states = kind->states(options),
                             .gradient_scale = 1,
                             .pool = pmy_graph_pool(graph)};
    if (optim && list_tensors(optim, graph) && take_memory(optim)) {
        *result = optim;
        return PMY_OK;
    }
    pmy_optim_free(optim);
    return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for the optimizer", kind->name);
}

void pmy_optim_free(pmy_optim *optim)
{
    if (!optim)
        return;
    pmy_arena_free(&optim->arena);
    free(optim);
}

/* --- Groups ------------------------------------------------------------- */

pmy_status pmy_optim_group(pmy_optim *optim, pmy_optim_member *member, const void *context,
                           double rate_factor, double weight_decay, pmy_error *error)
{
    pmy_status status = check_number(optim->kind, "a group's rate factor", rate_factor, error);
    if (status == PMY_OK)
        status = check_number(optim->kind, "a group's weight decay", weight_decay, error);
    for (size_t t = 0; status == PMY_OK && t < optim->tensors; t++) {
        pmy_optim_tensor *tensor = &optim->tensor[t];
        if (!member(tensor->parameter, context))
            continue;
        tensor->rate_factor = rate_factor;
        tensor->weight_decay = weight_decay;
    }
    return status;
}

bool pmy_is_vector(const pmy_node *parameter, const void *context)
{
    (void)context;
    return pmy_shape_rank(pmy_node_shape(parameter)) < 2;
}

static bool same_group(const pmy_optim_tensor *a, const pmy_optim_tensor *b)
{
    return a->rate_factor == b->rate_factor && a->weight_decay == b->weight_decay && a->whole == b->whole;
}

void pmy_optim_elementwise(pmy_optim *optim, pmy_optim_member *member, const void *context)
{
    for (size_t t = 0; t < optim->tensors; t++)
        if (member(optim->tensor[t].parameter, context))
            optim->tensor[t].whole = false;
}

/* --- A step ------------------------------------------------------------- */

static pmy_optim_run run_of(const pmy_optim *optim, const pmy_optim_tensor *tensor, size_t begin, size_t end)
{
    return (pmy_optim_run){begin, end, tensor, optim->learning_rate * tensor->rate_factor,
                           tensor->weight_decay};
}

/* In runs that are as long as they can be; those of whole tensors are left out. */
static void update_elements(const pmy_optim *optim, size_t piece)
{
    const pmy_optim_tensor *tensor = optim->tensor;
    size_t end = pmy_piece_end(optim->parameters.size, piece);
    for (size_t begin = pmy_piece_begin(piece), stop; begin < end; begin = stop) {
        while (tensor->end <= begin)
            tensor++;
        const pmy_optim_tensor *last = tensor;
        while (last->end < end && same_group(tensor, last + 1))
            last++;
        stop = pmy_at_most(last->end, end);
        pmy_optim_run run = run_of(optim, tensor, begin, stop);
        if (!tensor->whole)
            optim->kind->update(optim, &run);
    }
}

static void update_whole(const pmy_optim *optim, const pmy_optim_tensor *tensor, unsigned worker)
{
    pmy_optim_run run = run_of(optim, tensor, tensor->begin, tensor->end);
    if (tensor->whole)
        optim->kind->update_whole(optim, &run, optim->room + worker * optim->room_size);
}

/* Of a kind that takes whole tensors, these come first: they are the larger pieces of work. */
static size_t wholes_of(const pmy_optim *optim)
{
    return optim->kind->takes_whole ? optim->tensors : 0;
}

static void update_piece(void *context, size_t piece, unsigned worker)
{
    const pmy_optim *optim = context;
    size_t wholes = wholes_of(optim);
    if (piece < wholes)
        update_whole(optim, &optim->tensor[piece], worker);
    else
        update_elements(optim, piece - wholes);
}

void pmy_optim_step(pmy_optim *optim, double learning_rate)
{
    assert(isfinite(learning_rate) && learning_rate >= 0);
    optim->steps++;
    optim->learning_rate = learning_rate;
    size_t pieces = pmy_pieces_of(optim->parameters.size);
    pmy_pool_run(optim->pool, wholes_of(optim) + pieces, update_piece, optim);
    optim->gradient_scale = 1;
}

/* --- Clipping ----------------------------------------------------------- */

static void sum_piece(void *context, size_t piece, unsigned worker)
{
    const pmy_optim *optim = context;
    (void)worker;
    size_t begin = pmy_piece_begin(piece);
    optim->sums[piece] = pmy_sum_of_squares(pmy_piece_end(optim->parameters.size, piece) - begin,
                                            optim->parameters.gradients + begin);
}

pmy_status pmy_optim_clip(pmy_optim *optim, double max_norm, double *norm, pmy_error *error)
{
    if (!isfinite(max_norm) || max_norm <= 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "clipping: the norm %g is not a number above 0", max_norm);
    pmy_pool_run(optim->pool, pmy_pieces_of(optim->parameters.size), sum_piece, optim);
    pmy_accum sum = 0;
    for (size_t piece = 0; piece < pmy_pieces_of(optim->parameters.size); piece++)
        sum += optim->sums[piece];
    double found = sqrt((double)sum);
    if (norm)
        *norm = found;
    if (!isfinite(found))
        return pmy_fail(error, PMY_BAD_DATA, "the norm of the gradients is %g", found);
    double scale = max_norm / (found + 1e-6);
    optim->gradient_scale = scale < 1 ? scale : 1;
    return PMY_OK;
}
