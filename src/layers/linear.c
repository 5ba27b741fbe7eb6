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
#include "kernels/long_product.h"
#include "kernels/panels.h"
#include "kernels/reduce.h"
#include "layers/epilogue.h"
#include "layers/linear_algorithm.h"
#include "tensor/ops/ops.h"

enum { X, WEIGHT, BIAS };

/* NULL: there is none. */
static pmy_node *bias_of(const pmy_node *node)
{
    return node->inputs > BIAS ? node->input[BIAS] : NULL;
}

/* How many products of numbers a tile has at most where few tiles do; of any layer that is computed in lanes,
 * one tile does for a vector's. By measurement. */
enum { ONE_TILE = 1 << 20, ONE_VECTOR = 1 << 16 };

/* --- What forward leaves for backward ------------------------------------ */

typedef struct linear_saved {
    const pmy_linear_algorithm *by;
    pmy_real *kept;      /* [vectors, out], where the activation needs its x: what the epilogue keeps of it */
    pmy_real *dz;        /* [vectors, out], where there is an activation; else dz is dy */
    pmy_real *turned;    /* W's panels, one after the other; where it is turned once */
    pmy_real *packed_x;  /* [vectors, in], its first columns.used columns; where columns can be left out */
    pmy_columns columns; /* the used columns of x */
    bool packed;         /* whether this forward left columns out */
    pmy_real *prepacked; /* [in, out in whole lanes]: Wᵀ, since pmy_prepack; before, NULL */
} linear_saved;

static const pmy_linear_algorithm *algorithm_of(const pmy_node *node)
{
    return ((const linear_saved *)node->saved)->by;
}

/* Columns are left out where nobody asks for their gradient, and where a sixteenth or more are empty. */
static void prepare(pmy_node *node)
{
    linear_saved *saved = node->saved;
    pmy_linear_size n = pmy_linear_size_of(node);
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
    pmy_linear_size n = pmy_linear_size_of(node);
    saved->packed_x = pmy_take(node, n.vectors * n.in, sizeof(pmy_real));
    saved->columns.seen = pmy_take(node, n.in, sizeof(uint32_t));
    saved->columns.run = pmy_take(node, n.in / 2 + 1, sizeof(pmy_run_of_columns));
    return saved->packed_x && saved->columns.seen && saved->columns.run;
}

/* How many numbers a piece needs for itself. */
static size_t scratch_of(const pmy_linear_algorithm *by, pmy_linear_size n)
{
    if (by->turns)
        return pmy_long_product_scratch(pmy_at_most(n.out, PMY_LONG_TILE), pmy_at_most(n.in, PMY_LONG_TILE));
    if (!by->packs && !by->lanes)
        return 0;
    /* A tile of W, packed or turned; turning writes some lanes more. */
    size_t width = by->forward == PMY_LINEAR_BY_FEW_TILES || n.out < PMY_TILE_WIDEST
                       ? pmy_lanes_round(n.out)
                       : (size_t)PMY_TILE_WIDEST;
    return width * (n.in + 1);
}

