/* linear: z = x Wᵀ + b, y = f(z), of each vector x [in] of the last axis, with W [out, in] and b [out];
 * below, x [vectors, in] and z [vectors, out].
 *
 *   dz = f′ dy             [vectors, out]
 *   dW = dzᵀ x             [out, in]
 *   db = Σ_vectors dz      [out]
 *   dx = dz W              [vectors, in]
 *
 * How the products are computed is one of a few algorithms, chosen by sizes. */
#include "layers/linear.h"

#include "kernels/columns.h"
#include "kernels/gemm.h"
#include "kernels/lane_product.h"
#include "kernels/lanes_transpose.h"
#include "kernels/reduce.h"
#include "layers/epilogue.h"
#include "tensor/ops/ops.h"

enum { X, WEIGHT, BIAS };

typedef struct size_of {
    size_t vectors, in, out;
} size_of;

static size_of sizes(const pmy_node *node)
{
    pmy_shape weight = node->input[WEIGHT]->shape;
    return (size_of){pmy_vectors(node), weight.dim[1], weight.dim[0]};
}

/* NULL: there is none. */
static pmy_node *bias_of(const pmy_node *node)
{
    return node->inputs > BIAS ? node->input[BIAS] : NULL;
}

/* --- Algorithms ------------------------------------------------------------ */

/* A layer of fewer outputs is narrow; a tile is at most as wide as this, or twice that. */
enum { NARROW = 64, WIDEST_TILE = 128 };

/* Outputs whose weights are turned together: as many as a lane product takes at once. */
enum { PANEL = 4 * PMY_LANES };

/* Numbers side by side that are multiplied at once. */
enum { VECTOR = 16 };

/* Numbers in a W that stays in a core's cache; in one so small that each thread reads all of it for its rows
 * of dx, and that y is computed by one thread, unless that takes more than ONE_TILE products of numbers. Of
 * any small W one thread does it for SMALL products: a single vector's. By measurement. */
enum { SMALL = 65536, TINY = 16384, ONE_TILE = 1 << 20 };

/* How a product is split: by rows of the batch; into tiles of its columns, so that each thread's product
 * reads a part of W once; or into such tiles where one would be too much work. */
typedef enum split { BY_ROWS, BY_TILES, BY_FEW_TILES } split;

typedef struct algorithm {
    bool (*fits)(size_of n, bool given);
    bool packs; /* leaves out columns of x that are zero in the whole batch */
    bool lanes; /* takes the products in lanes; else by OpenBLAS */
    split forward, dx;
} algorithm;

static bool is_wide_and_given(size_of n, bool given)
{
    return given && n.out >= NARROW;
}

static bool is_small(size_of n, bool given)
{
    (void)given;
    return n.in >= PMY_LANES && n.out >= PMY_LANES && n.in <= SMALL / n.out;
}

static bool is_small_and_narrow(size_of n, bool given)
{
    return is_small(n, given) && n.out < NARROW;
}

static bool is_tiny(size_of n, bool given)
{
    return is_small(n, given) && n.in * n.out <= TINY;
}

static bool is_narrow(size_of n, bool given)
{
    (void)given;
    return n.out < NARROW;
}

static bool is_any(size_of n, bool given)
{
    (void)n, (void)given;
    return true;
}

/* The first that fits. */
static const algorithm algorithms[] = {
    {is_wide_and_given, true, false, BY_TILES, BY_TILES},
    {is_small_and_narrow, false, true, BY_ROWS, BY_ROWS},
    {is_tiny, false, true, BY_FEW_TILES, BY_ROWS},
    {is_small, false, true, BY_TILES, BY_TILES},
    {is_narrow, false, false, BY_ROWS, BY_ROWS},
    {is_any, false, false, BY_TILES, BY_TILES},
};

static const algorithm *choose(const pmy_node *node)
{
    size_of n = sizes(node);
    bool given = pmy_is_given(node->input[X]);
    const algorithm *by = algorithms;
    while (!by->fits(n, given))
        by++;
    return by;
}

/* --- What forward leaves for backward ------------------------------------ */

