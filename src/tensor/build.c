/* From a recorded graph to one that runs: which gradients are needed, who
 * writes them first, memory, first values. */
#include "tensor/graph_state.h"
#include "base/random.h"

#include <string.h>

/* Of the tensors in a flat vector, in elements. */
enum { FLAT_ALIGNMENT = 16 };

static bool is_parameter(const pmy_node *node)
{
    return node->role == PMY_LEARNED || node->role == PMY_FIXED;
}

static bool index_nodes(pmy_graph *graph)
{
    graph->nodes = pmy_arena_take(&graph->arena, graph->count, sizeof(pmy_node *));
    if (!graph->nodes)
        return false;
    for (pmy_node *node = graph->first; node; node = node->next) {
        graph->nodes[node->index] = node;
        graph->parameters.count += is_parameter(node);
        graph->statistics.count += node->role == PMY_STATISTIC;
    }
    graph->parameter = pmy_arena_take(&graph->arena, graph->parameters.count, sizeof(pmy_node *));
    graph->statistic = pmy_arena_take(&graph->arena, graph->statistics.count, sizeof(pmy_node *));
    if (!graph->parameter || !graph->statistic)
        return false;
    size_t parameters = 0, statistics = 0;
    for (pmy_node *node = graph->first; node; node = node->next) {
        if (is_parameter(node))
            graph->parameter[parameters++] = node;
        if (node->role == PMY_STATISTIC)
            graph->statistic[statistics++] = node;
    }
    return true;
}

/* Rows also mix where one reads a number that was made of all of them, such as their sum. */
static bool mark_mixing(pmy_graph *graph)
{
    bool *of_batch = pmy_arena_take(&graph->arena, graph->count, sizeof(bool));
    if (!of_batch)
        return false;
    for (size_t at = 0; at < graph->count; at++) {
        const pmy_node *node = graph->nodes[at];
        graph->mixes_rows |= node->op->mixes_rows;
        of_batch[at] = node->batched;
        for (unsigned i = 0; i < node->inputs; i++) {
            const pmy_node *input = node->input[i];
            of_batch[at] |= of_batch[input->index];
            graph->mixes_rows |= node->batched && !input->batched && of_batch[input->index];
        }
    }
    return true;
}

/* The inputs that an op's backward gives a gradient: bit i for input i. */
static unsigned given_inputs(const pmy_op *op)
{
    unsigned inputs = 0;
    for (unsigned phase = 0; phase < PMY_MAX_PHASES; phase++)
        inputs |= op->backward[phase].gives;
    return inputs;
}

/* A gradient is needed where a parameter or a wanted leaf lies below and the root above, with
 * only inputs that get gradients on the way. */
static bool mark_gradients(pmy_graph *graph)
{
    bool *below_root = pmy_arena_take(&graph->arena, graph->count, sizeof(bool));
    if (!below_root)
        return false;
    for (size_t at = 0; at < graph->count; at++) {
        pmy_node *node = graph->nodes[at];
        for (unsigned i = 0; i < node->inputs; i++)
            node->wants_gradient |= (given_inputs(node->op) >> i & 1) && node->input[i]->wants_gradient;
    }
    below_root[graph->root->index] = true;
    for (size_t at = graph->count; at-- > 0;) {
        pmy_node *node = graph->nodes[at];
        for (unsigned i = 0; below_root[at] && i < node->inputs; i++)
            if (given_inputs(node->op) >> i & 1)
                below_root[node->input[i]->index] = true;
        node->wants_gradient &= below_root[at];
    }
    return true;
}

/* In the order of the backward pass, the first to give a node its gradient overwrites, the others add. */
static bool mark_accumulation(pmy_graph *graph)
{
    bool *given = pmy_arena_take(&graph->arena, graph->count, sizeof(bool));
    if (!given)
        return false;
    for (size_t at = graph->count; at-- > 0;) {
        pmy_node *node = graph->nodes[at];
        if (!node->wants_gradient)
            continue;
        for (unsigned phase = 0; phase < PMY_MAX_PHASES; phase++)
            for (unsigned i = 0; i < node->inputs; i++) {
                if (!(node->op->backward[phase].gives >> i & 1) || !node->input[i]->wants_gradient)
                    continue;
                if (given[node->input[i]->index])
                    node->shared |= 1u << i;
                given[node->input[i]->index] = true;
            }
        node->accumulate = node->shared;
    }
    return true;
}

/* The elements a tensor takes in a flat vector. */
static size_t padded_size(const pmy_node *leaf)
{
    size_t size = pmy_shape_size(leaf->shape);
    return pmy_round_up(size, FLAT_ALIGNMENT);
}

/* Whether an op is an affine function of its input 0 that is known before forward begins. */
static bool is_affine(const pmy_node *node)
{
    bool known = node->op->affine != NULL;
    for (unsigned i = 1; i < node->inputs; i++)
        known &= pmy_is_given(node->input[i]);
    return known;
}

