/* The page's exercise panel and the questions behind it: answers are right, wrong ones are told where they
 * went wrong. */
#include "page_answer.h"
#include "softmax/questions.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void page_exercise(double round, double seed);
void page_exercise_judge(double round, double seed, const char *given);

enum { KINDS = 6, ROUNDS = 600, SEED = 7 };

/* softmax as the formula says. */
static double share(const question *q, size_t of)
{
    double maximum = -(double)INFINITY, sum = 0;
    for (size_t i = 0; i < q->classes; i++)
        maximum = fmax(maximum, q->z[i]);
    for (size_t i = 0; i < q->classes; i++)
        sum += exp((q->z[i] - maximum) / q->temperature);
    return exp((q->z[of] - maximum) / q->temperature) / sum;
}

static void answers_are_softmax(void **state)
{
    (void)state;
    for (size_t round = 0; round < ROUNDS; round++) {
        question q = question_of_round(round, SEED);
        double truth = share(&q, q.asked) - (q.gradient && q.asked == q.target);
        assert_true(q.asked < q.classes && fabs(q.answer - truth) < 1e-14);
        assert_true(question_is_right(&q, truth + 0.009) && !question_is_right(&q, truth - 0.011));
        assert_true(strlen(q.text) + 1 < QUESTION_TEXT && strlen(q.reason) + 1 < QUESTION_TEXT);
    }
}

static void kinds_take_turns(void **state)
{
    (void)state;
    for (size_t round = 0; round < KINDS; round++) {
        question q = question_of_round(round, SEED), later = question_of_round(round + KINDS, SEED),
                 again = question_of_round(round, SEED);
        assert_string_equal(q.kind, later.kind);
        assert_string_equal(q.text, again.text);
        for (size_t other = 0; other < round; other++)
            assert_string_not_equal(question_of_round(other, SEED).kind, q.kind);
    }
}

/* The likeliest class is wrong, both it and the right one are asked about, and both signs occur. */
static void guesses_are_wrong(void **state)
{
    (void)state;
    size_t right = 0, wrong = 0;
    for (size_t round = 4; round < ROUNDS; round += KINDS) {
        question q = question_of_round(round, SEED);
        assert_true(q.gradient && q.target < q.classes);
        bool likeliest = true;
        for (size_t i = 0; i < q.classes; i++)
            likeliest &= q.p[q.target] >= q.p[i];
        assert_false(likeliest);
        right += q.asked == q.target;
        wrong += q.asked != q.target;
        assert_true(q.asked == q.target ? q.answer < -0.1 : q.answer > 0.1);
    }
    assert_true(right > 20 && wrong > 20);
}

