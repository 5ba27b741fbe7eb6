/* attention: per head, with Q [queries, dim], K [keys, dim], V [keys, width],
 *
 *   S = Q Kᵀ                     scores, [queries, keys]
 *   P = softmax(S/√dim)          over each row; causal: over its first i + 1 scores, and 0 after them
 *   O = P V                      [queries, width]
 *
 * and backward, given dO, with δ_i = Σ_j P_ij dP_ij,
 *
 *   dV = Pᵀ dO                   [keys, width]
 *   dP = dO Vᵀ                   [queries, keys]
 *   dS = P ∘ (dP − δ)/√dim       [queries, keys]
 *   dQ = dS K                    [queries, dim]
 *   dK = dSᵀ Q                   [keys, dim]
 *
 * Heads do not mix, so that one head is one tile. */
#include "layers/attention.h"

#include "kernels/gemm.h"
#include "tensor/op.h"
#include "tensor/ops/ops.h"
#include "kernels/softmax_row.h"

enum { Q, K, V };

typedef struct attention_saved {
    pmy_real *shares; /* P [batch, heads, queries, keys] */
} attention_saved;

typedef struct size_of {
    size_t heads; /* of the whole batch */
    size_t queries, keys, dim, width;
} size_of;

static size_of sizes(const pmy_node *node)
{
    const size_t *q = node->input[Q]->shape.dim, *v = node->input[V]->shape.dim;
    unsigned rank = pmy_shape_rank(node->shape);
    return (size_of){rank == 4 ? q[0] * q[1] : q[0], q[rank - 2], v[rank - 2], q[rank - 1], v[rank - 1]};
}

static bool is_causal(const pmy_node *node)
{
    return *(const bool *)node->attributes;
}

/* How many keys a query sees. */
static size_t seen_keys(const pmy_node *node, size_t query)
{
    return is_causal(node) ? query + 1 : sizes(node).keys;
}

static pmy_accum root_of_dim(const pmy_node *node)
{
    /* In float, a rounded root would shift every share of a row. */
#if PMY_SCALAR == 32
    return sqrt((double)sizes(node).dim);
#else
    return pmy_sqrt((pmy_real)sizes(node).dim);
#endif
}

/* --- Shapes -------------------------------------------------------------- */

static bool shapes_fit(pmy_shape q, pmy_shape k, pmy_shape v)
{
    unsigned rank = pmy_shape_rank(q);
    if (rank < 3 || pmy_shape_rank(k) != rank || pmy_shape_rank(v) != rank)
        return false;
    for (unsigned axis = 0; axis + 2 < rank; axis++)
        if (k.dim[axis] != q.dim[axis] || v.dim[axis] != q.dim[axis])
            return false;
    return k.dim[rank - 1] == q.dim[rank - 1] && v.dim[rank - 2] == k.dim[rank - 2];
}

static bool sizes_fit_products(size_of n)
{
    return n.queries <= PMY_GEMM_MAX && n.keys <= PMY_GEMM_MAX && n.dim <= PMY_GEMM_MAX &&
           n.width <= PMY_GEMM_MAX;
}

