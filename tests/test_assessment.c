/* Assessments: hand-made predictions whose confusions, scores, mistakes and reliability are known. */
#include "train/assessment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Logits that softmax makes these three shares of. */
static void add_shares(pmy_assessment *a, size_t index, int32_t label, double p0, double p1, double p2)
{
    const pmy_real logits[3] = {(pmy_real)log(p0), (pmy_real)log(p1), (pmy_real)log(p2)};
    pmy_assessment_add(a, index, label, logits);
}

static pmy_assessment *new_assessment(size_t classes, size_t examples)
{
    pmy_assessment *a;
    assert_int_equal(pmy_assessment_new(classes, examples, &a, NULL), PMY_OK);
    return a;
}

static void assert_close(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-6))
        fail_msg("%.9g, not %.9g", value, expected);
}

/* Eight examples of three classes, three of them wrong. */
static pmy_assessment *eight_examples(void)
{
    pmy_assessment *a = new_assessment(3, 8);
    add_shares(a, 10, 0, 0.90, 0.05, 0.05);
    add_shares(a, 11, 0, 0.50, 0.30, 0.20);
    add_shares(a, 12, 0, 0.14, 0.72, 0.14); /* wrong */
    add_shares(a, 13, 1, 0.08, 0.90, 0.02);
    add_shares(a, 14, 1, 0.80, 0.15, 0.05); /* wrong */
    add_shares(a, 15, 0, 0.06, 0.70, 0.24); /* wrong */
    add_shares(a, 16, 1, 0.25, 0.60, 0.15);
    add_shares(a, 17, 1, 0.05, 0.94, 0.01);
    pmy_assessment_end(a);
    return a;
}

static void confusions_are_counted(void **state)
{
    (void)state;
    pmy_assessment *a = eight_examples();
    static const size_t expected[] = {2, 2, 0, 1, 3, 0, 0, 0, 0};
    assert_int_equal(a->count, 8);
    assert_int_equal(a->correct, 5);
    assert_memory_equal(a->confusion, expected, sizeof expected);
    pmy_assessment_free(a);
}

static void classes_are_scored(void **state)
{
    (void)state;
    pmy_assessment *a = eight_examples();
    pmy_class_score zero = pmy_class_score_of(a, 0), one = pmy_class_score_of(a, 1);
    assert_int_equal(zero.examples, 4);
    assert_int_equal(zero.predicted, 3);
    assert_int_equal(zero.correct, 2);
    assert_close(zero.precision, 2. / 3);
    assert_close(zero.recall, 0.5);
    assert_close(zero.f1, 2 * (2. / 3 * 0.5) / (2. / 3 + 0.5));
    assert_close(one.precision, 3. / 5);
    assert_close(one.recall, 3. / 4);
    pmy_class_score never = pmy_class_score_of(a, 2);
    assert_true(isnan(never.precision) && isnan(never.recall) && isnan(never.f1));
    pmy_assessment_free(a);
}

static void mistakes_begin_with_the_most_confident(void **state)
{
    (void)state;
    pmy_assessment *a = eight_examples();
    static const size_t order[] = {14, 12, 15};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(a->mistakes[i].index, order[i]);
    assert_int_equal(a->mistakes[0].label, 1);
    assert_int_equal(a->mistakes[0].prediction, 0);
    assert_close(a->mistakes[0].p, 0.8);
    assert_close(a->mistakes[0].label_p, 0.15);
    pmy_assessment_free(a);
}

static void mistakes_of_equal_p_keep_their_order(void **state)
{
    (void)state;
    pmy_assessment *a = new_assessment(2, 40);
    for (size_t i = 0; i < 40; i++)
        pmy_assessment_add(a, i, 0, (const pmy_real[]){0, i % 2 ? 2 : 1});
    pmy_assessment_end(a);
    for (size_t i = 0; i < 40; i++)
        assert_int_equal(a->mistakes[i].index, i < 20 ? 2 * i + 1 : 2 * (i - 20));
    pmy_assessment_free(a);
}

static void the_loss_is_the_mean_of_minus_log_p(void **state)
{
    (void)state;
    pmy_assessment *a = eight_examples();
    double product = 0.9 * 0.5 * 0.14 * 0.9 * 0.15 * 0.06 * 0.6 * 0.94;
    assert_close(a->loss, -log(product) / 8);
    pmy_assessment_free(a);
    /* A confident example's loss is no rounded zero. */
    a = new_assessment(2, 1);
    pmy_assessment_add(a, 0, 1, (const pmy_real[]){-40, 0});
    assert_true(fabs(a->loss / exp(-40) - 1) < 1e-12);
    pmy_assessment_free(a);
}

