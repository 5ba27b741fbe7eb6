#include "softmax/head.h"

#include "pmy64/layers/attention.h"
#include "pmy64/tensor/op.h"
#include "pmy64/tensor/ops/ops.h"
#include "softmax/differences.h"
#include "softmax/drawn.h"

#include <math.h>
#include <string.h>

static void put(pmy64_node *node, const double *values)
{
    memcpy(node->value, values, pmy_shape_size(node->shape) * sizeof *values);
}

static void keep(double *values, const pmy64_node *node)
{
    memcpy(values, node->value, pmy_shape_size(node->shape) * sizeof *values);
}

static void keep_gradient(double *values, const pmy64_node *node)
{
    memcpy(values, node->gradient, pmy_shape_size(node->shape) * sizeof *values);
}

/* --- By plain ops --------------------------------------------------------- */

static void write_mask(const head *of, pmy64_node *mask)
{
    for (size_t i = 0; i < of->queries; i++)
        for (size_t j = 0; j < of->keys; j++)
            mask->value[i * of->keys + j] = of->causal && j > i ? -(double)INFINITY : 0;
}

static pmy64_node *leaf(pmy64_graph *graph, size_t rows, size_t columns)
{
    pmy64_node *made = pmy64_constant(graph, PMY_SHAPE(rows, columns));
    pmy64_want_gradient(made);
    return made;
}

static pmy_status run_plain_ops(head *of, pmy64_graph *graph, pmy_error *error)
{
    pmy64_node *q = leaf(graph, of->queries, of->dim), *k = leaf(graph, of->keys, of->dim),
               *v = leaf(graph, of->keys, of->width);
    pmy64_node *mask = pmy64_constant(graph, PMY_SHAPE(of->queries, of->keys));
    pmy64_node *scores = pmy64_matmul(graph, q, pmy64_transpose(graph, k, 0, 1));
    pmy64_node *scaled = pmy64_scale(graph, scores, 1 / (of->temperature * sqrt((double)of->dim)));
    pmy64_node *masked = pmy64_add(graph, scaled, mask);
    pmy64_node *p = pmy64_softmax(graph, masked);
    pmy64_node *output = pmy64_matmul(graph, p, v);
    pmy_status status = pmy64_build(graph, output, error);
    if (status != PMY_OK)
        return status;
    put(q, of->q);
    put(k, of->k);
    put(v, of->v);
    write_mask(of, mask);
    status = pmy64_forward(graph, PMY64_TRAIN, error);
    if (status != PMY_OK)
        return status;
    pmy64_backward_from(graph, of->d_output);
    keep(of->scores, scores);
    keep(of->scaled, masked);
    keep(of->p, p);
    keep(of->output, output);
    keep_gradient(of->dv, v);
    keep_gradient(of->dp, p);
    keep_gradient(of->dscores, scores);
    keep_gradient(of->dq, q);
    keep_gradient(of->dk, k);
    return PMY_OK;
}

/* --- By the op ------------------------------------------------------------ */

static double largest_difference(size_t count, const double *a, const double *b)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(a[i] - b[i]));
    return largest;
}

static void compare(head *of, const pmy64_node *op)
{
    size_t n = of->queries, m = of->keys;
    head_matrix shares; /* [queries, keys] */
    pmy64_attention_shares(op, 0, 0, shares);
    const struct {
        size_t count;
        const double *a, *b;
    } pair[] = {
        {n * of->width, of->output, op->value}, {n * m, of->p, shares},
        {n * of->dim, of->dq, of->op_dq},       {m * of->dim, of->dk, of->op_dk},
        {m * of->width, of->dv, of->op_dv},
    };
    of->op_difference = 0;
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        of->op_difference = fmax(of->op_difference, largest_difference(pair[i].count, pair[i].a, pair[i].b));
}

static pmy_status run_op(head *of, pmy64_graph *graph, pmy_error *error)
{
    pmy64_node *q = pmy64_input(graph, PMY_SHAPE(1, of->queries, of->dim)),
               *k = pmy64_input(graph, PMY_SHAPE(1, of->keys, of->dim)),
               *v = pmy64_input(graph, PMY_SHAPE(1, of->keys, of->width));
    pmy64_want_gradient(q);
    pmy64_want_gradient(k);
    pmy64_want_gradient(v);
    pmy64_attention_options options = {.causal = of->causal};
    /* The op itself has no temperature. */
    pmy64_node *op = pmy64_attention(graph, pmy64_scale(graph, q, 1 / of->temperature), k, v, &options);
    pmy_status status = pmy64_build(graph, op, error);
    if (status != PMY_OK)
        return status;
    put(q, of->q);
    put(k, of->k);
    put(v, of->v);
    status = pmy64_forward(graph, PMY64_TRAIN, error);
    if (status != PMY_OK)
        return status;
    pmy64_backward_from(graph, of->d_output);
    keep_gradient(of->op_dq, q);
    keep_gradient(of->op_dk, k);
    keep_gradient(of->op_dv, v);
    compare(of, op);
    status = differences_of(graph, op, of->d_output, q, of->numeric_dq, error);
    if (status == PMY_OK)
        status = differences_of(graph, op, of->d_output, k, of->numeric_dk, error);
    if (status == PMY_OK)
        status = differences_of(graph, op, of->d_output, v, of->numeric_dv, error);
    return status;
}

void head_draw(head *of, pmy_random *random)
{
    draw_short_numbers(random, of->queries * of->dim, of->q);
    draw_short_numbers(random, of->keys * of->dim, of->k);
    draw_short_numbers(random, of->keys * of->width, of->v);
}

pmy_status head_run(head *of, pmy_error *error)
{
    static pmy_status (*const runs[])(head *, pmy64_graph *, pmy_error *) = {run_plain_ops, run_op};
    pmy_status status = PMY_OK;
    for (size_t i = 0; i < 2 && status == PMY_OK; i++) {
        pmy64_graph *graph = pmy64_graph_new(NULL, 0);
        status = graph ? runs[i](of, graph, error) : pmy_fail(error, PMY_NO_MEMORY, "no memory");
        pmy64_graph_free(graph);
    }
    return status;
}
