/* The matrices of a head by name, and how many of their digits are right. */
#ifndef SOFTMAX_HEAD_PARTS_H
#define SOFTMAX_HEAD_PARTS_H

#include "softmax/head.h"

/* In the order of computing. The gradients of Q, K and V are those of the attention op. */
#define HEAD_PART_LIST(X) \
    X(HEAD_Q)             \
    X(HEAD_K)             \
    X(HEAD_V)             \
    X(HEAD_SCORES)        \
    X(HEAD_SCALED)        \
    X(HEAD_P)             \
    X(HEAD_OUTPUT)        \
    X(HEAD_D_OUTPUT)      \
    X(HEAD_DP)            \
    X(HEAD_DSCORES)       \
    X(HEAD_DQ)            \
    X(HEAD_DK)            \
    X(HEAD_DV)            \
    X(HEAD_NUMERIC_DQ)    \
    X(HEAD_NUMERIC_DK)    \
    X(HEAD_NUMERIC_DV)

typedef enum head_part_id {
#define HEAD_PART_ENUM(id) id,
    HEAD_PART_LIST(HEAD_PART_ENUM)
#undef HEAD_PART_ENUM
        HEAD_PARTS
} head_part_id;

typedef struct head_part {
    const char *name;       /* "d_output" */
    const double *elements; /* [rows, columns] */
    size_t rows, columns;
    double error; /* of each element, at most (see figure_text); 0: it is given, or is to be shown whole */
} head_part;

head_part head_part_of(const head *of, head_part_id id);

#endif
