/* linear: z = x Wᵀ + b, y = f(z), with x [batch, in], W [out, in], b [out].
 *
 *   dz = f′ dy          [batch, out]
 *   dW = dzᵀ x          [out, in]
 *   db = Σ_rows dz      [out]
 *   dx = dz W           [batch, in]
 *
 * A wide layer is split into tiles of its out (forward, dW) or in (dx) columns, so that each
 * thread's product reads a part of W once; a narrow one (a classifier's last) by rows. The products of a
 * small layer are taken in lanes, others by OpenBLAS. */
#include "layers/linear.h"

#include "kernels/channels_last.h"
#include "kernels/columns.h"
#include "layers/epilogue.h"
#include "kernels/lane_product.h"
#include "kernels/gemm.h"
#include "tensor/ops/ops.h"
#include "kernels/reduce.h"

enum { X, WEIGHT, BIAS };

/* A layer of fewer outputs is narrow; a tile is at most as wide as this, or twice that. */
enum { NARROW = 64, WIDEST_TILE = 128 };

/* Numbers side by side that are multiplied at once. */
enum { VECTOR = 16 };

/* Numbers in the W of a layer whose products are taken in lanes: W stays in a core's cache. And in one so
 * small that each thread reads all of it for its rows of dx, and that y is computed by one thread, unless
 * that takes more than ONE_TILE products of numbers. By measurement. */
enum { SMALL = 65536, TINY = 16384, ONE_TILE = 1 << 20 };

typedef struct size_of {
    size_t rows, in, out;
} size_of;

static size_of sizes(const pmy_node *node)
{
    pmy_shape weight = node->input[WEIGHT]->shape;
    return (size_of){pmy_rows(node), weight.dim[1], weight.dim[0]};
}

/* --- What forward leaves for backward ------------------------------------ */

typedef struct linear_saved {
    pmy_real *z;         /* [batch, out], where the activation's backward reads it */
    pmy_real *dz;        /* [batch, out], where there is an activation; else dz is dy */
    pmy_real *packed_x;  /* [batch, in], its first columns.used columns; where x is given */
    pmy_columns columns; /* the used columns of x */
    bool packed;         /* whether this forward left columns out */
} linear_saved;

/* Whether x is data for a wide layer, which may have empty columns. */
static bool may_pack(const pmy_node *node)
{
    return pmy_is_given(node->input[X]) && sizes(node).out >= NARROW;
}

/* Columns are left out where nobody asks for their gradient, and where a sixteenth or more are empty. */
static bool can_pack(const pmy_node *node)
{
    return may_pack(node) && !node->input[X]->gradient;
}

static bool goes_in_lanes(const pmy_node *node)
{
    size_of n = sizes(node);
    return n.in >= PMY_LANES && n.out >= PMY_LANES && n.in <= SMALL / n.out && !may_pack(node);
}

static bool is_tiny(const pmy_node *node)
{
    size_of n = sizes(node);
    return goes_in_lanes(node) && n.in * n.out <= TINY;
}

static void prepare(pmy_node *node)
{
    linear_saved *saved = node->saved;
    size_of n = sizes(node);
    saved->packed = false;
    /* Some rows packed anew beside others packed before would not lie alike. */
    if (!can_pack(node) || pmy_graph_is_partial(node->graph))
        return;
    pmy_columns_find(&saved->columns, n.rows, n.in, node->input[X]->value);
    size_t left_out = n.in - saved->columns.used;
    saved->packed = left_out >= n.in / 16 && left_out >= PMY_COLUMN_CHUNK;
}

/* A tile of W, packed or turned; turning writes some lanes more. */
static size_t forward_scratch(const pmy_node *node)
{
    size_of n = sizes(node);
    size_t width = is_tiny(node) || n.out < WIDEST_TILE ? pmy_lanes_round(n.out) : WIDEST_TILE;
    return may_pack(node) || goes_in_lanes(node) ? width * (n.in + 1) : 0;
}

