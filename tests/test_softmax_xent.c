/* The fused softmax cross-entropy: values and gradients by the plain formula, and each bad row. */
#include "running.h"

#include <stdio.h>

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-6 : 1e-14;

enum { ROWS = 9, CLASSES = 7 };

typedef struct problem {
    pmy_graph *graph;
    pmy_node *z, *target, *loss;
} problem;

static problem new_problem(pmy_pool *pool, bool soft, const pmy_softmax_xent_options *options)
{
    pmy_graph *g = new_graph(pool);
    problem p = {.graph = g, .z = pmy_input(g, PMY_SHAPE(ROWS, CLASSES))};
    pmy_want_gradient(p.z);
    p.target = soft ? pmy_input(g, PMY_SHAPE(ROWS, CLASSES)) : pmy_labels(g, ROWS);
    p.loss = pmy_softmax_xent(g, p.z, p.target, options);
    build(g, p.loss);
    fill(p.z, 1, -3, 3);
    if (soft)
        fill(p.target, 2, 0, 1);
    else
        fill_labels(p.target, 2, CLASSES);
    return p;
}

/* Fills y [CLASSES] with a row's targets; false if the row does not count. */
static bool targets_of(const problem *p, const pmy_softmax_xent_options *o, size_t row, double *y)
{
    if (pmy_value(p->target).data) {
        for (size_t i = 0; i < CLASSES; i++)
            y[i] = (double)pmy_value(p->target).data[row * CLASSES + i];
        return true;
    }
    int32_t label = pmy_integer_data(p->target)[row];
    for (size_t i = 0; i < CLASSES; i++)
        y[i] = o->label_smoothing / CLASSES + ((int32_t)i == label ? 1 - o->label_smoothing : 0);
    return !(o->ignores && label == o->ignored);
}

/* −Σ y log p and (p Σy − y)/T of a row. */
static double plain_row(const pmy_real *z, double temperature, const double *y, double *dz)
{
    double sum = 0, total = 0, loss = 0;
    for (size_t i = 0; i < CLASSES; i++) {
        sum += exp((double)z[i] / temperature);
        total += y[i];
    }
    for (size_t i = 0; i < CLASSES; i++) {
        if (y[i] != 0)
            loss -= y[i] * ((double)z[i] / temperature - log(sum));
        dz[i] = (exp((double)z[i] / temperature) / sum * total - y[i]) / temperature;
    }
    return loss;
}

static void expect_the_formula(const problem *p, const pmy_softmax_xent_options *o)
{
    double losses[ROWS] = {0}, dz[ROWS * CLASSES] = {0}, counted = 0, sum = 0;
    double temperature = o->temperature > 0 ? o->temperature : 1;
    for (size_t r = 0; r < ROWS; r++) {
        double y[CLASSES];
        if (!targets_of(p, o, r, y))
            continue;
        counted++;
        losses[r] = plain_row(pmy_value(p->z).data + r * CLASSES, temperature, y, dz + r * CLASSES);
        sum += losses[r];
    }
    double weight = o->reduction == PMY_SUM ? 1 : counted > 0 ? 1 / counted : 0;
    forward(p->graph, PMY_EVAL);
    expect_close("loss in evaluation", 0, (double)pmy_item(p->loss), sum * weight, tolerance);
    forward(p->graph, PMY_TRAIN);
    pmy_backward(p->graph);
    expect_close("loss", 0, (double)pmy_item(p->loss), sum * weight, tolerance);
    for (size_t i = 0; i < (size_t)ROWS * CLASSES; i++)
        expect_close("dz", i, (double)pmy_gradient(p->z).data[i], dz[i] * weight, tolerance);
    pmy_real own[ROWS];
    pmy_softmax_xent_losses(p->loss, own);
    for (size_t r = 0; r < ROWS; r++)
        expect_close("row", r, (double)own[r], losses[r], tolerance);
}

static void options_and_targets_as_the_formula_says(void **state)
{
    (void)state;
    static const pmy_softmax_xent_options options[] = {
        {0},
        {.temperature = 1, .reduction = PMY_SUM},
        {.temperature = 2.5},
        {.temperature = 0.3, .reduction = PMY_SUM},
        {.label_smoothing = 0.1},
        {.label_smoothing = 1, .temperature = 2},
        {.ignores = true, .ignored = 2},
        {.ignores = true, .ignored = 2, .reduction = PMY_SUM, .label_smoothing = 0.2, .temperature = 3},
        {.ignores = false, .ignored = 2},
    };
    for (size_t o = 0; o < ROOM(options); o++)
        for (unsigned soft = 0; soft < 2; soft++) {
            problem p = new_problem(NULL, soft, &options[o]);
            expect_the_formula(&p, &options[o]);
            pmy_graph_free(p.graph);
        }
}

