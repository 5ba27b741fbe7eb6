#include "gradcheck/jacobian.h"

/* --- Softmax -------------------------------------------------------------- */

void pmy_explicit_softmax(size_t n, const pmy_real *z, pmy_real temperature, pmy_real *p)
{
    pmy_real largest = z[0], sum = 0;
    for (size_t i = 1; i < n; i++)
        largest = pmy_real_maximum(largest, z[i]);
    for (size_t i = 0; i < n; i++) {
        p[i] = pmy_real_exp((z[i] - largest) / temperature);
        sum += p[i];
    }
    for (size_t i = 0; i < n; i++)
        p[i] /= sum;
}

/* 1 − p_i for shares that sum to 1. */
static pmy_real others(size_t n, const pmy_real *p, size_t i)
{
    pmy_real sum = 0;
    for (size_t j = 0; j < n; j++)
        if (j != i)
            sum += p[j];
    return sum;
}

void pmy_softmax_jacobian(size_t n, const pmy_real *p, pmy_real temperature, pmy_real *jacobian)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            jacobian[i * n + j] = p[i] * (i == j ? others(n, p, i) : -p[j]) / temperature;
}

void pmy_log_softmax_jacobian(size_t n, const pmy_real *p, pmy_real *jacobian)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            jacobian[i * n + j] = i == j ? others(n, p, i) : -p[j];
}

/* --- Sigmoid -------------------------------------------------------------- */

void pmy_sigmoid_jacobian(size_t n, const pmy_real *x, pmy_real *jacobian)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            jacobian[i * n + j] = i == j ? 1 / ((1 + pmy_real_exp(-x[i])) * (1 + pmy_real_exp(x[i]))) : 0;
}

/* --- The cross-entropy and the chain rule --------------------------------- */

void pmy_cross_entropy_slope(size_t n, const pmy_real *y, const pmy_real *p, pmy_real *slope)
{
    for (size_t i = 0; i < n; i++)
        slope[i] = y[i] != 0 ? -y[i] / p[i] : 0;
}

void pmy_jacobian_apply(size_t n, const pmy_real *jacobian, const pmy_real *slope, pmy_real *result)
{
    for (size_t j = 0; j < n; j++) {
        result[j] = 0;
        for (size_t i = 0; i < n; i++)
            result[j] += jacobian[i * n + j] * slope[i];
    }
}
