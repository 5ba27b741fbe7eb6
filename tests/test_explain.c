/* Also in double and quad. */
/* What is explained, of a row of softmax, a head of attention and a linear layer, are the numbers of the
 * formulas. */
#include "gradcheck/gradcheck.h"
#include "gradcheck/compare.h"
#include "gradcheck/jacobian_attention.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What rounding does to sums of a few numbers around 1. In quad no less than in double: a row's numbers are
 * given in double, and so is the factor that a head's scores are scaled by. */
static const double row_round_off = PMY_SCALAR == 32 ? 1e-6 : 1e-14;
#define ROUND_OFF (40 * (PMY_SCALAR == 32 ? PMY_REAL_EPSILON : (pmy_real)DBL_EPSILON))

static void expect_near(double value, double expected, double allowed)
{
    if (!(fabs(value - expected) <= allowed))
        fail_msg("%.17g is not %.17g", value, expected);
}

static void expect_equal(pmy_real value, pmy_real expected)
{
    if (!(pmy_real_fabs(value - expected) <= ROUND_OFF))
        fail_msg("%.17g is not %.17g", (double)value, (double)expected);
}

/* --- A row of softmax ----------------------------------------------------- */

enum { CLASSES = 3 };

static const double z[CLASSES] = {2, 1, -0.5}, shares[CLASSES] = {0.5, 0.25, 1};

static pmy_explanation explained(double temperature, bool soft)
{
    pmy_explanation row;
    assert_int_equal(pmy_explanation_new(CLASSES, &row, NULL), PMY_OK);
    memcpy(row.z, z, sizeof z);
    memcpy(row.y, shares, sizeof shares);
    row.temperature = temperature;
    row.soft = soft;
    row.target = 1;
    assert_int_equal(pmy_explain(&row, NULL), PMY_OK);
    return row;
}

static void expect_row(double temperature, bool soft)
{
    pmy_explanation row = explained(temperature, soft);
    double sum = 0, y_sum = 0, loss = 0, y[CLASSES], p[CLASSES];
    for (size_t i = 0; i < CLASSES; i++)
        sum += exp((z[i] - z[0]) / temperature);
    for (size_t i = 0; i < CLASSES; i++) {
        y[i] = soft ? shares[i] : i == 1;
        p[i] = exp((z[i] - z[0]) / temperature) / sum;
        y_sum += y[i];
        loss -= y[i] * log(p[i]);
    }
    const double close = row_round_off / temperature;
    assert_true(row.maximum == 2);
    expect_near(row.sum, sum, close);
    expect_near(row.loss, loss, close);
    expect_near(row.log_sum_exp, z[0] / temperature + log(sum), close);
    expect_near(row.naive_log_sum_exp, z[0] / temperature + log(sum), close);
    for (size_t i = 0; i < CLASSES; i++) {
        expect_near(row.y[i], y[i], 0);
        expect_near(row.scaled[i], z[i] / temperature, close);
        expect_near(row.shifted[i], (z[i] - z[0]) / temperature, close);
        expect_near(row.exponential[i], p[i] * sum, close);
        expect_near(row.p[i], p[i], close);
        expect_near(row.log_p[i], log(p[i]), close);
        expect_near(row.naive_negative_log_p[i], -log(p[i]), close);
        expect_near(row.dloss_dp[i], -y[i] / p[i], close * fabs(y[i] / p[i] / p[i]));
        expect_near(row.fused[i], (p[i] * y_sum - y[i]) / temperature, close);
        expect_near(row.chain[i], row.fused[i], 4 * close);
        for (size_t j = 0; j < CLASSES; j++)
            expect_near(row.jacobian[i * CLASSES + j], p[i] * ((i == j) - p[j]) / temperature, close);
    }
    assert_false(row.breaks);
    assert_int_equal(row.precision, PMY_SCALAR == 32 ? PMY_NUMBER_FLOAT : PMY_NUMBER_DOUBLE);
    assert_string_equal(pmy_explanation_formula(&row), soft ? "(p sum(y) - y)/T" : "(p - y)/T");
    pmy_explanation_free(&row);
}

static void a_row_has_the_numbers_of_the_formulas(void **state)
{
    (void)state;
    expect_row(1, false);
    expect_row(0.25, false);
    expect_row(2, true);
}