static bool take(pmy_node *node)
{
    pmy_linear_size n = pmy_linear_size_of(node);
    linear_saved *saved = node->saved = pmy_take(node, 1, sizeof *saved);
    if (!saved)
        return false;
    const pmy_linear_algorithm *by = saved->by = pmy_linear_choose(node);
    node->scratch = scratch_of(by, n) * sizeof(pmy_real);
    if (by->turns && !(saved->turned = pmy_take(node, n.in * pmy_lanes_round(n.out), sizeof(pmy_real))))
        return false;
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
    pmy_linear_size n = pmy_linear_size_of(node);
    pmy_role role = node->input[WEIGHT]->role;
    if (!saved->by->lanes || (role != PMY_LEARNED && role != PMY_FIXED))
        return true;
    if (!saved->prepacked)
        saved->prepacked = pmy_take(node, n.in * pmy_lanes_round(n.out), sizeof(pmy_real));
    if (saved->prepacked)
        pmy_lanes_transpose(n.out, n.in, node->input[WEIGHT]->value, n.in, saved->prepacked);
    return saved->prepacked;
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

/* --- Forward ------------------------------------------------------------- */

static size_t turn_tiles(const pmy_node *node)
{
    return algorithm_of(node)->turns ? pmy_panel_count(pmy_linear_size_of(node).out) : 0;
}

static void forward_turn(const pmy_node *node, pmy_piece piece)
{
    const linear_saved *saved = node->saved;
    pmy_linear_size n = pmy_linear_size_of(node);
    pmy_panel panel = pmy_panel_at(piece.begin, n.out);
    pmy_panel_turn(panel, n.in, node->input[WEIGHT]->value, saved->turned + panel.first * n.in);
}

static size_t pack_rows(const pmy_node *node)
{
    return ((const linear_saved *)node->saved)->packed_x ? PMY_BY_ROWS : 0;
}

static void forward_pack(const pmy_node *node, pmy_piece piece)
{
    linear_saved *saved = node->saved;
    size_t in = pmy_linear_size_of(node).in;
    span v = vectors_of(node, piece);
    if (saved->packed)
        pmy_columns_pack(&saved->columns, v.end - v.begin, in, node->input[X]->value + v.begin * in,
                         saved->packed_x + v.begin * in);
}

/* The columns of a tile, of some vectors. */
static void finish(const pmy_node *node, const pmy_epilogue *epilogue, span v, pmy_tile columns)
{
    const linear_saved *saved = node->saved;
    size_t out = pmy_linear_size_of(node).out;
    for (size_t r = v.begin; r < v.end; r++) {
        size_t at = r * out + columns.first;
        pmy_epilogue_channels(epilogue, columns.first, columns.width, 1, at,
                              saved->kept ? saved->kept + at : NULL);
    }
}

static bool goes_whole(const pmy_node *node)
{
    pmy_linear_size n = pmy_linear_size_of(node);
    size_t most = algorithm_of(node)->forward == PMY_LINEAR_BY_FEW_TILES ? ONE_TILE : ONE_VECTOR;
    return algorithm_of(node)->lanes && n.vectors <= most / (n.in * n.out);
}

static size_t forward_tiles(const pmy_node *node)
{
    if (algorithm_of(node)->forward == PMY_LINEAR_BY_ROWS)
        return PMY_BY_ROWS;
    return goes_whole(node) ? 1 : pmy_tile_count(pmy_linear_size_of(node).out);
}

/* z of a tile of outputs, for some vectors x [count, in]. */
static void multiply_tile(const pmy_node *node, size_t count, const pmy_real *x, pmy_tile part, pmy_real *z,
                          pmy_real *scratch)
{
    const linear_saved *saved = node->saved;
    pmy_linear_size n = pmy_linear_size_of(node);
    const pmy_real *weight = node->input[WEIGHT]->value + part.first * n.in; /* [width, in] */
    size_t columns = n.in;
    if (saved->prepacked && pmy_graph_mode(node->graph) == PMY_EVAL) {
        pmy_lane_gemm(PMY_PLAIN, count, part.width, n.in, x, n.in, saved->prepacked + part.first,
                      pmy_lanes_round(n.out), z, n.out);
        return;
    }
    for (size_t p = 0; saved->by->lanes && p < pmy_panel_count(part.width); p++) {
        pmy_panel panel = pmy_panel_at(p, part.width);
        const pmy_real *turned = saved->turned ? saved->turned + panel.first * n.in : scratch;
        if (!saved->turned)
            pmy_panel_turn(panel, n.in, weight, scratch);
        pmy_panel_product(panel, count, n.in, x, turned, z, n.out);
    }
    if (saved->by->lanes)
        return;
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
    pmy_linear_size n = pmy_linear_size_of(node);
    pmy_epilogue epilogue = pmy_epilogue_of(node, bias_of(node));
    span v = {0, n.vectors};
    pmy_tile part = {0, n.out};
    if (algorithm_of(node)->forward == PMY_LINEAR_BY_ROWS)
        v = vectors_of(node, piece);
    else if (!goes_whole(node))
        part = pmy_tile_at(piece.begin, n.out);
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
    size_t out = pmy_linear_size_of(node).out;
    span v = vectors_of(node, piece);
    size_t first = v.begin * out;
    pmy_epilogue_backward(node, (v.end - v.begin) * out, saved->kept ? saved->kept + first : NULL,
                          node->value + first, node->gradient + first, saved->dz + first);
}

/* C[m, n] (+)= op(A)[m, k] · B[k, n]; a lane product of fewer columns than lanes would write columns beside.
 */
static void multiply(const pmy_node *node, pmy_gemm_transpose transpose_a, size_t m, size_t n, size_t k,
                     const pmy_real *a, size_t lda, const pmy_real *b, size_t ldb, bool accumulate,
                     pmy_real *c, size_t ldc)
{
    if (algorithm_of(node)->lanes && !accumulate && n >= PMY_LANES)
        pmy_lane_gemm(transpose_a, m, n, k, a, lda, b, ldb, c, ldc);
    else
        pmy_gemm(transpose_a, PMY_PLAIN, m, n, k, a, lda, b, ldb, accumulate, c, ldc);
}

/* dW of a tile of outputs and inputs. */
static void backward_weight_tile(const pmy_node *node, pmy_tile part, pmy_tile of, pmy_real *scratch)
{
    pmy_linear_size n = pmy_linear_size_of(node);
    linear_saved *saved = node->saved;
    const pmy_real *dz = dz_of(node);                                 /* [vectors, out] */
    const pmy_real *x = node->input[X]->value;                        /* [vectors, in] */
    pmy_real *dw = node->input[WEIGHT]->gradient + part.first * n.in; /* [width, in] */
    bool accumulate = pmy_accumulates(node, WEIGHT);
    if (saved->packed) {
        pmy_gemm(PMY_TRANSPOSED, PMY_PLAIN, part.width, saved->columns.used, n.vectors, dz + part.first,
                 n.out, saved->packed_x, n.in, false, scratch, n.in);
        pmy_columns_unpack(&saved->columns, part.width, n.in, scratch, dw, accumulate);
    } else if (saved->by->turns && !accumulate && of.width % PMY_LANES == 0) {
        pmy_long_product(part.width, of.width, n.vectors, dz + part.first, n.out, x + of.first, n.in,
                         dw + of.first, n.in, scratch);
    } else {
        multiply(node, PMY_TRANSPOSED, part.width, of.width, n.vectors, dz + part.first, n.out, x + of.first,
                 n.in, accumulate, dw + of.first, n.in);
    }
}

/* Tiles of inputs beside each other, for the same outputs. */
static size_t weight_tiles_beside(const pmy_node *node)
{
    return algorithm_of(node)->turns ? pmy_long_tile_count(pmy_linear_size_of(node).in) : 1;
}

static size_t weight_tiles(const pmy_node *node)
{
    size_t out = pmy_linear_size_of(node).out;
    return (algorithm_of(node)->turns ? pmy_long_tile_count(out) : pmy_tile_count(out)) *
           weight_tiles_beside(node);
}

static void backward_weight(const pmy_node *node, pmy_piece piece)
{
    pmy_linear_size n = pmy_linear_size_of(node);
    size_t beside = weight_tiles_beside(node), row = piece.begin / beside;
    bool turns = algorithm_of(node)->turns;
    pmy_tile part = turns ? pmy_long_tile_at(row, n.out) : pmy_tile_at(row, n.out);
    pmy_tile of = turns ? pmy_long_tile_at(piece.begin % beside, n.in) : (pmy_tile){0, n.in};
    if (node->input[WEIGHT]->gradient)
        backward_weight_tile(node, part, of, piece.scratch);
    if (of.first == 0 && bias_of(node) && bias_of(node)->gradient)
        pmy_sum_columns(n.vectors, n.out, part.first, part.first + part.width, dz_of(node),
                        bias_of(node)->gradient, pmy_accumulates(node, BIAS));
}

static size_t dx_tiles(const pmy_node *node)
{
    return algorithm_of(node)->dx == PMY_LINEAR_BY_ROWS ? PMY_BY_ROWS
                                                        : pmy_tile_count(pmy_linear_size_of(node).in);
}

static void backward_x(const pmy_node *node, pmy_piece piece)
{
    pmy_linear_size n = pmy_linear_size_of(node);
    span v = {0, n.vectors};
    pmy_tile part = {0, n.in};
    if (algorithm_of(node)->dx == PMY_LINEAR_BY_ROWS)
        v = vectors_of(node, piece);
    else
        part = pmy_tile_at(piece.begin, n.in);
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
        {"wide", {{3, 5}}, PMY_LINEAR_NARROW + 1, PMY_TANH, GIVEN, false},
        {"wide both ways", {{2, PMY_LINEAR_NARROW + 1}}, PMY_LINEAR_NARROW + 1, PMY_SIGMOID, GIVEN, false},
        {"wide, empty columns", {{3, 60}}, PMY_LINEAR_NARROW + 1, PMY_GELU, SPARSE, false},
        {"wide, of computed numbers", {{3, 9}}, PMY_LINEAR_NARROW + 1, PMY_TANH, COMPUTED, false},
        {"no bias", {{5, 7}}, 3, PMY_TANH, GIVEN, true},
        {"wide, no bias", {{3, 5}}, PMY_LINEAR_NARROW + 1, PMY_NONE, COMPUTED, true},
        {"rank 3", {{3, 4, 5}}, 3, PMY_GELU, GIVEN, false},
        {"rank 4", {{2, 3, 2, 5}}, 9, PMY_NONE, COMPUTED, false},
        {"rank 3, wide, empty columns", {{2, 3, 40}}, PMY_LINEAR_NARROW + 1, PMY_GELU, SPARSE, false},
        {"rank 3, wide, of computed numbers", {{2, 3, 9}}, PMY_LINEAR_NARROW + 1, PMY_TANH, COMPUTED, true},
        {"sequences", {{8, 2, 20}}, 34, PMY_TANH, COMPUTED, false},
        {"sequences, odd", {{8, 2, 9}}, 5, PMY_NONE, COMPUTED, true},
    };
    enum { INSTANCES = sizeof instance / sizeof *instance };
    if (index == INSTANCES) {
        s->note = "sequences, a weight that is computed";
        pmy_node *turned = pmy_transpose(s->graph, pmy_sample_constant(s, PMY_SHAPE(4, 5), -1, 1), 0, 1);
        pmy_node *weight = pmy_scale(s->graph, turned, 2);
        return pmy_linear_with(s->graph, pmy_sample_input(s, PMY_SHAPE(8, 2, 4), -1, 1), weight, NULL,
                               PMY_NONE);
    }
    if (index > INSTANCES) {
        pmy_activation each = (pmy_activation)(index - INSTANCES);
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
    .forward = {{.run = forward_turn, .tiles = turn_tiles, .spares = 1 << X | 1 << BIAS},
                {.run = forward_pack, .tiles = pack_rows},
                {.run = forward, .tiles = forward_tiles}},
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
