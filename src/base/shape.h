/* Shapes: up to PMY_MAX_RANK axes, row-major, the last axis contiguous. */
#ifndef PMY_BASE_SHAPE_H
#define PMY_BASE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#define PMY_MAX_RANK 4

/* The first 0 ends the list of axes, so a shape is written as its sizes:
 * PMY_SHAPE(128, 784) has rank 2, PMY_SCALAR_SHAPE has rank 0 and one element. */
typedef struct pmy_shape {
    size_t dim[PMY_MAX_RANK];
} pmy_shape;

#ifdef __cplusplus
/* C++ has no compound literals, and would not take an int for a size in braces. */
static inline pmy_shape pmy_shape_of(size_t a = 0, size_t b = 0, size_t c = 0, size_t d = 0)
{
    pmy_shape shape = {{a, b, c, d}};
    return shape;
}
#define PMY_SHAPE(...) pmy_shape_of(__VA_ARGS__)
#define PMY_SCALAR_SHAPE pmy_shape_of()
#else
#define PMY_SHAPE(...) ((pmy_shape){.dim = {__VA_ARGS__}})
#define PMY_SCALAR_SHAPE ((pmy_shape){.dim = {0}})
#endif

unsigned pmy_shape_rank(pmy_shape shape);

/* The number of elements; a shape that passed pmy_shape_valid does not overflow. */
size_t pmy_shape_size(pmy_shape shape);

/* No 0 between two axes, and 16 bytes an element fit in a ptrdiff_t. */
bool pmy_shape_valid(pmy_shape shape);

bool pmy_shape_equal(pmy_shape a, pmy_shape b);

/* The elements of axes begin … end − 1, as far as there are any. */
size_t pmy_shape_span(pmy_shape shape, unsigned begin, unsigned end);

/* The size of the last axis, 1 for a scalar. */
size_t pmy_shape_last(pmy_shape shape);

/* The shape of one row: without the first axis. */
pmy_shape pmy_shape_of_row(pmy_shape shape);

/* "128x784" or "scalar", for messages; "0x5" for a shape that is not valid. */
typedef struct pmy_shape_text {
    char text[PMY_MAX_RANK * 21 + 1];
} pmy_shape_text;
pmy_shape_text pmy_shape_print(pmy_shape shape);

/* Reads a shape as it is printed, "1x28x28", or with commas, "1,28,28", as older model files have it; false
 * if the text is none, or none that is valid. */
bool pmy_shape_read(const char *text, pmy_shape *shape);

/* *result = a·b (a + b), or false where it does not fit in a size_t. */
bool pmy_size_multiply(size_t a, size_t b, size_t *result);
bool pmy_size_add(size_t a, size_t b, size_t *result);

#endif
