/* Self-attention as operators of ONNX, from a product of q, k and v side by side to that of the heads' sums.
 */
#include "common/onnx_layers.h"

#include <math.h>

typedef struct heads {
    onnx_net *net;
    onnx_graph *graph;
    int64_t count, dim;
    onnx_value cosines, sines; /* [time, dim/2]; NULL: positions turn nothing */
} heads;

/* What each position does not see, [time, time]. */
static onnx_value mask_of(onnx_net *net)
{
    onnx_graph *g = net->graph;
    if (net->mask)
        return net->mask;
    onnx_value places =
        ONNX(g, "Range", onnx_count(g, 0), ONNX(g, "Squeeze", onnx_time(net)), onnx_count(g, 1));
    onnx_value keys = ONNX(g, "Unsqueeze", places, ONNX_LIST(g, 0));
    onnx_value queries = ONNX(g, "Unsqueeze", places, ONNX_LIST(g, 1));
    onnx_value later = ONNX(g, "Greater", keys, queries);
    net->mask = ONNX(g, "Where", later, onnx_constant(g, -HUGE_VAL), onnx_constant(g, 0));
    return net->mask;
}

/* The first positions' cosines, or sines, of rotary.h's angles: of a table [block, half]. */
static onnx_value turns_of(const heads *h, double (*of)(double))
{
    onnx_graph *g = h->graph;
    size_t block = h->net->net->input.dim[1], half = (size_t)h->dim / 2;
    float *table = onnx_numbers(g, block * half);
    for (size_t i = 0; table && i < block * half; i++) {
        double frequency = pow(10000, -(double)(i % half) / (double)half);
        table[i] = (float)of((double)(i / half) * frequency);
    }
    onnx_value whole = onnx_tensor(g, NULL, PMY_SHAPE(block, half), table);
    return ONNX(g, "Slice", whole, ONNX_LIST(g, 0), onnx_time(h->net));
}

/* x [batch, time, count dim] to [batch, count, time, dim]. */
static onnx_value split_heads(const heads *h, onnx_value x)
{
    onnx_graph *g = h->graph;
    onnx_value y = ONNX(g, "Transpose", ONNX(g, "Reshape", x, ONNX_LIST(g, 0, 0, h->count, h->dim)));
    onnx_wholes(g, "perm", 4, (const int64_t[]){0, 2, 1, 3});
    return y;
}

/* And back. */
static onnx_value join_heads(const heads *h, onnx_value x)
{
    onnx_graph *g = h->graph;
    onnx_value turned = ONNX(g, "Transpose", x);
    onnx_wholes(g, "perm", 4, (const int64_t[]){0, 2, 1, 3});
    return ONNX(g, "Reshape", turned, ONNX_LIST(g, 0, 0, h->count * h->dim));
}

/* Each pair (x_i, x_{i + dim/2}) turned by its position: x [batch, count, time, dim] to the same. */
static onnx_value turn(const heads *h, onnx_value x)
{
    onnx_graph *g = h->graph;
    if (!h->cosines)
        return x;
    onnx_value first = ONNX(g, "Split", x);
    onnx_whole(g, "axis", -1);
    onnx_value second = onnx_also(g);
    onnx_value left = ONNX(g, "Sub", ONNX(g, "Mul", first, h->cosines), ONNX(g, "Mul", second, h->sines));
    onnx_value right = ONNX(g, "Add", ONNX(g, "Mul", second, h->cosines), ONNX(g, "Mul", first, h->sines));
    onnx_value y = ONNX(g, "Concat", left, right);
    onnx_whole(g, "axis", -1);
    return y;
}

onnx_value onnx_attention(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    onnx_graph *g = net->graph;
    heads h = {.net = net, .graph = g, .count = (int64_t)layer->number[0]};
    h.dim = (int64_t)pmy_shape_last(net->shape) / h.count;
    if (layer->number[1] > 0) {
        h.cosines = turns_of(&h, cos);
        h.sines = turns_of(&h, sin);
    }
    onnx_value all = onnx_product(net, x, onnx_parameter(net, layer, "in_proj_weight"),
                                  onnx_parameter(net, layer, "in_proj_bias"));
    onnx_value q = ONNX(g, "Split", all);
    onnx_whole(g, "axis", -1);
    onnx_value k = onnx_also(g), v = onnx_also(g);
    q = ONNX(g, "Mul", turn(&h, split_heads(&h, q)), onnx_constant(g, 1 / sqrt((double)h.dim)));
    k = ONNX(g, "Transpose", turn(&h, split_heads(&h, k)));
    onnx_wholes(g, "perm", 4, (const int64_t[]){0, 1, 3, 2});
    onnx_value shares = ONNX(g, "Softmax", ONNX(g, "Add", ONNX(g, "MatMul", q, k), mask_of(net)));
    onnx_whole(g, "axis", -1);
    onnx_value sums = join_heads(&h, ONNX(g, "MatMul", shares, split_heads(&h, v)));
    return onnx_product(net, sums, onnx_parameter(net, layer, "out_proj.weight"),
                        onnx_parameter(net, layer, "out_proj.bias"));
}