typedef struct linear_saved {
    const algorithm *by;
    pmy_real *kept;      /* [vectors, out], where the activation needs its x: what the epilogue keeps of it */
    pmy_real *dz;        /* [vectors, out], where there is an activation; else dz is dy */
    pmy_real *packed_x;  /* [vectors, in], its first columns.used columns; where columns can be left out */
    pmy_columns columns; /* the used columns of x */
    bool packed;         /* whether this forward left columns out */
    pmy_real *turned;    /* [in, out in whole lanes]: Wᵀ, since pmy_prepack; before, NULL */
} linear_saved;

static const algorithm *algorithm_of(const pmy_node *node)
{
    return ((const linear_saved *)node->saved)->by;
}

/* Columns are left out where nobody asks for their gradient, and where a sixteenth or more are empty. */
static void prepare(pmy_node *node)
{
    linear_saved *saved = node->saved;
    size_of n = sizes(node);
    /* Some rows packed anew beside others packed before would not lie alike. */
    if (saved->packed_x && !pmy_graph_is_partial(node->graph)) {
        pmy_columns_find(&saved->columns, n.vectors, n.in, node->input[X]->value);
        size_t left_out = n.in - saved->columns.used;
        saved->packed = left_out >= n.in / 16 && left_out >= PMY_COLUMN_CHUNK;
    } else
        saved->packed = false;
}

static bool take_columns(pmy_node *node, linear_saved *saved)
{
    size_of n = sizes(node);
    saved->packed_x = pmy_take(node, n.vectors * n.in, sizeof(pmy_real));
    saved->columns.seen = pmy_take(node, n.in, sizeof(uint32_t));
    saved->columns.run = pmy_take(node, n.in / 2 + 1, sizeof(pmy_run_of_columns));
    return saved->packed_x && saved->columns.seen && saved->columns.run;
}

static bool take(pmy_node *node)
{
    size_of n = sizes(node);
    linear_saved *saved = node->saved = pmy_take(node, 1, sizeof *saved);
    if (!saved)
        return false;
    const algorithm *by = saved->by = choose(node);
    /* A tile of W, packed or turned; turning writes some lanes more. */
    size_t width =
        by->forward == BY_FEW_TILES || n.out < WIDEST_TILE ? pmy_lanes_round(n.out) : (size_t)WIDEST_TILE;
    node->scratch = by->packs || by->lanes ? width * (n.in + 1) * sizeof(pmy_real) : 0;
    const pmy_unary *f = node->activation;
    if (f && !(saved->dz = pmy_take(node, n.vectors * n.out, sizeof(pmy_real))))
        return false;
    if (f && f->needs_x && !(saved->kept = pmy_take(node, n.vectors * n.out, sizeof(pmy_real))))
        return false;
    return !by->packs || node->input[X]->wants_gradient || take_columns(node, saved);
}

/* Lane products want their W turned, which for a vector or two costs more than the product. */
static bool prepack(pmy_node *node)
{
    linear_saved *saved = node->saved;
    size_of n = sizes(node);
    pmy_role role = node->input[WEIGHT]->role;
    if (!saved->by->lanes || (role != PMY_LEARNED && role != PMY_FIXED))
        return true;
    if (!saved->turned)
        saved->turned = pmy_take(node, n.in * pmy_lanes_round(n.out), sizeof(pmy_real));
    if (saved->turned)
        pmy_lanes_transpose(n.out, n.in, node->input[WEIGHT]->value, n.in, saved->turned);
    return saved->turned;
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    pmy_shape x = node->input[X]->shape, weight = node->input[WEIGHT]->shape;
    const pmy_node *bias = bias_of(node);
    if (pmy_shape_rank(x) < 2 || pmy_shape_rank(weight) != 2 || pmy_shape_last(x) != weight.dim[1] ||
        (bias && !pmy_shape_equal(bias->shape, PMY_SHAPE(weight.dim[0]))))
        return pmy_fail(error, PMY_BAD_SHAPE, "needs x [batch, ..., in], weight [out, in] and bias [out]");
    if (node->input[WEIGHT]->batched || (bias && bias->batched))
        return pmy_fail(error, PMY_BAD_SHAPE, "weight and bias cannot be a part of the batch");
    if (pmy_vectors(node->input[X]) > PMY_GEMM_MAX || weight.dim[1] > PMY_GEMM_MAX ||
        weight.dim[0] > PMY_GEMM_MAX)
        return pmy_fail(error, PMY_BAD_SHAPE,
                        "%zu vectors of %zu inputs and %zu outputs are too many for a product",
                        pmy_vectors(node->input[X]), weight.dim[1], weight.dim[0]);
    node->shape = x;
    node->shape.dim[pmy_shape_rank(x) - 1] = weight.dim[0];
    if (!pmy_shape_valid(node->shape))
        return pmy_fail(error, PMY_BAD_SHAPE, "the output is too large");
    return PMY_OK;
}

