/* Graphs for tests of optimizers to work on. */
#ifndef TESTS_OPTIM_PROBLEM_H
#define TESTS_OPTIM_PROBLEM_H

#include "base/random.h"
#include "tensor/ops/ops.h"

#include <stdio.h>

/* A graph of some vectors and matrices, [n] and [n, 1], whose numbers and gradients look random and stay the
 * same. */
typedef struct extent {
    size_t size;
    bool matrix;
} extent;

static inline pmy_graph *graph_of(size_t count, const extent *extents /* [count] */, pmy_pool *pool)
{
    pmy_graph *graph = pmy_graph_new(pool, 1);
    pmy_node *root = NULL;
    for (size_t t = 0; t < count; t++) {
        char name[16];
        (void)snprintf(name, sizeof name, "%zu", t);
        size_t n = extents[t].size;
        root = pmy_parameter(graph, extents[t].matrix ? PMY_SHAPE(n, 1) : PMY_SHAPE(n), name, PMY_ZEROS, 0);
    }
    assert_int_equal(pmy_build(graph, pmy_add(graph, root, root), NULL), PMY_OK);
    pmy_parameters all = pmy_graph_parameters(graph);
    pmy_random random = {.seed = 5};
    for (size_t t = 0; t < count; t++) {
        pmy_real *values = pmy_value(pmy_parameter_at(graph, t)).data; /* [extents[t].size] */
        pmy_real *gradients = all.gradients + (values - all.values);   /* [extents[t].size] */
        for (size_t i = 0; i < extents[t].size; i++) {
            values[i] = (pmy_real)pmy_random_normal(&random);
            gradients[i] = (pmy_real)pmy_random_normal(&random);
        }
    }
    return graph;
}

#endif
