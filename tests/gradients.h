/* Gradients of op samples and models in each precision, as doubles, for holding one build against
 * another. GRADIENTS(pmy64_) defines, for that prefix,
 *
 *   bool pmy64_sample_gradients(subject, &gradients)   false: there is no such sample
 *   void pmy64_net_gradients(subject, &gradients) */
#ifndef TESTS_GRADIENTS_H
#define TESTS_GRADIENTS_H

#include "base/random.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_TENSORS = 16 };

typedef struct gradients {
    bool refused; /* bad data: a batch of one row, where an op needs more */
    size_t tensors;
    size_t size[MAX_TENSORS];
    double *values[MAX_TENSORS]; /* [size] each; the root's value is the first tensor */
    char name[128];
} gradients;

typedef struct subject {
    size_t op, sample; /* indices */
    const char *net;
    size_t features, classes; /* of the net */
    size_t batch;             /* of the net */
    size_t rows;              /* how many of the batch are used; 0: all */
    unsigned threads;
    uint64_t seed;
} subject;

static inline void gradients_free(gradients *all)
{
    for (size_t t = 0; t < all->tensors; t++)
        free(all->values[t]);
}

#define GRADIENTS(prefix)                                                                               \
    static void prefix##keep(gradients *all, const prefix##real *data, pmy_shape shape)                 \
    {                                                                                                   \
        size_t size = pmy_shape_size(shape);                                                            \
        double *values = malloc(size * sizeof *values);                                                 \
        assert_non_null(values);                                                                        \
        assert_true(all->tensors < MAX_TENSORS);                                                        \
        for (size_t i = 0; i < size; i++)                                                               \
            values[i] = (double)data[i];                                                                \
        all->size[all->tensors] = size;                                                                 \
        all->values[all->tensors++] = values;                                                           \
    }                                                                                                   \
                                                                                                        \
    static void prefix##run_and_keep(prefix##graph *graph, gradients *all)                              \
    {                                                                                                   \
        pmy_error error;                                                                                \
        pmy_status status = prefix##forward(graph, prefix##TRAIN, &error);                              \
        all->refused = status == PMY_BAD_DATA && prefix##batch(graph) == 1;                             \
        if (all->refused)                                                                               \
            return;                                                                                     \
        assert_int_equal(status, PMY_OK);                                                               \
        prefix##node *root = prefix##root(graph);                                                       \
        pmy_shape shape = prefix##node_shape(root);                                                     \
        prefix##keep(all, prefix##value(root).data, shape);                                             \
        if (pmy_shape_rank(shape) == 0) {                                                               \
            prefix##backward(graph);                                                                    \
        } else {                                                                                        \
            prefix##real *seed = malloc(pmy_shape_size(shape) * sizeof *seed);                          \
            pmy_random random = {.seed = 9};                                                            \
            for (size_t i = 0; i < pmy_shape_size(shape); i++)                                          \
                seed[i] = (prefix##real)(float)(pmy_random_uniform(&random) - 0.5);                     \
            prefix##backward_from(graph, seed);                                                         \
            free(seed);                                                                                 \
        }                                                                                               \
        for (size_t at = 0; at < prefix##node_count(graph); at++) {                                     \
            prefix##node *node = prefix##node_at(graph, at);                                            \
            if (node->inputs == 0 && prefix##gradient(node).data)                                       \
                prefix##keep(all, prefix##gradient(node).data, prefix##node_shape(node));               \
        }                                                                                               \
    }                                                                                                   \
                                                                                                        \
    static void prefix##build_and_run(prefix##sample *sample, prefix##node *root, const subject *what,  \
                                      gradients *all)                                                   \
    {                                                                                                   \
        pmy_error error;                                                                                \
        assert_int_equal(prefix##build(sample->graph, root, &error), PMY_OK);                           \
        prefix##sample_fill(sample, what->seed);                                                        \
        size_t batch = prefix##batch(sample->graph);                                                    \
        if (what->rows && what->rows < batch)                                                           \
            assert_int_equal(prefix##set_batch(sample->graph, what->rows, &error), PMY_OK);             \
        prefix##run_and_keep(sample->graph, all);                                                       \
    }                                                                                                   \
                                                                                                        \
    static bool prefix##sample_gradients(const subject *what, gradients *all)                           \
    {                                                                                                   \
        *all = (gradients){0};                                                                          \
        pmy_pool *pool = NULL;                                                                          \
        pmy_error error;                                                                                \
        assert_int_equal(pmy_pool_new(what->threads, &pool, &error), PMY_OK);                           \
        prefix##sample sample = {.graph = prefix##graph_new(pool, what->seed)};                         \
        prefix##split_always(sample.graph, true);                                                       \
        const prefix##op *op = prefix##ops[what->op];                                                   \
        prefix##node *root = op->checks.sample(&sample, (unsigned)what->sample);                        \
        if (root)                                                                                       \
            prefix##build_and_run(&sample, root, what, all);                                            \
        (void)snprintf(all->name, sizeof all->name, "%s, sample %zu, %zu rows", op->name, what->sample, \
                       what->rows);                                                                     \
        prefix##graph_free(sample.graph);                                                               \
        pmy_pool_free(pool);                                                                            \
        return root != NULL;                                                                            \
    }                                                                                                   \
                                                                                                        \
    static void prefix##net_gradients(const subject *what, gradients *all)                              \
    {                                                                                                   \
        *all = (gradients){0};                                                                          \
        (void)snprintf(all->name, sizeof all->name, "%s", what->net);                                   \
        pmy_pool *pool = NULL;                                                                          \
        pmy_error error;                                                                                \
        assert_int_equal(pmy_pool_new(what->threads, &pool, &error), PMY_OK);                           \
        prefix##sample sample = {.graph = prefix##graph_new(pool, what->seed)};                         \
        prefix##net net;                                                                                \
        assert_int_equal(prefix##net_read(what->net, PMY_SHAPE(what->features), &net, &error), PMY_OK); \
        prefix##node *x = prefix##sample_input(&sample, PMY_SHAPE(what->batch, what->features), -1, 1); \
        prefix##node *z = prefix##net_build(&net, sample.graph, x);                                     \
        prefix##node *labels = prefix##sample_integers(&sample, PMY_SHAPE(what->batch), what->classes); \
        prefix##build_and_run(&sample, prefix##softmax_xent(sample.graph, z, labels, NULL), what, all); \
        prefix##graph_free(sample.graph);                                                               \
        pmy_pool_free(pool);                                                                            \
    }

#endif
