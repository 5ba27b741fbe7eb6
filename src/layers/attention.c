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
 * In forward a tile is some queries of one head of an example, in backward the head. */
#include "layers/attention.h"

#include "kernels/attention.h"
#include "tensor/op.h"
#include "tensor/ops/ops.h"

enum { Q, K, V, MASK };

typedef struct size_of {
    size_t heads, queries, keys;
    size_t dim, width;   /* of a head */
    size_t dims, widths; /* of all heads: from one position to the next */
} size_of;

static const pmy_attention_options *options_of(const pmy_node *node)
{
    return node->attributes;
}

static size_of sizes(const pmy_node *node)
{
    const size_t *q = node->input[Q]->shape.dim, *v = node->input[V]->shape.dim;
    size_t heads = options_of(node)->heads;
    return (size_of){heads, q[1], v[1], q[2] / heads, v[2] / heads, q[2], v[2]};
}

/* --- Shapes -------------------------------------------------------------- */

static bool shapes_fit(pmy_shape q, pmy_shape k, pmy_shape v)
{
    return pmy_shape_rank(q) == 3 && pmy_shape_rank(k) == 3 && pmy_shape_rank(v) == 3 &&
           k.dim[0] == q.dim[0] && v.dim[0] == q.dim[0] && k.dim[2] == q.dim[2] && v.dim[1] == k.dim[1];
}

static pmy_status infer_mask(const pmy_node *node, pmy_error *error)
{
    const pmy_node *mask = node->input[MASK];
    pmy_shape k = node->input[K]->shape, shape = PMY_SHAPE(k.dim[0], k.dim[1]);
    if (mask->type != PMY_INTEGERS || !pmy_shape_equal(mask->shape, shape) || !node->input[K]->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "the mask must be integers %s", pmy_shape_print(shape).text);
    return PMY_OK;
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    const pmy_node *q = node->input[Q], *k = node->input[K], *v = node->input[V];
    if (!shapes_fit(q->shape, k->shape, v->shape))
        return pmy_fail(error, PMY_BAD_SHAPE,
                        "needs q [batch, queries, heads*dim], k [batch, keys, heads*dim] and v [batch, keys, "
                        "heads*width]");
    if (q->batched != k->batched || q->batched != v->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "q, k and v must all be parts of the batch, or none");
    size_of n = sizes(node);
    if (n.dims % n.heads || n.widths % n.heads)
        return pmy_fail(error, PMY_BAD_SHAPE, "a last axis is no multiple of %zu heads", n.heads);
    node->shape = PMY_SHAPE(q->shape.dim[0], n.queries, n.widths);
    if (!pmy_shape_valid(node->shape))
        return pmy_fail(error, PMY_BAD_SHAPE, "the result has too many numbers");
    if (options_of(node)->causal && n.queries != n.keys)
        return pmy_fail(error, PMY_BAD_SHAPE, "causal attention of %zu queries over %zu keys: needs as many",
                        n.queries, n.keys);
    return node->inputs > MASK ? infer_mask(node, error) : PMY_OK;
}

/* --- One head ------------------------------------------------------------ */

/* Where a head of an example begins, in Q, K, V and O as in their gradients. */
typedef struct place {
    size_t q, k, v, o;
} place;

static place place_of(size_of n, size_t example, size_t head)
{
    return (place){example * n.queries * n.dims + head * n.dim, example * n.keys * n.dims + head * n.dim,
                   example * n.keys * n.widths + head * n.width,
                   example * n.queries * n.widths + head * n.width};
}

static pmy_head head_at(const pmy_node *node, size_t example, size_t head)
{
    size_of n = sizes(node);
    place at = place_of(n, example, head);
    /* [batch, heads, 2, queries]: what forward leaves. */
    pmy_real *saved = (pmy_real *)node->saved + (example * n.heads + head) * 2 * n.queries;
    return (pmy_head){
        .queries = n.queries,
        .keys = n.keys,
        .dim = n.dim,
        .width = n.width,
        .next_q = n.dims,
        .next_v = n.widths,
        .causal = options_of(node)->causal,
        .mask = node->inputs > MASK ? node->input[MASK]->integers + example * n.keys : NULL,
        .q = node->input[Q]->value + at.q,
        .k = node->input[K]->value + at.k,
        .v = node->input[V]->value + at.v,
        .maximum = saved,
        .per_sum = saved + n.queries,
    };
}

static bool take(pmy_node *node)
{
    size_of n = sizes(node);
    size_t forward, backward;
    return pmy_head_scratch(n.keys, n.dim, n.width, &forward, &backward) &&
           pmy_size_multiply(forward > backward ? forward : backward, sizeof(pmy_real), &node->scratch) &&
           (node->saved = pmy_take(node, pmy_rows(node) * n.heads * n.queries, 2 * sizeof(pmy_real)));
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

static size_t blocks(const pmy_node *node)
{
    return (sizes(node).queries + PMY_HEAD_BLOCK - 1) / PMY_HEAD_BLOCK;
}

static size_t forward_tiles(const pmy_node *node)
{
    return pmy_rows(node) * sizes(node).heads * blocks(node);
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    size_t index = piece.begin / blocks(node), first = piece.begin % blocks(node) * PMY_HEAD_BLOCK;
    size_t example = index / n.heads, h = index % n.heads;
    pmy_head head = head_at(node, example, h);
    pmy_head_forward(&head, first, node->value + place_of(n, example, h).o, piece.scratch);
    for (size_t i = first; i < n.queries && i < first + PMY_HEAD_BLOCK; i++)
        if (!pmy_is_finite(head.per_sum[i]))
            report(node, &head, example, i);
}

static size_t backward_tiles(const pmy_node *node)
{
    return pmy_rows(node) * sizes(node).heads;
}

/* Where a gradient of the head goes: NULL if nobody needs it. */
static pmy_head_gradient gradient_at(const pmy_node *node, unsigned input, size_t at)
{
    pmy_real *gradient = node->input[input]->gradient;
    return (pmy_head_gradient){gradient ? gradient + at : NULL, pmy_accumulates(node, input)};
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    size_t example = piece.begin / n.heads, h = piece.begin % n.heads;
    pmy_head head = head_at(node, example, h);
    place at = place_of(n, example, h);
    pmy_head_backward(&head, node->value + at.o, node->gradient + at.o, gradient_at(node, Q, at.q),
                      gradient_at(node, K, at.k), gradient_at(node, V, at.v), piece.scratch);
}

/* --- The op -------------------------------------------------------------- */

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
        {"q used again", 2, 3, 4, 3, 3, 2, false, false, true},
        {"one query", 3, 1, 6, 5, 3, 2, false, true, false},
    };
    enum { COUNT = sizeof instance / sizeof *instance };
    if (index == COUNT) {
        s->note = "q, k and v the same";
        /* Two windows of each example. */
        pmy_node *x = pmy_sample_input(s, PMY_SHAPE(3, 8, 6), -1, 1);
        x = pmy_reshape(s->graph, x, PMY_SHAPE(6, 4, 6));
        return pmy_attention(s->graph, x, x, x, &(pmy_attention_options){.heads = 2, .causal = true});
    }
    if (index > COUNT)
        return NULL;
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

void pmy_attention_shares(const pmy_node *node, size_t example, size_t head, pmy_real *shares)
{
    pmy_head one = head_at(node, example, head);
    pmy_head_shares(&one, shares);
}
