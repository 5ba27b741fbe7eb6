/* Random graphs of plain ops and layers, of one batch. */
#ifndef TESTS_RANDOM_GRAPH_H
#define TESTS_RANDOM_GRAPH_H

#include "running.h"

#include <stdio.h>

enum { TIME = 3, WIDTH = 20, TOKENS = 5, CALLS = 14, MOST = CALLS + 1 };

typedef struct random_graph {
    pmy_graph *graph;
    pmy_random random;
    size_t batch;
    pmy_node *x;          /* [batch, TIME, WIDTH] */
    pmy_node *tokens;     /* [batch, TIME], also the labels */
    pmy_node *weight;     /* [WIDTH, WIDTH], a parameter */
    pmy_node *square;     /* [WIDTH, WIDTH], computed of it */
    pmy_node *table;      /* [TOKENS, WIDTH] */
    pmy_node *node[MOST]; /* [count] those of the batch that ops choose from */
    size_t count;
    pmy_node *root;
} random_graph;

static inline size_t below(random_graph *f, size_t count)
{
    return pmy_random_below(&f->random, (uint32_t)count);
}

static inline pmy_shape shape_of(const pmy_node *node)
{
    return pmy_node_shape(node);
}

static inline unsigned rank_of(const pmy_node *node)
{
    return pmy_shape_rank(pmy_node_shape(node));
}

/* [batch, features of an example] */
static inline pmy_node *flatten(const random_graph *f, pmy_node *x)
{
    return pmy_reshape(f->graph, x, PMY_SHAPE(f->batch, pmy_shape_size(shape_of(x)) / f->batch));
}

/* A random node of x's shape, maybe x. */
static inline pmy_node *like(random_graph *f, pmy_node *x)
{
    size_t from = below(f, f->count);
    for (size_t i = 0; i < f->count; i++) {
        pmy_node *other = f->node[(from + i) % f->count];
        if (pmy_shape_equal(shape_of(other), shape_of(x)))
            return other;
    }
    return x;
}

/* A call on a node of the batch; NULL where x does not fit. */
typedef pmy_node *call(random_graph *f, pmy_node *x);

static inline pmy_node *call_binary(random_graph *f, pmy_node *x)
{
    static pmy_node *(*const ops[])(pmy_graph *, pmy_node *, pmy_node *) = {pmy_add, pmy_sub, pmy_mul,
                                                                            pmy_maximum};
    return ops[below(f, ROOM(ops))](f->graph, x, like(f, x));
}

static inline pmy_node *call_broadcast(random_graph *f, pmy_node *x)
{
    char name[32];
    (void)snprintf(name, sizeof name, "vector%zu", f->count);
    pmy_node *v = pmy_parameter(f->graph, PMY_SHAPE(pmy_shape_last(shape_of(x))), name, PMY_UNIFORM, 1);
    if (below(f, 4) == 0)
        pmy_fix(v);
    return below(f, 2) ? pmy_sub(f->graph, v, x) : pmy_mul(f->graph, x, v);
}

/* A scalar made of the whole batch, which every row then reads. */
static inline pmy_node *call_centre(random_graph *f, pmy_node *x)
{
    return pmy_sub(f->graph, x, pmy_mean(f->graph, like(f, x)));
}

static inline pmy_node *call_unary(random_graph *f, pmy_node *x)
{
    static pmy_node *(*const ops[])(pmy_graph *, pmy_node *) = {pmy_softmax, pmy_log_softmax, pmy_square};
    size_t op = below(f, ROOM(ops) + 2);
    pmy_node *small = pmy_activate(f->graph, x, PMY_TANH);
    if (op < ROOM(ops))
        return ops[op](f->graph, small);
    return op == ROOM(ops) ? pmy_dropout(f->graph, small, 0.3) : pmy_scale(f->graph, small, -1.5);
}

/* Flat, with axes joined to the batch's, or split again. */
static inline pmy_node *call_reshape(random_graph *f, pmy_node *x)
{
    pmy_shape s = pmy_node_shape(x);
    bool flat = below(f, 2);
    if (pmy_shape_rank(s) == 3)
        return flat ? flatten(f, x) : pmy_reshape(f->graph, x, PMY_SHAPE(s.dim[0] * s.dim[1], s.dim[2]));
    return flat ? flatten(f, x)
                : pmy_reshape(f->graph, x, PMY_SHAPE(f->batch, s.dim[0] / f->batch, s.dim[1]));
}

static inline pmy_node *call_slice(random_graph *f, pmy_node *x)
{
    int axis = 1 + (int)below(f, rank_of(x) - 1);
    size_t length = shape_of(x).dim[axis], begin = below(f, length);
    return pmy_slice(f->graph, x, axis, begin, begin + 1 + below(f, length - begin));
}

static inline pmy_node *call_concat(random_graph *f, pmy_node *x)
{
    pmy_node *parts[] = {x, like(f, x)};
    int axis = 1 + (int)below(f, rank_of(x) - 1);
    return shape_of(x).dim[axis] <= 2 * WIDTH ? pmy_concat(f->graph, 2, parts, axis) : NULL;
}

static inline pmy_node *call_transpose(random_graph *f, pmy_node *x)
{
    return rank_of(x) == 3 ? pmy_transpose(f->graph, x, 1, 2) : NULL;
}