static bool take(pmy_node *node)
{
    size_of n = sizes(node);
    size_t scores, all, bytes, row;
    attention_saved *saved = node->saved = pmy_take(node, 1, sizeof *saved);
    /* A piece's own: dS of a head and the exponentials of a row. */
    return saved && pmy_size_multiply(n.queries, n.keys, &scores) &&
           pmy_size_multiply(scores, n.heads, &all) && pmy_size_multiply(scores, sizeof(pmy_real), &bytes) &&
           pmy_size_multiply(n.keys, sizeof(pmy_accum), &row) && pmy_size_add(bytes, row, &node->scratch) &&
           (saved->shares = pmy_take(node, all, sizeof(pmy_real)));
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    const pmy_node *q = node->input[Q], *k = node->input[K], *v = node->input[V];
    if (!shapes_fit(q->shape, k->shape, v->shape))
        return pmy_fail(
            error, PMY_BAD_SHAPE,
            "needs q [batch, heads, queries, dim], k [batch, heads, keys, dim] and v [batch, heads, "
            "keys, width], the heads' axis in all or none");
    if (q->batched != k->batched || q->batched != v->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "q, k and v must all be parts of the batch, or none");
    unsigned rank = pmy_shape_rank(q->shape);
    node->shape = q->shape;
    node->shape.dim[rank - 1] = v->shape.dim[rank - 1];
    if (!pmy_shape_valid(node->shape) || !sizes_fit_products(sizes(node)))
        return pmy_fail(error, PMY_BAD_SHAPE, "an axis is longer than the product can take");
    size_of n = sizes(node);
    if (is_causal(node) && n.queries != n.keys)
        return pmy_fail(error, PMY_BAD_SHAPE, "causal attention of %zu queries over %zu keys: needs as many",
                        n.queries, n.keys);
    return PMY_OK;
}

/* --- One head ------------------------------------------------------------ */

static size_t heads(const pmy_node *node)
{
    return sizes(node).heads;
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    attention_saved *saved = node->saved;
    size_t head = piece.begin;
    const pmy_real *q = node->input[Q]->value + head * n.queries * n.dim; /* [queries, dim] */
    const pmy_real *k = node->input[K]->value + head * n.keys * n.dim;    /* [keys, dim] */
    const pmy_real *v = node->input[V]->value + head * n.keys * n.width;  /* [keys, width] */
    pmy_real *p = saved->shares + head * n.queries * n.keys; /* [queries, keys], first S, then P */
    pmy_accum *e = piece.scratch;                            /* [keys] */
    pmy_gemm(PMY_PLAIN, PMY_TRANSPOSED, n.queries, n.keys, n.dim, q, n.dim, k, n.dim, false, p, n.keys);
    for (size_t i = 0; i < n.queries; i++) {
        pmy_real *row = p + i * n.keys; /* [keys] */
        size_t seen = seen_keys(node, i);
        pmy_softmax_row softmax;
        pmy_row_fault fault = pmy_softmax_exponentials(seen, row, root_of_dim(node), e, &softmax);
        if (fault != PMY_ROW_FINE) {
            pmy_report(node, head * n.queries + i, "among the scores, %s", pmy_row_fault_text(fault));
            return;
        }
        for (size_t j = 0; j < n.keys; j++)
            row[j] = j < seen ? (pmy_real)(e[j] / (1 + softmax.rest)) : 0;
    }
    pmy_gemm(PMY_PLAIN, PMY_PLAIN, n.queries, n.width, n.keys, p, n.keys, v, n.width, false,
             node->value + head * n.queries * n.width, n.width);
}

/* ds [queries, keys] holds dP, and dS afterwards. */
static void scores_gradient(const pmy_node *node, const pmy_real *p, pmy_real *ds)
{
    size_of n = sizes(node);
    pmy_accum root = root_of_dim(node);
    for (size_t i = 0; i < n.queries; i++) {
        const pmy_real *p_row = p + i * n.keys; /* [keys] */
        pmy_real *ds_row = ds + i * n.keys;     /* [keys] */
        pmy_accum mean = 0;
        for (size_t j = 0; j < n.keys; j++)
            mean += (pmy_accum)p_row[j] * (pmy_accum)ds_row[j];
        for (size_t j = 0; j < n.keys; j++)
            ds_row[j] = (pmy_real)((pmy_accum)p_row[j] * ((pmy_accum)ds_row[j] - mean) / root);
    }
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    const attention_saved *saved = node->saved;
    size_t head = piece.begin, q_at = head * n.queries * n.dim, k_at = head * n.keys * n.dim,
           v_at = head * n.keys * n.width;
    const pmy_real *p = saved->shares + head * n.queries * n.keys;          /* [queries, keys] */
    const pmy_real *d_output = node->gradient + head * n.queries * n.width; /* [queries, width] */
    const pmy_node *q = node->input[Q], *k = node->input[K], *v = node->input[V];
    if (q->gradient || k->gradient) {
        pmy_real *ds = piece.scratch; /* [queries, keys] */
        pmy_gemm(PMY_PLAIN, PMY_TRANSPOSED, n.queries, n.keys, n.width, d_output, n.width, v->value + v_at,
                 n.width, false, ds, n.keys);
        scores_gradient(node, p, ds);
        if (q->gradient)
            pmy_gemm(PMY_PLAIN, PMY_PLAIN, n.queries, n.dim, n.keys, ds, n.keys, k->value + k_at, n.dim,
                     pmy_accumulates(node, Q), q->gradient + q_at, n.dim);
        if (k->gradient)
            pmy_gemm(PMY_TRANSPOSED, PMY_PLAIN, n.keys, n.dim, n.queries, ds, n.keys, q->value + q_at, n.dim,
                     pmy_accumulates(node, K), k->gradient + k_at, n.dim);
    }
    if (v->gradient)
        pmy_gemm(PMY_TRANSPOSED, PMY_PLAIN, n.keys, n.width, n.queries, p, n.keys, d_output, n.width,
                 pmy_accumulates(node, V), v->gradient + v_at, n.width);
}