/* A share that leaves float's range, but not double's. */
static void the_long_way_breaks_where_p_vanishes(void **state)
{
    (void)state;
    pmy_explanation row;
    assert_int_equal(pmy_explanation_new(2, &row, NULL), PMY_OK);
    row.z[0] = -200;
    assert_int_equal(pmy_explain(&row, NULL), PMY_OK);
    assert_true(row.fused[0] == -1 && row.fused[1] == 1);
    assert_int_equal(row.breaks, PMY_SCALAR == 32);
    assert_int_equal(isnan(row.chain[1]) != 0, PMY_SCALAR == 32);
    pmy_explanation_free(&row);
}

static void steps_are_units_in_the_last_place(void **state)
{
    (void)state;
    pmy_explanation row = explained(1, false);
    const double ulp = PMY_SCALAR == 32 ? (double)FLT_EPSILON : DBL_EPSILON;
    assert_true(pmy_explanation_ulps(&row, 1 + 3 * ulp, 1) == 3);
    assert_true(pmy_explanation_ulps(&row, -1, -1 - ulp) == 1);
    assert_true(pmy_explanation_ulps(&row, 0.25, 0.25) == 0);
    for (size_t i = 0; i < CLASSES; i++)
        assert_true(row.steps[i] == pmy_explanation_ulps(&row, row.chain[i], row.fused[i]));
    pmy_explanation_free(&row);
}

static void a_row_is_copied(void **state)
{
    (void)state;
    pmy_explanation row = explained(2, true), copy;
    assert_int_equal(pmy_explanation_new(CLASSES, &copy, NULL), PMY_OK);
    pmy_explanation_copy(&copy, &row);
    assert_int_equal(pmy_explain(&copy, NULL), PMY_OK);
    assert_memory_equal(copy.jacobian, row.jacobian, CLASSES * CLASSES * sizeof *copy.jacobian);
    assert_true(copy.loss == row.loss);
    pmy_explanation_free(&row);
    pmy_explanation_free(&copy);
}

/* Three logits of 0 with one thing wrong. */
static void expect_row_refused(void (*spoil)(pmy_explanation *row), const char *words)
{
    pmy_explanation row;
    pmy_error error = {0};
    assert_int_equal(pmy_explanation_new(CLASSES, &row, NULL), PMY_OK);
    spoil(&row);
    assert_int_not_equal(pmy_explain(&row, &error), PMY_OK);
    if (!strstr(error.message, words))
        fail_msg("\"%s\" does not say \"%s\"", error.message, words);
    pmy_explanation_free(&row);
}

static void with_nan(pmy_explanation *row)
{
    row->z[1] = (double)NAN;
}
static void with_infinity(pmy_explanation *row)
{
    row->z[1] = (double)INFINITY;
}
static void all_masked(pmy_explanation *row)
{
    for (size_t i = 0; i < CLASSES; i++)
        row->z[i] = -(double)INFINITY;
    row->target = 9;
}
static void with_a_masked_target(pmy_explanation *row)
{
    row->z[0] = -(double)INFINITY;
}
static void without_its_target(pmy_explanation *row)
{
    row->target = (size_t)1 << 40;
}
static void without_heat(pmy_explanation *row)
{
    row->temperature = 0;
}
static void without_shares(pmy_explanation *row)
{
    row->soft = true;
}
static void with_a_negative_share(pmy_explanation *row)
{
    row->soft = true;
    row->y[2] = -1;
}
static void with_a_tiny_share(pmy_explanation *row)
{
    row->soft = true;
    row->y[2] = 1e-40;
}
static void with_a_masked_share(pmy_explanation *row)
{
    with_a_masked_target(row);
    row->soft = true;
    row->y[0] = 1;
}

