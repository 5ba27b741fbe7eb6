/* The nodes without inputs: inputs, integers, constants, parameters, statistics and counters. */
#include "tensor/graph_state.h"

/* The batch that the node is part of, which is that of all inputs. */
static pmy_status take_batch(pmy_node *node, pmy_error *error)
{
    if (pmy_shape_rank(node->shape) < 1)
        return pmy_fail(error, PMY_BAD_SHAPE, "an input needs a first axis, the batch");
    pmy_graph *graph = node->graph;
    if (graph->batch_built && graph->batch_built != node->shape.dim[0])
        return pmy_fail(error, PMY_BAD_SHAPE, "a batch of %zu, but an earlier input has %zu",
                        node->shape.dim[0], graph->batch_built);
    graph->batch_built = graph->batch = node->shape.dim[0];
    node->batched = true;
    return PMY_OK;
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    const pmy_leaf *leaf = node->attributes;
    node->shape = leaf->shape;
    node->role = leaf->role;
    node->type = leaf->type;
    node->wants_gradient = leaf->role == PMY_LEARNED;
    if (!pmy_shape_valid(node->shape))
        return pmy_fail(error, PMY_BAD_SHAPE, "the shape %s is too large or has a 0",
                        pmy_shape_print(node->shape).text);
    return leaf->batched ? take_batch(node, error) : PMY_OK;
}

static const pmy_op op_input = {.name = "input", .infer = infer};
static const pmy_op op_integers = {.name = "integers", .infer = infer};
static const pmy_op op_constant = {.name = "constant", .infer = infer};
static const pmy_op op_parameter = {.name = "parameter", .infer = infer};
static const pmy_op op_statistic = {.name = "statistic", .infer = infer};
static const pmy_op op_counter = {.name = "counter", .infer = infer};

static pmy_node *leaf(pmy_graph *graph, const pmy_op *op, pmy_leaf attributes)
{
    return pmy_append(graph, op, 0, NULL, &attributes, sizeof attributes);
}

pmy_node *pmy_input(pmy_graph *graph, pmy_shape shape)
{
    return leaf(graph, &op_input, (pmy_leaf){.shape = shape, .role = PMY_GIVEN, .batched = true});
}

pmy_node *pmy_integers(pmy_graph *graph, pmy_shape shape)
{
    return leaf(graph, &op_integers,
                (pmy_leaf){.shape = shape, .role = PMY_GIVEN, .type = PMY_INTEGERS, .batched = true});
}

pmy_node *pmy_labels(pmy_graph *graph, size_t batch)
{
    return pmy_integers(graph, PMY_SHAPE(batch));
}

pmy_node *pmy_constant(pmy_graph *graph, pmy_shape shape)
{
    return leaf(graph, &op_constant, (pmy_leaf){.shape = shape, .role = PMY_GIVEN});
}

static pmy_node *named_leaf(pmy_graph *graph, const pmy_op *op, pmy_leaf attributes, const char *name)
{
    pmy_node *node = leaf(graph, op, attributes);
    pmy_name(node, name);
    return node;
}

pmy_node *pmy_parameter(pmy_graph *graph, pmy_shape shape, const char *name, pmy_start start, double scale)
{
    return named_leaf(graph, &op_parameter,
                      (pmy_leaf){.shape = shape, .role = PMY_LEARNED, .start = start, .scale = scale}, name);
}

pmy_node *pmy_statistic(pmy_graph *graph, pmy_shape shape, const char *name, pmy_start start)
{
    return named_leaf(graph, &op_statistic, (pmy_leaf){.shape = shape, .role = PMY_STATISTIC, .start = start},
                      name);
}

pmy_node *pmy_counter(pmy_graph *graph, const char *name)
{
    return named_leaf(graph, &op_counter,
                      (pmy_leaf){.shape = PMY_SCALAR_SHAPE, .role = PMY_STATISTIC, .type = PMY_COUNTS}, name);
}

void pmy_want_gradient(pmy_node *node)
{
    if (!pmy_recorded(node))
        return;
    if (node->role != PMY_GIVEN || node->type != PMY_REALS || node->graph->built)
        (void)pmy_refuse(node->graph, PMY_BAD_ARGUMENT,
                         "%s: a gradient can be asked for of inputs and constants, and before pmy_build",
                         node->name);
    else
        node->wants_gradient = true;
}

/* Whether what can be done to a parameter only, and only before pmy_build, can be done to the node. */
static bool may_change(pmy_node *node, const char *what)
{
    if (!pmy_recorded(node))
        return false;
    bool may = (node->role == PMY_LEARNED || node->role == PMY_FIXED) && !node->graph->built;
    if (!may)
        (void)pmy_refuse(node->graph, PMY_BAD_ARGUMENT, "%s: only a parameter can %s, and before pmy_build",
                         node->name, what);
    return may;
}

void pmy_set_start(pmy_node *node, pmy_start start, double scale)
{
    if (!may_change(node, "start in another way"))
        return;
    pmy_leaf *leaf = node->attributes;
    leaf->start = start;
    leaf->scale = scale;
}

void pmy_fix(pmy_node *node)
{
    if (!may_change(node, "be held fixed"))
        return;
    node->role = PMY_FIXED;
    node->wants_gradient = false;
}
