/* conv2d: z = x ∗ W + b, y = f(z), with x [batch, in, height, width], W [out, in, kernel, kernel], b [out]
 * and y [batch, out, out_height, out_width] (∗: see convolution.h).
 *
 *   dz = f′ dy                             as y
 *   dx = dz spread by W                    as x
 *   dW = Σ_images, positions dz x          as W
 *   db = Σ_images, positions dz            [out]
 *
 * Forward and dx go by images. The sums over images are taken in groups of images, whose number is fixed,
 * each into a sum of its own; then these are added in order. */
#include "layers/conv2d.h"

#include "layers/convolution.h"
#include "tensor/reduce.h"

#include <string.h>

enum { X, WEIGHT, BIAS };

/* Groups of images for the weights' gradients; and into how many tiles the sums of the groups are split. */
enum { GROUPS = 8, SUM_TILES = 8 };

typedef struct conv2d_attributes {
    pmy_window window;
    pmy_activation activation;
} conv2d_attributes;

typedef struct conv2d_saved {
    pmy_convolution sizes;
    const pmy_convolution_way *way;
    pmy_real *z;        /* as y, where the activation's backward reads it */
    pmy_real *dz;       /* as y, where there is an activation; else dz is dy */
    pmy_real *group_dw; /* [GROUPS, out, in, kernel, kernel] */
    pmy_real *group_db; /* [GROUPS, out] */
} conv2d_saved;

static const conv2d_attributes *attributes(const pmy_node *node)
{
    return node->attributes;
}

static const pmy_unary *activation(const pmy_node *node)
{
    return pmy_activation_rule(attributes(node)->activation);
}

/* --- Shapes and memory --------------------------------------------------- */

static pmy_status measure(const pmy_node *node, pmy_convolution *c, pmy_error *error)
{
    pmy_shape x = node->input[X]->shape, weight = node->input[WEIGHT]->shape, bias = node->input[BIAS]->shape;
    pmy_window window = attributes(node)->window;
    if (pmy_shape_rank(x) != 4 ||
        !pmy_shape_equal(weight, PMY_SHAPE(weight.dim[0], x.dim[1], window.kernel, window.kernel)) ||
        !pmy_shape_equal(bias, PMY_SHAPE(weight.dim[0])))
        return pmy_fail(error, PMY_BAD_SHAPE,
                        "needs x [batch, in, height, width], weight [out, in, %zu, %zu] and bias [out]",
                        window.kernel, window.kernel);
    if (node->input[WEIGHT]->batched || node->input[BIAS]->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "weight and bias cannot be a part of the batch");
    *c = (pmy_convolution){
        .in = x.dim[1], .height = x.dim[2], .width = x.dim[3], .out = weight.dim[0], .window = window};
    pmy_status status = pmy_window_measure(window, c->height, &c->out_height, error);
    return status == PMY_OK ? pmy_window_measure(window, c->width, &c->out_width, error) : status;
}

static bool take_saved(pmy_node *node, conv2d_saved *saved)
{
    const pmy_unary *f = activation(node);
    size_t y_size = pmy_shape_size(node->shape);
    bool fine = true;
    if (f)
        fine &= (saved->dz = pmy_take(node, y_size, sizeof(pmy_real))) != NULL;
    if (f && f->needs_x)
        fine &= (saved->z = pmy_take(node, y_size, sizeof(pmy_real))) != NULL;
    size_t weights;
    fine &= pmy_size_multiply(GROUPS, pmy_convolution_weight_size(&saved->sizes), &weights);
    fine &= fine && (saved->group_dw = pmy_take(node, weights, sizeof(pmy_real))) != NULL;
    return fine && (saved->group_db = pmy_take(node, GROUPS * saved->sizes.out, sizeof(pmy_real))) != NULL;
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    pmy_convolution c;
    pmy_status status = measure(node, &c, error);
    if (status != PMY_OK)
        return status;
    const pmy_convolution_way *way = pmy_convolution_choose(&c);
    node->shape = PMY_SHAPE(node->input[X]->shape.dim[0], c.out, c.out_height, c.out_width);
    size_t scratch;
    if (!pmy_shape_valid(node->shape) || !way->scratch(&c, &scratch) ||
        !pmy_size_multiply(scratch, sizeof(pmy_real), &node->scratch))
        return pmy_fail(error, PMY_BAD_SHAPE, "the convolution is too large");
    conv2d_saved *saved = pmy_take(node, 1, sizeof *saved);
    node->saved = saved;
    if (saved)
        *saved = (conv2d_saved){.sizes = c, .way = way};
    if (!saved || !take_saved(node, saved))
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for what backward needs");
    return PMY_OK;
}

/* --- Forward ------------------------------------------------------------- */

