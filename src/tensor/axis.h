/* What the ops along an axis share. Their attributes begin with it, as an int; they go by rows but along the
 * first axis. */
#ifndef PMY_TENSOR_AXIS_H
#define PMY_TENSOR_AXIS_H

#include "tensor/op.h"

/* Input 0's axis; a negative one is counted from the end and becomes a positive one. PMY_BAD_SHAPE: there is
 * none, or it is the batch's. */
pmy_status pmy_axis_infer(const pmy_node *node, int *axis, pmy_error *error);

/* How the phases go: along the first axis as one tile. */
size_t pmy_axis_tiles(const pmy_node *node);

/* The axis in a shape, which is [outer, size, inner] around it; of outer, those of a piece. */
typedef struct pmy_axis {
    size_t begin, end, size, inner;
} pmy_axis;
pmy_axis pmy_axis_of(const pmy_node *node, pmy_shape shape, pmy_piece piece);

#endif