static inline pmy_node *call_max(random_graph *f, pmy_node *x)
{
    return rank_of(x) == 3 ? pmy_max(f->graph, x, 1 + (int)below(f, 2)) : NULL;
}

static inline pmy_node *call_linear(random_graph *f, pmy_node *x)
{
    size_t out = below(f, 3) ? WIDTH : 1 + below(f, 2 * WIDTH);
    return pmy_linear(f->graph, x, out, below(f, 2) ? PMY_TANH : PMY_NONE);
}

/* By the weights that several share. */
static inline pmy_node *call_tied(random_graph *f, pmy_node *x)
{
    if (pmy_shape_last(shape_of(x)) != WIDTH)
        return NULL;
    if (below(f, 2) || rank_of(x) != 2)
        return pmy_linear_with(f->graph, x, f->square, NULL, PMY_SIGMOID);
    return pmy_matmul(f->graph, x, f->square);
}

static inline pmy_node *call_embedding(random_graph *f, pmy_node *x)
{
    (void)x;
    return pmy_embedding_with(f->graph, f->tokens, f->table);
}

static inline pmy_node *call_normalisation(random_graph *f, pmy_node *x)
{
    if (pmy_shape_last(shape_of(x)) < 4)
        return NULL;
    return below(f, 2) ? pmy_layernorm(f->graph, x, 1) : pmy_rmsnorm(f->graph, x);
}

static inline pmy_node *call_rotary(random_graph *f, pmy_node *x)
{
    return rank_of(x) == 3 && shape_of(x).dim[2] % 4 == 0 ? pmy_rotary(f->graph, x, 2, NULL, 0) : NULL;
}

static inline pmy_node *call_attention(random_graph *f, pmy_node *x)
{
    if (rank_of(x) != 3)
        return NULL;
    pmy_attention_options options = {.heads = 1 + below(f, 2)};
    options.causal = below(f, 2);
    if (below(f, 2))
        return pmy_attention_packed(f->graph, pmy_linear(f->graph, x, 3 * WIDTH, PMY_NONE), options.heads,
                                    options.causal);
    pmy_node *q = pmy_linear(f->graph, x, WIDTH, PMY_NONE), *k = pmy_linear(f->graph, x, WIDTH, PMY_NONE);
    return pmy_attention(f->graph, q, k, like(f, q), &options);
}

static call *const calls[] = {
    call_binary, call_binary,    call_broadcast, call_centre,   call_unary,     call_unary,
    call_slice,  call_reshape,   call_reshape,   call_concat,   call_max,       call_transpose,
    call_linear, call_linear,    call_tied,      call_tied,     call_embedding, call_normalisation,
    call_rotary, call_attention, call_attention, call_attention};

/* The loss, alone or, so that all nodes have gradients, with the means of all. */
static inline pmy_node *root_of(random_graph *f)
{
    pmy_graph *g = f->graph;
    pmy_node *logits = pmy_linear(g, f->node[f->count - 1], TOKENS, PMY_NONE), *labels = f->tokens;
    logits = pmy_linear(g, flatten(f, logits), TIME * TOKENS, PMY_NONE);
    logits = pmy_reshape(g, logits, PMY_SHAPE(f->batch, TIME, TOKENS));
    pmy_softmax_xent_options options = {.ignores = below(f, 2), .ignored = 1};
    pmy_node *root = pmy_softmax_xent(g, logits, labels, &options);
    if (below(f, 3) == 0)
        return root;
    for (size_t i = 0; i < f->count; i++)
        root = pmy_add(g, root, pmy_mean(g, pmy_activate(g, f->node[i], PMY_TANH)));
    return root;
}

/* The same graph for the same seed, whatever the batch. */
static inline random_graph new_random_graph(uint64_t seed, size_t batch, pmy_pool *pool)
{
    random_graph f = {.graph = new_graph(pool), .random = {.seed = seed}, .batch = batch};
    f.x = f.node[f.count++] = pmy_input(f.graph, PMY_SHAPE(batch, TIME, WIDTH));
    f.tokens = pmy_integers(f.graph, PMY_SHAPE(batch, TIME));
    f.weight = pmy_parameter(f.graph, PMY_SHAPE(WIDTH, WIDTH), "weight", PMY_ZEROS, 0);
    f.square = pmy_matmul(f.graph, f.weight, pmy_activate(f.graph, f.weight, PMY_TANH));
    f.table = pmy_parameter(f.graph, PMY_SHAPE(TOKENS, WIDTH), "table", PMY_NORMAL, 1);
    if (below(&f, 2))
        pmy_want_gradient(f.x);
    for (size_t i = 0; i < CALLS; i++) {
        size_t newest = f.count - 1;
        pmy_node *x = f.node[below(&f, 2) ? newest : below(&f, f.count)];
        pmy_node *y = calls[below(&f, ROOM(calls))](&f, x);
        if (y && pmy_shape_size(shape_of(y)) / batch <= TIME * WIDTH * 4)
            f.node[f.count++] = y;
    }
    f.root = root_of(&f);
    build(f.graph, f.root);
    pmy_split_always(f.graph, true);
    return f;
}

static inline void feed(const random_graph *f, uint64_t seed)
{
    fill(f->x, seed, -1, 1);
    fill(f->weight, seed + 1, -1, 1);
    fill_labels(f->tokens, seed, TOKENS);
}

#endif