/* Vectors begin … end − 1 of a piece of rows. */
typedef struct span {
    size_t begin, end;
} span;

static span vectors_of(const pmy_node *node, pmy_piece piece)
{
    size_t each = pmy_row_vectors(node);
    return (span){piece.begin * each, piece.end * each};
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
    return ((const linear_saved *)node->saved)->packed_x ? PMY_BY_ROWS : 0;
}

static void forward_pack(const pmy_node *node, pmy_piece piece)
{
    linear_saved *saved = node->saved;
    size_t in = sizes(node).in;
    span v = vectors_of(node, piece);
    if (saved->packed)
        pmy_columns_pack(&saved->columns, v.end - v.begin, in, node->input[X]->value + v.begin * in,
                         saved->packed_x + v.begin * in);
}

/* The columns of a tile, of some vectors. */
static void finish(const pmy_node *node, const pmy_epilogue *epilogue, span v, tile columns)
{
    const linear_saved *saved = node->saved;
    size_t out = sizes(node).out;
    for (size_t r = v.begin; r < v.end; r++) {
        size_t at = r * out + columns.first;
        pmy_epilogue_channels(epilogue, columns.first, columns.width, 1, at,
                              saved->kept ? saved->kept + at : NULL);
    }
}

static bool goes_whole(const pmy_node *node)
{
    size_of n = sizes(node);
    size_t most = algorithm_of(node)->forward == BY_FEW_TILES ? ONE_TILE : SMALL;
    return algorithm_of(node)->lanes && n.vectors <= most / (n.in * n.out);
}

static size_t forward_tiles(const pmy_node *node)
{
    if (algorithm_of(node)->forward == BY_ROWS)
        return PMY_BY_ROWS;
    return goes_whole(node) ? 1 : tile_count(sizes(node).out);
}

/* z of a tile of outputs, for some vectors x [count, in]. */
static void multiply_tile(const pmy_node *node, size_t count, const pmy_real *x, tile part, pmy_real *z,
                          pmy_real *scratch)
{
    const linear_saved *saved = node->saved;
    size_of n = sizes(node);
    const pmy_real *weight = node->input[WEIGHT]->value + part.first * n.in; /* [width, in] */
    size_t columns = n.in;
    if (saved->turned && pmy_graph_mode(node->graph) == PMY_EVAL) {
        pmy_lane_gemm(PMY_PLAIN, count, part.width, n.in, x, n.in, saved->turned + part.first,
                      pmy_lanes_round(n.out), z, n.out);
        return;
    }
    if (saved->by->lanes) {
        /* Few outputs at a time, whose turned weights fit a small cache; none is left with less than lanes.
         */
        for (size_t first = 0, width; first < part.width; first += width) {
            width = part.width - first < PANEL + PMY_LANES ? part.width - first : PANEL;
            pmy_lanes_transpose(width, n.in, weight + first * n.in, n.in, scratch);
            pmy_lane_gemm(PMY_PLAIN, count, width, n.in, x, n.in, scratch, pmy_lanes_round(width), z + first,
                          n.out);
        }
        return;
    }
    if (saved->packed) {
        pmy_columns_pack(&saved->columns, part.width, n.in, weight, scratch);
        weight = scratch;
        x = saved->packed_x;
        columns = saved->columns.used;
    }
    pmy_gemm(PMY_PLAIN, PMY_TRANSPOSED, count, part.width, columns, x, n.in, weight, n.in, false, z, n.out);
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    pmy_epilogue epilogue = pmy_epilogue_of(node, bias_of(node));
    span v = {0, n.vectors};
    tile part = {0, n.out};
    if (algorithm_of(node)->forward == BY_ROWS)
        v = vectors_of(node, piece);
    else if (!goes_whole(node))
        part = tile_at(piece.begin, n.out);
    const pmy_real *x = node->input[X]->value + v.begin * n.in;      /* [v.end − v.begin, in] */
    pmy_real *y = epilogue.of->value + v.begin * n.out + part.first; /* [v.end − v.begin, width of out] */
    multiply_tile(node, v.end - v.begin, x, part, y, piece.scratch);
    finish(node, &epilogue, v, part);
}

