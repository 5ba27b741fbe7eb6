/* Φ and exp(−x²/2) in float, against the math library in double. */
#include "running.h"

#include "kernels/normal.h"

/* How far x is from the truth, in units of the truth's last place. */
static double units(float x, double truth)
{
    return fabs((double)x - truth) / ((double)nextafterf((float)truth, INFINITY) - (double)(float)truth);
}

static void within_six_units_wherever_it_is_not_tiny(void **state)
{
    (void)state;
    double worst_phi = 0, worst_e = 0;
    for (int i = -1299999; i < 1299999; i += 7) {
        float x = (float)i * 1e-5f;
        pmy_normal n = pmy_normal_at(x);
        worst_phi = fmax(worst_phi, units(n.distribution, 0.5 * erfc(-(double)x * sqrt(0.5))));
        worst_e = fmax(worst_e, units(n.exponential, exp(-0.5 * (double)x * (double)x)));
    }
    assert_true(worst_phi > 0 && worst_phi < 6.5);
    assert_true(worst_e > 0 && worst_e < 6.5);
}

static void ends(void **state)
{
    (void)state;
    pmy_normal n = pmy_normal_at(0);
    assert_true(fabsf(n.distribution - 0.5f) <= 6 * FLT_EPSILON / 4 && n.exponential == 1);
    n = pmy_normal_at(-13);
    assert_true(n.distribution == 0 && n.exponential == 0);
    n = pmy_normal_at(-(float)INFINITY);
    assert_true(n.distribution == 0 && n.exponential == 0);
    n = pmy_normal_at((float)INFINITY);
    assert_true(n.distribution == 1 && n.exponential == 0);
    assert_true(isnan(pmy_normal_at((float)NAN).distribution));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_six_units_wherever_it_is_not_tiny),
        cmocka_unit_test(ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
