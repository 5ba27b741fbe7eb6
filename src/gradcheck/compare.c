#include "gradcheck/compare.h"

pmy_real pmy_gradient_scale(pmy_real analytic, pmy_real numeric, pmy_real largest)
{
    return pmy_real_maximum(pmy_real_maximum(pmy_real_fabs(analytic), pmy_real_fabs(numeric)),
                            PMY_GRADCHECK_FLOOR * largest);
}

double pmy_gradient_error(pmy_real analytic, pmy_real numeric, pmy_real largest)
{
    if (!pmy_is_finite(analytic) || !pmy_is_finite(numeric))
        return (double)INFINITY;
    pmy_real distance = pmy_real_fabs(analytic - numeric);
    return distance > 0 ? (double)(distance / pmy_gradient_scale(analytic, numeric, largest)) : 0;
}

pmy_accum pmy_inner_product(size_t n, const pmy_real *a, const pmy_real *b)
{
    pmy_accum sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (pmy_accum)a[i] * (pmy_accum)b[i];
    return sum;
}