static void no_options_are_the_plain_loss(void **state)
{
    (void)state;
    problem p = new_problem(NULL, false, NULL);
    expect_the_formula(&p, &(pmy_softmax_xent_options){0});
    pmy_graph_free(p.graph);
}

/* Ignored rows may hold anything. */
static void ignored_rows_do_not_count(void **state)
{
    (void)state;
    pmy_softmax_xent_options options = {.ignores = true, .ignored = -100};
    problem p = new_problem(NULL, false, &options);
    expect_the_formula(&p, &options);
    pmy_integer_data(p.target)[0] = pmy_integer_data(p.target)[5] = -100;
    pmy_value(p.z).data[5 * CLASSES] = (pmy_real)NAN;
    expect_the_formula(&p, &options);
    for (size_t i = 0; i < CLASSES; i++) {
        assert_true(pmy_gradient(p.z).data[i] == 0);
        assert_true(pmy_gradient(p.z).data[5 * CLASSES + i] == 0);
    }
    for (size_t r = 0; r < ROWS; r++)
        pmy_integer_data(p.target)[r] = -100;
    forward(p.graph, PMY_TRAIN);
    pmy_backward(p.graph);
    assert_true(pmy_item(p.loss) == 0);
    for (size_t i = 0; i < (size_t)ROWS * CLASSES; i++)
        assert_true(pmy_gradient(p.z).data[i] == 0);
    pmy_graph_free(p.graph);
}

static void masked_classes_take_no_part(void **state)
{
    (void)state;
    for (unsigned soft = 0; soft < 2; soft++) {
        pmy_softmax_xent_options options = {.temperature = 1.5};
        problem p = new_problem(NULL, soft, &options);
        for (size_t r = 0; r < ROWS; r++) {
            pmy_value(p.z).data[r * CLASSES + 3] = (pmy_real)-INFINITY;
            if (soft)
                pmy_value(p.target).data[r * CLASSES + 3] = 0;
            else
                pmy_integer_data(p.target)[r] = (int32_t)(r % 3);
        }
        expect_the_formula(&p, &options);
        for (size_t r = 0; r < ROWS; r++)
            assert_true(pmy_gradient(p.z).data[r * CLASSES + 3] == 0);
        pmy_graph_free(p.graph);
    }
}

/* The others' probabilities, exp(−60), are far below an epsilon: 1 − p would be 0. */
static void confident_rows_keep_their_digits(void **state)
{
    (void)state;
    problem p = new_problem(NULL, false, NULL);
    for (size_t i = 0; i < (size_t)ROWS * CLASSES; i++)
        pmy_value(p.z).data[i] = i % CLASSES == 2 ? 60 : 0;
    for (size_t r = 0; r < ROWS; r++)
        pmy_integer_data(p.target)[r] = 2;
    forward(p.graph, PMY_TRAIN);
    pmy_backward(p.graph);
    double rest = 6 * exp(-60.0);
    expect_close("loss/exact", 0, (double)pmy_item(p.loss) / rest, 1, tolerance);
    for (size_t i = 0; i < (size_t)ROWS * CLASSES; i++)
        expect_close("dz/exact", i,
                     (double)pmy_gradient(p.z).data[i] / (i % CLASSES == 2 ? -rest : exp(-60.0)) * ROWS, 1,
                     tolerance);
    pmy_graph_free(p.graph);
}

/* --- Bad rows ------------------------------------------------------------------ */

static void set_logit(const problem *p, size_t row, size_t class, double value)
{
    pmy_value(p->z).data[row * CLASSES + class] = (pmy_real)value;
}

static void set_target(const problem *p, size_t row, size_t class, double value)
{
    pmy_value(p->target).data[row * CLASSES + class] = (pmy_real)value;
}

