/* Convolution by matrix products, an image at a time: with X [in·kernel·kernel, positions] holding in each
 * column the window at one position of y,
 *
 *   y = W X,  dX = Wᵀ dy,  dW = dy Xᵀ */
#include "layers/convolution.h"
#include "tensor/gemm.h"
#include "tensor/shape.h"

#include <string.h>

static size_t positions(const pmy_convolution *c)
{
    return c->out_height * c->out_width;
}

static size_t taps(const pmy_convolution *c)
{
    return c->in * c->window.kernel * c->window.kernel;
}

static bool fits(const pmy_convolution *c)
{
    (void)c;
    return true;
}

static bool measure(const pmy_convolution *c, pmy_convolution_memory *memory)
{
    *memory = (pmy_convolution_memory){.images = 1};
    return taps(c) <= PMY_GEMM_MAX && positions(c) <= PMY_GEMM_MAX && c->out <= PMY_GEMM_MAX &&
           pmy_size_multiply(taps(c), positions(c), &memory->scratch);
}

/* The steps of a window, first … end − 1, at which its element `offset` is inside an axis of `length`. */
typedef struct range {
    size_t first, end;
} range;

static range inside(pmy_window window, size_t offset, size_t length, size_t steps)
{
    size_t stride = window.stride, before = window.padding > offset ? window.padding - offset : 0;
    size_t first = (before + stride - 1) / stride;
    size_t limit = length + window.padding > offset ? length + window.padding - offset : 0;
    size_t end = (limit + stride - 1) / stride;
    end = end < steps ? end : steps;
    return (range){first < end ? first : end, end};
}

/* A row of X: element (u, v) of the window over channel i, at every position. */
static void fill_row(const pmy_convolution *c, const pmy_real *channel /* [height, width] */, size_t u,
                     size_t v, pmy_real *row /* [out_height, out_width] */)
{
    size_t stride = c->window.stride, padding = c->window.padding;
    range rows = inside(c->window, u, c->height, c->out_height);
    range columns = inside(c->window, v, c->width, c->out_width);
    for (size_t r = 0; r < c->out_height; r++, row += c->out_width) {
        if (r < rows.first || r >= rows.end || columns.first == columns.end) {
            memset(row, 0, c->out_width * sizeof *row);
            continue;
        }
        const pmy_real *x = channel + (stride * r + u - padding) * c->width;
        for (size_t s = 0; s < columns.first; s++)
            row[s] = 0;
        for (size_t s = columns.first; s < columns.end; s++)
            row[s] = x[stride * s + v - padding];
        for (size_t s = columns.end; s < c->out_width; s++)
            row[s] = 0;
    }
}

static void add_row(const pmy_convolution *c, const pmy_real *row /* [out_height, out_width] */, size_t u,
                    size_t v, pmy_real *channel /* [height, width] */)
{
    size_t stride = c->window.stride, padding = c->window.padding;
    range rows = inside(c->window, u, c->height, c->out_height);
    range columns = inside(c->window, v, c->width, c->out_width);
    for (size_t r = rows.first; r < rows.end; r++)
        for (size_t s = columns.first; s < columns.end; s++)
            channel[(stride * r + u - padding) * c->width + stride * s + v - padding] +=
                row[r * c->out_width + s];
}

static void fill_columns(const pmy_convolution *c, const pmy_real *x, pmy_real *columns)
{
    size_t kernel = c->window.kernel;
    for (size_t i = 0; i < c->in; i++)
        for (size_t u = 0; u < kernel; u++)
            for (size_t v = 0; v < kernel; v++, columns += positions(c))
                fill_row(c, x + i * c->height * c->width, u, v, columns);
}

static void add_columns(const pmy_convolution *c, const pmy_real *columns, pmy_real *dx)
{
    size_t kernel = c->window.kernel;
    for (size_t i = 0; i < c->in; i++)
        for (size_t u = 0; u < kernel; u++)
            for (size_t v = 0; v < kernel; v++, columns += positions(c))
                add_row(c, columns, u, v, dx + i * c->height * c->width);
}

static void forward(const pmy_convolution *c, size_t images, const pmy_real *x, const pmy_real *weight,
                    pmy_real *y, pmy_real *columns)
{
    for (size_t n = 0; n < images; n++) {
        fill_columns(c, x + n * pmy_convolution_x_size(c), columns);
        pmy_gemm(PMY_PLAIN, PMY_PLAIN, c->out, positions(c), taps(c), weight, taps(c), columns, positions(c),
                 false, y + n * pmy_convolution_y_size(c), positions(c));
    }
}

static void backward(const pmy_convolution *c, size_t images, const pmy_real *x, const pmy_real *dy,
                     const pmy_real *weight, bool accumulate, pmy_real *dx, pmy_real *dw, pmy_real *columns)
{
    size_t x_size = pmy_convolution_x_size(c);
    if (dx && !accumulate)
        memset(dx, 0, images * x_size * sizeof *dx);
    for (size_t n = 0; n < images; n++, dy += pmy_convolution_y_size(c)) {
        if (dw) {
            fill_columns(c, x + n * x_size, columns);
            pmy_gemm(PMY_PLAIN, PMY_TRANSPOSED, c->out, taps(c), positions(c), dy, positions(c), columns,
                     positions(c), true, dw, taps(c));
        }
        if (dx) {
            pmy_gemm(PMY_TRANSPOSED, PMY_PLAIN, taps(c), positions(c), c->out, weight, taps(c), dy,
                     positions(c), false, columns, positions(c));
            add_columns(c, columns, dx + n * x_size);
        }
    }
}

const pmy_convolution_way pmy_gemm_convolution = {
    .name = "gemm",
    .fits = fits,
    .measure = measure,
    .forward = forward,
    .backward = backward,
};
