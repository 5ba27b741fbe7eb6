/* pmy's own exp, log, sin and so on, against MPFR's: as near as they should be all over their ranges, and
 * what they are at the edges. */
#include "base/portable_math.h"
#include "base/random.h"

#include <float.h>
#include <mpfr.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

enum { TIMES = 5000, DIGITS = 200 };

/* How many units in its last place a double is off; a true value beyond the largest should be infinite. */
static double units_off(double got, const mpfr_t want)
{
    double nearest = mpfr_get_d(want, MPFR_RNDN);
    if (isinf(nearest) || isinf(got))
        return got == nearest ? 0 : (double)INFINITY;
    mpfr_t off;
    mpfr_init2(off, DIGITS);
    (void)mpfr_sub_d(off, want, got, MPFR_RNDN);
    long place = mpfr_zero_p(want) ? DBL_MIN_EXP : mpfr_get_exp(want);
    place = place < DBL_MIN_EXP ? DBL_MIN_EXP : place;
    (void)mpfr_mul_2si(off, off, DBL_MANT_DIG - place, MPFR_RNDN);
    double units = fabs(mpfr_get_d(off, MPFR_RNDN));
    mpfr_clear(off);
    return units;
}

typedef int exact_function(mpfr_t, const mpfr_t, mpfr_rnd_t);

typedef struct function {
    const char *name;
    double (*own)(double x);
    exact_function *exact;
    double most; /* units that it may be off, not quite */
} function;

static const function functions[] = {
    {"exp", pmy_portable_exp, mpfr_exp, 1},       {"log", pmy_portable_log, mpfr_log, 1},
    {"log1p", pmy_portable_log1p, mpfr_log1p, 1}, {"sin", pmy_portable_sin, mpfr_sin, 1},
    {"cos", pmy_portable_cos, mpfr_cos, 1},       {"tanh", pmy_portable_tanh, mpfr_tanh, 2.5},
    {"erfc", pmy_portable_erfc, mpfr_erfc, 1},
};
enum { EXP, LOG, LOG1P, SIN, COS, TANH, ERFC };

static void expect_near(const function *f, double x)
{
    mpfr_t at, want;
    mpfr_init2(at, DBL_MANT_DIG);
    mpfr_init2(want, DIGITS);
    (void)mpfr_set_d(at, x, MPFR_RNDN);
    (void)f->exact(want, at, MPFR_RNDN);
    double got = f->own(x), off = units_off(got, want);
    if (!(off < f->most))
        fail_msg("%s(%a) is %a, %g ulp off", f->name, x, got, off);
    mpfr_clear(at);
    mpfr_clear(want);
}

/* Numbers between low and high: as many between each two powers of two (BY_SIZE), on both sides of 0 where
 * there are two; or evenly. */
typedef struct range {
    unsigned function;
    double low, high;
    enum { EVENLY, BY_SIZE, BOTH_SIDES } how;
} range;

static double drawn(pmy_random *random, range r)
{
    double u = pmy_random_uniform(random);
    if (r.how == EVENLY)
        return r.low + (r.high - r.low) * u;
    double size = exp2(log2(r.low) + (log2(r.high) - log2(r.low)) * u);
    return r.how == BOTH_SIDES && pmy_random_below(random, 2) ? -size : size;
}

static void functions_are_near(void **state)
{
    (void)state;
    static const range ranges[] = {
        {EXP, -746, 711, EVENLY},
        {EXP, -1, 1, EVENLY},
        {EXP, 1e-300, 1, BOTH_SIDES},
        {LOG, 1e-320, DBL_MAX, BY_SIZE},
        {LOG, 0.5, 2, EVENLY},
        {LOG, 0.999, 1.001, EVENLY},
        {LOG1P, -0.999999, 0, EVENLY},
        {LOG1P, 0, 3, EVENLY},
        {LOG1P, 1e-18, DBL_MAX, BY_SIZE},
        {LOG1P, 1e-10, 0.9, BOTH_SIDES},
        {SIN, -8, 8, EVENLY},
        {SIN, 1e-310, DBL_MAX, BOTH_SIDES},
        {COS, -8, 8, EVENLY},
        {COS, 0, 1e5, EVENLY},
        {COS, 1e-310, DBL_MAX, BOTH_SIDES},
        {TANH, -22, 22, EVENLY},
        {TANH, -1, 1, EVENLY},
        {TANH, 1e-310, 1, BOTH_SIDES},
        {ERFC, -7, 7, EVENLY},
        {ERFC, -0.6, 0.6, EVENLY},
        {ERFC, 0.5, 28.5, EVENLY},
        {ERFC, 26, 27.3, EVENLY},
    };
    pmy_random random = {.seed = 1};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        for (int time = 0; time < TIMES; time++)
            expect_near(&functions[ranges[i].function], drawn(&random, ranges[i]));
}

