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

#include "base/parts.h"
#include "kernels/convolution.h"
#include "layers/epilogue.h"
#include "kernels/reduce.h"

#include <string.h>

enum { X, WEIGHT, BIAS };

/* Groups of images for the weights' gradients. All that does not go by images is split into as many tiles. */
enum { GROUPS = PMY_CONVOLUTION_TILES };

/* A padded image or a weight may have this many numbers: then no size below overflows. */
#define LARGEST ((size_t)0x7fffffff)

/* NULL: there is none. */
static pmy_node *bias_of(const pmy_node *node)
{
    return node->inputs > BIAS ? node->input[BIAS] : NULL;
}

typedef struct conv2d_saved {
    pmy_convolution sizes;
    const pmy_convolution_algorithm *algorithm;
    pmy_convolution_memory memory;
    pmy_real *forward_weight, *backward_weight; /* as the algorithm wants them */
    pmy_real *kept;     /* as y, where the activation needs its x: what the epilogue keeps of it */
    pmy_real *group_dw; /* [GROUPS, dW's rows]; see convolution.h */
    pmy_real *group_db; /* [GROUPS, out] */
} conv2d_saved;

/* --- Shapes and memory --------------------------------------------------- */

static pmy_status measure(pmy_node *node, pmy_convolution *c, pmy_error *error)
{
    pmy_shape x = node->input[X]->shape, weight = node->input[WEIGHT]->shape;
    const pmy_node *bias = bias_of(node);
    pmy_window window = *(const pmy_window *)node->attributes;
    if (pmy_shape_rank(x) != 4 ||
        !pmy_shape_equal(weight, PMY_SHAPE(weight.dim[0], x.dim[1], window.kernel, window.kernel)) ||
        (bias && !pmy_shape_equal(bias->shape, PMY_SHAPE(weight.dim[0]))))
        return pmy_fail(error, PMY_BAD_SHAPE,
                        "needs x [batch, in, height, width], weight [out, in, %zu, %zu] and bias [out]",
                        window.kernel, window.kernel);
    if (node->input[WEIGHT]->batched || (bias && bias->batched))
        return pmy_fail(error, PMY_BAD_SHAPE, "weight and bias cannot be a part of the batch");
    *c = (pmy_convolution){
        .in = x.dim[1], .height = x.dim[2], .width = x.dim[3], .out = weight.dim[0], .window = window};
    pmy_status status = pmy_window_measure(window, c->height, &c->out_height, error);
    if (status == PMY_OK)
        status = pmy_window_measure(window, c->width, &c->out_width, error);
    if (status != PMY_OK)
        return status;
    size_t padded;
    bool fits = pmy_size_multiply(c->height + 2 * window.padding, c->width + 2 * window.padding, &padded) &&
                pmy_size_multiply(c->in, padded, &padded) && padded <= LARGEST;
    node->shape = PMY_SHAPE(x.dim[0], c->out, c->out_height, c->out_width);
    if (!fits || !pmy_shape_valid(node->shape) || pmy_convolution_y_size(c) > LARGEST ||
        pmy_convolution_weight_size(c) > LARGEST)
        return pmy_fail(error, PMY_BAD_SHAPE,
                        "too large: the padded image, the output or the weight has more than %zu numbers",
                        LARGEST);
    return PMY_OK;
}

static bool take_numbers(pmy_node *node, size_t count, pmy_real **numbers)
{
    return count == 0 || (*numbers = pmy_take(node, count, sizeof **numbers)) != NULL;
}

/* Numbers that keep what lies after them on whole cache lines. */
static size_t aligned(size_t count)
{
    return (count + 15) / 16 * 16;
}

/* Backward computes dz, and where it must the sum that becomes dW, in scratch, beside what the algorithm
 * needs. */
static size_t backward_scratch(const conv2d_saved *saved)
{
    const pmy_convolution_memory *memory = &saved->memory;
    return aligned(memory->images * pmy_convolution_y_size(&saved->sizes)) + aligned(memory->sum) +
           memory->scratch;
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    pmy_convolution sizes;
    return measure(node, &sizes, error);
}

