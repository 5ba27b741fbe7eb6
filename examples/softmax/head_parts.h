/* The matrices of a head by name, and how many of their digits are right. */
#ifndef SOFTMAX_HEAD_PARTS_H
#define SOFTMAX_HEAD_PARTS_H

#include "softmax/head.h"

/* In the order of computing. The gradients of Q, K and V are those of the attention op. */
typedef enum head_part_id {
    HEAD_Q,
    HEAD_K,
    HEAD_V,
    HEAD_SCORES,
    HEAD_SCALED,
    HEAD_P,
    HEAD_OUTPUT,
    HEAD_D_OUTPUT,
    HEAD_DP,
    HEAD_DSCORES,
    HEAD_DQ,
    HEAD_DK,
    HEAD_DV,
    HEAD_NUMERIC_DQ,
    HEAD_NUMERIC_DK,
    HEAD_NUMERIC_DV,
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
