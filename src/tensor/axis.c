#include "tensor/axis.h"

pmy_status pmy_axis_infer(const pmy_node *node, int *axis, pmy_error *error)
{
    int rank = (int)pmy_shape_rank(node->input[0]->shape), given = *axis;
    *axis += given < 0 ? rank : 0;
    if (*axis < 0 || *axis >= rank)
        return pmy_fail(error, PMY_BAD_SHAPE, "there is no axis %d", given);
    if (*axis == 0 && node->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "axis %d is the batch's", given);
    return PMY_OK;
}

size_t pmy_axis_tiles(const pmy_node *node)
{
    return *(const int *)node->attributes == 0 ? 1 : PMY_BY_ROWS;
}

pmy_axis pmy_axis_of(const pmy_node *node, pmy_shape shape, pmy_piece piece)
{
    unsigned axis = (unsigned)*(const int *)node->attributes;
    size_t outer = pmy_shape_span(shape, 1, axis); /* in a row */
    return (pmy_axis){piece.begin * outer, piece.end * outer, shape.dim[axis],
                      pmy_shape_span(shape, axis + 1, PMY_MAX_RANK)};
}
