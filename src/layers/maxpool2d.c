/* maxpool2d: y = max of x over a window; dx = Σ dy over the windows that x won. */
#include "layers/maxpool2d.h"

#include "layers/pooling.h"
#include "tensor/ops/ops.h"
#include "tensor/simd.h"

#include <string.h>

/* A winner's row and column in its window: row · WINDOW_ROW + column. */
enum { WINDOW_ROW = 256 };
typedef uint16_t place_in_window;

typedef struct maxpool2d_saved {
    place_in_window *winner; /* [batch, channels, rows, columns] */
} maxpool2d_saved;

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    pmy_status status = pmy_pooling_infer(node, error);
    if (status != PMY_OK)
        return status;
    if (pmy_pooling_of(node).window.kernel > WINDOW_ROW)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a kernel of more than %d", WINDOW_ROW);
    maxpool2d_saved *saved = pmy_take(node, 1, sizeof *saved);
    node->saved = saved;
    if (!saved || !(saved->winner = pmy_take(node, pmy_shape_size(node->shape), sizeof *saved->winner)))
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for what backward needs");
    return PMY_OK;
}

/* Whether b wins over an earlier a. */
static inline bool wins(pmy_real b, pmy_real a)
{
    return b > a || pmy_is_nan(b);
}

/* --- Windows of 2 by 2 side by side --------------------------------------- */

static bool is_halving(const pmy_node *node)
{
    pmy_window window = pmy_pooling_of(node).window;
    return window.kernel == 2 && window.stride == 2 && window.padding == 0;
}

PMY_CLONES
static void pmy_maxpool_halve(const pmy_pooling *pool, const pmy_real *x, pmy_real *y,
                              place_in_window *winner)
{
    for (size_t row = 0; row < pool->rows; row++) {
        const pmy_real *upper = x + 2 * row * pool->width, *lower = upper + pool->width; /* [width] */
        pmy_real *to = y + row * pool->columns;                                          /* [columns] */
        place_in_window *won = winner + row * pool->columns;                             /* [columns] */
        for (size_t j = 0; j < pool->columns; j++) {
            pmy_real a = upper[2 * j], b = upper[2 * j + 1], c = lower[2 * j], d = lower[2 * j + 1];
            bool b_wins = wins(b, a), d_wins = wins(d, c);
            pmy_real above = b_wins ? b : a, below = d_wins ? d : c;
            bool below_wins = wins(below, above);
            to[j] = below_wins ? below : above;
            won[j] = (place_in_window)(below_wins ? WINDOW_ROW + d_wins : b_wins);
        }
    }
}

PMY_CLONES
static void pmy_maxpool_unhalve(const pmy_pooling *pool, const place_in_window *winner, const pmy_real *dy,
                                pmy_real *dx, bool accumulate)
{
    for (size_t row = 0; row < pool->rows; row++) {
        pmy_real *upper = dx + 2 * row * pool->width, *lower = upper + pool->width; /* [width] */
        const pmy_real *from = dy + row * pool->columns;                            /* [columns] */
        const place_in_window *won = winner + row * pool->columns;                  /* [columns] */
        for (size_t j = 0; j < pool->columns; j++) {
            pmy_put(&upper[2 * j], won[j] == 0 ? from[j] : 0, accumulate);
            pmy_put(&upper[2 * j + 1], won[j] == 1 ? from[j] : 0, accumulate);
            pmy_put(&lower[2 * j], won[j] == WINDOW_ROW ? from[j] : 0, accumulate);
            pmy_put(&lower[2 * j + 1], won[j] == WINDOW_ROW + 1 ? from[j] : 0, accumulate);
        }
        if (!accumulate && pool->width % 2)
            upper[pool->width - 1] = lower[pool->width - 1] = 0;
    }
    if (!accumulate && pool->height % 2)
        memset(dx + 2 * pool->rows * pool->width, 0, pool->width * sizeof *dx);
}

/* --- Any window ----------------------------------------------------------- */

static void pool_window(const pmy_pooling *pool, size_t row, size_t column, const pmy_real *x, pmy_real *y,
                        place_in_window *winner)
{
    pmy_window window = pool->window;
    pmy_span rows = pmy_window_inside(window, row, pool->height);
    pmy_span columns = pmy_window_inside(window, column, pool->width);
    size_t best_row = rows.begin, best_column = columns.begin;
    for (size_t i = rows.begin; i < rows.end; i++)
        for (size_t j = columns.begin; j < columns.end; j++)
            if (wins(x[i * pool->width + j], x[best_row * pool->width + best_column]))
                best_row = i, best_column = j;
    size_t down = best_row + window.padding - row * window.stride;
    size_t across = best_column + window.padding - column * window.stride;
    *y = x[best_row * pool->width + best_column];
    *winner = (place_in_window)(down * WINDOW_ROW + across);
}

