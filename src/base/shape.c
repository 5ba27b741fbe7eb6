#include "base/shape.h"

#include <stdint.h>
#include <stdio.h>

bool pmy_size_multiply(size_t a, size_t b, size_t *result)
{
    if (a && b > SIZE_MAX / a)
        return false;
    *result = a * b;
    return true;
}

bool pmy_size_add(size_t a, size_t b, size_t *result)
{
    if (b > SIZE_MAX - a)
        return false;
    *result = a + b;
    return true;
}

unsigned pmy_shape_rank(pmy_shape shape)
{
    unsigned rank = 0;
    while (rank < PMY_MAX_RANK && shape.dim[rank])
        rank++;
    return rank;
}

size_t pmy_shape_span(pmy_shape shape, unsigned begin, unsigned end)
{
    size_t size = 1;
    for (unsigned axis = begin; axis < end && shape.dim[axis]; axis++)
        size *= shape.dim[axis];
    return size;
}

size_t pmy_shape_size(pmy_shape shape)
{
    return pmy_shape_span(shape, 0, PMY_MAX_RANK);
}

bool pmy_shape_valid(pmy_shape shape)
{
    unsigned rank = pmy_shape_rank(shape);
    for (unsigned axis = rank; axis < PMY_MAX_RANK; axis++)
        if (shape.dim[axis])
            return false;
    size_t bytes = 16;
    for (unsigned axis = 0; axis < rank; axis++)
        if (!pmy_size_multiply(bytes, shape.dim[axis], &bytes) || bytes > PTRDIFF_MAX)
            return false;
    return true;
}

bool pmy_shape_equal(pmy_shape a, pmy_shape b)
{
    for (unsigned axis = 0; axis < PMY_MAX_RANK; axis++)
        if (a.dim[axis] != b.dim[axis])
            return false;
    return true;
}

size_t pmy_shape_last(pmy_shape shape)
{
    unsigned rank = pmy_shape_rank(shape);
    return rank ? shape.dim[rank - 1] : 1;
}

pmy_shape pmy_shape_of_row(pmy_shape shape)
{
    pmy_shape row = PMY_SCALAR_SHAPE;
    for (unsigned axis = 1; axis < PMY_MAX_RANK; axis++)
        row.dim[axis - 1] = shape.dim[axis];
    return row;
}

pmy_shape_text pmy_shape_print(pmy_shape shape)
{
    pmy_shape_text out = {"scalar"};
    size_t used = 0;
    unsigned axes = PMY_MAX_RANK;
    while (axes > 0 && shape.dim[axes - 1] == 0)
        axes--;
    for (unsigned axis = 0; axis < axes; axis++)
        used +=
            (size_t)snprintf(out.text + used, sizeof out.text - used, axis ? "x%zu" : "%zu", shape.dim[axis]);
    return out;
}

bool pmy_shape_read(const char *text, pmy_shape *shape)
{
    *shape = PMY_SCALAR_SHAPE;
    for (unsigned axis = 0; axis < PMY_MAX_RANK; axis++) {
        size_t size = 0;
        for (; *text >= '0' && *text <= '9'; text++)
            if (!pmy_size_multiply(size, 10, &size) || !pmy_size_add(size, (size_t)(*text - '0'), &size))
                return false;
        if (size == 0)
            return false;
        shape->dim[axis] = size;
        if (*text != 'x' && *text != ',')
            return !*text && pmy_shape_valid(*shape);
        text++;
    }
    return false;
}
