#include "page/softmax_row.h"

#include "gradcheck/explain.h"
#include "pmy64/gradcheck/explain.h"

#include "page/softmax_formula.h"

#include <string.h>

static double total(size_t count, const double *values)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

/* The fused gradient in double: of a row in float, of the logits as a float holds them. */
static pmy_status find_truth(softmax_row *of, pmy_error *error)
{
    const pmy_explanation *row = &of->row;
    if (row->precision == PMY_NUMBER_DOUBLE) {
        memcpy(of->truth, row->fused, row->classes * sizeof *of->truth);
        return PMY_OK;
    }
    pmy_explanation wide;
    pmy_status status = pmy_explanation_new(row->classes, &wide, error);
    if (status != PMY_OK)
        return status;
    pmy_explanation_copy(&wide, row);
    status = pmy64_explain(&wide, error);
    if (status == PMY_OK)
        memcpy(of->truth, wide.fused, row->classes * sizeof *of->truth);
    pmy_explanation_free(&wide);
    return status;
}

pmy_status softmax_row_run(softmax_row *of, bool in_float, pmy_error *error)
{
    pmy_explanation *row = &of->row;
    pmy_status status = (in_float ? pmy_explain : pmy64_explain)(row, error);
    if (status == PMY_OK)
        status = find_truth(of, error);
    if (status != PMY_OK)
        return status;
    for (size_t i = 0; i < row->classes; i++) {
        of->negative_log_p[i] = 0 - row->log_p[i];
        of->chain_ulps[i] = pmy_explanation_ulps(row, row->chain[i], of->truth[i]);
        of->fused_ulps[i] = pmy_explanation_ulps(row, row->fused[i], of->truth[i]);
    }
    of->p_sum = total(row->classes, row->p);
    of->y_sum = total(row->classes, row->y);
    of->fused_sum = total(row->classes, row->fused);
    return PMY_OK;
}

origin_table softmax_row_origins(const softmax_row *of, origin_column columns[SOFTMAX_ROW_MOST_COLUMNS])
{
    size_t forward = softmax_forward_columns(of, columns);
    return (origin_table){columns, forward + softmax_backward_columns(of, columns + forward), of};
}
