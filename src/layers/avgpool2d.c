/* avgpool2d: y = Σ x/kernel² over a window; dx = Σ dy/kernel² over the windows that x is in. */
#include "layers/avgpool2d.h"

#include "layers/pooling.h"
#include "base/simd.h"

#include <string.h>

static pmy_real share_of(pmy_window window)
{
    pmy_real kernel = (pmy_real)window.kernel;
    return 1 / (kernel * kernel);
}

/* `sums` [width] is scratch: sums of columns as high as the window. */
PMY_CLONES
static void pmy_avgpool_plane(const pmy_pooling *pool, const pmy_real *x, pmy_real *sums, pmy_real *y)
{
    pmy_real share = share_of(pool->window);
    for (size_t row = 0; row < pool->rows; row++) {
        pmy_covered rows = pmy_window_inside(pool->window, row, pool->height);
        memcpy(sums, x + rows.begin * pool->width, pool->width * sizeof *sums);
        for (size_t i = rows.begin + 1; i < rows.end; i++)
            for (size_t j = 0; j < pool->width; j++)
                sums[j] += x[i * pool->width + j];
        for (size_t column = 0; column < pool->columns; column++) {
            pmy_covered columns = pmy_window_inside(pool->window, column, pool->width);
            pmy_real sum = 0;
            for (size_t j = columns.begin; j < columns.end; j++)
                sum += sums[j];
            y[row * pool->columns + column] = sum * share;
        }
    }
}

/* `spread` [width] is scratch: what each row of a window gets. */
PMY_CLONES
static void pmy_avgpool_plane_backward(const pmy_pooling *pool, const pmy_real *dy, pmy_real *spread,
                                       pmy_real *dx)
{
    pmy_real share = share_of(pool->window);
    for (size_t row = 0; row < pool->rows; row++) {
        memset(spread, 0, pool->width * sizeof *spread);
        for (size_t column = 0; column < pool->columns; column++) {
            pmy_covered columns = pmy_window_inside(pool->window, column, pool->width);
            for (size_t j = columns.begin; j < columns.end; j++)
                spread[j] += dy[row * pool->columns + column] * share;
        }
        pmy_covered rows = pmy_window_inside(pool->window, row, pool->height);
        for (size_t i = rows.begin; i < rows.end; i++)
            for (size_t j = 0; j < pool->width; j++)
                dx[i * pool->width + j] += spread[j];
    }
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    pmy_pooling pool = pmy_pooling_of(node);
    size_t x_plane = pool.height * pool.width, y_plane = pool.rows * pool.columns;
    for (size_t plane = piece.begin * pool.channels; plane < piece.end * pool.channels; plane++) {
        const pmy_real *x = node->input[0]->value + plane * x_plane; /* [height, width] */
        pmy_avgpool_plane(&pool, x, piece.scratch, node->value + plane * y_plane);
    }
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    pmy_pooling pool = pmy_pooling_of(node);
    size_t x_plane = pool.height * pool.width, y_plane = pool.rows * pool.columns;
    for (size_t plane = piece.begin * pool.channels; plane < piece.end * pool.channels; plane++) {
        const pmy_real *dy = node->gradient + plane * y_plane;     /* [rows, columns] */
        pmy_real *dx = node->input[0]->gradient + plane * x_plane; /* [height, width] */
        if (!pmy_accumulates(node, 0))
            memset(dx, 0, x_plane * sizeof *dx);
        pmy_avgpool_plane_backward(&pool, dy, piece.scratch, dx);
    }
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    return pmy_pooling_sample(s, index, pmy_avgpool2d);
}

const pmy_op pmy_op_avgpool2d = {
    .name = "avgpool2d",
    .checks.formula = "y = mean x over a window",
    .infer = pmy_pooling_infer,
    .forward = {{.run = forward}},
    .backward = {{.run = backward, .gives = 1}},
    .checks.sample = sample,
};

pmy_node *pmy_avgpool2d(pmy_graph *graph, pmy_node *x, pmy_window window)
{
    return pmy_append(graph, &pmy_op_avgpool2d, 1, &x, &window, sizeof window);
}