static bool ends_in_axis_1(const pmy_node *layer)
{
    return layer->op->epilogue == PMY_EPILOGUE_AXIS_1 ||
           (layer->op->epilogue == PMY_EPILOGUE_LAST_AXIS && pmy_shape_rank(layer->shape) == 2);
}

static bool count_users(pmy_graph *graph)
{
    graph->users = pmy_arena_take(&graph->arena, graph->count, sizeof *graph->users);
    if (!graph->users)
        return false;
    graph->users[graph->root->index] = 1;
    for (size_t at = 0; at < graph->count; at++)
        for (unsigned i = 0; i < graph->nodes[at]->inputs; i++)
            graph->users[graph->nodes[at]->input[i]->index]++;
    return true;
}

/* Memory that a view changes, nobody else reads, be it as another view. */
static bool check_views(pmy_graph *graph)
{
    for (size_t at = 0; at < graph->count; at++) {
        const pmy_node *node = graph->nodes[at];
        if (!pmy_changes_input(node))
            continue;
        for (const pmy_node *of = node; of->op->view; of = of->input[0])
            if (graph->users[of->input[0]->index] > 1)
                (void)pmy_refuse(graph, PMY_BAD_ARGUMENT, "%s changes %s, which others use", node->name,
                                 of->input[0]->name);
    }
    return graph->error.code == PMY_OK;
}

/* Such an op right after a layer that can apply it, and that nobody else uses. */
static bool mark_folded(pmy_graph *graph)
{
    for (size_t at = 0; at < graph->count; at++) {
        const pmy_node *node = graph->nodes[at];
        pmy_node *layer = is_affine(node) ? node->input[0] : NULL;
        if (layer && ends_in_axis_1(layer) && !layer->activation && graph->users[layer->index] == 1)
            layer->folded = node;
    }
    return true;
}

/* The size of a flat vector of the leaves of that role that are reals. */
static bool flat_size(pmy_node *const leaf[], size_t count, pmy_role role, size_t *size)
{
    *size = 0;
    for (size_t i = 0; i < count; i++)
        if (leaf[i]->type == PMY_REALS && leaf[i]->role == role &&
            !pmy_size_add(*size, padded_size(leaf[i]), size))
            return false;
    return true;
}

/* Gives them their places in flat vectors of values and, if there is one, gradients. */
static void place_flat(pmy_node *const leaf[], size_t count, pmy_role role, pmy_real *values,
                       pmy_real *gradients)
{
    for (size_t i = 0, offset = 0; i < count; i++) {
        if (leaf[i]->type != PMY_REALS || leaf[i]->role != role)
            continue;
        leaf[i]->value = values + offset;
        if (gradients)
            leaf[i]->gradient = gradients + offset;
        offset += padded_size(leaf[i]);
    }
}

/* Fixed parameters lie after the others. */
static bool place_parameters(pmy_graph *graph)
{
    pmy_parameters *all = &graph->parameters;
    size_t fixed, both;
    if (!flat_size(graph->parameter, all->count, PMY_LEARNED, &all->size) ||
        !flat_size(graph->parameter, all->count, PMY_FIXED, &fixed) || !pmy_size_add(all->size, fixed, &both))
        return false;
    all->values = pmy_arena_take(&graph->arena, both, sizeof(pmy_real));
    all->gradients = pmy_arena_take(&graph->arena, all->size, sizeof(pmy_real));
    if (!all->values || !all->gradients)
        return false;
    place_flat(graph->parameter, all->count, PMY_LEARNED, all->values, all->gradients);
    place_flat(graph->parameter, all->count, PMY_FIXED, all->values + all->size, NULL);
    return true;
}

static bool place_statistics(pmy_graph *graph)
{
    pmy_statistics *all = &graph->statistics;
    if (!flat_size(graph->statistic, all->count, PMY_STATISTIC, &all->size))
        return false;
    all->values = pmy_arena_take(&graph->arena, all->size, sizeof(pmy_real));
    if (!all->values)
        return false;
    place_flat(graph->statistic, all->count, PMY_STATISTIC, all->values, NULL);
    return true;
}

/* What forwards leave for backward. */
static bool take_saved(pmy_graph *graph)
{
    for (pmy_node *node = graph->first; node; node = node->next)
        if (node->op->take && !node->op->take(node))
            return false;
    return true;
}

/* What a node has memory of its own for: its value, and its gradient. */
static bool owns_value(const pmy_node *node)
{
    return !node->op->view &&
           (node->type != PMY_REALS || node->role == PMY_COMPUTED || node->role == PMY_GIVEN);
}

static bool owns_gradient(const pmy_node *node)
{
    return node->wants_gradient && !is_parameter(node);
}

static size_t element_size(const pmy_node *node)
{
    switch (node->type) {
    case PMY_INTEGERS:
        return sizeof(int32_t);
    case PMY_COUNTS:
        return sizeof(int64_t);
    case PMY_REALS:
        break;
    }
    return sizeof(pmy_real);
}

