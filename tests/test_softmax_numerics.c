/* A sample of what `make numerics` measures of softmax and its cross-entropy, and the extremes by hand. */
#include "softmax_oracle.h"

#include "losses/losses.h"
#include "tensor/graph.h"
#include "tensor/ops/ops.h"
#include "kernels/softmax_lanes.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_within(const softmax_errors *errors)
{
    assert_true(errors->p <= 2);
    assert_true(errors->log_p <= 2);
    assert_true(errors->log_sum_exp <= 2);
    assert_true(errors->loss <= 4);
    assert_true(errors->dz_target <= 4);
    assert_true(errors->dz_others <= 4);
    assert_true(errors->soft_loss <= 4);
    assert_true(errors->soft_dz <= 4);
}

static softmax_errors measured(softmax_rows batch)
{
    softmax_results results;
    softmax_errors errors = {0};
    assert_non_null(batch.z);
    assert_true(softmax_results_new(&batch, &results));
    assert_true(softmax_results_of_pmy(&batch, &results));
    softmax_measure(&batch, &results, &errors);
    softmax_results_free(&results);
    softmax_rows_free(&batch);
    return errors;
}

static void every_kind_of_logits(void **state)
{
    (void)state;
    for (size_t i = 0; i < 1200; i++) {
        softmax_errors errors = measured(softmax_rows_new(1000000 + i, 16));
        assert_within(&errors);
    }
}

static void many_classes(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < softmax_kinds(); kind++) {
        softmax_errors errors = measured(softmax_rows_of(kind, 1, 5000 + kind, 1));
        assert_within(&errors);
    }
    softmax_errors errors = measured(softmax_rows_of(1, 1, 100003, 0.7));
    assert_within(&errors);
}

/* --- By hand ---------------------------------------------------------------- */

typedef struct labelled {
    float loss;
    float dz[4];
} labelled;

static labelled loss_of(size_t classes, const float *z, int32_t label, double temperature)
{
    softmax_rows row = {"", 1, classes, temperature, NULL, &label, NULL};
    softmax_results results;
    float logits[4], y[4] = {0};
    memcpy(logits, z, classes * sizeof *z);
    y[label] = 1;
    row.z = logits;
    row.y = y;
    assert_true(softmax_results_new(&row, &results));
    assert_true(softmax_results_of_pmy(&row, &results));
    labelled result = {.loss = results.loss[0]};
    memcpy(result.dz, results.dz, classes * sizeof *z);
    softmax_results_free(&results);
    return result;
}

static bool is_plus_zero(float x)
{
    return x == 0 && !signbit(x);
}

static void one_class_is_certain(void **state)
{
    (void)state;
    static const float logits[] = {0, -3, FLT_MAX, -FLT_MAX, 1e-40f};
    for (size_t i = 0; i < sizeof logits / sizeof *logits; i++) {
        labelled row = loss_of(1, &logits[i], 0, 0.3);
        assert_true(is_plus_zero(row.loss));
        assert_true(is_plus_zero(row.dz[0]));
        double e;
        pmy_softmax_row softmax;
        assert_int_equal(pmy_softmax_exponentials(1, &logits[i], 1, &e, &softmax), PMY_ROW_FINE);
        assert_true((float)(e / (1 + softmax.rest)) == 1);
    }
}

static void a_confident_row_keeps_loss_and_gradient(void **state)
{
    (void)state;
    labelled row = loss_of(2, (float[]){92, 0}, 0, 1);
    assert_true(row.loss > 1.1e-40f && row.loss < 1.2e-40f);
    assert_true(row.dz[1] == row.loss && row.dz[0] == -row.loss);
    /* The gradient can be held where the share cannot: scaling comes before rounding. */
    row = loss_of(2, (float[]){110e-6f, 0}, 0, 1e-6);
    assert_true(row.dz[1] > 1e-43f && row.dz[0] < -1e-43f);
}

static void a_loss_is_infinite_where_it_exceeds_the_largest_float(void **state)
{
    (void)state;
    const float most = FLT_MAX;
    assert_true(loss_of(2, (float[]){most, 0}, 1, 1).loss == most);
    assert_true(loss_of(2, (float[]){most, 1}, 1, 1).loss == most);
    assert_true(isinf(loss_of(2, (float[]){most, -1}, 1, 1).loss));
    assert_true(isinf(loss_of(2, (float[]){1, -most}, 1, 1).loss));
    assert_true(loss_of(2, (float[]){-1, -most}, 1, 1).loss == most);
    assert_true(isinf(loss_of(3, (float[]){most, most, 0}, 2, 1).loss));
    assert_true(isinf(loss_of(2, (float[]){most, -most}, 1, 1).loss));
    assert_true(loss_of(2, (float[]){most, -most}, 1, 2).loss == most);
    assert_true(isinf(loss_of(2, (float[]){most, -most}, 1, 1.9999999).loss));
    assert_true(is_plus_zero(loss_of(2, (float[]){most, -most}, 0, 1).loss));
}

