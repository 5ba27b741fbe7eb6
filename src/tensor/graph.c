/* Recording: nodes and their names. */
#include "tensor/graph_state.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

pmy_graph *pmy_graph_new(pmy_pool *pool, uint64_t seed)
{
    pmy_graph *graph = calloc(1, sizeof *graph);
    if (!graph)
        return NULL;
    graph->pool = pool;
    graph->seed = seed;
    graph->refused.graph = graph;
    atomic_flag_clear(&graph->fault_is_written);
    return graph;
}

void pmy_graph_free(pmy_graph *graph)
{
    if (!graph)
        return;
    pmy_arena_free(&graph->arena);
    free(graph);
}

pmy_node *pmy_refuse(pmy_graph *graph, pmy_status code, const char *format, ...)
{
    if (graph->error.code == PMY_OK) {
        char message[sizeof graph->error.message];
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(message, sizeof message, format, arguments);
        va_end(arguments);
        (void)pmy_fail(&graph->error, code, "%s", message);
    }
    return &graph->refused;
}

bool pmy_recorded(const pmy_node *node)
{
    return node && node != &node->graph->refused;
}

/* How many nodes of that op there are: the number in the next one's name. */
static size_t count_of(const pmy_graph *graph, const char *op)
{
    size_t count = 0;
    for (const pmy_node *node = graph->first; node; node = node->next)
        count += strcmp(node->op->name, op) == 0;
    return count;
}

static void describe_inputs(const pmy_node *node, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (unsigned i = 0; i < node->inputs && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, i ? ", %s" : " of %s",
                                 pmy_shape_print(node->input[i]->shape).text);
}

pmy_node *pmy_append(pmy_graph *graph, const pmy_op *op, unsigned inputs, pmy_node *const input[],
                     const void *attributes, size_t size)
{
    if (inputs > PMY_MAX_INPUTS)
        return pmy_refuse(graph, PMY_BAD_ARGUMENT, "%s: %u inputs, but an op takes at most %d", op->name,
                          inputs, PMY_MAX_INPUTS);
    for (unsigned i = 0; i < inputs; i++) {
        if (!input[i])
            return pmy_refuse(graph, PMY_BAD_ARGUMENT, "%s: input %u is no node", op->name, i);
        if (!pmy_recorded(input[i]))
            return &graph->refused;
        if (input[i]->graph != graph)
            return pmy_refuse(graph, PMY_BAD_ARGUMENT, "%s: %s is a node of another graph", op->name,
                              input[i]->name);
        if (input[i]->type != PMY_REALS && !(op->integers >> i & 1))
            return pmy_refuse(graph, PMY_BAD_ARGUMENT, "%s: %s holds integers, and takes reals here",
                              op->name, input[i]->name);
    }
    if (graph->built)
        return pmy_refuse(graph, PMY_BAD_ARGUMENT, "%s: the graph is built already", op->name);
    if (strlen(op->name) > PMY_MAX_NAME / 2)
        return pmy_refuse(graph, PMY_BAD_ARGUMENT, "%s: an op's name has at most %d letters", op->name,
                          PMY_MAX_NAME / 2);
    pmy_node *node = pmy_arena_take(&graph->arena, 1, sizeof *node);
    if (!node)
        return pmy_refuse(graph, PMY_NO_MEMORY, "%s: no memory for a node", op->name);
    node->op = op;
    node->graph = graph;
    node->index = graph->count;
    node->rows_of = node;
    node->activation = op->unary;
    node->joined = 1;
    node->inputs = inputs;
    for (unsigned i = 0; i < inputs; i++) {
        node->input[i] = input[i];
        node->batched |= input[i]->batched;
    }
    if (size) {
        node->attributes = pmy_arena_take(&graph->arena, 1, size);
        if (!node->attributes)
            return pmy_refuse(graph, PMY_NO_MEMORY, "%s: no memory for a node", op->name);
        memcpy(node->attributes, attributes, size);
    }
    size_t number = count_of(graph, op->name);
    do
        (void)snprintf(node->name, sizeof node->name, "%s%zu", op->name, number++);
    while (pmy_find(graph, node->name));
    pmy_error why = {.code = PMY_OK};
    pmy_status status = op->infer(node, &why);
    if (status == PMY_OK && !pmy_shape_valid(node->shape))
        status = pmy_fail(&why, PMY_BAD_SHAPE, "a shape is too large or has a 0");
    if (status == PMY_OK && node->batched) {
        node->joined = node->shape.dim[0] / graph->batch_built;
        if (node->joined * graph->batch_built != node->shape.dim[0] || !node->joined)
            status = pmy_fail(&why, PMY_BAD_SHAPE, "%s would tear examples of a batch of %zu apart",
                              pmy_shape_print(node->shape).text, graph->batch_built);
    }
    if (status != PMY_OK) {
        char of[256];
        describe_inputs(node, of, sizeof of);
        return pmy_refuse(graph, status, "%s%s: %s", node->name, of, why.message);
    }
    if (graph->last)
        graph->last->next = node;
    else
        graph->first = node;
    graph->last = node;
    graph->count++;
    return node;
}

void *pmy_take(pmy_node *node, size_t count, size_t size)
{
    return pmy_arena_take(&node->graph->arena, count, size);
}

/* --- Names -------------------------------------------------------------- */

/* The name of a layer's part, which may be too long for a node: pmy_name says so. */
typedef struct part_name {
    char text[2 * PMY_MAX_NAME];
} part_name;

