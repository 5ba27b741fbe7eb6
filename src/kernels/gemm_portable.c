/* Without a library, and with the same bits on every processor: each number of C is one sum, from first to
 * last.
 *
 * op(B) is packed into panels that stay in a core's second cache, in rows of whole lanes with zeros beside
 * them; a lane product goes over all rows of C with each. */
#include "kernels/gemm.h"
#include "kernels/lane_product.h"
#include "kernels/lanes_transpose.h"

/* A panel: 64 KB of floats on the stack; and rows of C whose last columns, less than lanes, are computed
 * beside it. */
enum { DEEPEST = 256, WIDEST = 64, HIGHEST = 64 };

typedef struct matrix {
    const pmy_real *from;
    size_t row, column; /* from one to the next */
} matrix;

static matrix matrix_of(pmy_gemm_transpose transpose, const pmy_real *from, size_t distance)
{
    bool transposed = transpose == PMY_TRANSPOSED;
    return (matrix){from, transposed ? 1 : distance, transposed ? distance : 1};
}

/* b [depth, width] into panel [depth, width in whole lanes]. */
static void pack(matrix b, size_t depth, size_t width, pmy_real *panel)
{
    if (b.row == 1) {
        pmy_lanes_transpose(width, depth, b.from, b.column, panel);
        return;
    }
    size_t whole = pmy_lanes_round(width);
    for (size_t p = 0; p < depth; p++) {
        memcpy(panel + p * whole, b.from + p * b.row, width * sizeof *panel);
        for (size_t j = width; j < whole; j++)
            panel[p * whole + j] = 0;
    }
}

/* Columns of C, the last ones of a panel, that are no whole lanes. */
static void multiply_rest(pmy_lane_product product, size_t columns)
{
    pmy_real part[HIGHEST * PMY_LANES]; /* [rows, lanes] */
    size_t rows = product.rows;
    pmy_real *c = product.c.to;
    size_t c_row = product.c.row;
    product.columns = PMY_LANES;
    product.c.to = part;
    product.c.row = PMY_LANES;
    for (size_t first = 0; first < rows; first += HIGHEST) {
        product.rows = pmy_at_most(rows - first, HIGHEST);
        for (size_t i = 0; i < product.rows && product.accumulate; i++)
            for (size_t j = 0; j < PMY_LANES; j++)
                part[i * PMY_LANES + j] = j < columns ? c[(first + i) * c_row + j] : 0;
        pmy_lane_multiply(&product);
        for (size_t i = 0; i < product.rows; i++)
            for (size_t j = 0; j < columns; j++)
                c[(first + i) * c_row + j] = part[i * PMY_LANES + j];
        product.a.from += HIGHEST * product.a.row;
    }
}

void pmy_gemm(pmy_gemm_transpose transpose_a, pmy_gemm_transpose transpose_b, size_t m, size_t n, size_t k,
              const pmy_real *a, size_t lda, const pmy_real *b, size_t ldb, bool accumulate, pmy_real *c,
              size_t ldc)
{
    pmy_real panel[DEEPEST * WIDEST];
    const matrix left = matrix_of(transpose_a, a, lda), right = matrix_of(transpose_b, b, ldb);
    for (size_t column = 0; column < n; column += WIDEST) {
        size_t width = pmy_at_most(n - column, WIDEST), whole = width / PMY_LANES * PMY_LANES;
        size_t p = 0;
        do { /* once, too, where there is nothing to sum */
            size_t depth = pmy_at_most(k - p, DEEPEST);
            matrix part = {right.from + p * right.row + column * right.column, right.row, right.column};
            pack(part, depth, width, panel);
            pmy_lane_product product = {
                .rows = m,
                .columns = whole,
                .segments = 1,
                .depth = depth,
                .a = {left.from + p * left.column, .row = left.row, .step = left.column},
                .b = {panel, .row = pmy_lanes_round(width)},
                .c = {c + column, ldc},
                .accumulate = accumulate || p > 0};
            pmy_lane_multiply(&product);
            if (whole < width) {
                product.b.from += whole;
                product.c.to += whole;
                multiply_rest(product, width - whole);
            }
            p += depth;
        } while (p < k);
    }
}