static bool take(pmy_node *node)
{
    size_of n = sizes(node);
    const pmy_unary *f = node->activation;
    linear_saved *saved = node->saved = pmy_take(node, 1, sizeof *saved);
    bool fine = saved;
    if (!fine)
        return false;
    node->scratch = forward_scratch(node) * sizeof(pmy_real);
    if (f)
        fine &= (saved->dz = pmy_take(node, n.rows * n.out, sizeof(pmy_real))) != NULL;
    if (f && f->needs_x)
        fine &= (saved->z = pmy_take(node, n.rows * n.out, sizeof(pmy_real))) != NULL;
    if (may_pack(node)) {
        fine &= (saved->packed_x = pmy_take(node, n.rows * n.in, sizeof(pmy_real))) != NULL;
        fine &= (saved->columns.seen = pmy_take(node, n.in, sizeof(uint32_t))) != NULL;
        fine &= (saved->columns.run = pmy_take(node, n.in / 2 + 1, sizeof(pmy_run_of_columns))) != NULL;
    }
    return fine;
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    pmy_shape x = node->input[X]->shape, weight = node->input[WEIGHT]->shape, bias = node->input[BIAS]->shape;
    if (pmy_shape_rank(x) != 2 || pmy_shape_rank(weight) != 2 || x.dim[1] != weight.dim[1] ||
        !pmy_shape_equal(bias, PMY_SHAPE(weight.dim[0])))
        return pmy_fail(error, PMY_BAD_SHAPE, "needs x [batch, in], weight [out, in] and bias [out]");
    if (node->input[WEIGHT]->batched || node->input[BIAS]->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "weight and bias cannot be a part of the batch");
    if (x.dim[0] > PMY_GEMM_MAX || x.dim[1] > PMY_GEMM_MAX || weight.dim[0] > PMY_GEMM_MAX)
        return pmy_fail(error, PMY_BAD_SHAPE, "an axis is longer than the product can take");
    node->shape = PMY_SHAPE(x.dim[0], weight.dim[0]);
    if (!pmy_shape_valid(node->shape))
        return pmy_fail(error, PMY_BAD_SHAPE, "the output is too large");
    return PMY_OK;
}

/* --- Tiles --------------------------------------------------------------- */

static size_t tile_count(size_t length)
{
    size_t widest = length >= 2 * WIDEST_TILE ? WIDEST_TILE : NARROW;
    return (length + widest - 1) / widest;
}

typedef struct tile {
    size_t first, width;
} tile;

/* Tiles of about the same width, in whole vectors but for the last. */
static tile tile_at(size_t index, size_t length)
{
    size_t vectors = (length + VECTOR - 1) / VECTOR, tiles = tile_count(length);
    size_t first = vectors * index / tiles * VECTOR, end = vectors * (index + 1) / tiles * VECTOR;
    return (tile){first, (end < length ? end : length) - first};
}

/* --- Forward ------------------------------------------------------------- */

static size_t pack_rows(const pmy_node *node)
{
    return can_pack(node) ? PMY_BY_ROWS : 0;
}

static void forward_pack(const pmy_node *node, pmy_piece piece)
{
    linear_saved *saved = node->saved;
    size_t in = sizes(node).in;
    if (saved->packed)
        pmy_columns_pack(&saved->columns, piece.end - piece.begin, in,
                         node->input[X]->value + piece.begin * in, saved->packed_x + piece.begin * in);
}

/* Rows begin … end − 1 of the columns of a tile. */
static void finish(const pmy_node *node, const pmy_epilogue *epilogue, size_t begin, size_t end, tile columns)
{
    const linear_saved *saved = node->saved;
    size_t out = sizes(node).out;
    for (size_t r = begin; r < end; r++) {
        size_t at = r * out + columns.first;
        pmy_epilogue_channels(epilogue, columns.first, columns.width, 1, at, saved->z ? saved->z + at : NULL);
    }
}

static bool forward_is_whole(const pmy_node *node)
{
    size_of n = sizes(node);
    return is_tiny(node) && n.rows <= ONE_TILE / (n.in * n.out);
}

static size_t forward_tiles(const pmy_node *node)
{
    size_t out = sizes(node).out;
    if (out < NARROW)
        return PMY_BY_ROWS;
    return forward_is_whole(node) ? 1 : tile_count(out);
}

/* Of a small layer, z [rows, width] of a tile; its part of W [width, in] is turned in scratch as if it were
 * the channels of an image. */
static void multiply_turned(const pmy_node *node, size_t rows, const pmy_real *x, const pmy_real *weight,
                            size_t width, pmy_real *z, pmy_real *scratch)
{
    size_of n = sizes(node);
    pmy_channels_last form = {.channels = width,
                              .height = 1,
                              .width = n.in,
                              .padded_height = 1,
                              .padded_width = n.in,
                              .pixel = pmy_lanes_round(width)};
    pmy_channels_to_last(&form, weight, scratch);
    pmy_lane_gemm(PMY_PLAIN, rows, width, n.in, x, n.in, scratch, form.pixel, z, n.out);
}