static void reads_answers(void **state)
{
    (void)state;
    double given;
    assert_true(question_read("0.25", &given) && given == 0.25);
    assert_true(question_read("  1/4 \n", &given) && given == 0.25);
    assert_true(question_read("-3/4", &given) && given == -0.75);
    static const char *const none[] = {"", " ", "x", "1/0", "1/", "/4", "nan", "inf", "1 2", "1/2/3", "0.5x"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (question_read(none[i], &given))
            fail_msg("\"%s\" was read as %g", none[i], given);
}

/* --- Slips ---------------------------------------------------------------- */

static void expect_slip(const question *q, double given, question_step step, const char *text)
{
    char said[QUESTION_TEXT];
    question_step at = QUESTION_MOST_STEPS;
    if (!question_slip(q, given, &at, said) || at != step || !strstr(said, text))
        fail_msg("%s, answered %g: step %d, \"%s\"", q->text, given, at,
                 at < QUESTION_MOST_STEPS ? said : "");
}

static void knows_slips(void **state)
{
    (void)state;
    question warm = question_of_round(2, SEED), two = question_of_round(3, SEED),
             wrong = question_of_round(4, SEED), masked = question_of_round(5, SEED);
    double odds = exp(warm.z[0]);
    expect_slip(&warm, odds / (odds + 1), STEP_TEMPERATURE, "T = 1");
    expect_slip(&warm, odds * odds / (odds * odds + 1), STEP_TEMPERATURE, "multiplied by T");
    expect_slip(&warm, 1 - warm.answer, STEP_SUM, "That is p[1], of another class.");
    if (two.z[0] != two.z[1])
        expect_slip(&two, 1 - two.answer, STEP_SUM, "of another class");
    expect_slip(&wrong, -wrong.answer, STEP_TARGET, "y - p");
    if (wrong.asked == wrong.target)
        expect_slip(&wrong, wrong.p[wrong.asked], STEP_TARGET, "was not subtracted");
    else
        expect_slip(&wrong, wrong.p[wrong.asked] - 1, STEP_TARGET, "1 was subtracted, but");
    expect_slip(&masked, 1.0 / (double)masked.classes, STEP_EXP, "equal exponentials");
    question plain = {.classes = 2,
                      .z = {3, 1},
                      .p = {share(&(question){.classes = 2, .z = {3, 1}, .temperature = 1}, 0)},
                      .temperature = 1};
    plain.p[1] = 1 - plain.p[0];
    plain.answer = plain.p[0];
    expect_slip(&plain, 0.75, STEP_EXP, "z divided by the sum of z");
    expect_slip(&plain, exp(3), STEP_SUM, "not divided by the sum");
    question_step step;
    char text[QUESTION_TEXT];
    assert_false(question_slip(&plain, 0.3, &step, text));
}

/* A right answer is no slip, whatever is asked. */
static void right_answers_are_no_slips(void **state)
{
    (void)state;
    for (size_t round = 0; round < ROUNDS; round++) {
        question q = question_of_round(round, SEED);
        question_step step;
        char text[QUESTION_TEXT], steps[QUESTION_MOST_STEPS][QUESTION_TEXT];
        assert_false(question_slip(&q, q.answer, &step, text));
        assert_int_equal(question_steps(&q, steps), q.gradient ? 4 : 3);
        for (int wrong = -10; wrong <= 10; wrong++)
            if (question_slip(&q, wrong / 10.0, &step, text))
                assert_true(step < question_steps(&q, steps) && text[0] != '\0');
    }
}

/* --- The page ------------------------------------------------------------- */

static void page_asks_and_judges(void **state)
{
    (void)state;
    for (size_t round = 0; round < 2 * KINDS; round++) {
        question q = question_of_round(round, SEED);
        char given[40];
        page_exercise((double)round, SEED);
        assert_string_equal(answered_text("kind"), q.kind);
        assert_string_equal(answered_text("text"), q.text);
        assert_string_equal(answered_text("name"), q.name);
        assert_memory_equal(answered_numbers("z", NULL), q.z, q.classes * sizeof *q.z);
        assert_true(answered_number("temperature") == q.temperature);
        (void)snprintf(given, sizeof given, "%.17g", q.answer);
        page_exercise_judge((double)round, SEED, given);
        assert_true(answered_number("right") == 1 && answered_number("slip_step") == -1);
        assert_string_equal(answered_text("slip"), "");
        assert_string_equal(answered_text("reason"), q.reason);
        assert_int_equal(answered_texts("steps"), q.gradient ? 4 : 3);
    }
    question q = question_of_round(4, SEED);
    char given[40];
    (void)snprintf(given, sizeof given, "%.17g", -q.answer);
    page_exercise_judge(4, SEED, given);
    assert_true(answered_number("right") == 0 && answered_number("slip_step") == STEP_TARGET);
    assert_non_null(strstr(answered_text("slip"), "y - p"));
}

static void page_refuses(void **state)
{
    (void)state;
    page_exercise_judge(0, SEED, "a half");
    expect_answered_error("a number, please, such as 0.25 or 1/4");
    page_exercise(0, -1);
    expect_answered_error("the seed must be a whole number");
    page_exercise(0, (double)NAN);
    expect_answered_error("the seed must be a whole number");
    page_exercise(0, 0.5);
    expect_answered_error("the seed must be a whole number");
}

static void steps_have_their_numbers(void **state)
{
    (void)state;
    question q = {
        .classes = 2, .z = {2, 0}, .temperature = 2, .p = {0.731, 0.269}, .gradient = true, .target = 1};
    char steps[QUESTION_MOST_STEPS][QUESTION_TEXT];
    assert_int_equal(question_steps(&q, steps), 4);
    assert_string_equal(steps[STEP_TEMPERATURE], "z/T = (2, 0)/2 = (1, 0)");
    assert_string_equal(steps[STEP_EXP], "exp(z/T - 1), the largest subtracted, = (1, 0.3679)");
    question below = {.classes = 2, .z = {-3, -3}, .temperature = 1, .p = {0.5, 0.5}};
    char others[QUESTION_MOST_STEPS][QUESTION_TEXT];
    assert_int_equal(question_steps(&below, others), 3);
    assert_string_equal(others[STEP_EXP], "exp(z/T - (-3)), the largest subtracted, = (1, 1)");
    assert_string_equal(steps[STEP_SUM], "p = that divided by its sum, 1.368, = (0.731, 0.269)");
    assert_string_equal(steps[STEP_TARGET], "p - y, where y is 1 at class 1, = (0.731, -0.731)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_softmax),
        cmocka_unit_test(kinds_take_turns),
        cmocka_unit_test(guesses_are_wrong),
        cmocka_unit_test(reads_answers),
        cmocka_unit_test(knows_slips),
        cmocka_unit_test(right_answers_are_no_slips),
        cmocka_unit_test(steps_have_their_numbers),
        cmocka_unit_test(page_asks_and_judges),
        cmocka_unit_test(page_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
