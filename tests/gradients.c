/* Also in double and quad. */
#include "gradients.h"

#include "base/random.h"
#include "gradcheck/suite.h"
#include "pmy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void keep(gradients *all, const pmy_real *data, pmy_shape shape)
{
    size_t size = pmy_shape_size(shape);
    double *values = malloc(size * sizeof *values);
    assert_non_null(values);
    assert_true(all->tensors < MAX_TENSORS);
    for (size_t i = 0; i < size; i++)
        values[i] = (double)data[i];
    all->size[all->tensors] = size;
    all->values[all->tensors++] = values;
}

static void run_and_keep(pmy_graph *graph, gradients *all)
{
    pmy_error error;
    pmy_status status = pmy_forward(graph, PMY_TRAIN, &error);
    all->refused = status == PMY_BAD_DATA && pmy_batch(graph) == 1;
    if (all->refused)
        return;
    assert_int_equal(status, PMY_OK);
    pmy_node *root = pmy_root(graph);
    pmy_shape shape = pmy_node_shape(root);
    keep(all, pmy_value(root).data, shape);
    if (pmy_shape_rank(shape) == 0) {
        pmy_backward(graph);
    } else {
        pmy_real *seed = malloc(pmy_shape_size(shape) * sizeof *seed);
        pmy_random random = {.seed = 9};
        for (size_t i = 0; i < pmy_shape_size(shape); i++)
            seed[i] = (pmy_real)(float)(pmy_random_uniform(&random) - 0.5);
        pmy_backward_from(graph, seed);
        free(seed);
    }
    for (size_t at = 0; at < pmy_node_count(graph); at++) {
        pmy_node *node = pmy_node_at(graph, at);
        if (node->inputs == 0 && pmy_gradient(node).data)
            keep(all, pmy_gradient(node).data, pmy_node_shape(node));
    }
}

static void build_and_run(pmy_sample *sample, pmy_node *root, const subject *what, gradients *all)
{
    pmy_error error;
    assert_int_equal(pmy_build(sample->graph, root, &error), PMY_OK);
    pmy_sample_fill(sample, what->seed);
    size_t batch = pmy_batch(sample->graph);
    if (what->rows && what->rows < batch)
        assert_int_equal(pmy_set_batch(sample->graph, what->rows, &error), PMY_OK);
    run_and_keep(sample->graph, all);
}

bool pmy_sample_gradients(const subject *what, gradients *all)
{
    *all = (gradients){0};
    pmy_pool *pool = NULL;
    pmy_error error;
    assert_int_equal(pmy_pool_new(what->threads, &pool, &error), PMY_OK);
    pmy_sample sample = {.graph = pmy_graph_new(pool, what->seed)};
    pmy_split_always(sample.graph, true);
    const pmy_op *op = pmy_ops[what->op];
    pmy_node *root = op->checks.sample(&sample, (unsigned)what->sample);
    if (root)
        build_and_run(&sample, root, what, all);
    (void)snprintf(all->name, sizeof all->name, "%s, sample %zu, %zu rows", op->name, what->sample,
                   what->rows);
    pmy_graph_free(sample.graph);
    pmy_pool_free(pool);
    return root != NULL;
}

void pmy_net_gradients(const subject *what, gradients *all)
{
    *all = (gradients){0};
    (void)snprintf(all->name, sizeof all->name, "%s", what->net);
    pmy_pool *pool = NULL;
    pmy_error error;
    assert_int_equal(pmy_pool_new(what->threads, &pool, &error), PMY_OK);
    pmy_sample sample = {.graph = pmy_graph_new(pool, what->seed)};
    pmy_net net;
    assert_int_equal(pmy_net_read(what->net, PMY_SHAPE(what->features), &net, &error), PMY_OK);
    pmy_node *x = pmy_sample_input(&sample, PMY_SHAPE(what->batch, what->features), -1, 1);
    pmy_node *z = pmy_net_build(&net, sample.graph, x);
    pmy_node *labels = pmy_sample_integers(&sample, PMY_SHAPE(what->batch), what->classes);
    build_and_run(&sample, pmy_softmax_xent(sample.graph, z, labels, NULL), what, all);
    pmy_graph_free(sample.graph);
    pmy_pool_free(pool);
}
