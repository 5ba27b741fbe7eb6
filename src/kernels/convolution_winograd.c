/* Winograd's convolution F(4×4, 3×3) for stride 1: see winograd.h. With V = Bᵀ d B of each tile of x and
 * dM = A dy Aᵀ of each tile of dy, there is for each of the 36 points a small product over the channels,
 *
 *   M [tiles, out] = V [tiles, in] · U [in, out]
 *   dV [tiles, in] = dM [tiles, out] · Uᵀ [out, in]
 *   dU [in, out]  += Vᵀ [in, tiles] · dM [tiles, out]
 *
 * Channels lie in lanes throughout. Tiles are taken a few at a time, so that all of this stays in a
 * core's cache; the tiles of several images together, where an image has few. */
#include "kernels/channels_last.h"
#include "base/parts.h"
#include "kernels/convolution.h"
#include "kernels/lane_product.h"
#include "kernels/winograd.h"
#include "base/shape.h"

#include <string.h>

enum { KERNEL = PMY_WINOGRAD_KERNEL, TILE = PMY_WINOGRAD_TILE, SIDE = PMY_WINOGRAD_SIDE };
enum { POINTS = PMY_WINOGRAD_POINTS };

/* V and M of the tiles taken at a time may have this many numbers together, and an image that has fewer tiles
 * is taken with others. Both by measurement. */
enum { NUMBERS_AT_ONCE = 128 * 1024, FEWEST_TILES = 24, MOST_TILES = 48 };

/* Numbers between rows that must not all fall on the same lines of the cache. */
enum { APART = 16 };

/* --- Sizes ----------------------------------------------------------------- */

typedef struct plan {
    size_t in, out;                 /* rounded up to whole lanes */
    size_t tile_rows, tile_columns; /* of an image */
    size_t images;                  /* taken together */
    size_t block;                   /* tiles taken at a time */
    size_t v_point, m_point;        /* from a point's V, M to the next one's */
    size_t u_point, ut_point;       /* from a point's U or dU, Uᵀ to the next one's */
    pmy_channels_last x, y;
    size_t x_size, y_size; /* of such images */
} plan;

static size_t odd_lines(size_t numbers)
{
    return (numbers / APART | 1) * APART + APART * 2;
}

static plan plan_of(const pmy_convolution *c)
{
    plan p = {.in = pmy_lanes_round(c->in),
              .out = pmy_lanes_round(c->out),
              .tile_rows = pmy_parts(c->out_height, TILE),
              .tile_columns = pmy_parts(c->out_width, TILE)};
    size_t tiles = p.tile_rows * p.tile_columns;
    p.images = pmy_parts(FEWEST_TILES, tiles);
    size_t most = NUMBERS_AT_ONCE / (POINTS * (p.in + p.out));
    most = most < FEWEST_TILES ? FEWEST_TILES : pmy_at_most(most, MOST_TILES);
    p.block = pmy_parts(tiles * p.images, pmy_parts(tiles * p.images, most));
    p.v_point = odd_lines(p.block * p.in);
    p.m_point = odd_lines(p.block * p.out);
    p.u_point = odd_lines(c->in * p.out);
    p.ut_point = odd_lines(c->out * p.in);
    p.x = pmy_channels_last_of(c->in, c->height, c->width, c->window.padding, p.in);
    p.y = pmy_channels_last_of(c->out, c->out_height, c->out_width, 0, p.out);
    /* To whole tiles. */
    p.y.padded_height = p.tile_rows * TILE;
    p.y.padded_width = p.tile_columns * TILE;
    p.x.padded_height = p.y.padded_height + KERNEL - 1;
    p.x.padded_width = p.y.padded_width + KERNEL - 1;
    p.x_size = odd_lines(pmy_channels_last_size(&p.x));
    p.y_size = odd_lines(pmy_channels_last_size(&p.y));
    return p;
}

static bool fits(const pmy_convolution *c)
{
    return c->window.kernel == KERNEL && c->window.stride == 1;
}

static void measure(const pmy_convolution *c, pmy_convolution_memory *memory)
{
    plan p = plan_of(c);
    *memory = (pmy_convolution_memory){
        .forward_weight = POINTS * p.u_point,
        .backward_weight = POINTS * p.ut_point,
        .sum = POINTS * p.u_point,
        .scratch = POINTS * (p.v_point + p.m_point) + p.images * (2 * p.x_size + p.y_size),
        .images = p.images,
    };
}

