/* The convolution itself, apart from graphs: images times kernels, forward and both backward passes.
 *
 *   y[o, r, c] = Σ_{i, u, v} weight[o, i, u, v] · x[i, stride·r + u − padding, stride·c + v − padding]
 *
 * where x is 0 outside the image (a cross-correlation, as everywhere in the field). There are several ways
 * to compute it; each computes the three passes below, for a number of images one behind the other. */
#ifndef PMY_LAYERS_CONVOLUTION_H
#define PMY_LAYERS_CONVOLUTION_H

#include "layers/window.h"
#include "tensor/real.h"

/* The sizes of one image's convolution. */
typedef struct pmy_convolution {
    size_t in, height, width;          /* of x */
    size_t out, out_height, out_width; /* of y */
    pmy_window window;                 /* weight [out, in, kernel, kernel] */
} pmy_convolution;

typedef struct pmy_convolution_way {
    const char *name;
    /* Numbers of scratch that a call needs; false: too many. */
    bool (*scratch)(const pmy_convolution *c, size_t *count);
    /* y = x ∗ weight */
    void (*forward)(const pmy_convolution *c, size_t images,
                    const pmy_real *x,      /* [images, in, height, width] */
                    const pmy_real *weight, /* [out, in, kernel, kernel] */
                    pmy_real *y,            /* [images, out, out_height, out_width] */
                    pmy_real *scratch);
    /* dx (+)= the sum over all y that each x is a part of */
    void (*backward_input)(const pmy_convolution *c, size_t images,
                           const pmy_real *dy,            /* [images, out, out_height, out_width] */
                           const pmy_real *weight,        /* [out, in, kernel, kernel] */
                           bool accumulate, pmy_real *dx, /* [images, in, height, width] */
                           pmy_real *scratch);
    /* dw += the sum over all images and all positions of y */
    void (*backward_weight)(const pmy_convolution *c, size_t images,
                            const pmy_real *x,  /* [images, in, height, width] */
                            const pmy_real *dy, /* [images, out, out_height, out_width] */
                            pmy_real *dw,       /* [out, in, kernel, kernel] */
                            pmy_real *scratch);
} pmy_convolution_way;

/* The plain one: the sums as they are written above. What the others are tested against. */
extern const pmy_convolution_way pmy_plain_convolution;
/* By matrix products: the windows of an image as the columns of a matrix. */
extern const pmy_convolution_way pmy_gemm_convolution;

/* The way that is fastest here for these sizes. */
const pmy_convolution_way *pmy_convolution_choose(const pmy_convolution *c);

static inline size_t pmy_convolution_x_size(const pmy_convolution *c)
{
    return c->in * c->height * c->width;
}

static inline size_t pmy_convolution_y_size(const pmy_convolution *c)
{
    return c->out * c->out_height * c->out_width;
}

static inline size_t pmy_convolution_weight_size(const pmy_convolution *c)
{
    return c->out * c->in * c->window.kernel * c->window.kernel;
}

#endif
