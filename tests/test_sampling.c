/* Which token comes next. */
#include "running.h"

#include "train/sampling.h"

#include <math.h>

static const pmy_real z[] = {1, 3, -2, 3, 0};
enum { TOKENS = sizeof z / sizeof *z };

static size_t choose(pmy_sampling sampling, pmy_choice *choice)
{
    pmy_error error;
    size_t kept;
    assert_int_equal(pmy_sampling_check(&sampling, &error), PMY_OK);
    assert_int_equal(pmy_sampling_choices(&sampling, TOKENS, z, choice, &kept, &error), PMY_OK);
    double sum = 0;
    for (size_t i = 0; i < TOKENS; i++) {
        sum += choice[i].p;
        assert_true(i == 0 || choice[i].p <= choice[i - 1].p);
        assert_true((choice[i].p > 0) == (i < kept));
    }
    assert_true(fabs(sum - 1) < 1e-12);
    return kept;
}

static void shares_are_those_of_softmax_at_the_temperature(void **state)
{
    (void)state;
    static const double temperatures[] = {0.5, 1, 2};
    for (size_t t = 0; t < 3; t++) {
        pmy_choice choice[TOKENS];
        assert_int_equal(choose((pmy_sampling){temperatures[t], 0, 1}, choice), TOKENS);
        assert_true(choice[0].token == 1 && choice[1].token == 3);
        double sum = 0;
        for (size_t i = 0; i < TOKENS; i++)
            sum += exp((double)z[i] / temperatures[t]);
        for (size_t i = 0; i < TOKENS; i++)
            assert_true(fabs(choice[i].p - exp((double)z[choice[i].token] / temperatures[t]) / sum) < 1e-12);
    }
}

static void a_temperature_of_0_is_the_likeliest(void **state)
{
    (void)state;
    pmy_choice choice[TOKENS];
    assert_int_equal(choose((pmy_sampling){0, 0, 1}, choice), 1);
    assert_true(choice[0].token == 1 && choice[0].p == 1);
    /* So small that 1/T is no number. */
    assert_int_equal(choose((pmy_sampling){1e-320, 3, 1}, choice), 3 - 1);
    assert_true(choice[0].p == 0.5 && choice[1].p == 0.5);
}

static void only_the_likeliest_are_kept(void **state)
{
    (void)state;
    pmy_choice choice[TOKENS];
    assert_int_equal(choose((pmy_sampling){1, 3, 1}, choice), 3);
    assert_int_equal(choose((pmy_sampling){1, 99, 1}, choice), TOKENS);
    assert_int_equal(choose((pmy_sampling){1, 1, 1}, choice), 1);
    /* Two have 0.457 each, the next 0.062: of the first three, 0.468 each. */
    assert_int_equal(choose((pmy_sampling){1, 0, 0.4}, choice), 1);
    assert_int_equal(choose((pmy_sampling){1, 0, 0.9}, choice), 2);
    assert_int_equal(choose((pmy_sampling){1, 0, 0.92}, choice), 3);
    assert_int_equal(choose((pmy_sampling){1, 3, 0.93}, choice), 2);
    assert_int_equal(choose((pmy_sampling){1, 0, 1e-300}, choice), 1);
}

static void a_draw_follows_the_shares(void **state)
{
    (void)state;
    const pmy_choice choice[] = {{7, 0.5}, {2, 0.25}, {4, 0.25}};
    assert_int_equal(pmy_sampling_draw(choice, 3, 0), 0);
    assert_int_equal(pmy_sampling_draw(choice, 3, 0.49), 0);
    assert_int_equal(pmy_sampling_draw(choice, 3, 0.5), 1);
    assert_int_equal(pmy_sampling_draw(choice, 3, 0.75), 2);
    assert_int_equal(pmy_sampling_draw(choice, 3, nextafter(1, 0)), 2);
    assert_true(fabs(pmy_sampling_entropy(choice, 3) - 1.5 * log(2)) < 1e-15);
    assert_true(pmy_sampling_entropy((pmy_choice[]){{0, 1}}, 1) == 0);
}

static void what_is_refused(void **state)
{
    (void)state;
    pmy_error error;
    const pmy_sampling wrong[] = {{-1, 0, 1}, {(double)NAN, 0, 1}, {(double)INFINITY, 0, 1},
                                  {1, 0, 0},  {1, 0, 1.5},         {1, 0, (double)NAN}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(pmy_sampling_check(&wrong[i], &error), PMY_BAD_ARGUMENT);
    const pmy_real bad[][2] = {
        {0, (pmy_real)NAN}, {(pmy_real)INFINITY, 0}, {-(pmy_real)INFINITY, -(pmy_real)INFINITY}};
    for (size_t i = 0; i < 3; i++) {
        pmy_choice choice[2];
        size_t kept;
        pmy_sampling sampling = {1, 0, 1};
        assert_int_equal(pmy_sampling_choices(&sampling, 2, bad[i], choice, &kept, &error), PMY_BAD_DATA);
    }
    const pmy_real masked[] = {-(pmy_real)INFINITY, 2};
    pmy_choice choice[2];
    size_t kept;
    pmy_sampling sampling = {1, 0, 1};
    assert_int_equal(pmy_sampling_choices(&sampling, 2, masked, choice, &kept, &error), PMY_OK);
    assert_true(choice[0].token == 1 && choice[0].p == 1 && choice[1].p == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_those_of_softmax_at_the_temperature),
        cmocka_unit_test(a_temperature_of_0_is_the_likeliest),
        cmocka_unit_test(only_the_likeliest_are_kept),
        cmocka_unit_test(a_draw_follows_the_shares),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
