#include "kernels/long_product.h"

#include "base/parts.h"
#include "kernels/lane_product.h"

#include <string.h>

/* How many rows ahead they are asked for. */
enum { AHEAD = 8 };

size_t pmy_long_product_scratch(size_t m, size_t n)
{
    return PMY_LONG_CHUNK * (m + n);
}

PMY_CLONES
static void pmy_long_product_copy(size_t rows, size_t columns, const pmy_real *from, size_t next,
                                  pmy_real *to)
{
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j += 64 / sizeof *from)
            PMY_PREFETCH(from + (i + AHEAD) * next + j);
        for (size_t j = 0; j < columns; j++)
            to[i * columns + j] = from[i * next + j];
    }
}

/* Some rows of A or B: where they are, and from one to the next. */
typedef struct part {
    const pmy_real *from;
    size_t next;
} part;

static part near(size_t rows, size_t columns, const pmy_real *from, size_t next, pmy_real *copy)
{
    if (next == columns)
        return (part){from, next};
    pmy_long_product_copy(rows, columns, from, next, copy);
    return (part){copy, columns};
}

void pmy_long_product(size_t m, size_t n, size_t k, const pmy_real *a, size_t lda, const pmy_real *b,
                      size_t ldb, pmy_real *c, size_t ldc, pmy_real *scratch)
{
    for (size_t first = 0, rows; first < k; first += rows) {
        rows = pmy_at_most(k - first, PMY_LONG_CHUNK);
        part of_a = near(rows, m, a + first * lda, lda, scratch);
        part of_b = near(rows, n, b + first * ldb, ldb, scratch + PMY_LONG_CHUNK * m);
        pmy_lane_multiply(&(pmy_lane_product){.rows = m,
                                              .columns = n,
                                              .segments = 1,
                                              .depth = rows,
                                              .a = {of_a.from, .row = 1, .step = of_a.next},
                                              .b = {of_b.from, .row = of_b.next},
                                              .c = {c, ldc},
                                              .accumulate = first > 0});
    }
}