static void large_logits_and_masked_classes(void **state)
{
    (void)state;
    pmy_assessment *a = new_assessment(3, 2);
    pmy_assessment_add(a, 0, 0, (const pmy_real[]){3e38f, 3e38f, -3e38f});
    pmy_assessment_add(a, 1, 1, (const pmy_real[]){-HUGE_VALF, 5, -HUGE_VALF});
    assert_int_equal(a->correct, 2);
    assert_close(a->loss, log(2) / 2);
    assert_close(a->bins[7].p, 0.5);
    assert_close(a->bins[14].p, 1);
    pmy_assessment_free(a);
}

static void reliability_and_its_error(void **state)
{
    (void)state;
    pmy_assessment *a = eight_examples();
    /* Fifteenths: 0.5 is in (7/15, 8/15], 0.6 at the closed end of (8/15, 9/15] up to a float's rounding. */
    size_t count = 0;
    for (size_t i = 0; i < PMY_RELIABILITY_BINS; i++)
        count += a->bins[i].count;
    assert_int_equal(count, 8);
    assert_int_equal(a->bins[7].count, 1);
    assert_int_equal(a->bins[8].count + a->bins[9].count, 1);
    assert_int_equal(a->bins[10].count, 2);
    assert_int_equal(a->bins[10].correct, 0);
    assert_close(a->bins[10].p, 1.42);
    assert_int_equal(a->bins[13].count, 2);
    assert_int_equal(a->bins[14].count, 1);
    /* 0.5: |1 − 0.5|; 0.6: |1 − 0.6|; 0.72 and 0.7: |0 − 1.42|; 0.8: |0 − 0.8|; two at 0.9: |2 − 1.8|;
     * 0.94: |1 − 0.94|. */
    double expected = (0.5 + 0.4 + 1.42 + 0.8 + 0.2 + 0.06) / 8;
    assert_close(pmy_calibration_error(a), expected);
    pmy_assessment_free(a);
}

static void the_worst_confusions_come_first(void **state)
{
    (void)state;
    pmy_assessment *a = new_assessment(4, 0);
    static const size_t confusion[] = {90, 3, 0, 1, 5, 80, 1, 0, 0, 1, 70, 3, 7, 0, 3, 60};
    memcpy(a->confusion, confusion, sizeof confusion);
    pmy_confusion worst[16];
    static const size_t expected[][3] = {{3, 0, 7}, {1, 0, 5}, {0, 1, 3}, {2, 3, 3},
                                         {3, 2, 3}, {0, 3, 1}, {1, 2, 1}, {2, 1, 1}};
    for (size_t most = 0; most <= 16; most++) {
        size_t found = pmy_worst_confusions(a, most, worst);
        assert_int_equal(found, most < 8 ? most : 8);
        for (size_t i = 0; i < found; i++) {
            assert_int_equal(worst[i].label, expected[i][0]);
            assert_int_equal(worst[i].prediction, expected[i][1]);
            assert_int_equal(worst[i].count, expected[i][2]);
        }
    }
    pmy_assessment_free(a);
}

static void too_many_are_refused(void **state)
{
    (void)state;
    pmy_error error;
    pmy_assessment *a = (pmy_assessment *)(uintptr_t)1;
    assert_int_equal(pmy_assessment_new(SIZE_MAX / 2, 1, &a, &error), PMY_NO_MEMORY);
    assert_null(a);
    assert_int_equal(pmy_assessment_new(2, SIZE_MAX / 2, &a, &error), PMY_NO_MEMORY);
    assert_null(a);
    assert_non_null(strstr(error.message, "in 2 classes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(confusions_are_counted),
        cmocka_unit_test(classes_are_scored),
        cmocka_unit_test(mistakes_begin_with_the_most_confident),
        cmocka_unit_test(mistakes_of_equal_p_keep_their_order),
        cmocka_unit_test(the_loss_is_the_mean_of_minus_log_p),
        cmocka_unit_test(large_logits_and_masked_classes),
        cmocka_unit_test(reliability_and_its_error),
        cmocka_unit_test(the_worst_confusions_come_first),
        cmocka_unit_test(too_many_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