/* Where functions are pieced together, and where an angle is as near to a zero as doubles are. */
static void seams_are_near(void **state)
{
    (void)state;
    static const double seams[] = {0,
                                   DBL_TRUE_MIN,
                                   DBL_MIN,
                                   0x1p-54,
                                   0x1p-28,
                                   0.3465735902799726,
                                   0.5,
                                   0.7071067811865476,
                                   0.78539816339744828,
                                   1,
                                   1.4142135623730951,
                                   1.5707963267948966,
                                   3.1415926535897931,
                                   20,
                                   28,
                                   36,
                                   709.78271289338397,
                                   745.13321910194122,
                                   0x1p52,
                                   0x1.6ac5b262ca1ffp+849, /* next to a multiple of π/2 */
                                   0x1p1023,
                                   DBL_MAX};
    for (size_t f = 0; f < sizeof functions / sizeof *functions; f++)
        for (size_t i = 0; i < sizeof seams / sizeof *seams; i++) {
            const double around[] = {nextafter(seams[i], -1), seams[i], nextafter(seams[i], DBL_MAX)};
            for (size_t at = 0; at < 3; at++)
                for (int side = -1; side <= 1; side += 2) {
                    double x = side * around[at];
                    if (f == LOG ? x > 0 : f == LOG1P ? x > -1 : true)
                        expect_near(&functions[f], x);
                }
        }
}

static void expect_power(double x, double y)
{
    mpfr_t base, exponent, want;
    mpfr_init2(base, DBL_MANT_DIG);
    mpfr_init2(exponent, DBL_MANT_DIG);
    mpfr_init2(want, DIGITS);
    (void)mpfr_set_d(base, x, MPFR_RNDN);
    (void)mpfr_set_d(exponent, y, MPFR_RNDN);
    (void)mpfr_pow(want, base, exponent, MPFR_RNDN);
    double got = pmy_portable_pow(x, y), off = units_off(got, want);
    if (!(off < 1))
        fail_msg("pow(%a, %a) is %a, %g ulp off", x, y, got, off);
    mpfr_clear(base);
    mpfr_clear(exponent);
    mpfr_clear(want);
}

static void powers_are_within_an_ulp(void **state)
{
    (void)state;
    pmy_random random = {.seed = 2};
    for (int time = 0; time < TIMES; time++) {
        double any = exp2(200 * (pmy_random_uniform(&random) - 0.5));
        double near_one = 1 + 1e-6 * (pmy_random_uniform(&random) - 0.5);
        double sum = 1500 * (pmy_random_uniform(&random) - 0.5); /* of the exponential */
        expect_power(any, sum / log(any));
        expect_power(near_one, sum / log(near_one));
        expect_power(0.9 + 0.1 * pmy_random_uniform(&random), pmy_random_below(&random, 5000));
        expect_power(10000, -(double)pmy_random_below(&random, 64) / 64);
    }
    static const double numbers[] = {0, DBL_TRUE_MIN, 0.5, 1, 2, DBL_MAX, (double)INFINITY};
    for (size_t x = 0; x < sizeof numbers / sizeof *numbers; x++)
        for (size_t y = 0; y < sizeof numbers / sizeof *numbers; y++)
            for (int side = -1; side <= 1; side += 2)
                expect_power(numbers[x], side * numbers[y]);
}

static void edges_are_those_of_c(void **state)
{
    (void)state;
    const double infinity = (double)INFINITY, nan = (double)NAN;
    for (size_t f = 0; f < sizeof functions / sizeof *functions; f++)
        assert_true(isnan(functions[f].own(nan)));
    assert_true(isnan(pmy_portable_pow(nan, 1)) && isnan(pmy_portable_pow(2, nan)));
    assert_true(isnan(pmy_portable_pow(-1, 2)));
    assert_true(pmy_portable_pow(nan, 0) == 1 && pmy_portable_pow(1, nan) == 1);

    assert_true(pmy_portable_exp(infinity) == infinity && pmy_portable_exp(-infinity) == 0);
    assert_true(pmy_portable_log(infinity) == infinity && pmy_portable_log(0) == -infinity);
    assert_true(isnan(pmy_portable_log(-1)) && isnan(pmy_portable_log(-infinity)));
    assert_true(pmy_portable_log1p(infinity) == infinity && pmy_portable_log1p(-1) == -infinity);
    assert_true(isnan(pmy_portable_log1p(-2)) && isnan(pmy_portable_log1p(-infinity)));
    assert_true(isnan(pmy_portable_sin(infinity)) && isnan(pmy_portable_cos(-infinity)));
    assert_true(pmy_portable_tanh(infinity) == 1 && pmy_portable_tanh(-infinity) == -1);
    assert_true(pmy_portable_erfc(infinity) == 0 && pmy_portable_erfc(-infinity) == 2);
    assert_true(signbit(pmy_portable_sin(-0.0)) && signbit(pmy_portable_tanh(-0.0)));
    assert_true(signbit(pmy_portable_log1p(-0.0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_near),
        cmocka_unit_test(seams_are_near),
        cmocka_unit_test(powers_are_within_an_ulp),
        cmocka_unit_test(edges_are_those_of_c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
