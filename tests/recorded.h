/* PyTorch's figures: the exact numbers that go in (tests/record/figures.py), and the tensors that should come
 * out, each a line of a file with its name. */
#ifndef TESTS_RECORDED_H
#define TESTS_RECORDED_H

#include "running.h"

#include <stdio.h>

/* As input_of of a step, times `factor`. */
static inline void fill_recorded(pmy_node *leaf, size_t step, double factor)
{
    pmy_tensor x = pmy_value(leaf);
    for (size_t i = 0; i < pmy_shape_size(x.shape); i++)
        x.data[i] = (pmy_real)(((double)((7 * i + 13 * step + i * i) % 29) - 14) / 8 * factor);
}

/* With gradient_of as what comes from above. */
static inline void backward_recorded(pmy_graph *graph)
{
    size_t size = pmy_shape_size(pmy_node_shape(pmy_root(graph)));
    pmy_real *dy = malloc(size * sizeof *dy);
    assert_non_null(dy);
    for (size_t i = 0; i < size; i++)
        dy[i] = (pmy_real)(((double)((5 * i + 3 * i * i) % 23) - 11) / 16);
    pmy_backward_from(graph, dy);
    free(dy);
}

/* The file's next line is of this tensor, with these numbers. */
static inline void expect_recorded(FILE *file, const char *name, pmy_tensor got, double tolerance)
{
    char word[32];
    assert_int_equal(fscanf(file, "%31s", word), 1);
    assert_string_equal(word, name);
    for (size_t i = 0; i < pmy_shape_size(got.shape); i++) {
        double expected;
        assert_int_equal(fscanf(file, "%la", &expected), 1);
        expect_close(name, i, (double)got.data[i], expected, tolerance);
    }
}

static inline FILE *open_recorded(const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    return file;
}

#endif