/* --- The op -------------------------------------------------------------- */

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        size_t batch, heads, queries, keys, dim, width; /* heads 0: no such axis */
        bool causal;
    } instance[] = {
        {NULL, 2, 3, 4, 5, 3, 2, false},
        {"causal", 2, 2, 5, 5, 3, 4, true},
        {"no heads' axis", 3, 0, 3, 4, 5, 2, false},
        {"q, k and v the same", 2, 2, 4, 4, 3, 3, true},
        {"q used again", 2, 2, 3, 4, 3, 3, false},
    };
    if (index >= sizeof instance / sizeof *instance)
        return NULL;
    s->note = instance[index].note;
    size_t batch = instance[index].batch, count = instance[index].heads, queries = instance[index].queries,
           keys = instance[index].keys, dim = instance[index].dim, width = instance[index].width;
    bool causal = instance[index].causal;
    pmy_shape q = count ? PMY_SHAPE(batch, count, queries, dim) : PMY_SHAPE(batch, queries, dim);
    pmy_shape k = count ? PMY_SHAPE(batch, count, keys, dim) : PMY_SHAPE(batch, keys, dim);
    pmy_shape v = count ? PMY_SHAPE(batch, count, keys, width) : PMY_SHAPE(batch, keys, width);
    pmy_node *first = pmy_sample_input(s, q, -1, 1);
    if (index == 3)
        return pmy_attention(s->graph, first, first, first, causal);
    pmy_node *second = pmy_sample_input(s, k, -1, 1);
    pmy_node *node = pmy_attention(s->graph, first, second, pmy_sample_input(s, v, -1, 1), causal);
    return index == 4 ? pmy_add(s->graph, node, first) : node;
}

const pmy_op pmy_op_attention = {
    .name = "attention",
    .checks.formula = "o = softmax(q k^T / sqrt(dim)) v",
    .infer = infer,
    .take = take,
    .forward = {{.run = forward, .tiles = heads}},
    .whole = 1 << Q | 1 << K | 1 << V,
    .backward = {{.run = backward, .tiles = heads, .gives = 1 << Q | 1 << K | 1 << V}},
    .checks.sample = sample,
};

pmy_node *pmy_attention(pmy_graph *graph, pmy_node *q, pmy_node *k, pmy_node *v, bool causal)
{
    return pmy_append(graph, &pmy_op_attention, 3, (pmy_node *[]){q, k, v}, &causal, sizeof causal);
}

pmy_tensor pmy_attention_shares(const pmy_node *node)
{
    const attention_saved *saved = node->saved;
    pmy_shape shape = node->shape;
    shape.dim[pmy_shape_rank(shape) - 1] = sizes(node).keys;
    return (pmy_tensor){shape, saved->shares};
}