/* A tile's place: its image, and its first pixel there. */
typedef struct tile_place {
    size_t image, row, column;
} tile_place;

static tile_place place_of(const plan *p, size_t tile)
{
    size_t in_image = tile % (p->tile_rows * p->tile_columns);
    return (tile_place){tile / (p->tile_rows * p->tile_columns), in_image / p->tile_columns * TILE,
                        in_image % p->tile_columns * TILE};
}

/* --- Tiles from images, images from tiles ---------------------------------- */

/* How far the rows and columns of a square of numbers are apart, of which each is PMY_LANES channels. */
typedef struct steps {
    size_t row, column;
} steps;

static steps tile_steps(const pmy_channels_last *form)
{
    return (steps){form->padded_width * form->pixel, form->pixel};
}

static size_t tile_offset(const pmy_channels_last *form, size_t size, tile_place place)
{
    steps in = tile_steps(form);
    return place.image * size + place.row * in.row + place.column * in.column;
}

static steps point_steps(size_t point)
{
    return (steps){SIDE * point, point};
}

/* A transform along one axis (winograd.h). */
typedef void transform(const pmy_lanes *from, pmy_lanes *to);

/* to[m, m] = T from[n, n] Tᵀ, or adds it, for all channels. */
PMY_INLINED void transform_both_sides(transform *t, size_t n, size_t m, const pmy_real *from, steps from_at,
                                      pmy_real *to, steps to_at, size_t channels, bool adds)
{
    for (size_t c = 0; c < channels; c += PMY_LANES) {
        pmy_lanes half[SIDE][SIDE];
        PMY_UNROLL
        for (size_t column = 0; column < n; column++) {
            pmy_lanes d[SIDE], turned[SIDE];
            PMY_UNROLL
            for (size_t row = 0; row < n; row++)
                pmy_lanes_read(&d[row], from + row * from_at.row + column * from_at.column + c);
            t(d, turned);
            PMY_UNROLL
            for (size_t row = 0; row < m; row++)
                half[row][column] = turned[row];
        }
        PMY_UNROLL
        for (size_t row = 0; row < m; row++) {
            pmy_lanes whole[SIDE];
            t(half[row], whole);
            PMY_UNROLL
            for (size_t column = 0; column < m; column++) {
                pmy_real *place = to + row * to_at.row + column * to_at.column + c;
                if (adds)
                    PMY_LANES_AT(place) += whole[column];
                else
                    PMY_LANES_AT(place) = whole[column];
            }
        }
    }
}

/* V = Bᵀ d B of one tile, from x's image. */
PMY_LANE_CLONES
static void pmy_winograd_tile_v(const pmy_real *x, steps x_at, size_t channels, pmy_real *v, size_t point)
{
    transform_both_sides(pmy_winograd_b, SIDE, SIDE, x, x_at, v, point_steps(point), channels, false);
}

/* y = Aᵀ m A of one tile, into y's image. */
PMY_LANE_CLONES
static void pmy_winograd_tile_y(const pmy_real *m, size_t point, size_t channels, pmy_real *y, steps y_at)
{
    transform_both_sides(pmy_winograd_a, SIDE, TILE, m, point_steps(point), y, y_at, channels, false);
}

/* dM = A dy Aᵀ of one tile, from dy's image. */
PMY_LANE_CLONES
static void pmy_winograd_tile_dm(const pmy_real *dy, steps dy_at, size_t channels, pmy_real *dm, size_t point)
{
    transform_both_sides(pmy_winograd_a_transposed, TILE, SIDE, dy, dy_at, dm, point_steps(point), channels,
                         false);
}

/* Adds B dv Bᵀ of one tile to dx's image, where tiles overlap. */
PMY_LANE_CLONES
static void pmy_winograd_tile_dx(const pmy_real *dv, size_t point, size_t channels, pmy_real *dx, steps dx_at)
{
    transform_both_sides(pmy_winograd_b_transposed, SIDE, SIDE, dv, point_steps(point), dx, dx_at, channels,
                         true);
}

/* --- Forward and backward -------------------------------------------------- */

