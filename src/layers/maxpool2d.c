/* maxpool2d: y = max of x over a window; dx = Σ dy over the windows that x won: those whose first number
 * equal to y it is. Nothing is saved: backward finds the winners again, which costs less than writing them
 * down. */
#include "layers/maxpool2d.h"

#include "layers/pooling.h"
#include "base/simd.h"

#include <string.h>

/* max(a, b), or NaN if one is. */
static inline pmy_real larger(pmy_real a, pmy_real b)
{
    pmy_real most = b > a ? b : a;
    return pmy_is_nan(b) ? b : most;
}

/* --- Windows of 2 by 2 side by side --------------------------------------- */

static bool is_halving(const pmy_pooling *pool)
{
    return pool->window.kernel == 2 && pool->window.stride == 2 && pool->window.padding == 0;
}

PMY_CLONES
static void pmy_maxpool_halve(const pmy_pooling *pool, const pmy_real *x, pmy_real *y)
{
    for (size_t row = 0; row < pool->rows; row++) {
        const pmy_real *upper = x + 2 * row * pool->width, *lower = upper + pool->width; /* [width] */
        pmy_real *to = y + row * pool->columns;                                          /* [columns] */
        for (size_t j = 0; j < pool->columns; j++)
            to[j] = larger(larger(upper[2 * j], upper[2 * j + 1]), larger(lower[2 * j], lower[2 * j + 1]));
    }
}

/* Of windows first … first + n − 1 of a row, from the rows of x above and below [width] and y, dy [columns].
 */
static inline void unhalve(size_t first, size_t n, const pmy_real *restrict upper,
                           const pmy_real *restrict lower, const pmy_real *restrict y,
                           const pmy_real *restrict dy, pmy_real *restrict d_upper,
                           pmy_real *restrict d_lower, bool accumulate)
{
    for (size_t j = first; j < first + n; j++) {
        pmy_real rest = dy[j]; /* 0 after the winner */
        pmy_real a = upper[2 * j] == y[j] ? rest : 0;
        rest = upper[2 * j] == y[j] ? 0 : rest;
        pmy_real b = upper[2 * j + 1] == y[j] ? rest : 0;
        rest = upper[2 * j + 1] == y[j] ? 0 : rest;
        pmy_real c = lower[2 * j] == y[j] ? rest : 0;
        rest = lower[2 * j] == y[j] ? 0 : rest;
        pmy_real d = lower[2 * j + 1] == y[j] ? rest : 0;
        pmy_put(&d_upper[2 * j], a, accumulate);
        pmy_put(&d_upper[2 * j + 1], b, accumulate);
        pmy_put(&d_lower[2 * j], c, accumulate);
        pmy_put(&d_lower[2 * j + 1], d, accumulate);
    }
}

PMY_CLONES
static void pmy_maxpool_unhalve(const pmy_pooling *pool, const pmy_real *x, const pmy_real *y,
                                const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    enum { BUNDLE = 4 }; /* this many windows at once: their comparisons are no branches */
    size_t width = pool->width, columns = pool->columns;
    for (size_t row = 0; row < pool->rows; row++, y += columns, dy += columns) {
        const pmy_real *upper = x + 2 * row * width, *lower = upper + width;  /* [width] */
        pmy_real *d_upper = dx + 2 * row * width, *d_lower = d_upper + width; /* [width] */
        size_t j = 0;
        for (; j + BUNDLE <= columns; j += BUNDLE)
            unhalve(j, BUNDLE, upper, lower, y, dy, d_upper, d_lower, accumulate);
        unhalve(j, columns - j, upper, lower, y, dy, d_upper, d_lower, accumulate);
        if (!accumulate && width % 2)
            d_upper[width - 1] = d_lower[width - 1] = 0;
    }
    if (!accumulate && pool->height % 2)
        memset(dx + 2 * pool->rows * width, 0, width * sizeof *dx);
}

/* --- Any window ----------------------------------------------------------- */

/* `most` [width] is scratch: the largest of columns as high as the window. */
PMY_CLONES
static void pmy_maxpool_plane(const pmy_pooling *pool, const pmy_real *x, pmy_real *most, pmy_real *y)
{
    for (size_t row = 0; row < pool->rows; row++) {
        pmy_covered rows = pmy_window_inside(pool->window, row, pool->height);
        memcpy(most, x + rows.begin * pool->width, pool->width * sizeof *most);
        for (size_t i = rows.begin + 1; i < rows.end; i++)
            for (size_t j = 0; j < pool->width; j++)
                most[j] = larger(most[j], x[i * pool->width + j]);
        for (size_t column = 0; column < pool->columns; column++) {
            pmy_covered columns = pmy_window_inside(pool->window, column, pool->width);
            pmy_real largest = most[columns.begin];
            for (size_t j = columns.begin + 1; j < columns.end; j++)
                largest = larger(largest, most[j]);
            y[row * pool->columns + column] = largest;
        }
    }
}

