/* attention: per head, with Q [queries, dim], K [keys, dim], V [keys, width],
 *
 *   S = Q Kᵀ                     scores, [queries, keys]
 *   P = softmax(S/√dim)          over the keys that the row's query sees; 0 at the others
 *   O = P V                      [queries, width]
 *
 * and backward, given dO, with δ_i = Σ_j P_ij dP_ij = Σ_w dO_iw O_iw,
 *
 *   dV = Pᵀ dO                   [keys, width]
 *   dP = dO Vᵀ                   [queries, keys]
 *   dS = P ∘ (dP − δ)/√dim       [queries, keys]
 *   dQ = dS K                    [queries, dim]
 *   dK = dSᵀ Q                   [keys, dim]
 *
 * Heads do not mix, and lie side by side: the next row of a head's matrix is a position of all heads further.
 * A batch of many examples goes by rows; otherwise, in forward a tile is some queries of one head of an
 * example, in backward the head. */
#include "layers/attention.h"

#include "kernels/attention.h"
#include "tensor/op.h"
#include "tensor/ops/ops.h"

#include <string.h>

enum { Q, K, V, MASK };

typedef struct size_of {
    size_t heads, queries, keys;
    size_t dim, width;     /* of a head */
    size_t dims, widths;   /* of all heads */
    size_t next_q, next_v; /* from one position of q and k to the next, of v */
} size_of;

static const pmy_attention_options *options_of(const pmy_node *node)
{
    return node->attributes;
}

/* Whether q, k and v lie side by side in a single input. */
static bool is_packed(const pmy_node *node)
{
    return node->inputs == 1;
}

static const pmy_node *mask_of(const pmy_node *node) /* NULL: there is none */
{
    return node->inputs > MASK ? node->input[MASK] : NULL;
}

static size_of sizes(const pmy_node *node)
{
    size_t heads = options_of(node)->heads;
    const size_t *q = node->input[Q]->shape.dim;
    if (is_packed(node)) {
        size_t d = q[2] / 3;
        return (size_of){heads, q[1], q[1], d / heads, d / heads, d, d, q[2], q[2]};
    }
    const size_t *v = node->input[V]->shape.dim;
    return (size_of){heads, q[1], v[1], q[2] / heads, v[2] / heads, q[2], v[2], q[2], v[2]};
}

/* --- Shapes -------------------------------------------------------------- */

static bool shapes_fit(pmy_shape q, pmy_shape k, pmy_shape v)
{
    return pmy_shape_rank(q) == 3 && pmy_shape_rank(k) == 3 && pmy_shape_rank(v) == 3 &&
           k.dim[0] == q.dim[0] && v.dim[0] == q.dim[0] && k.dim[2] == q.dim[2] && v.dim[1] == k.dim[1];
}

static pmy_status infer_mask(const pmy_node *node, pmy_error *error)
{
    const pmy_node *mask = mask_of(node);
    pmy_shape k = node->input[K]->shape, shape = PMY_SHAPE(k.dim[0], k.dim[1]);
    if (mask->type != PMY_INTEGERS || !pmy_shape_equal(mask->shape, shape) || !node->input[K]->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "the mask must be integers %s", pmy_shape_print(shape).text);
    return PMY_OK;
}

static pmy_status check_heads(size_of n, pmy_error *error)
{
    if (n.dims % n.heads || n.widths % n.heads)
        return pmy_fail(error, PMY_BAD_SHAPE, "a last axis is no multiple of %zu heads", n.heads);
    return PMY_OK;
}