/* The scratch of a call, cut up. */
typedef struct workspace {
    pmy_real *x, *y, *dx; /* [images, x_size or y_size] */
    pmy_real *v, *m;      /* [POINTS, block, in or out], in steps of v_point, m_point */
} workspace;

static workspace cut(const plan *p, pmy_real *scratch)
{
    workspace w = {.v = scratch};
    w.m = w.v + POINTS * p->v_point;
    w.x = w.m + POINTS * p->m_point;
    w.dx = w.x + p->images * p->x_size;
    w.y = w.dx + p->images * p->x_size;
    return w;
}

static void take_v(const plan *p, const workspace *w, size_t first, size_t end)
{
    for (size_t tile = first; tile < end; tile++)
        pmy_winograd_tile_v(w->x + tile_offset(&p->x, p->x_size, place_of(p, tile)), tile_steps(&p->x), p->in,
                            w->v + (tile - first) * p->in, p->v_point);
}

static void forward(const pmy_convolution *c, size_t images, const pmy_real *x, const pmy_real *u,
                    pmy_real *y, pmy_real *scratch)
{
    plan p = plan_of(c);
    workspace w = cut(&p, scratch);
    for (size_t n = 0; n < images; n++)
        pmy_channels_to_last(&p.x, x + n * pmy_convolution_x_size(c), w.x + n * p.x_size);
    size_t tiles = images * p.tile_rows * p.tile_columns;
    for (size_t first = 0, end; first < tiles; first = end) {
        end = pmy_at_most(first + p.block, tiles);
        take_v(&p, &w, first, end);
        for (size_t point = 0; point < POINTS; point++)
            pmy_lane_gemm(PMY_PLAIN, end - first, p.out, c->in, w.v + point * p.v_point, p.in,
                          u + point * p.u_point, p.out, w.m + point * p.m_point, p.out);
        for (size_t tile = first; tile < end; tile++)
            pmy_winograd_tile_y(w.m + (tile - first) * p.out, p.m_point, p.out,
                                w.y + tile_offset(&p.y, p.y_size, place_of(&p, tile)), tile_steps(&p.y));
    }
    for (size_t n = 0; n < images; n++)
        pmy_channels_from_last(&p.y, w.y + n * p.y_size, false, y + n * pmy_convolution_y_size(c));
}

/* dU += Vᵀ dM */
static void add_to_sum(const pmy_convolution *c, const plan *p, const workspace *w, size_t tiles,
                       pmy_real *sum /* [POINTS, in, out], in steps of u_point */)
{
    for (size_t point = 0; point < POINTS; point++)
        pmy_lane_multiply(&(pmy_lane_product){.rows = c->in,
                                              .columns = p->out,
                                              .segments = 1,
                                              .depth = tiles,
                                              .a = {w->v + point * p->v_point, .row = 1, .step = p->in},
                                              .b = {w->m + point * p->m_point, .row = p->out},
                                              .c = {sum + point * p->u_point, p->out},
                                              .accumulate = true});
}

/* dV = dM Uᵀ, and from there to dx; V's room is dV's. */
static void add_to_dx(const pmy_convolution *c, const plan *p, const workspace *w, size_t first, size_t end,
                      const pmy_real *u /* [POINTS, out, in], in steps of ut_point */)
{
    for (size_t point = 0; point < POINTS; point++)
        pmy_lane_gemm(PMY_PLAIN, end - first, p->in, c->out, w->m + point * p->m_point, p->out,
                      u + point * p->ut_point, p->in, w->v + point * p->v_point, p->in);
    for (size_t tile = first; tile < end; tile++)
        pmy_winograd_tile_dx(w->v + (tile - first) * p->in, p->v_point, p->in,
                             w->dx + tile_offset(&p->x, p->x_size, place_of(p, tile)), tile_steps(&p->x));
}

