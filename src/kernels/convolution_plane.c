/* Convolution of images of one channel, in lanes of numbers that are neighbours in the image, so that nothing
 * is turned to channels last. The padded image is a plane with rows of `row` numbers one after the other.
 *
 * Forward with stride 1: were y's rows as long as the plane's, all of y's positions, one after the other,
 * would be one row of a product whose other factor overlaps itself:
 *
 *   y [out, positions]   = Σ_u W_u [out, kernel] · X_u [kernel, positions],  X_u[v, q] = x[u·row + v + q]
 *
 * For dW the numbers below one another that are in a window are laid side by side (folded), so that a window
 * is one row of kernel·kernel numbers:
 *
 *   dW [out, kernel·kernel] += dy [out, positions] · F [positions, kernel·kernel]
 *
 * Forward with a larger stride or a kernel that is large for the image, and dx, which a first layer rarely
 * needs, go by the direct algorithm. */
#include "kernels/convolution.h"
#include "kernels/lane_product.h"

#include <string.h>

typedef struct plan {
    size_t row;                     /* of the plane */
    size_t positions;               /* of y, in rows as long as the plane's, rounded up to whole lanes */
    size_t plane_size, folded_size; /* with what is read, but not used, after the end */
    size_t taps;                    /* kernel·kernel, rounded up to whole lanes */
} plan;

static plan plan_of(const pmy_convolution *c)
{
    size_t kernel = c->window.kernel, padding = c->window.padding;
    plan p = {.row = c->width + 2 * padding, .taps = pmy_lanes_round(kernel * kernel)};
    p.positions = pmy_lanes_round(c->out_height * p.row);
    p.plane_size = pmy_lanes_round((c->height + 2 * padding) * p.row + kernel + PMY_LANES);
    p.folded_size = pmy_lanes_round(c->out_height * p.row * kernel + p.taps);
    return p;
}

static bool fits(const pmy_convolution *c)
{
    return c->in == 1;
}

/* Whether forward goes by this algorithm: what is computed after the end of y's rows is then thrown away, and
 * must not be too much. */
static bool slides(const pmy_convolution *c)
{
    return c->window.stride == 1 && 2 * plan_of(c).row <= 3 * c->out_width;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void measure(const pmy_convolution *c, pmy_convolution_memory *memory)
{
    plan p = plan_of(c);
    pmy_direct_convolution.measure(c, memory);
    if (slides(c))
        memory->forward_weight = pmy_convolution_weight_size(c);
    memory->sum = c->out * p.taps;
    memory->scratch =
        larger(memory->scratch, p.plane_size + larger(slides(c) ? c->out * p.positions : 0, p.folded_size));
}

/* The image with zeros around it, and after it. */
static void pad(const pmy_convolution *c, const plan *p, const pmy_real *x, pmy_real *plane)
{
    size_t padding = c->window.padding;
    memset(plane, 0, p->plane_size * sizeof *plane);
    for (size_t r = 0; r < c->height; r++)
        memcpy(plane + (padding + r) * p->row + padding, x + r * c->width, c->width * sizeof *x);
}

/* --- Forward --------------------------------------------------------------- */

/* The first `width` numbers of each row. */
static void cut_rows(size_t rows, size_t row, size_t width, const pmy_real *from, pmy_real *to)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t s = 0; s < width; s++)
            to[r * width + s] = from[r * row + s];
}

static void slide(const pmy_convolution *c, size_t images, const pmy_real *x,
                  const pmy_real *weight /* [out, kernel, kernel] */, pmy_real *y, pmy_real *scratch)
{
    plan p = plan_of(c);
    size_t kernel = c->window.kernel, size = c->out_height * c->out_width;
    pmy_real *plane = scratch, *rows = scratch + p.plane_size; /* [out, positions] */
    for (size_t n = 0; n < images; n++) {
        pad(c, &p, x + n * pmy_convolution_x_size(c), plane);
        pmy_lane_multiply(
            &(pmy_lane_product){.rows = c->out,
                                .columns = p.positions,
                                .segments = kernel,
                                .depth = kernel,
                                .a = {weight, .segment = kernel, .row = kernel * kernel, .step = 1},
                                .b = {plane, .segment = p.row, .row = 1},
                                .c = {rows, p.positions}});
        for (size_t o = 0; o < c->out; o++)
            cut_rows(c->out_height, p.row, c->out_width, rows + o * p.positions, y + (n * c->out + o) * size);
    }
}

