/* Convolution without another form of the sums: with channels last, the window's row u at one position of y
 * is kernel·in numbers side by side, and so is that of the next position, stride·in numbers further. A row of
 * y's positions times the weights is then a product of matrices whose rows overlap, and nothing is unrolled:
 *
 *   y [positions, out]            = Σ_u X_u [positions, kernel·in] · W_u [kernel·in, out]
 *   dW_u [kernel·in, out]        += X_uᵀ [kernel·in, positions] · dy [positions, out]
 *   dX_u [positions, kernel·in]   = dy [positions, out] · W_uᵀ [out, kernel·in], added where rows overlap */
#include "kernels/channels_last.h"
#include "base/parts.h"
#include "kernels/convolution.h"
#include "kernels/lane_product.h"

#include <string.h>

/* As many positions are taken at a time as give about so many numbers of dX_u. */
enum { NUMBERS_AT_ONCE = 8192 };

typedef struct plan {
    size_t taps;   /* in a window's row */
    size_t stride; /* from a position of y to the next, in numbers of x */
    size_t row;    /* from a row of x to the next */
    size_t out;    /* rounded up to whole lanes */
    pmy_channels_last x, y;
    size_t x_size, y_size;
} plan;

static plan plan_of(const pmy_convolution *c)
{
    plan p = {.out = pmy_lanes_round(c->out)};
    p.x = pmy_channels_last_of(c->in, c->height, c->width, c->window.padding, c->in);
    p.y = pmy_channels_last_of(c->out, c->out_height, c->out_width, 0, p.out);
    p.taps = c->window.kernel * c->in;
    p.stride = c->window.stride * c->in;
    p.row = p.x.padded_width * c->in;
    p.x_size = pmy_lanes_round(pmy_channels_last_size(&p.x));
    p.y_size = pmy_lanes_round(pmy_channels_last_size(&p.y));
    return p;
}

/* Rows of y whose positions are taken at a time for dx. */
static size_t rows_at_once(const pmy_convolution *c)
{
    size_t rows = NUMBERS_AT_ONCE / (c->out_width * pmy_lanes_round(c->window.kernel * c->in));
    return rows < 1 ? 1 : pmy_at_most(rows, c->out_height);
}

static bool fits(const pmy_convolution *c)
{
    (void)c;
    return true;
}

static void measure(const pmy_convolution *c, pmy_convolution_memory *memory)
{
    plan p = plan_of(c);
    size_t taps = pmy_lanes_round(p.taps);
    *memory = (pmy_convolution_memory){
        .forward_weight = pmy_convolution_rows_size(c),
        .backward_weight = c->window.kernel * c->out * taps,
        .scratch = p.x_size + p.y_size + rows_at_once(c) * c->out_width * taps,
        .images = 1,
    };
}

/* --- Forward --------------------------------------------------------------- */

static void forward(const pmy_convolution *c, size_t images, const pmy_real *x, const pmy_real *weight,
                    pmy_real *y, pmy_real *scratch)
{
    plan p = plan_of(c);
    pmy_real *image = scratch, *y_image = scratch + p.x_size;
    for (size_t n = 0; n < images; n++) {
        pmy_channels_to_last(&p.x, x + n * pmy_convolution_x_size(c), image);
        for (size_t r = 0; r < c->out_height; r++)
            pmy_lane_multiply(&(pmy_lane_product){
                .rows = c->out_width,
                .columns = p.out,
                .segments = c->window.kernel,
                .depth = p.taps,
                .a = {image + r * c->window.stride * p.row, .segment = p.row, .row = p.stride, .step = 1},
                .b = {weight, .segment = p.taps * p.out, .row = p.out},
                .c = {y_image + r * c->out_width * p.out, p.out}});
        pmy_channels_from_last(&p.y, y_image, false, y + n * pmy_convolution_y_size(c));
    }
}

/* --- Backward -------------------------------------------------------------- */

static void add_to_sum(const pmy_convolution *c, const pmy_real *x, const pmy_real *dy_image,
                       pmy_real *sum /* dW's rows */, pmy_real *image)
{
    plan p = plan_of(c);
    pmy_channels_to_last(&p.x, x, image);
    for (size_t u = 0; u < c->window.kernel; u++)
        pmy_lane_multiply(&(pmy_lane_product){
            .rows = p.taps,
            .columns = p.out,
            .segments = c->out_height,
            .depth = c->out_width,
            .a = {image + u * p.row, .segment = c->window.stride * p.row, .row = 1, .step = p.stride},
            .b = {dy_image, .segment = c->out_width * p.out, .row = p.out},
            .c = {sum + u * p.taps * p.out, p.out},
            .accumulate = true});
}