static void backward(const pmy_convolution *c, size_t images, const pmy_real *x, const pmy_real *dy,
                     const pmy_real *u, bool accumulate, pmy_real *dx, pmy_real *sum, pmy_real *scratch)
{
    plan p = plan_of(c);
    workspace w = cut(&p, scratch);
    for (size_t n = 0; n < images; n++) {
        pmy_channels_to_last(&p.y, dy + n * pmy_convolution_y_size(c), w.y + n * p.y_size);
        if (sum)
            pmy_channels_to_last(&p.x, x + n * pmy_convolution_x_size(c), w.x + n * p.x_size);
    }
    if (dx)
        memset(w.dx, 0, images * p.x_size * sizeof *w.dx);
    size_t tiles = images * p.tile_rows * p.tile_columns;
    for (size_t first = 0, end; first < tiles; first = end) {
        end = pmy_at_most(first + p.block, tiles);
        for (size_t tile = first; tile < end; tile++)
            pmy_winograd_tile_dm(w.y + tile_offset(&p.y, p.y_size, place_of(&p, tile)), tile_steps(&p.y),
                                 p.out, w.m + (tile - first) * p.out, p.m_point);
        if (sum) {
            take_v(&p, &w, first, end);
            add_to_sum(c, &p, &w, end - first, sum);
        }
        if (dx)
            add_to_dx(c, &p, &w, first, end, u);
    }
    for (size_t n = 0; dx && n < images; n++)
        pmy_channels_from_last(&p.x, w.dx + n * p.x_size, accumulate, dx + n * pmy_convolution_x_size(c));
}

/* --- Weights --------------------------------------------------------------- */

/* U = G g Gᵀ of the kernels of `lanes` channels, each `lane` after the one before. */
PMY_INLINED void turn_kernels(const pmy_real *g, size_t lane, size_t lanes, pmy_real *u, size_t point)
{
    pmy_real taps[KERNEL * KERNEL * PMY_LANES] = {0};
    for (size_t at = 0; at < KERNEL * KERNEL; at++)
        for (size_t l = 0; l < lanes; l++)
            taps[at * PMY_LANES + l] = g[l * lane + at];
    steps tap = {KERNEL * PMY_LANES, PMY_LANES};
    transform_both_sides(pmy_winograd_g, KERNEL, SIDE, taps, tap, u, point_steps(point), PMY_LANES, false);
}

/* Kernels of channels by `columns` channels, at distances `row` and `column` in the weight, to
 * [POINTS, rows, columns rounded] in steps of `point`; rows first … end − 1. */
PMY_LANE_CLONES
static void pmy_winograd_turn_weight(const pmy_real *weight, size_t row, size_t columns, size_t column,
                                     size_t first, size_t end, pmy_real *u, size_t point)
{
    size_t width = pmy_lanes_round(columns);
    for (size_t r = first; r < end; r++)
        for (size_t from = 0; from < columns; from += PMY_LANES)
            turn_kernels(weight + r * row + from * column, column, pmy_at_most(columns - from, PMY_LANES),
                         u + r * width + from, point);
}

static void prepare_forward(const pmy_convolution *c, size_t tile, const pmy_real *weight, pmy_real *u)
{
    size_t first = c->in * tile / PMY_CONVOLUTION_TILES, end = c->in * (tile + 1) / PMY_CONVOLUTION_TILES;
    pmy_winograd_turn_weight(weight, KERNEL * KERNEL, c->out, c->in * KERNEL * KERNEL, first, end, u,
                             plan_of(c).u_point);
}

static void prepare_backward(const pmy_convolution *c, size_t tile, const pmy_real *weight, pmy_real *u)
{
    size_t first = c->out * tile / PMY_CONVOLUTION_TILES, end = c->out * (tile + 1) / PMY_CONVOLUTION_TILES;
    pmy_winograd_turn_weight(weight, c->in * KERNEL * KERNEL, c->in, KERNEL * KERNEL, first, end, u,
                             plan_of(c).ut_point);
}

/* dW = Gᵀ dU G, in rows [kernel, kernel, in, out rounded] */
PMY_LANE_CLONES
static void pmy_winograd_reduce(const pmy_convolution *c, const pmy_real *sum, pmy_real *rows)
{
    size_t size = c->in * pmy_lanes_round(c->out), point = plan_of(c).u_point;
    steps row = {KERNEL * size, size};
    transform_both_sides(pmy_winograd_g_transposed, SIDE, KERNEL, sum, point_steps(point), rows, row, size,
                         false);
}

const pmy_convolution_algorithm pmy_winograd_convolution = {
    .name = "winograd",
    .fits = fits,
    .measure = measure,
    .prepare_forward = prepare_forward,
    .prepare_backward = prepare_backward,
    .forward = forward,
    .backward = backward,
    .reduce = pmy_winograd_reduce,
};
