/* A net with every layer and op in it, wide and narrow. */
#ifndef TESTS_EVERYTHING_H
#define TESTS_EVERYTHING_H

#include "running.h"

enum { EVERYTHING_IN = 100, EVERYTHING_CLASSES = 10 };

typedef struct everything {
    pmy_graph *graph;
    pmy_node *x, *labels, *target, *root;
} everything;

/* Every element-wise op after another. */
static inline pmy_node *chain_of_ops(pmy_graph *g, pmy_node *x)
{
    x = pmy_sigmoid(g, pmy_tanh(g, pmy_leaky_relu(g, x)));
    x = pmy_exp(g, pmy_scale(g, pmy_gelu(g, x), 0.5));
    return pmy_relu(g, pmy_log(g, x));
}

/* Sizes within are multiples of 16: OpenBLAS's kernels for small products of other widths ask for
 * memory in every call, where there is AVX-512. */
static inline everything everything_new(pmy_pool *pool, size_t batch)
{
    pmy_graph *g = new_graph(pool);
    everything e = {.graph = g, .x = pmy_input(g, PMY_SHAPE(batch, EVERYTHING_IN))};
    e.labels = pmy_labels(g, batch);
    e.target = pmy_input(g, PMY_SHAPE(batch, 16, 20));
    pmy_node *h = pmy_linear(g, e.x, 304, PMY_RELU);
    h = pmy_dropout(g, h, 0.3);
    h = pmy_linear(g, h, 320, PMY_GELU);
    h = pmy_add(g, h, chain_of_ops(g, h));
    h = pmy_add(g, h, pmy_embedding(g, e.labels, EVERYTHING_CLASSES, 320));
    h = pmy_reshape(g, h, PMY_SHAPE(batch, 20, 16));
    h = pmy_softmax(g, pmy_transpose(g, h, 1, 2));
    pmy_node *squares = pmy_mse(g, h, e.target);
    pmy_node *halves[] = {pmy_slice(g, h, 2, 4, 20), pmy_slice(g, h, 2, 0, 4)};
    h = pmy_concat(g, 2, halves, 2);
    pmy_node *most = pmy_mean(g, pmy_max(g, h, 1));
    h = pmy_mul(g, h,
                pmy_log_softmax(g, pmy_add(g, h, pmy_parameter(g, PMY_SHAPE(20), "b", PMY_UNIFORM, 1))));
    h = pmy_matmul(g, pmy_reshape(g, h, PMY_SHAPE(batch, 320)),
                   pmy_parameter(g, PMY_SHAPE(320, 80), "m", PMY_UNIFORM, 0.2));
    h = pmy_linear(g, pmy_linear(g, h, 96, PMY_RELU), 192, PMY_TANH);
    h = pmy_linear(g, h, EVERYTHING_CLASSES, PMY_NONE);
    pmy_node *loss = pmy_softmax_xent(g, h, e.labels, &(pmy_softmax_xent_options){.label_smoothing = 0.1});
    e.root = pmy_add(g, pmy_add(g, loss, squares), pmy_scale(g, pmy_mean(g, h), 0.1));
    e.root = pmy_add(g, e.root, pmy_scale(g, pmy_sum(g, h), 0.001));
    e.root = pmy_add(g, e.root, pmy_scale(g, most, 0.1));
    build(g, e.root);
    return e;
}

/* The batch's numbers: every third column of x is empty. */
static inline void everything_fill(const everything *e, uint64_t seed)
{
    fill(e->x, seed, -1, 1);
    for (size_t r = 0; r < pmy_batch(e->graph); r++)
        for (size_t j = 0; j < EVERYTHING_IN; j += 3)
            pmy_value(e->x).data[r * EVERYTHING_IN + j] = 0;
    fill(e->target, seed + 1, 0, 1);
    fill_labels(e->labels, seed + 2, EVERYTHING_CLASSES);
}

/* A step of gradient descent, so that the next one sees what this one computed. */
static inline void everything_descend(const everything *e)
{
    pmy_parameters all = pmy_graph_parameters(e->graph);
    for (size_t i = 0; i < all.size; i++)
        all.values[i] -= (pmy_real)0.1 * all.gradients[i];
}

#endif
