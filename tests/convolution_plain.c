/* Also in double. */
#include "convolution_plain.h"

#include <string.h>

/* A product of the sum: y[.., o, r, c] += weight[o, i, u, v] · x[.., i, row, column], as offsets in
 * one image's x and y and in weight. */
typedef struct product {
    size_t x, weight, y;
} product;

typedef void visitor(void *context, product p);

/* Calls visit for every product of one image but those with the zeros around it. */
static void each_product(const pmy_convolution *c, visitor *visit, void *context)
{
    size_t kernel = c->window.kernel, stride = c->window.stride, padding = c->window.padding;
    for (size_t o = 0; o < c->out; o++)
        for (size_t r = 0; r < c->out_height; r++)
            for (size_t s = 0; s < c->out_width; s++)
                for (size_t i = 0; i < c->in; i++)
                    for (size_t u = 0; u < kernel; u++)
                        for (size_t v = 0; v < kernel; v++) {
                            size_t row = stride * r + u, column = stride * s + v;
                            if (row < padding || row - padding >= c->height || column < padding ||
                                column - padding >= c->width)
                                continue;
                            visit(context,
                                  (product){(i * c->height + row - padding) * c->width + column - padding,
                                            ((o * c->in + i) * kernel + u) * kernel + v,
                                            (o * c->out_height + r) * c->out_width + s});
                        }
}

/* One image's numbers in a pass; the one that is computed is not const. */
typedef struct pass {
    const pmy_real *x, *weight, *dy;
    pmy_real *y, *dx, *dw;
} pass;

static void add_to_y(void *context, product p)
{
    const pass *now = context;
    now->y[p.y] += now->weight[p.weight] * now->x[p.x];
}

static void add_to_dx(void *context, product p)
{
    const pass *now = context;
    now->dx[p.x] += now->weight[p.weight] * now->dy[p.y];
}

static void add_to_dw(void *context, product p)
{
    const pass *now = context;
    now->dw[p.weight] += now->dy[p.y] * now->x[p.x];
}

void pmy_convolution_plain(const pmy_convolution *c, size_t images, const pmy_real *x, const pmy_real *weight,
                           pmy_real *y)
{
    size_t x_size = pmy_convolution_x_size(c), y_size = pmy_convolution_y_size(c);
    memset(y, 0, images * y_size * sizeof *y);
    for (size_t n = 0; n < images; n++)
        each_product(c, add_to_y, &(pass){.x = x + n * x_size, .weight = weight, .y = y + n * y_size});
}

void pmy_convolution_plain_backward(const pmy_convolution *c, size_t images, const pmy_real *x,
                                    const pmy_real *dy, const pmy_real *weight, pmy_real *dx, pmy_real *dw)
{
    size_t x_size = pmy_convolution_x_size(c), y_size = pmy_convolution_y_size(c);
    for (size_t n = 0; n < images; n++, x += x_size, dy += y_size) {
        if (dw)
            each_product(c, add_to_dw, &(pass){.x = x, .dy = dy, .dw = dw});
        if (dx)
            each_product(c, add_to_dx, &(pass){.dy = dy, .weight = weight, .dx = dx + n * x_size});
    }
}
