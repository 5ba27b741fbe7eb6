/* What maxpool2d and avgpool2d share: their shapes and samples. For these two alone. */
#ifndef PMY_LAYERS_POOLING_H
#define PMY_LAYERS_POOLING_H

#include "kernels/window.h"
#include "tensor/op.h"

/* What a pooling's node does with one plane: one channel of one picture. */
typedef struct pmy_pooling {
    pmy_window window;
    size_t channels;
    size_t height, width; /* of x */
    size_t rows, columns; /* of y */
} pmy_pooling;

/* From the shapes of the node and its input; the node's attributes are its pmy_window. */
pmy_pooling pmy_pooling_of(const pmy_node *node);

/* The shape rule: [batch, channels, height, width] to [batch, channels, rows, columns]. A row of x is what a
 * piece has as scratch. */
pmy_status pmy_pooling_infer(pmy_node *node, pmy_error *error);

pmy_node *pmy_pooling_sample(pmy_sample *sample, unsigned index,
                             pmy_node *(*build)(pmy_graph *graph, pmy_node *x, pmy_window window));

/* The part begin … end − 1 of a window of `length` places from place·stride − padding on that lies inside of
 * the picture. */
typedef struct pmy_covered {
    size_t begin, end;
} pmy_covered;
static inline pmy_covered pmy_window_inside(pmy_window window, size_t place, size_t length)
{
    size_t begin = place * window.stride, end = begin + window.kernel;
    begin = begin > window.padding ? begin - window.padding : 0;
    end -= window.padding;
    return (pmy_covered){begin, pmy_at_most(end, length)};
}

#endif
