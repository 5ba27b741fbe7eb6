#include "softmax/head_parts.h"

#include <math.h>

/* A matrix has a row for each query or key, and as many columns as there are keys or numbers in a row. */
typedef enum axis { QUERIES, KEYS, DIM, WIDTH } axis;

/* Where the matrix is in a head. */
static const struct {
    const char *name;
    size_t offset;
    axis rows, columns;
} parts[HEAD_PARTS] = {
    [HEAD_Q] = {"q", offsetof(head, q), QUERIES, DIM},
    [HEAD_K] = {"k", offsetof(head, k), KEYS, DIM},
    [HEAD_V] = {"v", offsetof(head, v), KEYS, WIDTH},
    [HEAD_SCORES] = {"scores", offsetof(head, scores), QUERIES, KEYS},
    [HEAD_SCALED] = {"scaled", offsetof(head, scaled), QUERIES, KEYS},
    [HEAD_P] = {"p", offsetof(head, p), QUERIES, KEYS},
    [HEAD_OUTPUT] = {"output", offsetof(head, output), QUERIES, WIDTH},
    [HEAD_D_OUTPUT] = {"d_output", offsetof(head, d_output), QUERIES, WIDTH},
    [HEAD_DP] = {"dp", offsetof(head, dp), QUERIES, KEYS},
    [HEAD_DSCORES] = {"dscores", offsetof(head, dscores), QUERIES, KEYS},
    [HEAD_DQ] = {"dq", offsetof(head, op_dq), QUERIES, DIM},
    [HEAD_DK] = {"dk", offsetof(head, op_dk), KEYS, DIM},
    [HEAD_DV] = {"dv", offsetof(head, op_dv), KEYS, WIDTH},
    [HEAD_NUMERIC_DQ] = {"numeric_dq", offsetof(head, numeric_dq), QUERIES, DIM},
    [HEAD_NUMERIC_DK] = {"numeric_dk", offsetof(head, numeric_dk), KEYS, DIM},
    [HEAD_NUMERIC_DV] = {"numeric_dv", offsetof(head, numeric_dv), KEYS, WIDTH},
};

static size_t extent(const head *of, axis along)
{
    return along == QUERIES ? of->queries : along == KEYS ? of->keys : along == DIM ? of->dim : of->width;
}

static double largest_finite(size_t count, const double *values)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]))
            largest = fmax(largest, fabs(values[i]));
    return largest;
}

static double largest_of(const head *of, head_part_id id)
{
    const double *elements = (const double *)(const void *)((const char *)of + parts[id].offset);
    return largest_finite(extent(of, parts[id].rows) * extent(of, parts[id].columns), elements);
}

/* The size of the numbers that an element is the sum of, which rounding is relative to. */
static double size_of_terms(const head *of, head_part_id id)
{
    double slope = of->temperature * sqrt((double)of->dim);
    switch (id) {
    case HEAD_SCORES:
        return (double)of->dim * largest_of(of, HEAD_Q) * largest_of(of, HEAD_K);
    case HEAD_SCALED:
        return size_of_terms(of, HEAD_SCORES) / slope;
    case HEAD_P:
        return 1;
    case HEAD_OUTPUT:
        return largest_of(of, HEAD_V);
    case HEAD_DP:
        return (double)of->width * largest_of(of, HEAD_D_OUTPUT) * largest_of(of, HEAD_V);
    case HEAD_DSCORES:
        return size_of_terms(of, HEAD_DP) / slope;
    case HEAD_DQ:
        return (double)of->keys * size_of_terms(of, HEAD_DSCORES) * largest_of(of, HEAD_K);
    case HEAD_DK:
        return (double)of->queries * size_of_terms(of, HEAD_DSCORES) * largest_of(of, HEAD_Q);
    case HEAD_DV:
        return (double)of->queries * largest_of(of, HEAD_D_OUTPUT);
    default: /* nothing of it is to be left out */
        return 0;
    }
}

head_part head_part_of(const head *of, head_part_id id)
{
    /* Of the sums of `dim` or as many products as there are keys; and of exp, whose argument is a score. */
    double unit = 1e-15 * (32 + 4 * largest_of(of, HEAD_SCALED));
    return (head_part){.name = parts[id].name,
                       .elements = (const double *)(const void *)((const char *)of + parts[id].offset),
                       .rows = extent(of, parts[id].rows),
                       .columns = extent(of, parts[id].columns),
                       .error = unit * size_of_terms(of, id)};
}