/* z of a tile of outputs, for the rows of x [rows, in]. */
static void multiply_tile(const pmy_node *node, size_t rows, const pmy_real *x, tile part, pmy_real *z,
                          pmy_real *scratch)
{
    const linear_saved *saved = node->saved;
    size_of n = sizes(node);
    const pmy_real *weight = node->input[WEIGHT]->value + part.first * n.in; /* [width, in] */
    size_t columns = n.in;
    if (goes_in_lanes(node)) {
        multiply_turned(node, rows, x, weight, part.width, z, scratch);
        return;
    }
    if (saved->packed) {
        pmy_columns_pack(&saved->columns, part.width, n.in, weight, scratch);
        weight = scratch;
        x = saved->packed_x;
        columns = saved->columns.used;
    }
    pmy_gemm(PMY_PLAIN, PMY_TRANSPOSED, rows, part.width, columns, x, n.in, weight, n.in, false, z, n.out);
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    pmy_epilogue epilogue = pmy_epilogue_of(node, node->input[BIAS]);
    size_t begin = 0, end = n.rows;
    tile part = {0, n.out};
    if (n.out < NARROW)
        begin = piece.begin, end = piece.end;
    else if (!forward_is_whole(node))
        part = tile_at(piece.begin, n.out);
    const pmy_real *x = node->input[X]->value + begin * n.in;      /* [end − begin, in] */
    pmy_real *y = epilogue.of->value + begin * n.out + part.first; /* [end − begin, width of out] */
    multiply_tile(node, end - begin, x, part, y, piece.scratch);
    finish(node, &epilogue, begin, end, part);
}

/* --- Backward ------------------------------------------------------------ */

static const pmy_real *dz_of(const pmy_node *node) /* [rows, out] */
{
    const linear_saved *saved = node->saved;
    return saved->dz ? saved->dz : node->gradient;
}

static size_t activation_rows(const pmy_node *node)
{
    return node->activation ? PMY_BY_ROWS : 0;
}

static void backward_activation(const pmy_node *node, pmy_piece piece)
{
    linear_saved *saved = node->saved;
    size_t out = sizes(node).out, first = piece.begin * out;
    node->activation->backward(node, (piece.end - piece.begin) * out, saved->z ? saved->z + first : NULL,
                               node->value + first, node->gradient + first, saved->dz + first, false);
}

/* C[m, n] (+)= op(A)[m, k] · B[k, n] */
static void multiply(const pmy_node *node, pmy_transpose transpose_a, size_t m, size_t n, size_t k,
                     const pmy_real *a, size_t lda, const pmy_real *b, size_t ldb, bool accumulate,
                     pmy_real *c, size_t ldc)
{
    if (goes_in_lanes(node) && !accumulate)
        pmy_lane_gemm(transpose_a, m, n, k, a, lda, b, ldb, c, ldc);
    else
        pmy_gemm(transpose_a, PMY_PLAIN, m, n, k, a, lda, b, ldb, accumulate, c, ldc);
}

/* dW and db of a tile of outputs. */
static void backward_weight_tile(const pmy_node *node, tile part, pmy_real *scratch)
{
    size_of n = sizes(node);
    linear_saved *saved = node->saved;
    const pmy_real *dz = dz_of(node);                                 /* [rows, out] */
    pmy_real *dw = node->input[WEIGHT]->gradient + part.first * n.in; /* [width, in] */
    bool accumulate = pmy_accumulates(node, WEIGHT);
    if (saved->packed) {
        pmy_gemm(PMY_TRANSPOSED, PMY_PLAIN, part.width, saved->columns.used, n.rows, dz + part.first, n.out,
                 saved->packed_x, n.in, false, scratch, n.in);
        pmy_columns_unpack(&saved->columns, part.width, n.in, scratch, dw, accumulate);
    } else {
        multiply(node, PMY_TRANSPOSED, part.width, n.in, n.rows, dz + part.first, n.out,
                 node->input[X]->value, n.in, accumulate, dw, n.in);
    }
}

static size_t weight_tiles(const pmy_node *node)
{
    return tile_count(sizes(node).out);
}

static void backward_weight(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    tile part = tile_at(piece.begin, n.out);
    if (node->input[WEIGHT]->gradient)
        backward_weight_tile(node, part, piece.scratch);
    if (node->input[BIAS]->gradient)
        pmy_sum_columns(n.rows, n.out, part.first, part.first + part.width, dz_of(node),
                        node->input[BIAS]->gradient, pmy_accumulates(node, BIAS));
}

