#include "softmax/shares.h"

#include "pmy64/kernels/softmax_row.h"

pmy_status shares_of(size_t classes, const double *z, double temperature, double *p, double *entropy,
                     pmy_error *error)
{
    pmy64_softmax_row row;
    pmy64_row_fault fault = pmy64_softmax_exponentials(classes, z, temperature, p, &row);
    if (fault != PMY64_ROW_FINE)
        return pmy_fail(error, PMY_BAD_DATA, "%s", pmy64_row_fault_text(fault));
    double sum = 0;
    for (size_t i = 0; i < classes; i++) {
        p[i] /= 1 + row.rest;
        if (p[i] > 0)
            sum += p[i] * pmy64_negative_log_probability(&row, z[i], temperature);
    }
    if (entropy)
        *entropy = sum;
    return PMY_OK;
}

size_t shares_draw(size_t classes, const double *p, double u)
{
    double below = 0;
    size_t drawn = 0;
    for (size_t i = 0; i < classes; i++) {
        if (p[i] == 0)
            continue;
        drawn = i; /* the last that can be drawn, should rounding leave a gap below 1 */
        below += p[i];
        if (u < below)
            break;
    }
    return drawn;
}