/* Where in the plane the first number equal to y is, in the window at (row, column); its beginning if there
 * is none, because y is NaN. */
static size_t winner(const pmy_pooling *pool, size_t row, size_t column, const pmy_real *x, pmy_real y)
{
    pmy_covered rows = pmy_window_inside(pool->window, row, pool->height);
    pmy_covered columns = pmy_window_inside(pool->window, column, pool->width);
    for (size_t i = rows.begin; i < rows.end; i++)
        for (size_t j = columns.begin; j < columns.end; j++)
            if (x[i * pool->width + j] == y)
                return i * pool->width + j;
    return rows.begin * pool->width + columns.begin;
}

static void unpool_plane(const pmy_pooling *pool, const pmy_real *x, const pmy_real *y, const pmy_real *dy,
                         pmy_real *dx, bool accumulate)
{
    if (!accumulate)
        memset(dx, 0, pool->height * pool->width * sizeof *dx);
    for (size_t row = 0; row < pool->rows; row++)
        for (size_t column = 0; column < pool->columns; column++) {
            size_t at = row * pool->columns + column;
            dx[winner(pool, row, column, x, y[at])] += dy[at];
        }
}

/* --- The op -------------------------------------------------------------- */

static void forward(const pmy_node *node, pmy_piece piece)
{
    pmy_pooling pool = pmy_pooling_of(node);
    size_t x_plane = pool.height * pool.width, y_plane = pool.rows * pool.columns;
    for (size_t plane = piece.begin * pool.channels; plane < piece.end * pool.channels; plane++) {
        const pmy_real *x = node->input[0]->value + plane * x_plane; /* [height, width] */
        pmy_real *y = node->value + plane * y_plane;                 /* [rows, columns] */
        if (is_halving(&pool))
            pmy_maxpool_halve(&pool, x, y);
        else
            pmy_maxpool_plane(&pool, x, piece.scratch, y);
    }
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    pmy_pooling pool = pmy_pooling_of(node);
    size_t x_plane = pool.height * pool.width, y_plane = pool.rows * pool.columns;
    bool accumulate = pmy_accumulates(node, 0);
    for (size_t plane = piece.begin * pool.channels; plane < piece.end * pool.channels; plane++) {
        const pmy_real *x = node->input[0]->value + plane * x_plane; /* [height, width] */
        const pmy_real *y = node->value + plane * y_plane;           /* [rows, columns] */
        const pmy_real *dy = node->gradient + plane * y_plane;       /* [rows, columns] */
        pmy_real *dx = node->input[0]->gradient + plane * x_plane;   /* [height, width] */
        if (is_halving(&pool))
            pmy_maxpool_unhalve(&pool, x, y, dy, dx, accumulate);
        else
            unpool_plane(&pool, x, y, dy, dx, accumulate);
    }
}

static uint64_t choices(const pmy_node *node)
{
    pmy_pooling pool = pmy_pooling_of(node);
    uint64_t winners = PMY_NO_CHOICES;
    for (size_t at = 0; at < pmy_shape_size(node->shape); at++) {
        size_t plane = at / (pool.rows * pool.columns), place = at % (pool.rows * pool.columns);
        const pmy_real *x = node->input[0]->value + plane * pool.height * pool.width; /* [height, width] */
        size_t won = winner(&pool, place / pool.columns, place % pool.columns, x, node->value[at]);
        winners = pmy_add_choice(winners, won);
    }
    return winners;
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    return pmy_pooling_sample(s, index, pmy_maxpool2d);
}

const pmy_op pmy_op_maxpool2d = {
    .name = "maxpool2d",
    .checks.formula = "y = max x over a window",
    .infer = pmy_pooling_infer,
    .forward = {{.run = forward}},
    .backward = {{.run = backward, .gives = 1}},
    .checks.choices = choices,
    .checks.sample = sample,
};

pmy_node *pmy_maxpool2d(pmy_graph *graph, pmy_node *x, pmy_window window)
{
    return pmy_append(graph, &pmy_op_maxpool2d, 1, &x, &window, sizeof window);
}