static void bad_rows_are_refused_in_words(void **state)
{
    (void)state;
    expect_row_refused(with_nan, "logit 1: must be a finite number or -inf");
    expect_row_refused(with_infinity, "logit 1: must be a finite number or -inf");
    expect_row_refused(all_masked, "-inf");
    expect_row_refused(with_a_masked_target,
                       "class 0 is masked by its logit of -inf and cannot be the target");
    expect_row_refused(without_its_target, "is not one of 3 classes");
    expect_row_refused(without_heat, "the temperature must be a number between 1.17");
    expect_row_refused(without_shares, "all shares are 0");
    expect_row_refused(with_a_negative_share, "share 2: must be a number between 0 and 1000000");
    expect_row_refused(with_a_tiny_share, "share 2: a share is 0 or at least 1e-30");
    expect_row_refused(with_a_masked_share, "class 0 is masked by its logit of -inf and cannot have a share");
    pmy_explanation row;
    assert_int_equal(pmy_explanation_new(0, &row, NULL), PMY_BAD_ARGUMENT);
    assert_int_equal(pmy_explanation_new(PMY_EXPLANATION_CLASSES + 1, &row, NULL), PMY_BAD_ARGUMENT);
    pmy_explanation_free(&row);
}

/* --- A head of attention -------------------------------------------------- */

enum { TOKENS = 5, DIM = 3, WIDTH = 4, OUTPUTS = TOKENS * WIDTH, MOST = TOKENS * WIDTH };

static void draw(pmy_random *random, size_t count, pmy_real *values)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (pmy_real)pmy_random_uniform(random) - PMY_R(0.5);
}

static pmy_attention_explanation drawn_head(void)
{
    pmy_attention_explanation of = {
        .queries = TOKENS, .keys = TOKENS, .dim = DIM, .width = WIDTH, .causal = true, .temperature = 1};
    pmy_random random = {.seed = 3};
    draw(&random, TOKENS * DIM, of.q);
    draw(&random, TOKENS * DIM, of.k);
    draw(&random, TOKENS * WIDTH, of.v);
    draw(&random, OUTPUTS, of.d_output);
    return of;
}

/* Jᵀ · d_output. */
static void expect_gradient(const pmy_attention_explanation *of,
                            const pmy_real *jacobian /* [OUTPUTS, count] */, size_t count,
                            const pmy_real *plain, const pmy_real *op, const pmy_real *numeric)
{
    for (size_t i = 0; i < count; i++) {
        pmy_real sum = 0;
        for (size_t o = 0; o < OUTPUTS; o++)
            sum += jacobian[o * count + i] * of->d_output[o];
        expect_equal(plain[i], sum);
        expect_equal(op[i], sum);
    }
    assert_true(pmy_differences_error(count, op, numeric) <= PMY_GRADCHECK_TOLERANCE);
}

static void a_head_has_the_gradients_of_its_jacobians(void **state)
{
    (void)state;
    pmy_attention_explanation of = drawn_head();
    assert_int_equal(pmy_explain_attention(&of, NULL), PMY_OK);
    const pmy_attention_head head = {TOKENS, TOKENS, DIM, WIDTH, true, of.q, of.k, of.v};
    pmy_real p[TOKENS * TOKENS], jacobian[OUTPUTS * MOST];
    pmy_jacobian_attention_shares(&head, p);
    for (size_t i = 0; i < TOKENS * TOKENS; i++)
        expect_equal(of.p[i], p[i]);
    pmy_jacobian_attention_q(&head, p, jacobian);
    expect_gradient(&of, jacobian, TOKENS * DIM, of.dq, of.op_dq, of.numeric_dq);
    pmy_jacobian_attention_k(&head, p, jacobian);
    expect_gradient(&of, jacobian, TOKENS * DIM, of.dk, of.op_dk, of.numeric_dk);
    pmy_jacobian_attention_v(&head, p, jacobian);
    expect_gradient(&of, jacobian, TOKENS * WIDTH, of.dv, of.op_dv, of.numeric_dv);
    assert_true(of.op_difference <= ROUND_OFF);
    assert_true(of.scaled[1] == -(pmy_real)INFINITY);
    expect_equal(of.scaled[TOKENS], of.scores[TOKENS] / pmy_real_sqrt(DIM));
}

static void a_bad_head_is_refused(void **state)
{
    (void)state;
    pmy_error error = {0};
    pmy_attention_explanation of = drawn_head();
    of.keys = PMY_EXPLAINED_HEAD + 1;
    assert_int_equal(pmy_explain_attention(&of, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "1 to 16"));
    of = drawn_head();
    of.temperature = 0;
    assert_int_equal(pmy_explain_attention(&of, &error), PMY_BAD_ARGUMENT);
    of = drawn_head();
    of.q[1] = (pmy_real)NAN;
    assert_int_equal(pmy_explain_attention(&of, &error), PMY_BAD_DATA);
}

