/* The page's attention panel: one head there and back, and what its numbers say of themselves. */
#include "page_answer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void page_attention_draw(double seed, double tokens, double dim);
void page_attention(const double *q, size_t q_count, const double *k, size_t k_count, const double *v,
                    size_t v_count, const double *d_output, size_t d_output_count, double dim, double causal,
                    double temperature);
void page_attention_origin(const char *column, double index);

enum { TOKENS = 4, MOST = TOKENS * 8, LINE = 1000 };

static double q[MOST], k[MOST], v[MOST], d_output[MOST];

static void copy_column(const char *name, double *to)
{
    size_t count;
    const double *from = answered_numbers(name, &count);
    memcpy(to, from, count * sizeof *to);
}

static void draw(double seed, size_t dim)
{
    page_attention_draw(seed, TOKENS, (double)dim);
    copy_column("q", q);
    copy_column("k", k);
    copy_column("v", v);
    copy_column("d_output", d_output);
}

static void run(size_t dim, bool causal, double temperature)
{
    size_t count = TOKENS * dim;
    page_attention(q, count, k, count, v, count, d_output, count, (double)dim, causal, temperature);
}

/* What `softmax attention --json` says of the same. */
static void draws_what_the_program_draws(void **state)
{
    (void)state;
    draw(1, 3);
    assert_true(q[0] == 0.78 && q[1] == 0.79 && q[2] == 0.17);
    assert_true(k[0] == 0.52 && v[0] == -0.11 && d_output[0] == -0.56);
    run(3, false, 1);
    assert_string_equal(answered_text_of("scores_text", 0), "-0.4515");
    assert_string_equal(answered_text_of("p_text", 0), "0.2316");
    assert_string_equal(answered_text_of("output_text", 1), "0.000489");
}

static void backward_is_what_differences_say(void **state)
{
    (void)state;
    static const double temperatures[] = {0.3, 1, 4};
    for (size_t dim = 1; dim <= 8; dim++)
        for (size_t t = 0; t < 3; t++) {
            draw((double)(dim + t), dim);
            run(dim, dim % 2, temperatures[t]);
            assert_true(answered_number("dq_difference") < 1e-9);
            assert_true(answered_number("dk_difference") < 1e-9);
            assert_true(answered_number("dv_difference") < 1e-9);
            assert_true(answered_number("op_difference") < 1e-14);
        }
}

static void a_temperature_divides_the_scores(void **state)
{
    (void)state;
    draw(3, 2);
    run(2, false, 0.5);
    for (size_t i = 0; i < TOKENS * TOKENS; i++)
        assert_true(fabs(answered_numbers("scaled", NULL)[i] -
                         answered_numbers("scores", NULL)[i] / sqrt(2) / 0.5) < 1e-14);
}

static void a_token_does_not_see_later_ones(void **state)
{
    (void)state;
    draw(1, 2);
    run(2, true, 1);
    for (size_t i = 0; i < TOKENS; i++) {
        double sum = 0;
        for (size_t j = 0; j < TOKENS; j++) {
            sum += answered_numbers("p", NULL)[i * TOKENS + j];
            assert_true(j <= i || (answered_numbers("p", NULL)[i * TOKENS + j] == 0 &&
                                   answered_numbers("dscores", NULL)[i * TOKENS + j] == 0));
        }
        assert_true(fabs(sum - 1) < 1e-15);
    }
    page_attention_origin("p", 1);
    assert_non_null(strstr(answered_text_of("text", 1), "Token 0 does not see token 1"));
    assert_int_equal(answered_texts("of"), 0);
    assert_int_equal(answered_texts("into"), 0);
    page_attention_origin("p", TOKENS); /* of token 1: its score, and that of token 0 */
    assert_string_equal(answered_text("of_text"), "Z[1][0], Z[1][1]");
    assert_string_equal(answered_text("into_text"),
                        "O[1][0], O[1][1], dS[1][0], dS[1][1], dV[0][0], dV[0][1]");
}

/* --- What a number says of itself ------------------------------------------- */

/* The value of "-0.5" or "(-0.5)", and what follows. */
static double factor(const char **at)
{
    char *end;
    bool bracket = **at == '(';
    double value = strtod(*at + bracket, &end);
    assert_true(end > *at);
    *at = end + bracket;
    return value;
}

/* "= 0.5·2 + 3·(-1) = -2": whether the sum is what is said, to the digits shown. */
static void expect_sum(const char *text)
{
    double sum = 0, terms = 0;
    const char *at = text;
    for (at += strlen("= ");; at += strlen(" + ")) {
        double a = factor(&at);
        assert_memory_equal(at, "·", strlen("·"));
        at += strlen("·");
        double product = a * factor(&at);
        sum += product;
        terms += fabs(product);
        if (strncmp(at, " + ", 3) != 0)
            break;
    }
    assert_memory_equal(at, " = ", 3);
    at += 3;
    if (fabs(sum - factor(&at)) > 1e-5 * terms)
        fail_msg("'%s' is not so: the sum is %g", text, sum);
}