/* One piece of memory for the values and gradients of all nodes but parameters and statistics, which
 * fills large pages. */
static bool reserve_nodes(pmy_graph *graph)
{
    size_t bytes = 0;
    for (size_t at = 0; at < graph->count; at++) {
        const pmy_node *node = graph->nodes[at];
        size_t one = padded_size(node) * element_size(node);
        for (int times = owns_value(node) + owns_gradient(node); times > 0; times--)
            if (!pmy_size_add(bytes, one, &bytes))
                return false;
    }
    return pmy_arena_reserve(&graph->arena, bytes);
}

static bool place_value(pmy_node *node)
{
    if (node->op->view) {
        node->value = node->input[0]->value;
        node->integers = node->input[0]->integers;
    }
    if (!owns_value(node))
        return true;
    void *place = pmy_take(node, pmy_shape_size(node->shape), element_size(node));
    if (node->type == PMY_INTEGERS)
        node->integers = place;
    else if (node->type == PMY_COUNTS)
        node->counts = place;
    else
        node->value = place;
    return place;
}

static bool place_nodes(pmy_graph *graph)
{
    for (size_t at = 0; at < graph->count; at++) {
        pmy_node *node = graph->nodes[at];
        if (!place_value(node))
            return false;
        if (owns_gradient(node) &&
            !(node->gradient = pmy_take(node, pmy_shape_size(node->shape), sizeof(pmy_real))))
            return false;
        if (node->scratch > graph->scratch_size)
            graph->scratch_size = node->scratch;
    }
    /* Threads must not share a cache line of scratch. */
    graph->scratch_size = pmy_round_up(graph->scratch_size, PMY_ALIGNMENT);
    graph->scratch = pmy_arena_take(&graph->arena, pmy_pool_threads(graph->pool), graph->scratch_size);
    return graph->scratch != NULL;
}

/* A float in every precision, so that the same seed starts the same model. */
static float start_value(const pmy_leaf *how, pmy_random *random)
{
    switch (how->start) {
    case PMY_ZEROS:
        return 0;
    case PMY_ONES:
        return 1;
    case PMY_NORMAL:
        return (float)(pmy_random_normal(random) * how->scale);
    case PMY_UNIFORM:
        break;
    }
    return (float)((2 * pmy_random_uniform(random) - 1) * how->scale);
}

static void start_leaf(const pmy_node *leaf, pmy_random random)
{
    for (size_t i = 0; leaf->value && i < pmy_shape_size(leaf->shape); i++)
        leaf->value[i] = (pmy_real)start_value(leaf->attributes, &random);
}

static void start_leaves(pmy_graph *graph)
{
    for (size_t p = 0; p < graph->parameters.count; p++)
        start_leaf(
            graph->parameter[p],
            (pmy_random){.seed = graph->seed, .stream = pmy_stream(PMY_STREAM_PARAMETERS, (uint32_t)p)});
    for (size_t s = 0; s < graph->statistics.count; s++)
        start_leaf(graph->statistic[s], (pmy_random){.seed = 0});
}

pmy_status pmy_graph_error(const pmy_graph *graph, pmy_error *error)
{
    if (error)
        *error = graph->error;
    return graph->error.code;
}

pmy_status pmy_build(pmy_graph *graph, pmy_node *root, pmy_error *error)
{
    if (graph->error.code != PMY_OK)
        return pmy_graph_error(graph, error);
    if (graph->built)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the graph is built already");
    if (!root || !pmy_recorded(root) || root->graph != graph)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the root is not a node of this graph");
    if (root->type != PMY_REALS)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the root, %s, holds integers", root->name);
    graph->root = root;
    static bool (*const plan[])(pmy_graph *) = {
        index_nodes,       count_users, check_views,    mark_mixing,      mark_gradients,
        mark_accumulation, mark_folded, take_saved,     place_parameters, place_statistics,
        reserve_nodes,     place_nodes, pmy_plan_stages};
    for (size_t i = 0; i < sizeof plan / sizeof *plan; i++)
        if (!plan[i](graph)) {
            /* Kept, so that a second call does not go on with what the first one left. */
            (void)pmy_refuse(graph, PMY_NO_MEMORY, "no memory for a graph of %zu nodes", graph->count);
            return pmy_graph_error(graph, error);
        }
    start_leaves(graph);
    graph->built = true;
    return PMY_OK;
}

pmy_status pmy_set_batch(pmy_graph *graph, size_t batch, pmy_error *error)
{
    if (!graph->built)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the graph is not built yet");
    if (batch < 1 || batch > graph->batch_built)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a batch of %zu does not fit a graph built for %zu", batch,
                        graph->batch_built);
    if (batch == graph->batch)
        return PMY_OK;
    for (size_t at = 0; at < graph->count; at++)
        if (graph->nodes[at]->batched)
            graph->nodes[at]->shape.dim[0] = batch * graph->nodes[at]->joined;
    graph->batch = batch;
    return PMY_OK;
}
