/* The order of an epoch. */
#include "data/shuffle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 1000 };

static void order(pmy_order kind, uint64_t seed, uint32_t epoch, size_t count, uint32_t *indices)
{
    assert_int_equal(pmy_epoch_order(kind, seed, epoch, count, indices, NULL), PMY_OK);
}

static void file_order_counts_up(void **state)
{
    (void)state;
    uint32_t indices[MOST];
    order(PMY_ORDER_FILE, 1, 2, MOST, indices);
    for (uint32_t i = 0; i < MOST; i++)
        assert_int_equal(indices[i], i);
}

static void each_index_comes_once(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2, 3, 4, 5, 17, 999, MOST};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
        for (uint32_t epoch = 0; epoch < 5; epoch++) {
            uint32_t indices[MOST + 1];
            bool seen[MOST] = {false};
            indices[counts[c]] = 12345;
            order(PMY_ORDER_SHUFFLE, 7, epoch, counts[c], indices);
            for (size_t i = 0; i < counts[c]; i++) {
                assert_in_range(indices[i], 0, counts[c] - 1);
                assert_false(seen[indices[i]]);
                seen[indices[i]] = true;
            }
            assert_int_equal(indices[counts[c]], 12345);
        }
}

static size_t places_that_agree(const uint32_t *a, const uint32_t *b)
{
    size_t agreeing = 0;
    for (size_t i = 0; i < MOST; i++)
        agreeing += a[i] == b[i];
    return agreeing;
}

static void the_order_depends_on_seed_and_epoch_alone(void **state)
{
    (void)state;
    uint32_t first[MOST], second[MOST];
    order(PMY_ORDER_SHUFFLE, 1, 5, MOST, first);
    order(PMY_ORDER_SHUFFLE, 1, 6, MOST, second);
    assert_in_range(places_that_agree(first, second), 0, 10);
    order(PMY_ORDER_SHUFFLE, 2, 5, MOST, second);
    assert_in_range(places_that_agree(first, second), 0, 10);
    order(PMY_ORDER_SHUFFLE, (uint64_t)1 << 32 | 1, 5, MOST, second);
    assert_in_range(places_that_agree(first, second), 0, 10);
    order(PMY_ORDER_FILE, 1, 5, MOST, second);
    assert_in_range(places_that_agree(first, second), 0, 10);
    order(PMY_ORDER_SHUFFLE, 1, 5, MOST, second);
    assert_int_equal(places_that_agree(first, second), MOST);
}

/* Chi-squared with 23 degrees of freedom is below 49.7 in 999 of 1000 cases; Fisher and Yates
 * with the whole range to choose from at each step, say, gives thousands. */
static void all_permutations_are_equally_likely(void **state)
{
    (void)state;
    enum { COUNT = 4, PERMUTATIONS = 24, EPOCHS = 48000 };
    unsigned times[COUNT * COUNT * COUNT * COUNT] = {0};
    for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
        uint32_t indices[COUNT];
        order(PMY_ORDER_SHUFFLE, 3, epoch, COUNT, indices);
        unsigned name = 0;
        for (size_t i = 0; i < COUNT; i++)
            name = name * COUNT + indices[i];
        times[name]++;
    }
    double chi_squared = 0;
    unsigned permutations = 0;
    const double expected = (double)EPOCHS / PERMUTATIONS;
    for (size_t name = 0; name < sizeof times / sizeof times[0]; name++) {
        if (times[name] == 0)
            continue;
        permutations++;
        chi_squared += (times[name] - expected) * (times[name] - expected) / expected;
    }
    assert_int_equal(permutations, PERMUTATIONS);
    if (chi_squared > 49.7)
        fail_msg("chi-squared is %g", chi_squared);
}

static void more_than_32_bits_can_count_are_refused(void **state)
{
    (void)state;
#if SIZE_MAX > UINT32_MAX
    pmy_error error = {0};
    size_t count = (size_t)UINT32_MAX + 1;
    assert_int_equal(pmy_epoch_order(PMY_ORDER_SHUFFLE, 1, 0, count, NULL, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "4294967296 examples are too many"));
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_order_counts_up),
        cmocka_unit_test(each_index_comes_once),
        cmocka_unit_test(the_order_depends_on_seed_and_epoch_alone),
        cmocka_unit_test(all_permutations_are_equally_likely),
        cmocka_unit_test(more_than_32_bits_can_count_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