static void expect_true_sums(const char *column, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        page_attention_origin(column, (double)i);
        assert_int_equal(answered_texts("text"), 4); /* the last: the number in full */
        expect_sum(answered_text_of("text", 2));
    }
}

static void products_are_what_they_say(void **state)
{
    (void)state;
    for (int causal = 0; causal < 2; causal++) {
        draw(2, 3);
        run(3, causal, 0.7);
        expect_true_sums("scores", TOKENS * TOKENS);
        expect_true_sums("output", TOKENS * 3);
        expect_true_sums("dp", TOKENS * TOKENS);
        expect_true_sums("dq", TOKENS * 3);
        expect_true_sums("dk", TOKENS * 3);
        expect_true_sums("dv", TOKENS * 3);
    }
}

static void the_rest_says_its_formula(void **state)
{
    (void)state;
    draw(1, 2);
    memset(q, 0, sizeof q);
    q[0] = 2;
    k[0] = 1, k[2] = 0, k[4] = 0, k[6] = 1; /* so that S[0] is 2 0 0 2 */
    run(2, false, 2);
    page_attention_origin("scaled", 0);
    assert_string_equal(answered_text_of("text", 1), "Z[0][0] = S[0][0]/(√d·T) = 2/(√2·2) = 0.707107");
    page_attention_origin("p", 1);
    assert_string_equal(answered_text_of("text", 2),
                        "= exp(-0.707107)/(exp(0) + exp(-0.707107) + exp(-0.707107) + exp(0))");
    assert_string_equal(answered_text_of("text", 3), "= 0.493069/(1 + 0.493069 + 0.493069 + 1)");
    assert_string_equal(answered_text_of("text", 4), "= 0.493069/2.98614 = 0.165119");
    assert_string_equal(answered_text("of_text"), "Z[0][0], Z[0][1], Z[0][2], Z[0][3]");
    /* Of equal shares: a quarter of how far dP is from its mean. */
    double dp[TOKENS], mean;
    run(2, false, 2);
    for (size_t j = 0; j < TOKENS; j++)
        dp[j] = answered_numbers("dp", NULL)[TOKENS + j];
    mean = (dp[0] + dp[1] + dp[2] + dp[3]) / TOKENS;
    assert_true(fabs(answered_numbers("dscores", NULL)[TOKENS] - (dp[0] - mean) / TOKENS / sqrt(2) / 2) <
                1e-15);
    page_attention_origin("dscores", TOKENS);
    char end[LINE];
    (void)snprintf(end, sizeof end, " = %.6g", mean);
    const char *line = answered_text_of("text", 2);
    assert_string_equal(line + strlen(line) - strlen(end), end);
    assert_int_equal(answered_texts("of"), 8);
    page_attention_origin("numeric_dk", 3);
    assert_non_null(strstr(answered_text_of("text", 1), "for x = K[1][1]"));
    assert_non_null(strstr(answered_text_of("text", 2), "Backward says dK[1][1] = "));
    page_attention_origin("q", 0);
    assert_int_equal(answered_texts("text"), 2);
    assert_int_equal(answered_texts("of"), 0);
}

static void what_cannot_be_is_said(void **state)
{
    (void)state;
    draw(1, 2);
    run(2, false, 1);
    run(2, false, 0);
    assert_string_equal(answered_text("error"), "the temperature is 0: it must be a number above 0");
    k[3] = (double)NAN;
    run(2, false, 1);
    assert_string_equal(answered_text("error"), "k[1][1] is nan: it must be a finite number");
    k[3] = 1;
    page_attention(q, 7, k, 8, v, 8, d_output, 8, 2, 0, 1);
    assert_true(answered("error"));
    page_attention_draw(1, 4, -1);
    assert_true(answered("error"));
    /* What was shown before still says where it comes from. */
    page_attention_origin("p", 0);
    assert_false(answered("error"));
    page_attention_origin("p", 16);
    assert_true(answered("error"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_what_the_program_draws),
        cmocka_unit_test(backward_is_what_differences_say),
        cmocka_unit_test(a_temperature_divides_the_scores),
        cmocka_unit_test(a_token_does_not_see_later_ones),
        cmocka_unit_test(products_are_what_they_say),
        cmocka_unit_test(the_rest_says_its_formula),
        cmocka_unit_test(what_cannot_be_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