/* --- A linear layer ------------------------------------------------------- */

static pmy_layer_explanation a_layer(void)
{
    pmy_layer_explanation of = {.inputs = 2,
                                .classes = CLASSES,
                                .target = 2,
                                .rate = PMY_R(0.25),
                                .x = {PMY_R(0.5), PMY_R(-0.75)},
                                .b = {PMY_R(0.25), 0, PMY_R(-0.5)}};
    pmy_random random = {.seed = 3};
    draw(&random, 2 * CLASSES, of.w);
    return of;
}

static void a_layer_passes_p_minus_y_on(void **state)
{
    (void)state;
    pmy_layer_explanation of = a_layer();
    assert_int_equal(pmy_explain_layer(&of, NULL), PMY_OK);
    pmy_real dx[2] = {0};
    for (size_t i = 0; i < CLASSES; i++) {
        const pmy_real slope = of.p[i] - of.y[i];
        assert_true(of.y[i] == (i == 2));
        expect_equal(of.slope[i], slope);
        expect_equal(of.db[i], slope);
        expect_equal(of.z[i], (of.w[2 * i] * of.x[0] + of.w[2 * i + 1] * of.x[1] + of.b[i]));
        expect_equal(of.new_b[i], (of.b[i] - of.rate * of.db[i]));
        for (size_t j = 0; j < 2; j++) {
            const size_t at = 2 * i + j;
            expect_equal(of.dw[at], slope * of.x[j]);
            expect_equal(of.new_w[at], (of.w[at] - of.rate * of.dw[at]));
            dx[j] += of.w[at] * slope;
        }
    }
    expect_equal(of.dx[0], dx[0]);
    expect_equal(of.dx[1], dx[1]);
    expect_equal(of.loss, -pmy_real_log(of.p[2]));
    assert_true(of.new_loss < of.loss);
    assert_true(pmy_differences_error(2 * CLASSES, of.dw, of.numeric_dw) <= PMY_GRADCHECK_TOLERANCE);
    assert_true(pmy_differences_error(CLASSES, of.db, of.numeric_db) <= PMY_GRADCHECK_TOLERANCE);
    assert_true(pmy_differences_error(2, of.dx, of.numeric_dx) <= PMY_GRADCHECK_TOLERANCE);
}

static void a_bad_layer_is_refused(void **state)
{
    (void)state;
    pmy_error error = {0};
    pmy_layer_explanation of = a_layer();
    of.classes = 0;
    assert_int_equal(pmy_explain_layer(&of, &error), PMY_BAD_ARGUMENT);
    of = a_layer();
    of.target = CLASSES;
    assert_int_equal(pmy_explain_layer(&of, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "the target 3 is not one of 3 classes"));
    of = a_layer();
    of.w[1] = (pmy_real)NAN;
    assert_int_equal(pmy_explain_layer(&of, &error), PMY_BAD_DATA);
}

/* --- Differences ---------------------------------------------------------- */

static void the_worst_difference_counts(void **state)
{
    (void)state;
    const pmy_real analytic[] = {1, -2, 4}, numeric[] = {1, -2, 5}, broken[] = {1, (pmy_real)NAN, 4};
    expect_near(pmy_differences_error(3, analytic, numeric), 0.2, row_round_off);
    assert_true(pmy_differences_error(3, analytic, analytic) == 0);
    assert_true(isinf(pmy_differences_error(3, analytic, broken)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_has_the_numbers_of_the_formulas),
        cmocka_unit_test(the_long_way_breaks_where_p_vanishes),
        cmocka_unit_test(steps_are_units_in_the_last_place),
        cmocka_unit_test(a_row_is_copied),
        cmocka_unit_test(bad_rows_are_refused_in_words),
        cmocka_unit_test(a_head_has_the_gradients_of_its_jacobians),
        cmocka_unit_test(a_bad_head_is_refused),
        cmocka_unit_test(a_layer_passes_p_minus_y_on),
        cmocka_unit_test(a_bad_layer_is_refused),
        cmocka_unit_test(the_worst_difference_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
