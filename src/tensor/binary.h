/* Element-wise ops of two inputs, broadcast as in NumPy: what they share. An op's file has the formulas of c
 * and of what backward gives a and b, of single numbers, and the macros below make the rest of it
 * (tensor/ops/mul.c is a model).
 *
 * Of the batch, an input must have the first axis of c, and one that is not of the batch 1 or nothing there,
 * so that all fit when the batch shrinks. */
#ifndef PMY_TENSOR_BINARY_H
#define PMY_TENSOR_BINARY_H

#include "kernels/broadcast.h"
#include "tensor/op.h"

typedef struct pmy_binary {
    pmy_broadcast_put *forward;     /* c = c(a, b); its dc is not read */
    pmy_broadcast_put *backward[2]; /* da (+)= …, db (+)= … where the input has c's shape */
    pmy_broadcast_add *reduce[2];   /* the sums of these where it is broadcast */
} pmy_binary;

pmy_status pmy_binary_infer(pmy_node *node, pmy_error *error);
bool pmy_binary_take(pmy_node *node);
size_t pmy_binary_tiles(const pmy_node *node);
void pmy_binary_forward(const pmy_node *node, pmy_piece piece, const pmy_binary *rule);
size_t pmy_binary_backward_tiles(const pmy_node *node, unsigned input);
void pmy_binary_backward(const pmy_node *node, pmy_piece piece, const pmy_binary *rule, unsigned input);

/* The index-th sample of an op, with a and b in low … high. */
pmy_node *pmy_binary_sample(pmy_sample *sample, unsigned index, const pmy_op *op, double low, double high);

/* For pmy_op_checks.choices: which of a and b is larger, everywhere. */
uint64_t pmy_binary_choices(const pmy_node *node);

/* The op's rule from its formulas: c from a and b, and da and db from a, b and dc. */
#define PMY_BINARY_RULE(op, formula_of_c, formula_of_da, formula_of_db) \
    PMY_BINARY_FORMULA(op, c, formula_of_c, false)                      \
    PMY_BINARY_FORMULA(op, da, formula_of_da, accumulate)               \
    PMY_BINARY_FORMULA(op, db, formula_of_db, accumulate)               \
    PMY_BINARY_SUM(op, da)                                              \
    PMY_BINARY_SUM(op, db)                                              \
    static const pmy_binary rule = {                                    \
        pmy_##op##_c, {pmy_##op##_da, pmy_##op##_db}, {pmy_##op##_da_sum, pmy_##op##_db_sum}}

#define PMY_BINARY_FORMULA(op, f, formula, adds)                                                        \
    PMY_INLINED pmy_real f(pmy_real a, pmy_real b, pmy_real dc)                                         \
    {                                                                                                   \
        (void)a, (void)b, (void)dc;                                                                     \
        return formula;                                                                                 \
    }                                                                                                   \
    PMY_CLONES                                                                                          \
    static void pmy_##op##_##f(pmy_broadcast_block k, const pmy_real *dc, pmy_real *d, bool accumulate) \
    {                                                                                                   \
        (void)accumulate;                                                                               \
        pmy_put_block(k, f, dc, d, adds);                                                               \
    }

#define PMY_BINARY_SUM(op, f)                                                                   \
    PMY_CLONES                                                                                  \
    static void pmy_##op##_##f##_sum(pmy_broadcast_block k, const pmy_real *dc, pmy_accum *sum) \
    {                                                                                           \
        pmy_add_block(k, f, dc, sum);                                                           \
    }

/* The op's table, where `rule` is a pmy_binary of the file, and its builder. Its samples have a and b in low
 * … high; choices_ is pmy_binary_choices or NULL. */
#define PMY_BINARY_OP(op, formula_, low, high, choices_)                          \
    static void forward(const pmy_node *node, pmy_piece piece)                    \
    {                                                                             \
        pmy_binary_forward(node, piece, &rule);                                   \
    }                                                                             \
    PMY_BINARY_PHASE(a, 0)                                                        \
    PMY_BINARY_PHASE(b, 1)                                                        \
    extern const pmy_op pmy_op_##op;                                              \
    pmy_node *pmy_##op(pmy_graph *graph, pmy_node *a, pmy_node *b)                \
    {                                                                             \
        return pmy_append(graph, &pmy_op_##op, 2, (pmy_node *[]){a, b}, NULL, 0); \
    }                                                                             \
    static pmy_node *sample(pmy_sample *s, unsigned index)                        \
    {                                                                             \
        return pmy_binary_sample(s, index, &pmy_op_##op, low, high);              \
    }                                                                             \
    const pmy_op pmy_op_##op = {                                                  \
        .name = #op,                                                              \
        .infer = pmy_binary_infer,                                                \
        .take = pmy_binary_take,                                                  \
        .forward = {{.run = forward, .tiles = pmy_binary_tiles}},                 \
        .backward = {{.run = backward_a, .tiles = tiles_a, .gives = 1 << 0},      \
                     {.run = backward_b, .tiles = tiles_b, .gives = 1 << 1}},     \
        .checks = {.formula = formula_, .sample = sample, .choices = choices_},   \
    }

#define PMY_BINARY_PHASE(name, input)                                  \
    static size_t tiles_##name(const pmy_node *node)                   \
    {                                                                  \
        return pmy_binary_backward_tiles(node, input);                 \
    }                                                                  \
    static void backward_##name(const pmy_node *node, pmy_piece piece) \
    {                                                                  \
        pmy_binary_backward(node, piece, &rule, input);                \
    }

#endif
