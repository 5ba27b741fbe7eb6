/* One head of scaled dot-product attention with every number on the way there and back. */
#ifndef SOFTMAX_HEAD_H
#define SOFTMAX_HEAD_H

#include "base/random.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

enum { HEAD_MOST = 16, HEAD_ELEMENTS = HEAD_MOST * HEAD_MOST };

typedef double head_matrix[HEAD_ELEMENTS];

typedef struct head {
    size_t queries, keys, dim, width;
    bool causal;
    double temperature;  /* > 0; 1 is plain attention */
    head_matrix q, k, v; /* [queries, dim], [keys, dim], [keys, width] */

    /* Forward, by plain ops one after the other. */
    head_matrix scores; /* [queries, keys] Q Kᵀ */
    head_matrix scaled; /* [queries, keys] scores/(temperature √dim), −inf where masked */
    head_matrix p;      /* [queries, keys] its softmax */
    head_matrix output; /* [queries, width] P V */

    /* Backward of L = Σ d_output · output. */
    head_matrix d_output;        /* [queries, width] */
    head_matrix dv, dp, dscores; /* by the plain ops */
    head_matrix dq, dk;          /* [queries, dim], [keys, dim] */

    /* The same gradients by the attention op, and by differences of its output. */
    head_matrix op_dq, op_dk, op_dv;
    head_matrix numeric_dq, numeric_dk, numeric_dv;
    double op_difference; /* the largest between the op and the plain ops, of output, p and gradients */
} head;

/* Gives q, k and v numbers that one can follow by hand. */
void head_draw(head *of, pmy_random *random);

/* Computes all from q, k, v and d_output. */
pmy_status head_run(head *of, pmy_error *error);

#endif
