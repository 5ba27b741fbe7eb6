#include "layers/pooling.h"

#include "tensor/ops/ops.h"

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
    node->scratch = x.dim[3] * sizeof(pmy_real);
    return status;
}

pmy_node *pmy_pooling_sample(pmy_sample *s, unsigned index,
                             pmy_node *(*build)(pmy_graph *graph, pmy_node *x, pmy_window window))
{
    static const struct {
        const char *note;
        pmy_shape x;
        pmy_window window;
        bool twice;
    } instance[] = {
        {NULL, {{3, 2, 4, 6}}, {2, 2, 0}, false},
        {"odd sizes", {{2, 3, 5, 7}}, {2, 2, 0}, false},
        {"wide", {{2, 1, 3, 71}}, {2, 2, 0}, false},
        {"used twice", {{3, 2, 5, 5}}, {2, 2, 0}, true},
        {"windows overlap, padded", {{2, 2, 6, 5}}, {3, 2, 1}, false},
        {"windows overlap, used twice", {{2, 2, 5, 4}}, {3, 1, 0}, true},
        {"gaps between windows", {{2, 2, 7, 8}}, {2, 3, 1}, false},
        {"one number", {{2, 3, 1, 1}}, {1, 1, 0}, false},
        {"the kernel as large as the picture", {{3, 2, 5, 5}}, {5, 5, 0}, false},
    };
    if (index >= sizeof instance / sizeof *instance)
        return NULL;
    s->note = instance[index].note;
    pmy_node *x = pmy_sample_input(s, instance[index].x, -1, 1);
    pmy_node *y = build(s->graph, x, instance[index].window);
    return instance[index].twice ? pmy_mul(s->graph, y, build(s->graph, x, instance[index].window)) : y;
}
