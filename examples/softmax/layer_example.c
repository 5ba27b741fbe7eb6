#include "softmax/layer_example.h"

#include "pmy64/layers/linear.h"
#include "pmy64/losses/losses.h"
#include "pmy64/tensor/op.h"
#include "softmax/differences.h"
#include "softmax/drawn.h"
#include "softmax/shares.h"

#include <string.h>

void layer_example_draw(layer_example *of, uint64_t seed)
{
    pmy_random random = {.seed = seed};
    draw_short_numbers(&random, of->inputs, of->x);
    draw_short_numbers(&random, of->classes * of->inputs, of->w);
    draw_short_numbers(&random, of->classes, of->b);
    of->target = pmy_random_below(&random, (uint32_t)of->classes);
}

typedef struct layer_graph {
    pmy64_graph *graph;
    pmy64_node *x, *w, *b, *z, *label, *loss;
} layer_graph;

static pmy_status record(const layer_example *of, layer_graph *record, pmy_error *error)
{
    pmy64_graph *graph = pmy64_graph_new(NULL, 0);
    record->graph = graph;
    if (!graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory");
    record->x = pmy64_input(graph, PMY_SHAPE(1, of->inputs));
    pmy64_want_gradient(record->x);
    record->w = pmy64_parameter(graph, PMY_SHAPE(of->classes, of->inputs), "W", PMY64_ZEROS, 0);
    record->b = pmy64_parameter(graph, PMY_SHAPE(of->classes), "b", PMY64_ZEROS, 0);
    record->z = pmy64_linear_with(graph, record->x, record->w, record->b, PMY64_NONE);
    record->label = pmy64_labels(graph, 1);
    record->loss = pmy64_softmax_xent(graph, record->z, record->label, NULL);
    pmy_status status = pmy64_build(graph, record->loss, error);
    if (status != PMY_OK)
        return status;
    memcpy(record->x->value, of->x, of->inputs * sizeof *of->x);
    memcpy(record->w->value, of->w, of->classes * of->inputs * sizeof *of->w);
    memcpy(record->b->value, of->b, of->classes * sizeof *of->b);
    *pmy64_integer_data(record->label) = (int32_t)of->target;
    return PMY_OK;
}

static void keep(double *to, const pmy64_node *node, const double *from)
{
    memcpy(to, from, pmy_shape_size(node->shape) * sizeof *to);
}

static pmy_status run_backward(layer_example *of, const layer_graph *record, pmy_error *error)
{
    pmy_status status = pmy64_forward(record->graph, PMY64_TRAIN, error);
    if (status != PMY_OK)
        return status;
    pmy64_backward(record->graph);
    of->loss = pmy64_item(record->loss);
    keep(of->z, record->z, record->z->value);
    keep(of->slope, record->z, record->z->gradient);
    keep(of->dx, record->x, record->x->gradient);
    keep(of->dw, record->w, record->w->gradient);
    keep(of->db, record->b, record->b->gradient);
    for (size_t i = 0; i < of->classes; i++)
        of->y[i] = i == of->target;
    return shares_of(of->classes, of->z, 1, of->p, NULL, error);
}

static pmy_status run_differences(layer_example *of, const layer_graph *record, pmy_error *error)
{
    const double one = 1;
    pmy_status status = differences_of(record->graph, record->loss, &one, record->w, of->numeric_dw, error);
    if (status == PMY_OK)
        status = differences_of(record->graph, record->loss, &one, record->b, of->numeric_db, error);
    if (status == PMY_OK)
        status = differences_of(record->graph, record->loss, &one, record->x, of->numeric_dx, error);
    return status;
}

static pmy_status descend(layer_example *of, const layer_graph *record, pmy_error *error)
{
    for (size_t i = 0; i < of->classes * of->inputs; i++)
        record->w->value[i] = of->new_w[i] = of->w[i] - LAYER_RATE * of->dw[i];
    for (size_t i = 0; i < of->classes; i++)
        record->b->value[i] = of->new_b[i] = of->b[i] - LAYER_RATE * of->db[i];
    pmy_status status = pmy64_forward(record->graph, PMY64_TRAIN, error);
    of->new_loss = pmy64_item(record->loss);
    return status;
}

pmy_status layer_example_compute(layer_example *of, pmy_error *error)
{
    layer_graph recorded = {0};
    pmy_status status = record(of, &recorded, error);
    if (status == PMY_OK)
        status = run_backward(of, &recorded, error);
    if (status == PMY_OK)
        status = run_differences(of, &recorded, error);
    if (status == PMY_OK)
        status = descend(of, &recorded, error);
    pmy64_graph_free(recorded.graph);
    return status;
}