/* Adds dX_u's rows, of the positions in `rows` rows of y, to where in dx they come from. Positions that
 * overlap are not taken one after the other: the processor would have to wait for the sums it just wrote. */
PMY_LANE_CLONES
static void pmy_direct_overlap(const pmy_convolution *c, const plan *p, size_t rows, const pmy_real *dx_u,
                               pmy_real *dx)
{
    size_t taps = pmy_lanes_round(p->taps), apart = c->window.kernel / c->window.stride + 2;
    for (size_t first = 0; first < apart; first++)
        for (size_t r = 0; r < rows; r++)
            for (size_t s = first; s < c->out_width; s += apart) {
                const pmy_real *from = dx_u + (r * c->out_width + s) * taps;
                pmy_real *to = dx + r * c->window.stride * p->row + s * p->stride;
                for (size_t tap = 0; tap < taps; tap += PMY_LANES)
                    PMY_LANES_AT(to + tap) += PMY_LANES_AT(from + tap);
            }
}

static void add_to_dx(const pmy_convolution *c, const pmy_real *dy_image,
                      const pmy_real *weight /* [kernel, out, taps rounded] */, bool accumulate, pmy_real *dx,
                      pmy_real *dx_image)
{
    plan p = plan_of(c);
    size_t taps = pmy_lanes_round(p.taps);
    pmy_real *dx_u = dx_image + p.x_size; /* [rows·out_width, taps] */
    memset(dx_image, 0, p.x_size * sizeof *dx_image);
    for (size_t r = 0, rows; r < c->out_height; r += rows) {
        rows = pmy_at_most(rows_at_once(c), c->out_height - r);
        for (size_t u = 0; u < c->window.kernel; u++) {
            pmy_lane_gemm(PMY_PLAIN, rows * c->out_width, taps, c->out, dy_image + r * c->out_width * p.out,
                          p.out, weight + u * c->out * taps, taps, dx_u, taps);
            pmy_direct_overlap(c, &p, rows, dx_u, dx_image + r * c->window.stride * p.row + u * p.row);
        }
    }
    pmy_channels_from_last(&p.x, dx_image, accumulate, dx);
}

static void backward(const pmy_convolution *c, size_t images, const pmy_real *x, const pmy_real *dy,
                     const pmy_real *weight, bool accumulate, pmy_real *dx, pmy_real *sum, pmy_real *scratch)
{
    plan p = plan_of(c);
    size_t x_size = pmy_convolution_x_size(c);
    pmy_real *dy_image = scratch, *room = scratch + p.y_size;
    for (size_t n = 0; n < images; n++) {
        pmy_channels_to_last(&p.y, dy + n * pmy_convolution_y_size(c), dy_image);
        if (sum)
            add_to_sum(c, x + n * x_size, dy_image, sum, room);
        if (dx)
            add_to_dx(c, dy_image, weight, accumulate, dx + n * x_size, room);
    }
}

/* --- Weights --------------------------------------------------------------- */

static void prepare_forward(const pmy_convolution *c, size_t tile, const pmy_real *weight,
                            pmy_real *prepared /* [kernel, kernel, in, out rounded] */)
{
    size_t rows = c->in * c->window.kernel * c->window.kernel, out = pmy_lanes_round(c->out);
    size_t end = rows * (tile + 1) / PMY_CONVOLUTION_TILES;
    for (size_t row = rows * tile / PMY_CONVOLUTION_TILES; row < end; row++)
        for (size_t o = 0; o < out; o++)
            prepared[row * out + o] = o < c->out ? weight[o * rows + pmy_convolution_row(c, row)] : 0;
}

static void prepare_backward(const pmy_convolution *c, size_t tile, const pmy_real *weight,
                             pmy_real *prepared /* [kernel, out, taps rounded] */)
{
    size_t kernel = c->window.kernel, taps = kernel * c->in, taps_lanes = pmy_lanes_round(taps);
    size_t rows = kernel * c->out, end = rows * (tile + 1) / PMY_CONVOLUTION_TILES;
    for (size_t row = rows * tile / PMY_CONVOLUTION_TILES; row < end; row++)
        for (size_t tap = 0; tap < taps_lanes; tap++) {
            size_t u = row / c->out, o = row % c->out, v = tap / c->in, i = tap % c->in;
            prepared[row * taps_lanes + tap] =
                tap < taps ? weight[((o * c->in + i) * kernel + u) * kernel + v] : 0;
        }
}

const pmy_convolution_algorithm pmy_direct_convolution = {
    .name = "direct",
    .fits = fits,
    .measure = measure,
    .prepare_forward = prepare_forward,
    .prepare_backward = prepare_backward,
    .forward = forward,
    .backward = backward,
};