static bool take(pmy_node *node)
{
    const pmy_unary *f = node->activation;
    conv2d_saved *saved = node->saved = pmy_take(node, 1, sizeof *saved);
    if (!saved)
        return false;
    (void)measure(node, &saved->sizes, NULL);
    saved->algorithm = pmy_convolution_choose(&saved->sizes);
    saved->algorithm->measure(&saved->sizes, &saved->memory);
    node->scratch = backward_scratch(saved) * sizeof(pmy_real);
    return take_numbers(node, f && f->needs_x ? pmy_shape_size(node->shape) : 0, &saved->kept) &&
           take_numbers(node, saved->memory.forward_weight, &saved->forward_weight) &&
           take_numbers(node, saved->memory.backward_weight, &saved->backward_weight) &&
           take_numbers(node, GROUPS * pmy_convolution_rows_size(&saved->sizes), &saved->group_dw) &&
           take_numbers(node, GROUPS * saved->sizes.out, &saved->group_db);
}

/* --- Forward ------------------------------------------------------------- */

static size_t tiles(const pmy_node *node)
{
    (void)node;
    return GROUPS;
}

/* The weight as the algorithm wants it, once a step. */
static void forward_prepare(const pmy_node *node, pmy_piece piece)
{
    if (pmy_graph_is_partial(node->graph) && pmy_is_given(node->input[WEIGHT])) /* it is what it was */
        return;
    const conv2d_saved *saved = node->saved;
    const pmy_real *weight = node->input[WEIGHT]->value; /* [out, in, kernel, kernel] */
    saved->algorithm->prepare_forward(&saved->sizes, piece.begin, weight, saved->forward_weight);
    if (node->input[X]->gradient && pmy_graph_mode(node->graph) != PMY_EVAL)
        saved->algorithm->prepare_backward(&saved->sizes, piece.begin, weight, saved->backward_weight);
}

/* One image, a channel after the other. */
static void finish(const pmy_node *node, const pmy_epilogue *epilogue, size_t image)
{
    const conv2d_saved *saved = node->saved;
    size_t positions = saved->sizes.out_height * saved->sizes.out_width;
    for (size_t o = 0; o < saved->sizes.out; o++) {
        size_t at = (image * saved->sizes.out + o) * positions;
        pmy_epilogue_channels(epilogue, o, 1, positions, at, saved->kept ? saved->kept + at : NULL);
    }
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    const conv2d_saved *saved = node->saved;
    pmy_epilogue epilogue = pmy_epilogue_of(node, bias_of(node));
    const pmy_convolution *c = &saved->sizes;
    for (size_t image = piece.begin, end; image < piece.end; image = end) {
        end = pmy_at_most(image + saved->memory.images, piece.end);
        saved->algorithm->forward(c, end - image, node->input[X]->value + image * pmy_convolution_x_size(c),
                                  saved->forward_weight,
                                  epilogue.of->value + image * pmy_convolution_y_size(c), piece.scratch);
        for (size_t done = image; done < end; done++)
            finish(node, &epilogue, done);
    }
}

/* --- Backward ------------------------------------------------------------ */

/* dz of `count` images, in scratch where it is not dy. */
static const pmy_real *dz_of(const pmy_node *node, size_t image, size_t count, pmy_real *scratch)
{
    const conv2d_saved *saved = node->saved;
    size_t y_size = pmy_convolution_y_size(&saved->sizes), first = image * y_size;
    if (!node->activation)
        return node->gradient + first;
    pmy_epilogue_backward(node, count * y_size, saved->kept ? saved->kept + first : NULL, node->value + first,
                          node->gradient + first, scratch);
    return scratch;
}

static void add_to_bias(const pmy_convolution *c, size_t images, const pmy_real *dz, pmy_real *db /* [out] */)
{
    size_t positions = c->out_height * c->out_width;
    for (size_t n = 0; n < images; n++)
        for (size_t o = 0; o < c->out; o++)
            db[o] += (pmy_real)pmy_sum_of(positions, dz + (n * c->out + o) * positions);
}

