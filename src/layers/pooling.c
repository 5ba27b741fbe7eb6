#include "layers/pooling.h"

pmy_pooling pmy_pooling_of(const pmy_node *node)
{
    const size_t *x = node->input[0]->shape.dim, *y = node->shape.dim;
    const pmy_window *window = node->attributes;
    return (pmy_pooling){*window, x[1], x[2], x[3], y[2], y[3]};
}

pmy_status pmy_pooling_infer(pmy_node *node, pmy_error *error)
{
    pmy_shape x = node->input[0]->shape;
    pmy_window window = *(const pmy_window *)node->attributes;
    if (pmy_shape_rank(x) != 4)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs [batch, channels, height, width], not %s",
                        pmy_shape_print(x).text);
    /* With more, a window could lie in the padding wholly. */
    if (window.padding > window.kernel / 2)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a padding of %zu is more than half of the kernel, %zu",
                        window.padding, window.kernel);
    node->shape = x;
    pmy_status status = pmy_window_measure(window, x.dim[2], &node->shape.dim[2], error);
    if (status == PMY_OK)
        status = pmy_window_measure(window, x.dim[3], &node->shape.dim[3], error);
    if (status == PMY_OK && !pmy_shape_valid(node->shape))
        status = pmy_fail(error, PMY_BAD_SHAPE, "the output is too large");
    return status;
}
