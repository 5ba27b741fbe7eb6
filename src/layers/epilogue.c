#include "layers/epilogue.h"

#include "layers/batchnorm.h"
#include "base/simd.h"

#include <string.h>

pmy_epilogue pmy_epilogue_of(const pmy_node *layer, const pmy_node *bias, const pmy_unary *f)
{
    const pmy_node *folded = pmy_graph_mode(layer->graph) == PMY_EVAL ? layer->folded : NULL;
    return (pmy_epilogue){folded ? folded : layer, folded ? pmy_batchnorm_activation(folded) : f,
                          bias->value};
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
                           size_t at, pmy_real *z)
{
    const pmy_node *of = epilogue->of;
    pmy_real *y = of->value + at; /* [channels, positions] */
    pmy_epilogue_add_bias(channels, positions, epilogue->bias + first, y);
    if (pmy_is_folded(of))
        pmy_batchnorm_normalise(of, first, channels, positions, y, y);
    if (z)
        memcpy(z, y, channels * positions * sizeof *y);
    if (epilogue->f)
        epilogue->f->forward(of, channels * positions, y, y);
}
