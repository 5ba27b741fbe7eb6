#include "gradcheck/explain_attention.h"

#include "gradcheck/differences.h"
#include "layers/attention.h"
#include "tensor/op.h"
#include "tensor/ops/ops.h"

#include <math.h>
#include <string.h>

static void put(pmy_node *node, const pmy_real *values)
{
    memcpy(node->value, values, pmy_shape_size(node->shape) * sizeof *values);
}

static void keep(pmy_real *values, const pmy_node *node)
{
    memcpy(values, node->value, pmy_shape_size(node->shape) * sizeof *values);
}

static void keep_gradient(pmy_real *values, const pmy_node *node)
{
    memcpy(values, node->gradient, pmy_shape_size(node->shape) * sizeof *values);
}

/* --- By plain ops --------------------------------------------------------- */

static void write_mask(const pmy_attention_explanation *of, pmy_node *mask)
{
    for (size_t i = 0; i < of->queries; i++)
        for (size_t j = 0; j < of->keys; j++)
            mask->value[i * of->keys + j] = of->causal && j > i ? -(pmy_real)INFINITY : 0;
}

static pmy_node *leaf(pmy_graph *graph, size_t rows, size_t columns)
{
    pmy_node *made = pmy_constant(graph, PMY_SHAPE(rows, columns));
    pmy_want_gradient(made);
    return made;
}

static pmy_status run_plain_ops(pmy_attention_explanation *of, pmy_graph *graph, pmy_error *error)
{
    pmy_node *q = leaf(graph, of->queries, of->dim), *k = leaf(graph, of->keys, of->dim),
             *v = leaf(graph, of->keys, of->width);
    pmy_node *mask = pmy_constant(graph, PMY_SHAPE(of->queries, of->keys));
    pmy_node *scores = pmy_matmul(graph, q, pmy_transpose(graph, k, 0, 1));
    pmy_node *scaled = pmy_scale(graph, scores, 1 / (of->temperature * sqrt((double)of->dim)));
    pmy_node *masked = pmy_add(graph, scaled, mask);
    pmy_node *p = pmy_softmax(graph, masked);
    pmy_node *output = pmy_matmul(graph, p, v);
    pmy_status status = pmy_build(graph, output, error);
    if (status != PMY_OK)
        return status;
    put(q, of->q);
    put(k, of->k);
    put(v, of->v);
    write_mask(of, mask);
    status = pmy_forward(graph, PMY_TRAIN, error);
    if (status != PMY_OK)
        return status;
    pmy_backward_from(graph, of->d_output);
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

static pmy_real largest_difference(size_t count, const pmy_real *a, const pmy_real *b)
{
    pmy_real largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = pmy_real_maximum(largest, pmy_real_fabs(a[i] - b[i]));
    return largest;
}

static void compare(pmy_attention_explanation *of, const pmy_node *op)
{
    size_t n = of->queries, m = of->keys;
    pmy_head_matrix shares; /* [queries, keys] */
    pmy_attention_shares(op, 0, 0, shares);
    const struct {
        size_t count;
        const pmy_real *a, *b;
    } pair[] = {
        {n * of->width, of->output, op->value}, {n * m, of->p, shares},
        {n * of->dim, of->dq, of->op_dq},       {m * of->dim, of->dk, of->op_dk},
        {m * of->width, of->dv, of->op_dv},
    };
    of->op_difference = 0;
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        of->op_difference =
            pmy_real_maximum(of->op_difference, largest_difference(pair[i].count, pair[i].a, pair[i].b));
}

static pmy_status run_op(pmy_attention_explanation *of, pmy_graph *graph, pmy_error *error)
{
    pmy_node *q = pmy_input(graph, PMY_SHAPE(1, of->queries, of->dim)),
             *k = pmy_input(graph, PMY_SHAPE(1, of->keys, of->dim)),
             *v = pmy_input(graph, PMY_SHAPE(1, of->keys, of->width));
    pmy_want_gradient(q);
    pmy_want_gradient(k);
    pmy_want_gradient(v);
    pmy_attention_options options = {.causal = of->causal};
    /* The op itself has no temperature. */
    pmy_node *op = pmy_attention(graph, pmy_scale(graph, q, 1 / of->temperature), k, v, &options);
    pmy_status status = pmy_build(graph, op, error);
    if (status != PMY_OK)
        return status;
    put(q, of->q);
    put(k, of->k);
    put(v, of->v);
    status = pmy_forward(graph, PMY_TRAIN, error);
    if (status != PMY_OK)
        return status;
    pmy_backward_from(graph, of->d_output);
    keep_gradient(of->op_dq, q);
    keep_gradient(of->op_dk, k);
    keep_gradient(of->op_dv, v);
    compare(of, op);
    status = pmy_differences(graph, op, of->d_output, q, of->numeric_dq, error);
    if (status == PMY_OK)
        status = pmy_differences(graph, op, of->d_output, k, of->numeric_dk, error);
    if (status == PMY_OK)
        status = pmy_differences(graph, op, of->d_output, v, of->numeric_dv, error);
    return status;
}

static bool is_size(size_t size)
{
    return size >= 1 && size <= PMY_EXPLAINED_HEAD;
}

static pmy_status check(const pmy_attention_explanation *of, pmy_error *error)
{
    if (!is_size(of->queries) || !is_size(of->keys) || !is_size(of->dim) || !is_size(of->width))
        return pmy_fail(error, PMY_BAD_ARGUMENT,
                        "queries of [%zu, %zu] and values of [%zu, %zu]: there can be 1 to %d of each",
                        of->queries, of->dim, of->keys, of->width, PMY_EXPLAINED_HEAD);
    if (!(of->temperature > 0) || isinf(of->temperature))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the temperature is %g: it must be a number above 0",
                        of->temperature);
    return PMY_OK;
}

pmy_status pmy_explain_attention(pmy_attention_explanation *of, pmy_error *error)
{
    static pmy_status (*const runs[])(pmy_attention_explanation *, pmy_graph *, pmy_error *) = {run_plain_ops,
                                                                                                run_op};
    pmy_status status = check(of, error);
    for (size_t i = 0; i < 2 && status == PMY_OK; i++) {
        pmy_graph *graph = pmy_graph_new(NULL, 0);
        status = graph ? runs[i](of, graph, error) : pmy_fail(error, PMY_NO_MEMORY, "no memory");
        pmy_graph_free(graph);
    }
    return status;
}
