/* Explains one head of scaled dot-product attention, with every number on the way there and back. */
#ifndef PMY_GRADCHECK_EXPLAIN_ATTENTION_H
#define PMY_GRADCHECK_EXPLAIN_ATTENTION_H

#include "base/real.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* No more than one can follow by hand. */
enum { PMY_EXPLAINED_HEAD = 16, PMY_EXPLAINED_HEAD_ELEMENTS = PMY_EXPLAINED_HEAD * PMY_EXPLAINED_HEAD };

typedef pmy_real pmy_head_matrix[PMY_EXPLAINED_HEAD_ELEMENTS];

typedef struct pmy_attention_explanation {
    /* What it is about, set before. */
    size_t queries, keys, dim, width; /* 1 to PMY_EXPLAINED_HEAD */
    bool causal;                      /* query i sees keys 0 … i alone */
    double temperature;               /* > 0; 1 is plain attention */
    pmy_head_matrix q, k, v;          /* [queries, dim], [keys, dim], [keys, width] */
    pmy_head_matrix d_output;         /* [queries, width] of L = Σ d_output · output */

    /* Forward, by plain ops one after the other. */
    pmy_head_matrix scores; /* [queries, keys] Q Kᵀ */
    pmy_head_matrix scaled; /* [queries, keys] scores/(temperature √dim), −inf where masked */
    pmy_head_matrix p;      /* [queries, keys] its softmax */
    pmy_head_matrix output; /* [queries, width] P V */

    /* Backward of L by the plain ops. */
    pmy_head_matrix dv, dp, dscores; /* [keys, width], [queries, keys], [queries, keys] */
    pmy_head_matrix dq, dk;          /* [queries, dim], [keys, dim] */

    /* The same gradients by the attention op, and by differences of its output. */
    pmy_head_matrix op_dq, op_dk, op_dv;
    pmy_head_matrix numeric_dq, numeric_dk, numeric_dv;
    pmy_real op_difference; /* the largest between the op and the plain ops, of output, p and gradients */
} pmy_attention_explanation;

/* Fills in all that follows. PMY_BAD_ARGUMENT: a size or the temperature is out of its range. PMY_BAD_DATA: a
 * number is not finite, or leads to one. PMY_NO_MEMORY. */
pmy_status pmy_explain_attention(pmy_attention_explanation *of, pmy_error *error);

#endif