static pmy_status infer_packed(pmy_node *node, pmy_error *error)
{
    node->shape = node->input[0]->shape;
    if (pmy_shape_rank(node->shape) != 3 || pmy_shape_last(node->shape) % 3)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs q, k and v side by side, [batch, time, 3*heads*dim]");
    node->shape.dim[2] /= 3;
    return check_heads(sizes(node), error);
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    if (is_packed(node))
        return infer_packed(node, error);
    const pmy_node *q = node->input[Q], *k = node->input[K], *v = node->input[V];
    if (!shapes_fit(q->shape, k->shape, v->shape))
        return pmy_fail(error, PMY_BAD_SHAPE,
                        "needs q [batch, queries, heads*dim], k [batch, keys, heads*dim] and v [batch, keys, "
                        "heads*width]");
    if (q->batched != k->batched || q->batched != v->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "q, k and v must all be parts of the batch, or none");
    size_of n = sizes(node);
    if (check_heads(n, error) != PMY_OK)
        return PMY_BAD_SHAPE;
    node->shape = PMY_SHAPE(q->shape.dim[0], n.queries, n.widths);
    if (!pmy_shape_valid(node->shape))
        return pmy_fail(error, PMY_BAD_SHAPE, "the result has too many numbers");
    if (options_of(node)->causal && n.queries != n.keys)
        return pmy_fail(error, PMY_BAD_SHAPE, "causal attention of %zu queries over %zu keys: needs as many",
                        n.queries, n.keys);
    return mask_of(node) ? infer_mask(node, error) : PMY_OK;
}

/* --- One head ------------------------------------------------------------ */

typedef struct attention_saved {
    bool by_rows;      /* forward and backward; else by tiles */
    pmy_real *moments; /* [batch, heads, 2, queries]: each query's largest score, and 1/Σ; for backward */
} attention_saved;

/* Where a head of an example begins, in the inputs and O as in their gradients. */
typedef struct place {
    size_t q, k, v, o;
} place;

static place place_of(const pmy_node *node, size_t example, size_t head)
{
    size_of n = sizes(node);
    size_t after_q = is_packed(node) ? n.dims : 0;
    return (place){example * n.queries * n.next_q + head * n.dim,
                   example * n.keys * n.next_q + after_q + head * n.dim,
                   example * n.keys * n.next_v + 2 * after_q + head * n.width,
                   example * n.queries * n.widths + head * n.width};
}

/* The input that holds Q, K or V. */
static unsigned input_of(const pmy_node *node, unsigned part)
{
    return is_packed(node) ? 0 : part;
}

static pmy_head head_at(const pmy_node *node, size_t example, size_t head)
{
    size_of n = sizes(node);
    place at = place_of(node, example, head);
    pmy_real *moments =
        ((attention_saved *)node->saved)->moments + (example * n.heads + head) * 2 * n.queries;
    return (pmy_head){
        .queries = n.queries,
        .keys = n.keys,
        .dim = n.dim,
        .width = n.width,
        .next_q = n.next_q,
        .next_v = n.next_v,
        .next_o = n.widths,
        .causal = options_of(node)->causal,
        .mask = mask_of(node) ? mask_of(node)->integers + example * n.keys : NULL,
        .q = node->input[input_of(node, Q)]->value + at.q,
        .k = node->input[input_of(node, K)]->value + at.k,
        .v = node->input[input_of(node, V)]->value + at.v,
        .maximum = moments,
        .per_sum = moments + n.queries,
    };
}

static bool take(pmy_node *node)
{
    size_of n = sizes(node);
    size_t forward, backward;
    attention_saved *saved = node->saved = pmy_take(node, 1, sizeof *saved);
    if (!saved || !pmy_head_scratch(n.keys, n.dim, n.width, &forward, &backward) ||
        !pmy_size_multiply(forward > backward ? forward : backward, sizeof(pmy_real), &node->scratch))
        return false;
    saved->by_rows = pmy_has_many_examples(node);
    saved->moments = pmy_take(node, pmy_rows(node) * n.heads * n.queries, 2 * sizeof(pmy_real));
    return saved->moments;
}

/* A query of which no share is a number. */
static void report(const pmy_node *node, const pmy_head *head, size_t example, size_t query)
{
    size_t last = head->causal ? query + 1 : head->keys;
    bool seen = !head->mask;
    for (size_t j = 0; !seen && j < last; j++)
        seen = head->mask[j] != 0;
    /* The same text for all heads, of which any may be the first to say so. */
    pmy_report_vector(node, example * head->queries + query,
                      seen ? "a score is not finite" : "all keys are masked");
}