/* dx of a group of images, and its share of dW and db. */
static void backward_group(const pmy_node *node, pmy_piece piece)
{
    const conv2d_saved *saved = node->saved;
    const pmy_convolution *c = &saved->sizes;
    const pmy_convolution_memory *memory = &saved->memory;
    size_t rows = pmy_rows(node), last = rows * piece.end / GROUPS;
    size_t x_size = pmy_convolution_x_size(c), dw_size = pmy_convolution_rows_size(c);
    bool wants_dw = node->input[WEIGHT]->wants_gradient;
    pmy_real *dx = node->input[X]->gradient;                /* [batch, in, height, width] */
    pmy_real *dw = saved->group_dw + piece.begin * dw_size; /* dW's rows */
    pmy_real *db = saved->group_db + piece.begin * c->out;  /* [out] */
    pmy_real *room = piece.scratch;                         /* [images, as y] */
    pmy_real *sum = room + aligned(memory->images * pmy_convolution_y_size(c)); /* [sum] */
    pmy_real *scratch = sum + aligned(memory->sum);
    if (!memory->sum)
        sum = dw;
    memset(db, 0, c->out * sizeof *db);
    memset(sum, 0, (memory->sum ? memory->sum : dw_size) * sizeof *sum);
    for (size_t image = rows * piece.begin / GROUPS, count; image < last; image += count) {
        count = pmy_at_most(memory->images, last - image);
        const pmy_real *dz = dz_of(node, image, count, room);
        saved->algorithm->backward(c, count, node->input[X]->value + image * x_size, dz,
                                   saved->backward_weight, pmy_accumulates(node, X),
                                   dx ? dx + image * x_size : NULL, wants_dw ? sum : NULL, scratch);
        if (bias_of(node) && bias_of(node)->wants_gradient)
            add_to_bias(c, count, dz, db);
    }
    if (memory->sum && wants_dw)
        saved->algorithm->reduce(c, sum, dw);
}

/* Of dW's rows those of a tile, from the groups' into W's order. */
static void sum_weight(const pmy_node *node, size_t tile)
{
    const conv2d_saved *saved = node->saved;
    const pmy_convolution *c = &saved->sizes;
    size_t rows = c->in * c->window.kernel * c->window.kernel, size = pmy_convolution_rows_size(c);
    pmy_real *dw = node->input[WEIGHT]->gradient; /* [out, in, kernel, kernel] */
    for (size_t row = rows * tile / GROUPS; row < rows * (tile + 1) / GROUPS; row++) {
        size_t holds = pmy_convolution_row(c, row);
        for (size_t first = 0, count; first < c->out; first += count) {
            pmy_real sums[PMY_COLUMN_TILE];
            count = pmy_at_most(c->out - first, PMY_COLUMN_TILE);
            pmy_sum_columns(GROUPS, size, 0, count, saved->group_dw + row * (size / rows) + first, sums,
                            false);
            for (size_t o = 0; o < count; o++)
                pmy_put(&dw[(first + o) * rows + holds], sums[o], pmy_accumulates(node, WEIGHT));
        }
    }
}

static void backward_sum(const pmy_node *node, pmy_piece piece)
{
    const conv2d_saved *saved = node->saved;
    size_t out = saved->sizes.out;
    if (node->input[WEIGHT]->wants_gradient)
        sum_weight(node, piece.begin);
    if (bias_of(node) && bias_of(node)->wants_gradient)
        pmy_sum_columns(GROUPS, out, out * piece.begin / GROUPS, out * piece.end / GROUPS, saved->group_db,
                        bias_of(node)->gradient, pmy_accumulates(node, BIAS));
}