/* The fast exponentials against the formulas as they stand. */
static void lanes_agree_with_the_plain_formulas(void **state)
{
    (void)state;
    for (size_t i = 0; i < 600; i++) {
        softmax_rows batch = softmax_rows_new(2000000 + i, 8);
        size_t n = batch.classes;
        double *plain = malloc(n * sizeof *plain);
        float *fast = malloc(pmy_softmax_room(n) * sizeof *fast);
        for (size_t r = 0; r < batch.rows; r++) {
            pmy_softmax_row a, b;
            const float *z = batch.z + r * n; /* [classes] */
            assert_int_equal(pmy_softmax_exponentials(n, z, batch.temperature, plain, &a), PMY_ROW_FINE);
            assert_int_equal(pmy_softmax_in_lanes(n, z, batch.temperature, fast, &b), PMY_ROW_FINE);
            assert_int_equal(a.argmax, b.argmax);
            assert_true(a.maximum == b.maximum);
            assert_true(fabs(a.rest - b.rest) <= 0x1p-23 * a.rest + 0x1p-200);
            for (size_t c = 0; c < n; c++)
                assert_true(fabs(plain[c] - (double)fast[c] / b.unit) <= 0x1p-23 * plain[c] + 0x1p-200);
        }
        free(plain);
        free(fast);
        softmax_rows_free(&batch);
    }
}

static void faults_are_found_in_every_place(void **state)
{
    (void)state;
    enum { MOST = 100 };
    for (size_t n = 1; n < MOST; n++)
        for (size_t bad = 0; bad < n; bad++) {
            float z[MOST] = {0}, e[2 * MOST];
            pmy_softmax_row row;
            z[bad] = NAN;
            assert_int_equal(pmy_softmax_in_lanes(n, z, 1, e, &row), PMY_ROW_NAN);
            z[bad] = -NAN;
            assert_int_equal(pmy_softmax_in_lanes(n, z, 1, e, &row), PMY_ROW_NAN);
            z[bad] = INFINITY;
            assert_int_equal(pmy_softmax_in_lanes(n, z, 1, e, &row), PMY_ROW_INFINITE);
            for (size_t i = 0; i < n; i++)
                z[i] = -INFINITY;
            assert_int_equal(pmy_softmax_in_lanes(n, z, 1, e, &row), PMY_ROW_MASKED);
            z[bad] = 5;
            assert_int_equal(pmy_softmax_in_lanes(n, z, 1, e, &row), PMY_ROW_FINE);
            assert_int_equal(row.argmax, bad);
            assert_true(row.rest == 0);
        }
}

/* A gradient that is streamed past the caches has the bits of one that is not, wherever rows begin. */
static void streaming_changes_nothing(void **state)
{
    (void)state;
    enum { N = 1000 };
    float e[N + 1], kept[N + 64], streamed[N + 64];
    for (size_t i = 0; i <= N; i++)
        e[i] = 0x1p60f / (float)(i + 1);
    for (size_t n = 0; n < N; n += 37)
        for (size_t offset = 0; offset < 32; offset++) {
            memset(kept, 1, sizeof kept);
            memset(streamed, 1, sizeof streamed);
            pmy_softmax_gradient(n, e, 0x1.8p-62, kept + offset, false);
            pmy_softmax_gradient(n, e, 0x1.8p-62, streamed + offset, true);
            assert_memory_equal(kept, streamed, sizeof kept);
        }
}

/* Temperatures at which the fast way gives up still come out right. */
static void temperatures_out_of_the_ordinary(void **state)
{
    (void)state;
    static const double temperatures[] = {1e-300, 1e-30, 1e-16, 1e-12, 1e12, 1e16, 1e30};
    for (size_t i = 0; i < 7 * softmax_kinds(); i++) {
        softmax_errors errors = measured(softmax_rows_of(i, 4, 5, temperatures[i % 7]));
        assert_true(errors.loss <= 4 && errors.p <= 2);
    }
}

/* The ops give what the rows give. */
static void ops_are_made_of_rows(void **state)
{
    (void)state;
    enum { ROWS = 7, CLASSES = 19 };
    softmax_rows batch = softmax_rows_of(0, ROWS, CLASSES, 1);
    softmax_results results;
    assert_true(softmax_results_new(&batch, &results) && softmax_results_of_pmy(&batch, &results));
    for (int log = 0; log < 2; log++) {
        pmy_graph *graph = pmy_graph_new(NULL, 1);
        pmy_node *x = pmy_input(graph, PMY_SHAPE(ROWS, CLASSES));
        pmy_node *y = log ? pmy_log_softmax(graph, x) : pmy_softmax(graph, x);
        assert_int_equal(pmy_build(graph, y, NULL), PMY_OK);
        memcpy(pmy_value(x).data, batch.z, ROWS * CLASSES * sizeof(float));
        assert_int_equal(pmy_forward(graph, PMY_EVAL, NULL), PMY_OK);
        assert_memory_equal(pmy_value(y).data, log ? results.log_p : results.p,
                            ROWS * CLASSES * sizeof(float));
        pmy_graph_free(graph);
    }
    softmax_results_free(&results);
    softmax_rows_free(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_logits),
        cmocka_unit_test(many_classes),
        cmocka_unit_test(one_class_is_certain),
        cmocka_unit_test(a_confident_row_keeps_loss_and_gradient),
        cmocka_unit_test(a_loss_is_infinite_where_it_exceeds_the_largest_float),
        cmocka_unit_test(lanes_agree_with_the_plain_formulas),
        cmocka_unit_test(faults_are_found_in_every_place),
        cmocka_unit_test(streaming_changes_nothing),
        cmocka_unit_test(temperatures_out_of_the_ordinary),
        cmocka_unit_test(ops_are_made_of_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