/* --- Backward ------------------------------------------------------------ */

static const pmy_real *dz_of(const pmy_node *node) /* [vectors, out] */
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
    size_t out = sizes(node).out;
    span v = vectors_of(node, piece);
    size_t first = v.begin * out;
    pmy_epilogue_backward(node, (v.end - v.begin) * out, saved->kept ? saved->kept + first : NULL,
                          node->value + first, node->gradient + first, saved->dz + first);
}

/* C[m, n] (+)= op(A)[m, k] · B[k, n] */
static void multiply(const pmy_node *node, pmy_gemm_transpose transpose_a, size_t m, size_t n, size_t k,
                     const pmy_real *a, size_t lda, const pmy_real *b, size_t ldb, bool accumulate,
                     pmy_real *c, size_t ldc)
{
    if (algorithm_of(node)->lanes && !accumulate)
        pmy_lane_gemm(transpose_a, m, n, k, a, lda, b, ldb, c, ldc);
    else
        pmy_gemm(transpose_a, PMY_PLAIN, m, n, k, a, lda, b, ldb, accumulate, c, ldc);
}

/* dW and db of a tile of outputs. */
static void backward_weight_tile(const pmy_node *node, tile part, pmy_real *scratch)
{
    size_of n = sizes(node);
    linear_saved *saved = node->saved;
    const pmy_real *dz = dz_of(node);                                 /* [vectors, out] */
    pmy_real *dw = node->input[WEIGHT]->gradient + part.first * n.in; /* [width, in] */
    bool accumulate = pmy_accumulates(node, WEIGHT);
    if (saved->packed) {
        pmy_gemm(PMY_TRANSPOSED, PMY_PLAIN, part.width, saved->columns.used, n.vectors, dz + part.first,
                 n.out, saved->packed_x, n.in, false, scratch, n.in);
        pmy_columns_unpack(&saved->columns, part.width, n.in, scratch, dw, accumulate);
    } else {
        multiply(node, PMY_TRANSPOSED, part.width, n.in, n.vectors, dz + part.first, n.out,
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
    if (bias_of(node) && bias_of(node)->gradient)
        pmy_sum_columns(n.vectors, n.out, part.first, part.first + part.width, dz_of(node),
                        bias_of(node)->gradient, pmy_accumulates(node, BIAS));
}

static size_t dx_tiles(const pmy_node *node)
{
    return algorithm_of(node)->dx == BY_ROWS ? PMY_BY_ROWS : tile_count(sizes(node).in);
}

static void backward_x(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    span v = {0, n.vectors};
    tile part = {0, n.in};
    if (algorithm_of(node)->dx == BY_ROWS)
        v = vectors_of(node, piece);
    else
        part = tile_at(piece.begin, n.in);
    const pmy_real *dz = dz_of(node) + v.begin * n.out;               /* [v.end − v.begin, out] */
    const pmy_real *weight = node->input[WEIGHT]->value + part.first; /* [out, width of in] */
    pmy_real *dx =
        node->input[X]->gradient + v.begin * n.in + part.first; /* [v.end − v.begin, width of in] */
    multiply(node, PMY_PLAIN, v.end - v.begin, part.width, n.out, dz, n.out, weight, n.in,
             pmy_accumulates(node, X), dx, n.in);
}

/* --- The op -------------------------------------------------------------- */

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        pmy_shape x;
        size_t out;
        pmy_activation activation;
        enum { GIVEN, SPARSE, COMPUTED } kind;
        bool biasless;
    } instance[] = {
        {NULL, {{5, 7}}, 3, PMY_NONE, GIVEN, false},
        {"one row", {{1, 7}}, 3, PMY_NONE, GIVEN, false},
        {"wide", {{3, 5}}, NARROW + 1, PMY_TANH, GIVEN, false},
        {"wide both ways", {{2, NARROW + 1}}, NARROW + 1, PMY_SIGMOID, GIVEN, false},
        {"wide, empty columns", {{3, 60}}, NARROW + 1, PMY_GELU, SPARSE, false},
        {"wide, of computed numbers", {{3, 9}}, NARROW + 1, PMY_TANH, COMPUTED, false},
        {"no bias", {{5, 7}}, 3, PMY_TANH, GIVEN, true},
        {"wide, no bias", {{3, 5}}, NARROW + 1, PMY_NONE, COMPUTED, true},
        {"rank 3", {{3, 4, 5}}, 3, PMY_GELU, GIVEN, false},
        {"rank 4", {{2, 3, 2, 5}}, 9, PMY_NONE, COMPUTED, false},
        {"rank 3, wide, empty columns", {{2, 3, 40}}, NARROW + 1, PMY_GELU, SPARSE, false},
        {"rank 3, wide, of computed numbers", {{2, 3, 9}}, NARROW + 1, PMY_TANH, COMPUTED, true},
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
    pmy_shape shape = instance[index].x;
    pmy_node *x = instance[index].kind == SPARSE ? pmy_sample_sparse_input(s, shape, -1, 1)
                                                 : pmy_sample_input(s, shape, -1, 1);
    if (instance[index].kind == COMPUTED)
        x = pmy_scale(s->graph, x, 2);
    return (instance[index].biasless ? pmy_linear_nobias : pmy_linear)(s->graph, x, instance[index].out,
                                                                       instance[index].activation);
}

const pmy_op pmy_op_linear = {
    .name = "linear",
    .checks.formula = "y = f(x W^T + b)",
    .infer = infer,
    .take = take,
    .prepare = prepare,
    .prepack = prepack,
    .epilogue = PMY_EPILOGUE_LAST_AXIS,
    .forward = {{.run = forward_pack, .tiles = pack_rows}, {.run = forward, .tiles = forward_tiles}},
    .whole = 1 << WEIGHT | 1 << BIAS,
    .backward = {{.run = backward_activation, .tiles = activation_rows},
                 {.run = backward_x, .tiles = dx_tiles, .gives = 1 << X},
                 {.run = backward_weight, .tiles = weight_tiles, .gives = 1 << WEIGHT | 1 << BIAS}},
    .checks.sample = sample,
};

pmy_node *pmy_linear_with(pmy_graph *graph, pmy_node *x, pmy_node *weight, pmy_node *bias, pmy_activation f)
{
    pmy_node *input[] = {x, weight, bias};
    return pmy_fuse(pmy_append(graph, &pmy_op_linear, bias ? 3 : 2, input, NULL, 0), f);
}

static pmy_node *linear(pmy_graph *graph, pmy_node *x, size_t out, pmy_activation f, bool biased)
{
    if (!pmy_recorded(x))
        return pmy_append(graph, &pmy_op_linear, 1, &x, NULL, 0);
    if (pmy_shape_rank(x->shape) < 2)
        return pmy_refuse(graph, PMY_BAD_SHAPE, "linear: needs [batch, ..., in], not %s",
                          pmy_shape_print(x->shape).text);
    size_t in = pmy_shape_last(x->shape);
    double bound = 1 / sqrt((double)in);
    pmy_node *weight = pmy_layer_parameter(graph, "linear", "weight", PMY_SHAPE(out, in), PMY_UNIFORM, bound);
    pmy_node *bias =
        biased ? pmy_layer_parameter(graph, "linear", "bias", PMY_SHAPE(out), PMY_UNIFORM, bound) : NULL;
    return pmy_linear_with(graph, x, weight, bias, f);
}

pmy_node *pmy_linear(pmy_graph *graph, pmy_node *x, size_t out, pmy_activation f)
{
    return linear(graph, x, out, f, true);
}

pmy_node *pmy_linear_nobias(pmy_graph *graph, pmy_node *x, size_t out, pmy_activation f)
{
    return linear(graph, x, out, f, false);
}
