/* attention: per head, with Q [queries, dim], K [keys, dim], V [keys, width],
 *
 *   S = Q Kᵀ                     scores, [queries, keys]
 *   P = softmax(S/√dim)          over the keys that the row's query sees; 0 at the others
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
 * Heads do not mix, so that one head of an example is one tile. They lie side by side: the next row of a
 * head's matrix is a position of all heads further. */
#include "layers/attention.h"

#include "kernels/gemm.h"
#include "tensor/op.h"
#include "tensor/ops/ops.h"
#include "kernels/softmax_row.h"

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

static pmy_accum root_of_dim(const pmy_node *node)
{
    /* In float, a rounded root would shift every share of a row. */
#if PMY_SCALAR == 32
    return sqrt((double)sizes(node).dim);
#else
    return pmy_real_sqrt((pmy_real)sizes(node).dim);
#endif
}

/* --- Shapes -------------------------------------------------------------- */

static bool shapes_fit(pmy_shape q, pmy_shape k, pmy_shape v)
{
    return pmy_shape_rank(q) == 3 && pmy_shape_rank(k) == 3 && pmy_shape_rank(v) == 3 &&
           k.dim[0] == q.dim[0] && v.dim[0] == q.dim[0] && k.dim[2] == q.dim[2] && v.dim[1] == k.dim[1];
}

static bool sizes_fit_products(size_of n)
{
    return n.queries <= PMY_GEMM_MAX && n.keys <= PMY_GEMM_MAX && n.dims <= PMY_GEMM_MAX &&
           n.widths <= PMY_GEMM_MAX;
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
    if (!pmy_shape_valid(node->shape) || !sizes_fit_products(n))
        return pmy_fail(error, PMY_BAD_SHAPE, "an axis is longer than the product can take");
    if (options_of(node)->causal && n.queries != n.keys)
        return pmy_fail(error, PMY_BAD_SHAPE, "causal attention of %zu queries over %zu keys: needs as many",
                        n.queries, n.keys);
    return node->inputs > MASK ? infer_mask(node, error) : PMY_OK;
}

static bool take(pmy_node *node)
{
    size_of n = sizes(node);
    size_t scores, all, each, bytes, row;
    /* A piece's own: dS of a head and the exponentials of a row. */
    return pmy_size_multiply(n.queries, n.keys, &scores) && pmy_size_multiply(scores, n.heads, &each) &&
           pmy_size_multiply(each, pmy_rows(node), &all) &&
           pmy_size_multiply(scores, sizeof(pmy_real), &bytes) &&
           pmy_size_multiply(n.keys, sizeof(pmy_accum), &row) && pmy_size_add(bytes, row, &node->scratch) &&
           (node->saved = pmy_take(node, all, sizeof(pmy_real)));
}

/* --- One head ------------------------------------------------------------ */

/* Where a head of an example begins. */
typedef struct head {
    size_t example;
    size_t q, k, v, o; /* in Q, K, V and O, and in their gradients */
    pmy_real *p;       /* [queries, keys], of what is saved: P [batch, heads, queries, keys] */
} head;

static head head_at(const pmy_node *node, size_t index)
{
    size_of n = sizes(node);
    size_t example = index / n.heads, h = index % n.heads;
    return (head){example,
                  example * n.queries * n.dims + h * n.dim,
                  example * n.keys * n.dims + h * n.dim,
                  example * n.keys * n.widths + h * n.width,
                  example * n.queries * n.widths + h * n.width,
                  (pmy_real *)node->saved + index * n.queries * n.keys};
}

/* S of a query [keys] to its P; what it does not see is −inf to the softmax. False: bad data. */
static bool share(const pmy_node *node, size_t example, size_t query, pmy_real *row,
                  pmy_accum *e /* [keys] */)
{
    size_t keys = sizes(node).keys, last = options_of(node)->causal ? query + 1 : keys, seen = last;
    for (size_t j = 0; node->inputs > MASK && j < last; j++)
        if (node->input[MASK]->integers[example * keys + j] == 0) {
            row[j] = -(pmy_real)INFINITY;
            seen--;
        }
    pmy_softmax_row softmax;
    pmy_row_fault fault = pmy_softmax_exponentials(last, row, root_of_dim(node), e, &softmax);
    if (fault != PMY_ROW_FINE) {
        /* The same text for all heads, of which any may be the first to say so. */
        pmy_report_vector(node, example * sizes(node).queries + query,
                          seen ? "a score is not finite" : "all keys are masked");
        return false;
    }
    for (size_t j = 0; j < keys; j++)
        row[j] = j < last ? (pmy_real)(e[j] / (1 + softmax.rest)) : 0;
    return true;
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    head at = head_at(node, piece.begin);
    const pmy_real *q = node->input[Q]->value + at.q; /* [queries, dim] in rows of dims */
    const pmy_real *k = node->input[K]->value + at.k; /* [keys, dim] */
    const pmy_real *v = node->input[V]->value + at.v; /* [keys, width] in rows of widths */
    pmy_gemm(PMY_PLAIN, PMY_TRANSPOSED, n.queries, n.keys, n.dim, q, n.dims, k, n.dims, false, at.p, n.keys);
    for (size_t i = 0; i < n.queries; i++)
        if (!share(node, at.example, i, at.p + i * n.keys, piece.scratch))
            return;
    pmy_gemm(PMY_PLAIN, PMY_PLAIN, n.queries, n.width, n.keys, at.p, n.keys, v, n.widths, false,
             node->value + at.o, n.widths);
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
    head at = head_at(node, piece.begin);
    const pmy_real *d_output = node->gradient + at.o; /* [queries, width] in rows of widths */
    const pmy_node *q = node->input[Q], *k = node->input[K], *v = node->input[V];
    if (q->gradient || k->gradient) {
        pmy_real *ds = piece.scratch; /* [queries, keys] */
        pmy_gemm(PMY_PLAIN, PMY_TRANSPOSED, n.queries, n.keys, n.width, d_output, n.widths, v->value + at.v,
                 n.widths, false, ds, n.keys);
        scores_gradient(node, at.p, ds);
        if (q->gradient)
            pmy_gemm(PMY_PLAIN, PMY_PLAIN, n.queries, n.dim, n.keys, ds, n.keys, k->value + at.k, n.dims,
                     pmy_accumulates(node, Q), q->gradient + at.q, n.dims);
        if (k->gradient)
            pmy_gemm(PMY_TRANSPOSED, PMY_PLAIN, n.keys, n.dim, n.queries, ds, n.keys, q->value + at.q, n.dims,
                     pmy_accumulates(node, K), k->gradient + at.k, n.dims);
    }
    if (v->gradient)
        pmy_gemm(PMY_TRANSPOSED, PMY_PLAIN, n.keys, n.width, n.queries, at.p, n.keys, d_output, n.widths,
                 pmy_accumulates(node, V), v->gradient + at.v, n.widths);
}

/* --- The op -------------------------------------------------------------- */

static size_t tiles(const pmy_node *node)
{
    return pmy_rows(node) * sizes(node).heads;
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
        {"q used again", 2, 3, 4, 3, 3, 2, false, false, true},
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
    .forward = {{.run = forward, .tiles = tiles}},
    .integers = 1 << MASK,
    .backward = {{.run = backward, .tiles = tiles, .gives = 1 << Q | 1 << K | 1 << V}},
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

pmy_tensor pmy_attention_shares(const pmy_node *node)
{
    size_of n = sizes(node);
    return (pmy_tensor){PMY_SHAPE(pmy_rows(node), n.heads, n.queries, n.keys), node->saved};
}
