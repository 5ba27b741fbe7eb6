/* The convolution itself, apart from graphs: images times kernels, forward and backward.
 *
 *   y[o, r, c] = Σ_{i, u, v} weight[o, i, u, v] · x[i, stride·r + u − padding, stride·c + v − padding]
 *
 * where x is 0 outside the image (a cross-correlation, as everywhere in the field). There are several
 * algorithms to compute it, and a choice by sizes, which was made by measuring. */
#ifndef PMY_KERNELS_CONVOLUTION_H
#define PMY_KERNELS_CONVOLUTION_H

#include "kernels/window.h"
#include "base/real.h"

/* The sizes of one image's convolution. */
typedef struct pmy_convolution {
    size_t in, height, width;          /* of x */
    size_t out, out_height, out_width; /* of y */
    pmy_window window;                 /* weight [out, in, kernel, kernel] */
} pmy_convolution;

/* How many numbers an algorithm needs room for. */
typedef struct pmy_convolution_memory {
    size_t forward_weight, backward_weight; /* the weight as forward and backward want it */
    size_t sum;                             /* dW while it is summed up; 0: in dW's rows */
    size_t scratch;                         /* of a call */
    size_t images;                          /* a call's images, at most, that the above is for */
} pmy_convolution_memory;

/* Into how many tiles the work of preparing a weight is split. */
enum { PMY_CONVOLUTION_TILES = 8 };

typedef struct pmy_convolution_algorithm {
    const char *name;
    bool (*fits)(const pmy_convolution *c);
    void (*measure)(const pmy_convolution *c, pmy_convolution_memory *memory);
    /* Tile 0 … PMY_CONVOLUTION_TILES − 1 of the weight [out, in, kernel, kernel] as forward or backward wants
     * it. */
    void (*prepare_forward)(const pmy_convolution *c, size_t tile, const pmy_real *weight,
                            pmy_real *prepared);
    void (*prepare_backward)(const pmy_convolution *c, size_t tile, const pmy_real *weight,
                             pmy_real *prepared);
    /* y = x ∗ weight */
    void (*forward)(const pmy_convolution *c, size_t images,
                    const pmy_real *x,      /* [images, in, height, width] */
                    const pmy_real *weight, /* [forward_weight] */
                    pmy_real *y,            /* [images, out, out_height, out_width] */
                    pmy_real *scratch);
    /* dx (+)= the sums over all y that x is a part of; sum += the sums over images and positions that are
     * dW. Either may be NULL: not wanted. */
    void (*backward)(const pmy_convolution *c, size_t images,
                     const pmy_real *x,             /* [images, in, height, width] */
                     const pmy_real *dy,            /* [images, out, out_height, out_width] */
                     const pmy_real *weight,        /* [backward_weight] */
                     bool accumulate, pmy_real *dx, /* [images, in, height, width] */
                     pmy_real *sum,                 /* [sum] or dW's rows */
                     pmy_real *scratch);
    /* dW's rows [kernel, kernel, in, out rounded up to whole lanes] from the sum; NULL where the sum is
     * these. */
    void (*reduce)(const pmy_convolution *c, const pmy_real *sum, pmy_real *rows);
} pmy_convolution_algorithm;

/* Sums of products over windows where they lie, with channels last. */
extern const pmy_convolution_algorithm pmy_direct_convolution;
/* The same of images of one channel, in lanes of neighbours in the image. */
extern const pmy_convolution_algorithm pmy_plane_convolution;
/* Winograd's F(4×4, 3×3): see winograd.h. */
extern const pmy_convolution_algorithm pmy_winograd_convolution;

/* All of them; NULL after the last. */
extern const pmy_convolution_algorithm *const pmy_convolution_algorithms[];

/* The algorithm that is fastest here for these sizes. */
const pmy_convolution_algorithm *pmy_convolution_choose(const pmy_convolution *c);

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

/* The numbers in dW's rows; and where in a kernel [in, kernel, kernel] what such a row holds lies. */
size_t pmy_convolution_rows_size(const pmy_convolution *c);
size_t pmy_convolution_row(const pmy_convolution *c, size_t row);

#endif
