#include "page/softmax_row.h"

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
    const derivation *row = &of->row;
    if (!row->in_float) {
        memcpy(of->truth, row->fused, row->classes * sizeof *of->truth);
        return PMY_OK;
    }
    derivation wide;
    if (!derivation_new(&wide, row->classes))
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for %zu classes", row->classes);
    memcpy(wide.z, row->z, row->classes * sizeof *wide.z);
    memcpy(wide.y, row->y, row->classes * sizeof *wide.y);
    wide.temperature = row->temperature;
    wide.soft = row->soft;
    wide.target = row->target;
    pmy_status status = derivation_run(&wide, error);
    if (status == PMY_OK)
        memcpy(of->truth, wide.fused, row->classes * sizeof *of->truth);
    derivation_free(&wide);
    return status;
}

pmy_status softmax_row_run(softmax_row *of, pmy_error *error)
{
    derivation *row = &of->row;
    pmy_status status = derivation_check(row, error);
    if (status == PMY_OK)
        status = derivation_run(row, error);
    if (status == PMY_OK)
        status = find_truth(of, error);
    if (status != PMY_OK)
        return status;
    for (size_t i = 0; i < row->classes; i++) {
        of->negative_log_p[i] = 0 - row->log_p[i];
        of->chain_ulps[i] = derivation_ulps(row, row->chain[i], of->truth[i]);
        of->fused_ulps[i] = derivation_ulps(row, row->fused[i], of->truth[i]);
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
