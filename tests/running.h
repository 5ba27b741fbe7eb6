/* What the tests of graphs share: making one, filling it, running it. Whatever fails in here fails the test.
 */
#ifndef TESTS_RUNNING_H
#define TESTS_RUNNING_H

#include "pmy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROOM(array) (sizeof(array) / sizeof *(array))

static inline pmy_graph *new_graph(pmy_pool *pool)
{
    pmy_graph *graph = pmy_graph_new(pool, 7);
    assert_non_null(graph);
    return graph;
}

static inline void build(pmy_graph *graph, pmy_node *root)
{
    pmy_error error = {0};
    if (pmy_build(graph, root, &error) != PMY_OK)
        fail_msg("%s", error.message);
}

/* Fills a leaf, uniform in [low, high); the same numbers for the same seed, whatever the batch. */
static inline void fill(pmy_node *node, uint64_t seed, double low, double high)
{
    pmy_random random = {.seed = seed};
    pmy_tensor x = pmy_value(node);
    for (size_t i = 0; i < pmy_shape_size(x.shape); i++)
        x.data[i] = (pmy_real)(low + (high - low) * pmy_random_uniform(&random));
}

static inline void fill_labels(pmy_node *labels, uint64_t seed, size_t classes)
{
    pmy_random random = {.seed = seed};
    for (size_t i = 0; i < pmy_shape_size(pmy_node_shape(labels)); i++)
        pmy_integer_data(labels)[i] = (int32_t)pmy_random_below(&random, (uint32_t)classes);
}

static inline void forward(pmy_graph *graph, pmy_mode mode)
{
    pmy_error error = {0};
    if (pmy_forward(graph, mode, &error) != PMY_OK)
        fail_msg("%s", error.message);
}

/* Fails unless |got − expected| ≤ tolerance · max(1, |expected|); two NaNs are close, too. */
static inline void expect_close(const char *what, size_t index, double got, double expected, double tolerance)
{
    if (isnan(expected) ? isnan(got) : fabs(got - expected) <= tolerance * fmax(1, fabs(expected)))
        return;
    if (got == expected) /* infinities */
        return;
    fail_msg("%s[%zu] is %.17g, not %.17g", what, index, got, expected);
}

static inline bool same_bits(const pmy_real *a, const pmy_real *b, size_t count)
{
    return memcmp(a, b, count * sizeof *a) == 0;
}

#endif