/* --- Passes -------------------------------------------------------------- */

/* Blocks of queries of a head. */
static size_t blocks(const pmy_node *node)
{
    return pmy_parts(sizes(node).queries, PMY_HEAD_BLOCK);
}

/* How a pass is split that an example takes so many tiles of. */
static size_t split(const pmy_node *node, size_t tiles)
{
    return ((const attention_saved *)node->saved)->by_rows ? PMY_BY_ROWS : pmy_rows(node) * tiles;
}

static size_t forward_tiles(const pmy_node *node)
{
    return split(node, sizes(node).heads * blocks(node));
}

static size_t backward_tiles(const pmy_node *node)
{
    return split(node, sizes(node).heads);
}

/* The tiles of a piece, where an example takes so many. */
static pmy_piece tiles_of(const pmy_node *node, pmy_piece piece, size_t tiles)
{
    size_t each = ((const attention_saved *)node->saved)->by_rows ? tiles : 1;
    return (pmy_piece){piece.begin * each, piece.end * each, piece.scratch};
}

static void forward_block(const pmy_node *node, size_t index, size_t first, pmy_real *scratch)
{
    size_of n = sizes(node);
    size_t example = index / n.heads, h = index % n.heads;
    pmy_head head = head_at(node, example, h);
    pmy_head_forward(&head, first, node->value + place_of(node, example, h).o, scratch);
    for (size_t i = first; i < n.queries && i < first + PMY_HEAD_BLOCK; i++)
        if (!pmy_is_finite(head.per_sum[i]))
            report(node, &head, example, i);
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    pmy_piece tiles = tiles_of(node, piece, sizes(node).heads * blocks(node));
    for (size_t t = tiles.begin; t < tiles.end; t++)
        forward_block(node, t / blocks(node), t % blocks(node) * PMY_HEAD_BLOCK, piece.scratch);
}

/* Where a gradient of the head goes: NULL if nobody needs it. */
static pmy_head_gradient gradient_at(const pmy_node *node, unsigned part, size_t at)
{
    unsigned input = input_of(node, part);
    pmy_real *gradient = node->input[input]->gradient;
    return (pmy_head_gradient){gradient ? gradient + at : NULL, pmy_accumulates(node, input)};
}

static void backward_head(const pmy_node *node, size_t index, pmy_real *scratch)
{
    size_of n = sizes(node);
    size_t example = index / n.heads, h = index % n.heads;
    pmy_head head = head_at(node, example, h);
    place at = place_of(node, example, h);
    pmy_head_backward(&head, node->value + at.o, node->gradient + at.o, gradient_at(node, Q, at.q),
                      gradient_at(node, K, at.k), gradient_at(node, V, at.v), scratch);
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    pmy_piece tiles = tiles_of(node, piece, sizes(node).heads);
    for (size_t t = tiles.begin; t < tiles.end; t++)
        backward_head(node, t, piece.scratch);
}

/* --- The op -------------------------------------------------------------- */