/* Adds the bias to z of one image, in y's place, and applies f. */
static void finish(const pmy_node *node, size_t image)
{
    const conv2d_saved *saved = node->saved;
    const pmy_unary *f = activation(node);
    const pmy_real *bias = node->input[BIAS]->value; /* [out] */
    size_t positions = saved->sizes.out_height * saved->sizes.out_width;
    for (size_t o = 0; o < saved->sizes.out; o++) {
        size_t at = (image * saved->sizes.out + o) * positions;
        pmy_real *y = node->value + at; /* [positions] */
        for (size_t i = 0; i < positions; i++)
            y[i] += bias[o];
        if (saved->z)
            memcpy(saved->z + at, y, positions * sizeof *y);
        if (f)
            f->forward(node, positions, y, y);
    }
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    const conv2d_saved *saved = node->saved;
    size_t x_size = pmy_convolution_x_size(&saved->sizes), y_size = pmy_convolution_y_size(&saved->sizes);
    for (size_t image = piece.begin; image < piece.end; image++) {
        saved->way->forward(&saved->sizes, 1, node->input[X]->value + image * x_size,
                            node->input[WEIGHT]->value, node->value + image * y_size, piece.scratch);
        finish(node, image);
    }
}

/* --- Backward ------------------------------------------------------------ */

static const pmy_real *dz_of(const pmy_node *node) /* as y */
{
    const conv2d_saved *saved = node->saved;
    return saved->dz ? saved->dz : node->gradient;
}

static size_t activation_rows(const pmy_node *node)
{
    return activation(node) ? PMY_BY_ROWS : 0;
}

static void backward_activation(const pmy_node *node, pmy_piece piece)
{
    const conv2d_saved *saved = node->saved;
    size_t y_size = pmy_convolution_y_size(&saved->sizes), first = piece.begin * y_size;
    activation(node)->backward(node, (piece.end - piece.begin) * y_size, saved->z ? saved->z + first : NULL,
                               node->value + first, node->gradient + first, saved->dz + first, false);
}

static void backward_input(const pmy_node *node, pmy_piece piece)
{
    const conv2d_saved *saved = node->saved;
    saved->way->backward_input(&saved->sizes, piece.end - piece.begin,
                               dz_of(node) + piece.begin * pmy_convolution_y_size(&saved->sizes),
                               node->input[WEIGHT]->value, pmy_accumulates(node, X),
                               node->input[X]->gradient + piece.begin * pmy_convolution_x_size(&saved->sizes),
                               piece.scratch);
}

static size_t groups(const pmy_node *node)
{
    return node->input[WEIGHT]->wants_gradient || node->input[BIAS]->wants_gradient ? GROUPS : 0;
}

/* db's share of the images begin … end − 1 */
static void sum_bias(const pmy_node *node, size_t begin, size_t end, pmy_real *db /* [out] */)
{
    const conv2d_saved *saved = node->saved;
    size_t out = saved->sizes.out, positions = saved->sizes.out_height * saved->sizes.out_width;
    for (size_t o = 0; o < out; o++) {
        pmy_wide sum = 0;
        for (size_t image = begin; image < end; image++)
            sum += pmy_sum_of(positions, dz_of(node) + (image * out + o) * positions);
        db[o] = (pmy_real)sum;
    }
}

static void backward_group(const pmy_node *node, pmy_piece piece)
{
    const conv2d_saved *saved = node->saved;
    size_t rows = pmy_rows(node), begin = rows * piece.begin / GROUPS, end = rows * piece.end / GROUPS;
    size_t weights = pmy_convolution_weight_size(&saved->sizes);
    pmy_real *dw = saved->group_dw + piece.begin * weights; /* [out, in, kernel, kernel] */
    if (node->input[WEIGHT]->wants_gradient) {
        memset(dw, 0, weights * sizeof *dw);
        saved->way->backward_weight(
            &saved->sizes, end - begin, node->input[X]->value + begin * pmy_convolution_x_size(&saved->sizes),
            dz_of(node) + begin * pmy_convolution_y_size(&saved->sizes), dw, piece.scratch);
    }
    if (node->input[BIAS]->wants_gradient)
        sum_bias(node, begin, end, saved->group_db + piece.begin * saved->sizes.out);
}

static size_t sum_tiles(const pmy_node *node)
{
    (void)node;
    return SUM_TILES;
}

static void add_groups(size_t size, const pmy_real *groups_sums /* [GROUPS, size] */, size_t tile,
                       pmy_real *gradient /* [size] */, bool accumulate)
{
    pmy_sum_columns(GROUPS, size, size * tile / SUM_TILES, size * (tile + 1) / SUM_TILES, groups_sums,
                    gradient, accumulate);
}

static void backward_sum(const pmy_node *node, pmy_piece piece)
{
    const conv2d_saved *saved = node->saved;
    if (node->input[WEIGHT]->wants_gradient)
        add_groups(pmy_convolution_weight_size(&saved->sizes), saved->group_dw, piece.begin,
                   node->input[WEIGHT]->gradient, pmy_accumulates(node, WEIGHT));
    if (node->input[BIAS]->wants_gradient)
        add_groups(saved->sizes.out, saved->group_db, piece.begin, node->input[BIAS]->gradient,
                   pmy_accumulates(node, BIAS));
}

