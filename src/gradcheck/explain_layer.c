#include "gradcheck/explain_layer.h"

#include "gradcheck/differences.h"
#include "kernels/softmax_of_row.h"
#include "layers/linear.h"
#include "losses/losses.h"
#include "tensor/op.h"

#include <string.h>

typedef struct layer_graph {
    pmy_graph *graph;
    pmy_node *x, *w, *b, *z, *label, *loss;
} layer_graph;

static pmy_status record(const pmy_layer_explanation *of, layer_graph *record, pmy_error *error)
{
    pmy_graph *graph = pmy_graph_new(NULL, 0);
    record->graph = graph;
    if (!graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory");
    record->x = pmy_input(graph, PMY_SHAPE(1, of->inputs));
    pmy_want_gradient(record->x);
    record->w = pmy_parameter(graph, PMY_SHAPE(of->classes, of->inputs), "W", PMY_ZEROS, 0);
    record->b = pmy_parameter(graph, PMY_SHAPE(of->classes), "b", PMY_ZEROS, 0);
    record->z = pmy_linear_with(graph, record->x, record->w, record->b, PMY_NONE);
    record->label = pmy_labels(graph, 1);
    record->loss = pmy_softmax_xent(graph, record->z, record->label, NULL);
    pmy_status status = pmy_build(graph, record->loss, error);
    if (status != PMY_OK)
        return status;
    memcpy(record->x->value, of->x, of->inputs * sizeof *of->x);
    memcpy(record->w->value, of->w, of->classes * of->inputs * sizeof *of->w);
    memcpy(record->b->value, of->b, of->classes * sizeof *of->b);
    *pmy_integer_data(record->label) = (int32_t)of->target;
    return PMY_OK;
}

static void keep(pmy_real *to, const pmy_node *node, const pmy_real *from)
{
    memcpy(to, from, pmy_shape_size(node->shape) * sizeof *to);
}

static pmy_status run_backward(pmy_layer_explanation *of, const layer_graph *record, pmy_error *error)
{
    pmy_status status = pmy_forward(record->graph, PMY_TRAIN, error);
    if (status != PMY_OK)
        return status;
    pmy_backward(record->graph);
    of->loss = pmy_item(record->loss);
    keep(of->z, record->z, record->z->value);
    keep(of->slope, record->z, record->z->gradient);
    keep(of->dx, record->x, record->x->gradient);
    keep(of->dw, record->w, record->w->gradient);
    keep(of->db, record->b, record->b->gradient);
    for (size_t i = 0; i < of->classes; i++)
        of->y[i] = i == of->target;
    return pmy_softmax_of_row(of->classes, of->z, 1, of->p, error);
}

static pmy_status run_differences(pmy_layer_explanation *of, const layer_graph *record, pmy_error *error)
{
    const pmy_real one = 1;
    pmy_status status = pmy_differences(record->graph, record->loss, &one, record->w, of->numeric_dw, error);
    if (status == PMY_OK)
        status = pmy_differences(record->graph, record->loss, &one, record->b, of->numeric_db, error);
    if (status == PMY_OK)
        status = pmy_differences(record->graph, record->loss, &one, record->x, of->numeric_dx, error);
    return status;
}

static pmy_status descend(pmy_layer_explanation *of, const layer_graph *record, pmy_error *error)
{
    for (size_t i = 0; i < of->classes * of->inputs; i++)
        record->w->value[i] = of->new_w[i] = of->w[i] - of->rate * of->dw[i];
    for (size_t i = 0; i < of->classes; i++)
        record->b->value[i] = of->new_b[i] = of->b[i] - of->rate * of->db[i];
    pmy_status status = pmy_forward(record->graph, PMY_TRAIN, error);
    of->new_loss = pmy_item(record->loss);
    return status;
}

static bool is_size(size_t size)
{
    return size >= 1 && size <= PMY_EXPLAINED_LAYER;
}

static pmy_status check(const pmy_layer_explanation *of, pmy_error *error)
{
    if (!is_size(of->inputs) || !is_size(of->classes))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%zu inputs and %zu classes: there can be 1 to %d of each",
                        of->inputs, of->classes, PMY_EXPLAINED_LAYER);
    if (of->target >= of->classes)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the target %zu is not one of %zu classes", of->target,
                        of->classes);
    return PMY_OK;
}

pmy_status pmy_explain_layer(pmy_layer_explanation *of, pmy_error *error)
{
    layer_graph recorded = {0};
    pmy_status status = check(of, error);
    if (status == PMY_OK)
        status = record(of, &recorded, error);
    if (status == PMY_OK)
        status = run_backward(of, &recorded, error);
    if (status == PMY_OK)
        status = run_differences(of, &recorded, error);
    if (status == PMY_OK)
        status = descend(of, &recorded, error);
    pmy_graph_free(recorded.graph);
    return status;
}
