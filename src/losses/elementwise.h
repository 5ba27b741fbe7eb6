/* What losses have in common that are made of a loss of each element of two nodes of the same shape, x and
 * target. For the losses alone. */
#ifndef PMY_LOSSES_ELEMENTWISE_H
#define PMY_LOSSES_ELEMENTWISE_H

#include "tensor/op.h"

pmy_status pmy_elementwise_infer(pmy_node *node, pmy_error *error);

static inline size_t pmy_elements(const pmy_node *node)
{
    return pmy_shape_size(node->input[0]->shape);
}

/* The loss of an element, and its slope by x. */
typedef pmy_accum pmy_element_loss(const pmy_node *node, pmy_accum x, pmy_accum target);
typedef pmy_real pmy_element_slope(const pmy_node *node, pmy_real x, pmy_real target);

pmy_accum pmy_elementwise_sum(const pmy_node *node, pmy_element_loss *loss);

/* Gives an input's elements in a piece of rows the gradient factor · slope. */
void pmy_elementwise_give(const pmy_node *node, pmy_piece piece, unsigned input, pmy_real factor,
                          pmy_element_slope *slope);

#endif