/* --- The op -------------------------------------------------------------- */

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        pmy_shape x;
        size_t out;
        pmy_window window;
        pmy_activation activation;
        bool biasless;
    } instance[] = {
        {NULL, {{3, 2, 5, 4}}, 3, {3, 1, 0}, PMY_NONE, false},
        {"padded", {{2, 2, 4, 5}}, 3, {3, 1, 1}, PMY_TANH, false},
        {"stride 2", {{2, 2, 6, 5}}, 2, {2, 2, 0}, PMY_GELU, false},
        {"stride 2, padded", {{2, 2, 5, 6}}, 3, {3, 2, 1}, PMY_RELU, false},
        {"stride above kernel", {{2, 2, 5, 7}}, 2, {1, 3, 0}, PMY_NONE, false},
        {"kernel as large as the image", {{3, 2, 3, 3}}, 4, {3, 1, 0}, PMY_SIGMOID, false},
        {"kernel larger than the image", {{2, 2, 2, 3}}, 2, {5, 1, 2}, PMY_NONE, false},
        {"one pixel", {{4, 3, 1, 1}}, 2, {1, 1, 0}, PMY_LEAKY_RELU, false},
        {"padding above kernel", {{2, 2, 2, 2}}, 2, {2, 1, 3}, PMY_NONE, false},
        {"more images than groups", {{2 * GROUPS + 1, 2, 2, 3}}, 2, {2, 1, 0}, PMY_NONE, false},
        {"three lanes of channels", {{2, 2, 2, 2}}, 9, {1, 1, 0}, PMY_NONE, false},
        {"one channel, 5x5", {{2, 1, 6, 7}}, 2, {5, 1, 2}, PMY_NONE, false},
        {"one channel, stride 2, padded", {{2, 1, 5, 6}}, 3, {3, 2, 1}, PMY_RELU, false},
        {"one channel, padding above kernel", {{2, 1, 2, 2}}, 2, {2, 1, 3}, PMY_NONE, false},
        {"one channel, more images than groups", {{2 * GROUPS + 1, 1, 2, 3}}, 2, {2, 1, 0}, PMY_NONE, false},
        {"winograd", {{2, 6, 3, 3}}, 6, {3, 1, 1}, PMY_TANH, false},
        {"winograd, more images than groups", {{2 * GROUPS + 1, 6, 2, 2}}, 6, {3, 1, 1}, PMY_NONE, false},
        {"winograd, several tiles", {{1, 6, 5, 9}}, 6, {3, 1, 1}, PMY_NONE, false},
        {"no bias", {{3, 2, 4, 4}}, 3, {3, 1, 1}, PMY_TANH, true},
        {"one channel, no bias", {{3, 1, 4, 5}}, 9, {3, 1, 0}, PMY_NONE, true},
    };
    if (index >= sizeof instance / sizeof *instance)
        return NULL;
    s->note = instance[index].note;
    pmy_node *x = pmy_sample_input(s, instance[index].x, -1, 1);
    return (instance[index].biasless ? pmy_conv2d_nobias : pmy_conv2d)(
        s->graph, x, instance[index].out, instance[index].window, instance[index].activation);
}

const pmy_op pmy_op_conv2d = {
    .name = "conv2d",
    .checks.formula = "y[o,r,c] = f(sum_iuv w[o,i,u,v] x[i,s r+u-p,s c+v-p] + b[o])",
    .infer = infer,
    .take = take,
    .epilogue = PMY_EPILOGUE_AXIS_1,
    .forward = {{.run = forward_prepare, .tiles = tiles}, {.run = forward}},
    .whole = 1 << WEIGHT | 1 << BIAS,
    .backward =
        {{.run = backward_group, .tiles = tiles, .gives = 1 << X, .prepares = 1 << WEIGHT | 1 << BIAS},
         {.run = backward_sum, .tiles = tiles, .gives = 1 << WEIGHT | 1 << BIAS}},
    .checks.sample = sample,
};

pmy_node *pmy_conv2d_with(pmy_graph *graph, pmy_node *x, pmy_node *weight, pmy_node *bias, pmy_window window,
                          pmy_activation f)
{
    pmy_node *input[] = {x, weight, bias};
    return pmy_fuse(pmy_append(graph, &pmy_op_conv2d, bias ? 3 : 2, input, &window, sizeof window), f);
}

static pmy_node *conv2d(pmy_graph *graph, pmy_node *x, size_t out, pmy_window window, pmy_activation f,
                        bool biased)
{
    if (!pmy_recorded(x))
        return pmy_append(graph, &pmy_op_conv2d, 1, &x, NULL, 0);
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
    pmy_node *bias =
        biased ? pmy_layer_parameter(graph, "conv2d", "bias", PMY_SHAPE(out), PMY_UNIFORM, bound) : NULL;
    return pmy_conv2d_with(graph, x, weight, bias, window, f);
}

pmy_node *pmy_conv2d(pmy_graph *graph, pmy_node *x, size_t out, pmy_window window, pmy_activation f)
{
    return conv2d(graph, x, out, window, f, true);
}

pmy_node *pmy_conv2d_nobias(pmy_graph *graph, pmy_node *x, size_t out, pmy_window window, pmy_activation f)
{
    return conv2d(graph, x, out, window, f, false);
}

const char *pmy_conv2d_algorithm(const pmy_node *node)
{
    return node->op == &pmy_op_conv2d ? ((const conv2d_saved *)node->saved)->algorithm->name : NULL;
}