/* --- The op -------------------------------------------------------------- */

static uint64_t choices(const pmy_node *node)
{
    const pmy_unary *f = activation(node);
    return f && f->kinked ? pmy_sign_choices(node) : 0;
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        pmy_shape x;
        size_t out;
        pmy_window window;
        pmy_activation activation;
    } instance[] = {
        {NULL, {{3, 2, 5, 4}}, 3, {3, 1, 0}, PMY_NONE},
        {"padded", {{2, 2, 4, 5}}, 3, {3, 1, 1}, PMY_TANH},
        {"stride 2", {{2, 2, 6, 5}}, 2, {2, 2, 0}, PMY_GELU},
        {"stride 2, padded", {{2, 1, 5, 6}}, 3, {3, 2, 1}, PMY_RELU},
        {"stride above kernel", {{2, 2, 5, 7}}, 2, {1, 3, 0}, PMY_NONE},
        {"kernel as large as the image", {{3, 2, 3, 3}}, 4, {3, 1, 0}, PMY_SIGMOID},
        {"kernel larger than the image", {{2, 2, 2, 3}}, 2, {5, 1, 2}, PMY_NONE},
        {"one pixel", {{4, 3, 1, 1}}, 2, {1, 1, 0}, PMY_LEAKY_RELU},
        {"padding above kernel", {{2, 1, 2, 2}}, 2, {2, 1, 3}, PMY_NONE},
        {"5x5", {{2, 1, 6, 7}}, 2, {5, 1, 2}, PMY_NONE},
        {"more images than groups", {{2 * GROUPS + 1, 1, 2, 3}}, 2, {2, 1, 0}, PMY_NONE},
    };
    if (index >= sizeof instance / sizeof *instance)
        return NULL;
    s->note = instance[index].note;
    return pmy_conv2d(s->graph, pmy_sample_input(s, instance[index].x, -1, 1), instance[index].out,
                      instance[index].window, instance[index].activation);
}

const pmy_op pmy_op_conv2d = {
    .name = "conv2d",
    .formula = "y[o,r,c] = f(sum_iuv w[o,i,u,v] x[i,s r+u-p,s c+v-p] + b[o])",
    .infer = infer,
    .forward = {{.run = forward}},
    .whole = 1 << WEIGHT | 1 << BIAS,
    .backward = {{.run = backward_activation, .tiles = activation_rows},
                 {.run = backward_input, .gives = 1 << X},
                 {.run = backward_group, .tiles = groups},
                 {.run = backward_sum, .tiles = sum_tiles, .gives = 1 << WEIGHT | 1 << BIAS}},
    .choices = choices,
    .sample = sample,
};

pmy_node *pmy_conv2d_with(pmy_graph *graph, pmy_node *x, pmy_node *weight, pmy_node *bias, pmy_window window,
                          pmy_activation f)
{
    conv2d_attributes what = {window, f};
    return pmy_append(graph, &pmy_op_conv2d, 3, (pmy_node *[]){x, weight, bias}, &what, sizeof what);
}

pmy_node *pmy_conv2d(pmy_graph *graph, pmy_node *x, size_t out, pmy_window window, pmy_activation f)
{
    if (!pmy_recorded(x))
        return x;
    if (pmy_shape_rank(x->shape) != 4)
        return pmy_refuse(graph, PMY_BAD_SHAPE, "conv2d: needs [batch, channels, height, width], not %s",
                          pmy_shape_print(x->shape).text);
    size_t in = x->shape.dim[1], taps, unused;
    pmy_error error;
    pmy_status status = pmy_window_measure(window, x->shape.dim[2], &unused, &error);
    if (status != PMY_OK)
        return pmy_refuse(graph, status, "conv2d: %s", error.message);
    if (!pmy_size_multiply(window.kernel, window.kernel, &taps) || !pmy_size_multiply(taps, in, &taps))
        return pmy_refuse(graph, PMY_BAD_SHAPE, "conv2d: a kernel of %zu is too large", window.kernel);
    double bound = 1 / sqrt((double)taps);
    pmy_shape shape = PMY_SHAPE(out, in, window.kernel, window.kernel);
    pmy_node *weight = pmy_layer_parameter(graph, "conv2d", "weight", shape, PMY_UNIFORM, bound);
    pmy_node *bias = pmy_layer_parameter(graph, "conv2d", "bias", PMY_SHAPE(out), PMY_UNIFORM, bound);
    return pmy_conv2d_with(graph, x, weight, bias, window, f);
}

const char *pmy_conv2d_way(const pmy_node *node)
{
    return node->op == &pmy_op_conv2d ? ((const conv2d_saved *)node->saved)->way->name : NULL;
}