static void each_bad_row_is_reported(void **state)
{
    (void)state;
    enum { LABEL, LOGIT, TARGET, ALL_LOGITS };
    const double infinity = (double)INFINITY, nan_value = (double)NAN;
    const struct {
        int kind;
        double value, smoothing;
        const char *message;
    } cases[] = {
        {LABEL, CLASSES, 0, "the label 7 is not one of 7 classes"},
        {LABEL, -1, 0, "the label -1 is not one of 7 classes"},
        {LABEL, INT32_MIN, 0.1, "the label -2147483648 is not one of 7 classes"},
        {LOGIT, nan_value, 0, "a logit is NaN"},
        {LOGIT, infinity, 0, "a logit is +inf"},
        {LOGIT, -infinity, 0, "the logit of its label 4 is -inf"},
        {LOGIT, -infinity, 0.1, "the logit of its label 4 is -inf"},
        {ALL_LOGITS, -infinity, 0, "every logit is -inf, so no class is left"},
        {ALL_LOGITS, nan_value, 0, "a logit is NaN"},
        {TARGET, -0.5, 0, "the target of class 4 is negative or not finite"},
        {TARGET, nan_value, 0, "the target of class 4 is negative or not finite"},
        {TARGET, infinity, 0, "the target of class 4 is negative or not finite"},
    };
    for (size_t c = 0; c < ROOM(cases); c++)
        for (size_t row = 0; row < ROWS; row += 4) {
            pmy_softmax_xent_options options = {.label_smoothing = cases[c].smoothing};
            problem p = new_problem(NULL, cases[c].kind == TARGET, &options);
            if (cases[c].kind == LABEL)
                pmy_integer_data(p.target)[row] = (int32_t)cases[c].value;
            else if (cases[c].kind == TARGET)
                set_target(&p, row, 4, cases[c].value);
            else {
                pmy_integer_data(p.target)[row] = 4;
                for (size_t i = cases[c].kind == LOGIT ? 4 : 0; i < (cases[c].kind == LOGIT ? 5 : CLASSES);
                     i++)
                    set_logit(&p, row, i, cases[c].value);
            }
            char expected[128];
            (void)snprintf(expected, sizeof expected, "softmax_xent0, row %zu: %s", row, cases[c].message);
            for (pmy_mode mode = PMY_TRAIN; mode <= PMY_EVAL; mode++) {
                pmy_error error = {0};
                assert_int_equal(pmy_forward(p.graph, mode, &error), PMY_BAD_DATA);
                assert_int_equal(error.code, PMY_BAD_DATA);
                if (strncmp(error.message, expected, strlen(expected)) != 0)
                    fail_msg("'%s' instead of '%s'", error.message, expected);
                assert_int_equal(pmy_forward(p.graph, mode, NULL), PMY_BAD_DATA);
            }
            pmy_graph_free(p.graph);
        }
}

static void masked_classes_must_not_have_a_target(void **state)
{
    (void)state;
    pmy_error error = {0};
    problem p = new_problem(NULL, true, NULL);
    set_logit(&p, 3, 5, (double)-INFINITY);
    assert_int_equal(pmy_forward(p.graph, PMY_TRAIN, &error), PMY_BAD_DATA);
    assert_string_equal(error.message,
                        "softmax_xent0, row 3: class 5 has a target above 0 but a logit of -inf");
    pmy_graph_free(p.graph);
    p = new_problem(NULL, false, &(pmy_softmax_xent_options){.label_smoothing = 0.1});
    pmy_integer_data(p.target)[3] = 0;
    set_logit(&p, 3, 5, (double)-INFINITY);
    assert_int_equal(pmy_forward(p.graph, PMY_TRAIN, &error), PMY_BAD_DATA);
    assert_string_equal(error.message,
                        "softmax_xent0, row 3: class 5 has a target above 0 but a logit of -inf");
    pmy_graph_free(p.graph);
}

/* Also where threads find the rows in another order; and the next good batch is fine again. */
static void the_lowest_bad_row_is_reported(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++) {
        pmy_pool *pool;
        assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
        problem p = new_problem(pool, false, NULL);
        for (unsigned time = 0; time < 50; time++) {
            pmy_error error = {0};
            pmy_integer_data(p.target)[8] = pmy_integer_data(p.target)[2] = pmy_integer_data(p.target)[5] = 9;
            assert_int_equal(pmy_forward(p.graph, PMY_TRAIN, &error), PMY_BAD_DATA);
            assert_string_equal(error.message, "softmax_xent0, row 2: the label 9 is not one of 7 classes");
            pmy_integer_data(p.target)[8] = pmy_integer_data(p.target)[2] = pmy_integer_data(p.target)[5] = 1;
            forward(p.graph, PMY_TRAIN);
        }
        pmy_graph_free(p.graph);
        pmy_pool_free(pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_targets_as_the_formula_says),
        cmocka_unit_test(no_options_are_the_plain_loss),
        cmocka_unit_test(ignored_rows_do_not_count),
        cmocka_unit_test(masked_classes_take_no_part),
        cmocka_unit_test(confident_rows_keep_their_digits),
        cmocka_unit_test(each_bad_row_is_reported),
        cmocka_unit_test(masked_classes_must_not_have_a_target),
        cmocka_unit_test(the_lowest_bad_row_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