static pmy_node *unlike_the_others(pmy_sample *s, unsigned index)
{
    pmy_node *x;
    switch (index) {
    case 0:
        s->note = "q, k and v the same";
        /* Two windows of each example. */
        x = pmy_reshape(s->graph, pmy_sample_input(s, PMY_SHAPE(3, 8, 6), -1, 1), PMY_SHAPE(6, 4, 6));
        return pmy_attention(s->graph, x, x, x, &(pmy_attention_options){.heads = 2, .causal = true});
    case 1:
        s->note = "side by side";
        return pmy_attention_packed(s->graph, pmy_sample_input(s, PMY_SHAPE(3, 5, 12), -1, 1), 2, true);
    case 2:
        s->note = "side by side, many examples, used again";
        x = pmy_sample_input(s, PMY_SHAPE(9, 3, 6), -1, 1);
        return pmy_add(s->graph, pmy_attention_packed(s->graph, x, 1, false),
                       pmy_slice(s->graph, x, -1, 1, 3));
    default:
        return NULL;
    }
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        size_t batch, queries, keys, dim, width, heads;
        bool causal, masked, used_again;
    } instance[] = {
        {NULL, 3, 3, 4, 5, 2, 1, false, false, false},
        {"three heads", 2, 4, 5, 3, 2, 3, false, false, false},
        {"causal", 2, 5, 5, 3, 4, 2, true, false, false},
        {"masked", 3, 3, 5, 2, 3, 2, false, true, false},
        {"causal and masked", 3, 5, 5, 3, 2, 2, true, true, false},
        {"two blocks", 1, 17, 18, 1, 2, 2, false, false, false},
        {"causal and masked, two blocks", 2, 19, 19, 2, 1, 1, true, true, false},
        {"many examples, two blocks", 8, 17, 17, 1, 2, 2, true, false, false},
        {"q used again", 2, 3, 4, 3, 3, 2, false, false, true},
        {"one query", 3, 1, 6, 5, 3, 2, false, true, false},
    };
    enum { COUNT = sizeof instance / sizeof *instance };
    if (index >= COUNT)
        return unlike_the_others(s, index - COUNT);
    s->note = instance[index].note;
    size_t batch = instance[index].batch, queries = instance[index].queries, keys = instance[index].keys;
    size_t heads = instance[index].heads, dims = heads * instance[index].dim;
    pmy_node *q = pmy_sample_input(s, PMY_SHAPE(batch, queries, dims), -1, 1);
    pmy_node *k = pmy_sample_input(s, PMY_SHAPE(batch, keys, dims), -1, 1);
    pmy_node *v = pmy_sample_input(s, PMY_SHAPE(batch, keys, heads * instance[index].width), -1, 1);
    pmy_attention_options options = {.heads = heads, .causal = instance[index].causal};
    if (instance[index].masked)
        options.mask = pmy_sample_mask(s, PMY_SHAPE(batch, keys));
    pmy_node *node = pmy_attention(s->graph, q, k, v, &options);
    return instance[index].used_again ? pmy_add(s->graph, node, q) : node;
}

const pmy_op pmy_op_attention = {
    .name = "attention",
    .checks.formula = "o = softmax(q k^T / sqrt(dim)) v in each head, over the keys that are seen",
    .infer = infer,
    .take = take,
    .forward = {{.run = forward, .tiles = forward_tiles}},
    .integers = 1 << MASK,
    .backward = {{.run = backward, .tiles = backward_tiles, .gives = 1 << Q | 1 << K | 1 << V}},
    .checks.sample = sample,
};

pmy_node *pmy_attention(pmy_graph *graph, pmy_node *q, pmy_node *k, pmy_node *v,
                        const pmy_attention_options *options)
{
    pmy_attention_options told = options ? *options : (pmy_attention_options){0};
    told.heads = told.heads ? told.heads : 1;
    return pmy_append(graph, &pmy_op_attention, told.mask ? 4 : 3, (pmy_node *[]){q, k, v, told.mask}, &told,
                      sizeof told);
}

pmy_node *pmy_attention_packed(pmy_graph *graph, pmy_node *qkv, size_t heads, bool causal)
{
    pmy_attention_options told = {.heads = heads ? heads : 1, .causal = causal};
    return pmy_append(graph, &pmy_op_attention, 1, &qkv, &told, sizeof told);
}

void pmy_attention_past_of(const pmy_node *node, size_t count, pmy_real *keys, pmy_real *values)
{
    size_of n = sizes(node);
    pmy_head all = head_at(node, 0, 0); /* whose next heads lie beside it */
    for (size_t j = 0; j < count; j++) {
        memcpy(keys + j * n.dims, all.k + j * n.next_q, n.dims * sizeof *keys);
        memcpy(values + j * n.widths, all.v + j * n.next_v, n.widths * sizeof *values);
    }
}

void pmy_attention_shares(const pmy_node *node, size_t example, size_t head, pmy_real *shares)
{
    pmy_head one = head_at(node, example, head);
    pmy_head_shares(&one, shares);
}
