/* How a layer with weights ends: to each channel of its product it adds the bias and applies the activation
 * that is fused into it.
 *
 * In PMY_EVAL an op right after that is affine in each channel (a batchnorm) folds into this: the layer gives
 * its value, through its activation, and no pass is left for it. */
#ifndef PMY_LAYERS_EPILOGUE_H
#define PMY_LAYERS_EPILOGUE_H

#include "tensor/op.h"

typedef struct pmy_epilogue {
    const pmy_node *of;        /* the node whose value is given: the layer, or what is folded into it */
    const pmy_real *bias;      /* [channels] of the layer; NULL: none */
    pmy_channel_affine affine; /* of what is folded into it; else NULL */
} pmy_epilogue;

/* How the running forward ends `layer`, which has this bias [channels]; NULL: none. The product belongs into
 * the value of what it returns. */
pmy_epilogue pmy_epilogue_of(const pmy_node *layer, const pmy_node *bias);

/* Ends channels first … first + channels − 1 of a row: their product [channels, positions] is at `at` of the
 * value. What pmy_epilogue_backward needs of it is left in kept [channels, positions], if that is not NULL.
 */
void pmy_epilogue_channels(const pmy_epilogue *epilogue, size_t first, size_t channels, size_t positions,
                           size_t at, pmy_real *kept);

/* dz = f′ dy of the layer's activation, for n numbers of kept (NULL where the activation does not need its
 * x), y and dy. */
void pmy_epilogue_backward(const pmy_node *layer, size_t n, const pmy_real *kept, const pmy_real *y,
                           const pmy_real *dy, pmy_real *dz);

#endif