static void pool_plane(const pmy_pooling *pool, const pmy_real *x, pmy_real *y, place_in_window *winner)
{
    for (size_t row = 0; row < pool->rows; row++)
        for (size_t column = 0; column < pool->columns; column++) {
            size_t at = row * pool->columns + column;
            pool_window(pool, row, column, x, &y[at], &winner[at]);
        }
}

static void unpool_plane(const pmy_pooling *pool, const place_in_window *winner, const pmy_real *dy,
                         pmy_real *dx, bool accumulate)
{
    pmy_window window = pool->window;
    if (!accumulate)
        memset(dx, 0, pool->height * pool->width * sizeof *dx);
    for (size_t row = 0; row < pool->rows; row++)
        for (size_t column = 0; column < pool->columns; column++) {
            size_t at = row * pool->columns + column;
            size_t i = row * window.stride + winner[at] / WINDOW_ROW - window.padding;
            size_t j = column * window.stride + winner[at] % WINDOW_ROW - window.padding;
            dx[i * pool->width + j] += dy[at];
        }
}

/* --- The op -------------------------------------------------------------- */

static void forward(const pmy_node *node, pmy_piece piece)
{
    const maxpool2d_saved *saved = node->saved;
    pmy_pooling pool = pmy_pooling_of(node);
    size_t x_plane = pool.height * pool.width, y_plane = pool.rows * pool.columns;
    bool halving = is_halving(node);
    for (size_t plane = piece.begin * pool.channels; plane < piece.end * pool.channels; plane++) {
        const pmy_real *x = node->input[0]->value + plane * x_plane; /* [height, width] */
        pmy_real *y = node->value + plane * y_plane;                 /* [rows, columns] */
        place_in_window *winner = saved->winner + plane * y_plane;   /* [rows, columns] */
        if (halving)
            pmy_maxpool_halve(&pool, x, y, winner);
        else
            pool_plane(&pool, x, y, winner);
    }
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    const maxpool2d_saved *saved = node->saved;
    pmy_pooling pool = pmy_pooling_of(node);
    size_t x_plane = pool.height * pool.width, y_plane = pool.rows * pool.columns;
    bool halving = is_halving(node), accumulate = pmy_accumulates(node, 0);
    for (size_t plane = piece.begin * pool.channels; plane < piece.end * pool.channels; plane++) {
        const place_in_window *winner = saved->winner + plane * y_plane; /* [rows, columns] */
        const pmy_real *dy = node->gradient + plane * y_plane;           /* [rows, columns] */
        pmy_real *dx = node->input[0]->gradient + plane * x_plane;       /* [height, width] */
        if (halving)
            pmy_maxpool_unhalve(&pool, winner, dy, dx, accumulate);
        else
            unpool_plane(&pool, winner, dy, dx, accumulate);
    }
}

static uint64_t choices(const pmy_node *node)
{
    const maxpool2d_saved *saved = node->saved;
    /* FNV-1a over the winners. */
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < pmy_shape_size(node->shape); i++)
        hash = (hash ^ saved->winner[i]) * 0x100000001b3u;
    return hash;
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        size_t batch, channels, height, width;
        pmy_window window;
    } instance[] = {
        {NULL, 3, 2, 4, 6, {2, 2, 0}},
        {"odd sizes", 2, 3, 5, 7, {2, 2, 0}},
        {"wide", 2, 1, 3, 71, {2, 2, 0}},
        {"used twice", 3, 2, 5, 5, {2, 2, 0}},
        {"windows overlap, padded", 2, 2, 6, 5, {3, 2, 1}},
        {"windows overlap, used twice", 2, 2, 5, 4, {3, 1, 0}},
        {"gaps between windows", 2, 2, 7, 8, {2, 3, 1}},
        {"one number", 2, 3, 1, 1, {1, 1, 0}},
        {"the kernel as large as the picture", 3, 2, 5, 5, {5, 5, 0}},
    };
    if (index >= sizeof instance / sizeof *instance)
        return NULL;
    s->note = instance[index].note;
    pmy_shape shape = PMY_SHAPE(instance[index].batch, instance[index].channels, instance[index].height,
                                instance[index].width);
    pmy_node *x = pmy_sample_input(s, shape, -1, 1);
    pmy_node *y = pmy_maxpool2d(s->graph, x, instance[index].window);
    if (index != 3 && index != 5)
        return y;
    return pmy_add(s->graph, y, pmy_maxpool2d(s->graph, x, instance[index].window));
}

const pmy_op pmy_op_maxpool2d = {
    .name = "maxpool2d",
    .formula = "y = max x over a window",
    .infer = infer,
    .forward = {{.run = forward}},
    .backward = {{.run = backward, .gives = 1}},
    .choices = choices,
    .sample = sample,
};

pmy_node *pmy_maxpool2d(pmy_graph *graph, pmy_node *x, pmy_window window)
{
    return pmy_append(graph, &pmy_op_maxpool2d, 1, &x, &window, sizeof window);
}
