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
