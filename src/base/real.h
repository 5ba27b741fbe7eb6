/* The scalar type. The sources of pmy are written once; the build makes them
 * three times over, each time with another scalar and another prefix:
 *
 *   float       pmy_     libpmy.a     what trains
 *   double      pmy64_   libpmy64.a   what is studied and checked
 *   quad        pmyq_    libpmyq.a    the oracle of the tests: long double where it has 113 bits, as on
 * arm64, or gcc's __float128; no libpmyq.a where there is neither
 *
 * tools/precision renames the identifiers and writes 64 or 128 below; headers
 * that do not include this one hold no scalar and exist once. */
#ifndef PMY_BASE_REAL_H
#define PMY_BASE_REAL_H

#define PMY_SCALAR 32

#include "base/portable_math.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/* PMY_R(0.5) is the literal 0.5 as a pmy_real; pmy_accum is the type that long
 * sums are carried in. */
#if PMY_SCALAR == 32
typedef float pmy_real;
typedef double pmy_accum;
#define PMY_R(literal) literal##f
#define PMY_MATH(name) name##f
#define PMY_REAL_MAX FLT_MAX
#define PMY_REAL_EPSILON FLT_EPSILON
#elif PMY_SCALAR == 64
typedef double pmy_real;
typedef double pmy_accum;
#define PMY_R(literal) literal
#define PMY_MATH(name) name
#define PMY_REAL_MAX DBL_MAX
#define PMY_REAL_EPSILON DBL_EPSILON
#elif LDBL_MANT_DIG == 113
typedef long double pmy_real;
typedef pmy_real pmy_accum;
#define PMY_R(literal) literal##L
#define PMY_MATH(name) name##l
#define PMY_REAL_MAX LDBL_MAX
#define PMY_REAL_EPSILON LDBL_EPSILON
#else
#include <quadmath.h>
__extension__ typedef __float128 pmy_real;
typedef pmy_real pmy_accum;
#define PMY_R(literal) ((pmy_real)literal##q)
#define PMY_MATH(name) name##q
#define PMY_REAL_MAX FLT128_MAX
#define PMY_REAL_EPSILON FLT128_EPSILON
#endif

/* PMY_MATH(fabs) is a function of the math library for a pmy_real, PMY_ACCUM_MATH(sqrt) one for a pmy_accum,
 * of those that are right to the bit. PMY_ELEMENTARY(exp, x) and PMY_ACCUM_ELEMENTARY(cos) are of the others,
 * and so may be pmy's own (portable_math.h). */
#if PMY_SCALAR == 128
#define PMY_ACCUM_MATH PMY_MATH
#define PMY_ACCUM_ELEMENTARY PMY_MATH
#else
#define PMY_ACCUM_MATH(name) name
#define PMY_ACCUM_ELEMENTARY(name) PMY_DOUBLE_MATH(name)
#endif
#if defined PMY_PORTABLE && PMY_SCALAR != 128
#define PMY_ELEMENTARY(name, x) ((pmy_real)PMY_DOUBLE_MATH(name)((double)(x)))
#else
#define PMY_ELEMENTARY(name, x) PMY_MATH(name)(x)
#endif

static inline pmy_real pmy_real_fabs(pmy_real x)
{
    return PMY_MATH(fabs)(x);
}

static inline pmy_real pmy_real_sqrt(pmy_real x)
{
    return PMY_MATH(sqrt)(x);
}

#define PMY_FUNCTION(name)                             \
    static inline pmy_real pmy_real_##name(pmy_real x) \
    {                                                  \
        return PMY_ELEMENTARY(name, x);                \
    }
PMY_FUNCTION(exp)
PMY_FUNCTION(log)
PMY_FUNCTION(log1p)
PMY_FUNCTION(tanh)
PMY_FUNCTION(erfc)
#undef PMY_FUNCTION

static inline pmy_real pmy_real_maximum(pmy_real a, pmy_real b)
{
    return a > b ? a : b;
}

/* Neither NaN nor infinite; written so that every scalar type has it. */
static inline bool pmy_is_finite(pmy_real x)
{
    return x - x == 0;
}

static inline bool pmy_is_nan(pmy_real x)
{
    return x != x;
}

/* Stores value in *place, or adds it: what a backward pass does with each of
 * its results (see pmy_node.accumulate in op.h). */
static inline void pmy_put(pmy_real *place, pmy_real value, bool accumulate)
{
    *place = accumulate ? *place + value : value;
}

#endif