static void forward(const pmy_convolution *c, size_t images, const pmy_real *x, const pmy_real *weight,
                    pmy_real *y, pmy_real *scratch)
{
    if (slides(c))
        slide(c, images, x, weight, y, scratch);
    else
        pmy_direct_convolution.forward(c, images, x, weight, y, scratch);
}

/* --- Backward -------------------------------------------------------------- */

/* Number u of column s in row r: the plane's s in the row that is u below stride·r. */
static void fold(const pmy_convolution *c, const plan *p, const pmy_real *plane, pmy_real *folded)
{
    size_t kernel = c->window.kernel;
    for (size_t r = 0; r < c->out_height; r++)
        for (size_t u = 0; u < kernel; u++)
            for (size_t s = 0; s < p->row; s++)
                folded[(r * p->row + s) * kernel + u] = plane[(r * c->window.stride + u) * p->row + s];
    size_t end = c->out_height * p->row * kernel;
    memset(folded + end, 0, (p->folded_size - end) * sizeof *folded);
}

static void add_to_sum(const pmy_convolution *c, const pmy_real *x, const pmy_real *dy,
                       pmy_real *sum /* [out, taps] */, pmy_real *scratch)
{
    plan p = plan_of(c);
    size_t kernel = c->window.kernel;
    pmy_real *plane = scratch, *folded = scratch + p.plane_size; /* [out_height, row, kernel] */
    pad(c, &p, x, plane);
    fold(c, &p, plane, folded);
    pmy_lane_multiply(&(pmy_lane_product){
        .rows = c->out,
        .columns = p.taps,
        .segments = c->out_height,
        .depth = c->out_width,
        .a = {dy, .segment = c->out_width, .row = c->out_height * c->out_width, .step = 1},
        .b = {folded, .segment = p.row * kernel, .row = c->window.stride * kernel},
        .c = {sum, p.taps},
        .accumulate = true});
}

static void backward(const pmy_convolution *c, size_t images, const pmy_real *x, const pmy_real *dy,
                     const pmy_real *weight, bool accumulate, pmy_real *dx, pmy_real *sum, pmy_real *scratch)
{
    for (size_t n = 0; sum && n < images; n++)
        add_to_sum(c, x + n * pmy_convolution_x_size(c), dy + n * pmy_convolution_y_size(c), sum, scratch);
    if (dx)
        pmy_direct_convolution.backward(c, images, x, dy, weight, accumulate, dx, NULL, scratch);
}

/* --- Weights --------------------------------------------------------------- */

static void prepare_forward(const pmy_convolution *c, size_t tile, const pmy_real *weight, pmy_real *prepared)
{
    if (!slides(c)) {
        pmy_direct_convolution.prepare_forward(c, tile, weight, prepared);
        return;
    }
    size_t size = pmy_convolution_weight_size(c), first = size * tile / PMY_CONVOLUTION_TILES;
    size_t end = size * (tile + 1) / PMY_CONVOLUTION_TILES;
    memcpy(prepared + first, weight + first, (end - first) * sizeof *weight);
}

static void prepare_backward(const pmy_convolution *c, size_t tile, const pmy_real *weight,
                             pmy_real *prepared)
{
    pmy_direct_convolution.prepare_backward(c, tile, weight, prepared);
}

/* A folded window is turned: its number v·kernel + u is the kernel's u·kernel + v. */
static void reduce(const pmy_convolution *c, const pmy_real *sum,
                   pmy_real *rows /* [kernel·kernel, out rounded] */)
{
    size_t kernel = c->window.kernel, out = pmy_lanes_round(c->out), taps = plan_of(c).taps;
    for (size_t u = 0; u < kernel; u++)
        for (size_t v = 0; v < kernel; v++)
            for (size_t o = 0; o < c->out; o++)
                rows[(u * kernel + v) * out + o] = sum[o * taps + v * kernel + u];
}

const pmy_convolution_algorithm pmy_plane_convolution = {
    .name = "plane",
    .fits = fits,
    .measure = measure,
    .prepare_forward = prepare_forward,
    .prepare_backward = prepare_backward,
    .forward = forward,
    .backward = backward,
    .reduce = reduce,
};
