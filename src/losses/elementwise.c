#include "losses/elementwise.h"

pmy_status pmy_elementwise_infer(pmy_node *node, pmy_error *error)
{
    const pmy_node *x = node->input[0], *target = node->input[1];
    if (!pmy_shape_equal(x->shape, target->shape) || x->batched != target->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs two equal shapes, both or neither in the batch");
    node->shape = PMY_SCALAR_SHAPE;
    node->batched = false;
    node->rows_of = x;
    return PMY_OK;
}

pmy_accum pmy_elementwise_sum(const pmy_node *node, pmy_element_loss *loss)
{
    const pmy_real *x = node->input[0]->value, *target = node->input[1]->value; /* [n] */
    size_t n = pmy_elements(node);
    pmy_accum sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += loss(node, (pmy_accum)x[i], (pmy_accum)target[i]);
    return sum;
}

void pmy_elementwise_give(const pmy_node *node, pmy_piece piece, unsigned input, pmy_real factor,
                          pmy_element_slope *slope)
{
    const pmy_real *x = node->input[0]->value, *target = node->input[1]->value; /* [n] */
    size_t row_size = pmy_row_size(node->input[0]);
    for (size_t i = piece.begin * row_size; i < piece.end * row_size; i++)
        pmy_put(&node->input[input]->gradient[i], factor * slope(node, x[i], target[i]),
                pmy_accumulates(node, input));
}
