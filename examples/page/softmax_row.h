/* The row of the page's softmax panel, with what its figures and their origins are made from. */
#ifndef PAGE_SOFTMAX_ROW_H
#define PAGE_SOFTMAX_ROW_H

#include "page/origin.h"
#include "gradcheck/explanation.h"

enum { SOFTMAX_ROW_MOST_CLASSES = 10 };

typedef struct softmax_row {
    pmy_explanation row;
    /* Of row.classes numbers each. */
    double negative_log_p[SOFTMAX_ROW_MOST_CLASSES];
    double truth[SOFTMAX_ROW_MOST_CLASSES];                                            /* `fused` in double */
    double chain_ulps[SOFTMAX_ROW_MOST_CLASSES], fused_ulps[SOFTMAX_ROW_MOST_CLASSES]; /* from it, of row's */
    double p_sum, y_sum, fused_sum;
} softmax_row;

/* All of it in float or in double for a row whose classes are at most SOFTMAX_ROW_MOST_CLASSES, from its z,
 * temperature, and y or target. */
pmy_status softmax_row_run(softmax_row *of, bool in_float, pmy_error *error);

/* Its numbers and where they come from. */
enum { SOFTMAX_ROW_MOST_COLUMNS = 24 };
origin_table softmax_row_origins(const softmax_row *of, origin_column columns[SOFTMAX_ROW_MOST_COLUMNS]);

#endif