static part_name name_part(const pmy_graph *graph, const char *op, const char *part)
{
    part_name name;
    if (graph->prefix[0])
        (void)snprintf(name.text, sizeof name.text, "%s.%s", graph->prefix, part);
    else
        (void)snprintf(name.text, sizeof name.text, "%s%zu.%s", op, count_of(graph, op), part);
    return name;
}

pmy_node *pmy_layer_parameter(pmy_graph *graph, const char *op, const char *part, pmy_shape shape,
                              pmy_start start, double scale)
{
    if (!pmy_shape_valid(shape))
        return pmy_refuse(graph, PMY_BAD_SHAPE, "%s: a %s of %s is too large or has a 0", op, part,
                          pmy_shape_print(shape).text);
    return pmy_parameter(graph, shape, name_part(graph, op, part).text, start, scale);
}

pmy_node *pmy_layer_statistic(pmy_graph *graph, const char *op, const char *part, pmy_shape shape,
                              pmy_start start)
{
    return pmy_statistic(graph, shape, name_part(graph, op, part).text, start);
}

pmy_node *pmy_layer_counter(pmy_graph *graph, const char *op, const char *part)
{
    return pmy_counter(graph, name_part(graph, op, part).text);
}

void pmy_name(pmy_node *node, const char *name)
{
    if (!pmy_recorded(node))
        return;
    pmy_graph *graph = node->graph;
    if (!name)
        pmy_refuse(graph, PMY_BAD_ARGUMENT, "%s: its name is NULL", node->name);
    else if (strlen(name) >= sizeof node->name)
        pmy_refuse(graph, PMY_BAD_ARGUMENT, "the name '%s' is longer than %zu", name, sizeof node->name - 1);
    else if (pmy_find(graph, name) && pmy_find(graph, name) != node)
        pmy_refuse(graph, PMY_BAD_ARGUMENT, "the name '%s' is taken already", name);
    else
        (void)snprintf(node->name, sizeof node->name, "%s", name);
}

void pmy_prefix(pmy_graph *graph, const char *prefix)
{
    if (strlen(prefix) >= sizeof graph->prefix)
        pmy_refuse(graph, PMY_BAD_ARGUMENT, "the prefix '%s' is longer than %zu", prefix,
                   sizeof graph->prefix - 1);
    else
        (void)snprintf(graph->prefix, sizeof graph->prefix, "%s", prefix);
}

const char *pmy_current_prefix(const pmy_graph *graph)
{
    return graph->prefix;
}

pmy_node *pmy_find(const pmy_graph *graph, const char *name)
{
    for (pmy_node *node = graph->first; node; node = node->next)
        if (strcmp(node->name, name) == 0)
            return node;
    return NULL;
}

const char *pmy_node_name(const pmy_node *node)
{
    return node->name;
}

pmy_shape pmy_node_shape(const pmy_node *node)
{
    return node->shape;
}

/* --- Reading ------------------------------------------------------------ */

pmy_tensor pmy_value(const pmy_node *node)
{
    return (pmy_tensor){node->shape, node->value};
}

pmy_tensor pmy_gradient(const pmy_node *node)
{
    return (pmy_tensor){node->shape, node->gradient};
}

bool pmy_is_given(const pmy_node *node)
{
    while (node->op->view && !pmy_changes_input(node))
        node = node->input[0];
    return node->inputs == 0;
}

pmy_type pmy_node_type(const pmy_node *node)
{
    return node->type;
}

int32_t *pmy_integer_data(const pmy_node *node)
{
    return node->integers;
}

int64_t *pmy_count_data(const pmy_node *node)
{
    return node->counts;
}

pmy_real pmy_item(const pmy_node *node)
{
    return node->value[0];
}

pmy_parameters pmy_graph_parameters(const pmy_graph *graph)
{
    return graph->parameters;
}

void pmy_take_parameters(pmy_graph *graph, const pmy_graph *from)
{
    pmy_parameters taking = graph->parameters;
    assert(taking.size <= from->parameters.size);
    memcpy(taking.values, from->parameters.values, taking.size * sizeof *taking.values);
}

pmy_node *pmy_parameter_at(const pmy_graph *graph, size_t index)
{
    return graph->parameter[index];
}

pmy_statistics pmy_graph_statistics(const pmy_graph *graph)
{
    return graph->statistics;
}

pmy_node *pmy_statistic_at(const pmy_graph *graph, size_t index)
{
    return graph->statistic[index];
}

pmy_node *pmy_root(const pmy_graph *graph)
{
    return graph->root;
}

size_t pmy_node_count(const pmy_graph *graph)
{
    return graph->count;
}

pmy_node *pmy_node_at(const pmy_graph *graph, size_t index)
{
    return graph->nodes[index];
}

pmy_pool *pmy_graph_pool(const pmy_graph *graph)
{
    return graph->pool;
}

uint64_t pmy_graph_seed(const pmy_graph *graph)
{
    return graph->seed;
}

pmy_mode pmy_graph_mode(const pmy_graph *graph)
{
    return graph->mode;
}

bool pmy_graph_is_partial(const pmy_graph *graph)
{
    return graph->partial;
}

bool pmy_graph_mixes_rows(const pmy_graph *graph)
{
    return graph->mixes_rows;
}

uint64_t pmy_graph_step(const pmy_graph *graph)
{
    return graph->step;
}

void pmy_set_graph_step(pmy_graph *graph, uint64_t step)
{
    graph->step = step;
}

size_t pmy_batch(const pmy_graph *graph)
{
    return graph->batch;
}

bool pmy_sole_root(const pmy_node *node)
{
    const pmy_node *input = node->input[0];
    return node->graph->root == node && input->wants_gradient && input->role != PMY_LEARNED &&
           !pmy_accumulates(node, 0);
}
