/* The nodes without inputs: inputs, constants, labels, parameters and statistics. */
#include "tensor/graph_state.h"

static pmy_status infer_leaf(pmy_node *node, pmy_error *error)
{
    node->shape = *(const pmy_shape *)node->attributes;
    if (!pmy_shape_valid(node->shape))
        return pmy_fail(error, PMY_BAD_SHAPE, "the shape %s is too large or has a 0",
                        pmy_shape_print(node->shape).text);
    return PMY_OK;
}

static pmy_status infer_batch_leaf(pmy_node *node, pmy_error *error)
{
    pmy_status status = infer_leaf(node, error);
    if (status != PMY_OK)
        return status;
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

static pmy_status infer_parameter(pmy_node *node, pmy_error *error)
{
    node->learned = true;
    node->wants_gradient = true;
    return infer_leaf(node, error);
}

static pmy_status infer_statistic(pmy_node *node, pmy_error *error)
{
    node->kept = true;
    return infer_leaf(node, error);
}

const pmy_op pmy_op_input = {.name = "input", .infer = infer_batch_leaf};
const pmy_op pmy_op_constant = {.name = "constant", .infer = infer_leaf};
const pmy_op pmy_op_labels = {.name = "labels", .infer = infer_batch_leaf};
const pmy_op pmy_op_parameter = {.name = "parameter", .infer = infer_parameter};
const pmy_op pmy_op_statistic = {.name = "statistic", .infer = infer_statistic};

pmy_node *pmy_input(pmy_graph *graph, pmy_shape shape)
{
    return pmy_append(graph, &pmy_op_input, 0, NULL, &shape, sizeof shape);
}

pmy_node *pmy_constant(pmy_graph *graph, pmy_shape shape)
{
    return pmy_append(graph, &pmy_op_constant, 0, NULL, &shape, sizeof shape);
}

pmy_node *pmy_labels(pmy_graph *graph, size_t batch)
{
    pmy_shape shape = PMY_SHAPE(batch);
    return pmy_append(graph, &pmy_op_labels, 0, NULL, &shape, sizeof shape);
}

static pmy_node *named_leaf(pmy_graph *graph, const pmy_op *op, pmy_parameter_start attributes,
                            const char *name)
{
    pmy_node *node = pmy_append(graph, op, 0, NULL, &attributes, sizeof attributes);
    pmy_name(node, name);
    return node;
}

pmy_node *pmy_parameter(pmy_graph *graph, pmy_shape shape, const char *name, pmy_start start, double bound)
{
    return named_leaf(graph, &pmy_op_parameter, (pmy_parameter_start){shape, start, bound}, name);
}

pmy_node *pmy_statistic(pmy_graph *graph, pmy_shape shape, const char *name, pmy_start start)
{
    return named_leaf(graph, &pmy_op_statistic, (pmy_parameter_start){shape, start, 0}, name);
}

void pmy_want_gradient(pmy_node *leaf)
{
    if (!pmy_recorded(leaf))
        return;
    if (leaf->inputs > 0 || leaf->kept || pmy_is_labels(leaf))
        (void)pmy_refuse(leaf->graph, PMY_BAD_ARGUMENT,
                         "%s: a gradient can be asked for of inputs and constants", leaf->name);
    leaf->wants_gradient = true;
}