static bool input_goes_by_rows(const pmy_node *node)
{
    return sizes(node).out < NARROW || is_tiny(node);
}

static size_t input_tiles(const pmy_node *node)
{
    return input_goes_by_rows(node) ? PMY_BY_ROWS : tile_count(sizes(node).in);
}

static void backward_input(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    size_t begin = 0, end = n.rows;
    tile part = {0, n.in};
    if (input_goes_by_rows(node))
        begin = piece.begin, end = piece.end;
    else
        part = tile_at(piece.begin, n.in);
    const pmy_real *dz = dz_of(node) + begin * n.out;                    /* [end − begin, out] */
    const pmy_real *weight = node->input[WEIGHT]->value + part.first;    /* [out, width of in] */
    pmy_real *dx = node->input[X]->gradient + begin * n.in + part.first; /* [end − begin, width of in] */
    multiply(node, PMY_PLAIN, end - begin, part.width, n.out, dz, n.out, weight, n.in,
             pmy_accumulates(node, X), dx, n.in);
}

/* --- The op -------------------------------------------------------------- */

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        size_t batch, in, out;
        pmy_activation activation;
        enum { GIVEN, SPARSE, COMPUTED } x;
    } instance[] = {
        {NULL, 5, 7, 3, PMY_NONE, GIVEN},
        {"one row", 1, 7, 3, PMY_NONE, GIVEN},
        {"wide", 3, 5, NARROW + 1, PMY_TANH, GIVEN},
        {"wide both ways", 2, NARROW + 1, NARROW + 1, PMY_SIGMOID, GIVEN},
        {"wide, empty columns", 3, 60, NARROW + 1, PMY_GELU, SPARSE},
        {"wide, of computed numbers", 3, 9, NARROW + 1, PMY_TANH, COMPUTED},
    };
    enum { INSTANCES = sizeof instance / sizeof *instance };
    if (index >= INSTANCES) {
        pmy_activation each = (pmy_activation)(index - INSTANCES + 1);
        if (!pmy_activation_op(each))
            return NULL;
        s->note = pmy_activation_op(each)->name;
        return pmy_linear(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -1, 1), 4, each);
    }
    s->note = instance[index].note;
    pmy_shape shape = PMY_SHAPE(instance[index].batch, instance[index].in);
    pmy_node *x = instance[index].x == SPARSE ? pmy_sample_sparse_input(s, shape, -1, 1)
                                              : pmy_sample_input(s, shape, -1, 1);
    if (instance[index].x == COMPUTED)
        x = pmy_scale(s->graph, x, 2);
    return pmy_linear(s->graph, x, instance[index].out, instance[index].activation);
}

const pmy_op pmy_op_linear = {
    .name = "linear",
    .checks.formula = "y = f(x W^T + b)",
    .infer = infer,
    .take = take,
    .prepare = prepare,
    .has_epilogue = true,
    .forward = {{.run = forward_pack, .tiles = pack_rows}, {.run = forward, .tiles = forward_tiles}},
    .whole = 1 << WEIGHT | 1 << BIAS,
    .backward = {{.run = backward_activation, .tiles = activation_rows},
                 {.run = backward_input, .tiles = input_tiles, .gives = 1 << X},
                 {.run = backward_weight, .tiles = weight_tiles, .gives = 1 << WEIGHT | 1 << BIAS}},
    .checks.sample = sample,
};

pmy_node *pmy_linear_with(pmy_graph *graph, pmy_node *x, pmy_node *weight, pmy_node *bias, pmy_activation f)
{
    return pmy_fuse(pmy_append(graph, &pmy_op_linear, 3, (pmy_node *[]){x, weight, bias}, NULL, 0), f);
}

pmy_node *pmy_linear(pmy_graph *graph, pmy_node *x, size_t out, pmy_activation f)
{
    if (!pmy_recorded(x))
        return x;
    if (pmy_shape_rank(x->shape) != 2)
        return pmy_refuse(graph, PMY_BAD_SHAPE, "linear: needs [batch, in], not %s",
                          pmy_shape_print(x->shape).text);
    size_t in = x->shape.dim[1];
    double bound = 1 / sqrt((double)in);
    pmy_node *weight = pmy_layer_parameter(graph, "linear", "weight", PMY_SHAPE(out, in), PMY_UNIFORM, bound);
    pmy_node *bias = pmy_layer_parameter(graph, "linear", "bias", PMY_SHAPE(out), PMY_UNIFORM, bound);
    return pmy_linear_with(graph, x, weight, bias, f);
}
