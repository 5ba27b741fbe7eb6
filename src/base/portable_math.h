/* The functions whose last bits differ between C libraries, in double, each within an ulp but tanh, within
 * 2.5, from + − · / alone: so with -ffp-contract=off they give the same bits wherever a double is IEEE
 * 754's. fma, floor and the like are right to the bit everywhere and are not here. NaN gives NaN; where a
 * function is infinite or has no value, it is infinite or NaN, as in C. errno is left alone.
 *
 * PMY_DOUBLE_MATH(cos) is the function that a build takes: one of these with PORTABLE=1; otherwise the C
 * library's, which is faster. */
#ifndef PMY_BASE_PORTABLE_MATH_H
#define PMY_BASE_PORTABLE_MATH_H

#include <math.h>

double pmy_portable_exp(double x);
double pmy_portable_log(double x);
double pmy_portable_log1p(double x);
/* x^y of an x ≥ 0; NaN for any other. */
double pmy_portable_pow(double x, double y);
double pmy_portable_sin(double x);
double pmy_portable_cos(double x);
double pmy_portable_tanh(double x);
double pmy_portable_erfc(double x);

#ifdef PMY_PORTABLE
#define PMY_DOUBLE_MATH(name) pmy_portable_##name
#else
#define PMY_DOUBLE_MATH(name) name
#endif

#endif
