#include "layers/epilogue.h"

#include "base/simd.h"
#include "kernels/channels.h"

#include <string.h>

pmy_epilogue pmy_epilogue_of(const pmy_node *layer, const pmy_node *bias)
{
    pmy_epilogue epilogue = {.of = layer, .bias = bias ? bias->value : NULL};
    if (pmy_graph_mode(layer->graph) == PMY_EVAL && layer->folded) {
        epilogue.of = layer->folded;
        epilogue.affine = layer->affine;
    }
    return epilogue;
}

PMY_CLONES
static void pmy_epilogue_add_bias(size_t channels, size_t positions, const pmy_real *bias, pmy_real *y)
{
    if (positions == 1) {
        for (size_t c = 0; c < channels; c++)
            y[c] += bias[c];
        return;
    }
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < positions; i++)
            y[c * positions + i] += bias[c];
}

void pmy_epilogue_channels(const pmy_epilogue *epilogue, size_t first, size_t channels, size_t positions,
                           size_t at, pmy_real *kept)
{
    const pmy_node *of = epilogue->of;
    pmy_channel_affine affine = epilogue->affine;
    pmy_real *y = of->value + at; /* [channels, positions] */
    if (epilogue->bias)
        pmy_epilogue_add_bias(channels, positions, epilogue->bias + first, y);
    if (affine.scale)
        pmy_channel_normalise(
            channels, positions, y,
            (pmy_channel_affine){affine.mean + first, affine.scale + first, affine.shift + first}, y);
    const pmy_unary *f = of->activation;
    size_t n = channels * positions;
    if (pmy_graph_mode(of->graph) == PMY_EVAL) /* nothing goes back from there */
        kept = NULL;
    if (kept && f && f->slope) {
        f->slope(n, y, y, kept);
        return;
    }
    if (kept)
        memcpy(kept, y, n * sizeof *y);
    if (f)
        f->forward(of, n, y, y);
}

PMY_CLONES
static void pmy_epilogue_multiply(size_t n, const pmy_real *a, const pmy_real *b, pmy_real *product)
{
    for (size_t i = 0; i < n; i++)
        product[i] = a[i] * b[i];
}

void pmy_epilogue_backward(const pmy_node *layer, size_t n, const pmy_real *kept, const pmy_real *y,
                           const pmy_real *dy, pmy_real *dz)
{
    const pmy_unary *f = layer->activation;
    if (kept && f->slope)
        pmy_epilogue_multiply(n, kept, dy, dz);
    else
        f->backward(layer, n, kept, y, dy, dz, false);
}
