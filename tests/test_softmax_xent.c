/* Also in double. */
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
            y[i] = o->label_smoothing / CLASSES +
                   (1 - o->label_smoothing) * (double)pmy_value(p->target).data[row * CLASSES + i];
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

/* --- The limits of numbers ----------------------------------------------------- */

typedef struct limited {
    pmy_graph *graph;
    pmy_node *z, *loss;
} limited;

/* `rows` times three logits, with the label 1. */
static limited rows_of_three(size_t rows, const pmy_real *logits, const pmy_softmax_xent_options *options)
{
    limited l = {.graph = new_graph(NULL)};
    l.z = pmy_input(l.graph, PMY_SHAPE(rows, 3));
    pmy_want_gradient(l.z);
    pmy_node *labels = pmy_labels(l.graph, rows);
    l.loss = pmy_softmax_xent(l.graph, l.z, labels, options);
    build(l.graph, l.loss);
    memcpy(pmy_value(l.z).data, logits, 3 * rows * sizeof *logits);
    for (size_t r = 0; r < rows; r++)
        pmy_integer_data(labels)[r] = 1;
    forward(l.graph, PMY_TRAIN);
    pmy_backward(l.graph);
    return l;
}

static double loss_of(size_t rows, const pmy_real *logits, const pmy_softmax_xent_options *options)
{
    limited l = rows_of_three(rows, logits, options);
    double loss = (double)pmy_item(l.loss);
    pmy_graph_free(l.graph);
    return loss;
}

static void set_row(pmy_real *rows, size_t row, pmy_real a, pmy_real b, pmy_real c)
{
    rows[3 * row] = a;
    rows[3 * row + 1] = b;
    rows[3 * row + 2] = c;
}

static void temperatures_that_have_no_inverse_are_refused(void **state)
{
    (void)state;
    static const double refused[] = {-1, 5e-324, 1e-310, 2.2e-308, (double)INFINITY, (double)NAN};
    for (size_t i = 0; i < ROOM(refused); i++) {
        pmy_graph *g = new_graph(NULL);
        pmy_softmax_xent_options options = {.temperature = refused[i]};
        pmy_error error = {0};
        pmy_node *loss = pmy_softmax_xent(g, pmy_input(g, PMY_SHAPE(1, 3)), pmy_labels(g, 1), &options);
        assert_int_equal(pmy_build(g, loss, &error), PMY_BAD_ARGUMENT);
        assert_non_null(strstr(error.message, "is not between 2.22507e-308 and 1.79769e+308"));
        pmy_graph_free(g);
        pmy_real z[3] = {1, 2, 3}, result[3] = {7, 7, 7};
        assert_int_equal(pmy_softmax_of_row(3, z, refused[i], result, NULL), PMY_BAD_ARGUMENT);
        assert_int_equal(pmy_log_softmax_of_row(3, z, refused[i], result, NULL), PMY_BAD_ARGUMENT);
        assert_int_equal(pmy_xent_of_row(3, z, refused[i], 1, result, NULL), PMY_BAD_ARGUMENT);
        assert_true(result[0] == 7 && result[1] == 7 && result[2] == 7);
    }
}

/* With few classes and many, labels alone and smoothed. */
static void the_coldest_and_the_hottest_temperature_are_computed(void **state)
{
    (void)state;
    const double infinity = (double)INFINITY;
    for (unsigned smooth = 0; smooth < 2; smooth++)
        for (size_t classes = 3; classes < 100; classes += 60) {
            pmy_graph *g = new_graph(NULL);
            pmy_softmax_xent_options options = {.temperature = DBL_MIN, .label_smoothing = smooth ? 0.5 : 0};
            pmy_node *z = pmy_input(g, PMY_SHAPE(1, classes)), *labels = pmy_labels(g, 1);
            pmy_want_gradient(z);
            pmy_node *loss = pmy_softmax_xent(g, z, labels, &options);
            build(g, loss);
            pmy_value(z).data[2] = 1;
            const pmy_real *dz = pmy_gradient(z).data;
            for (int32_t label = 1; label < 3; label++) {
                pmy_integer_data(labels)[0] = label;
                forward(g, PMY_TRAIN);
                pmy_backward(g);
                /* In double, 1/DBL_MIN is a number, and so is a loss of 1/DBL_MIN. */
                double high = sizeof(pmy_real) == 4 ? infinity : 1 / DBL_MIN;
                double y = smooth ? 0.5 / (double)classes : 0, at_label = smooth ? 0.5 : 1;
                for (size_t i = 0; i < classes; i++) {
                    double target = y + (i == (size_t)label ? at_label : 0), p = i == 2 ? 1 : 0;
                    double expected = p == target ? 0 : (p - target) * high;
                    assert_true(expected == 0 ? dz[i] == 0
                                              : fabs((double)dz[i] / expected - 1) < 1e-14 ||
                                                    (double)dz[i] == expected);
                }
                double off = label == 2 ? y * (double)(classes - 1) : 1 - y;
                if (off == 0)
                    assert_true(pmy_item(loss) == 0);
                else
                    assert_true(fabs((double)pmy_item(loss) / (off * high) - 1) < 1e-14 ||
                                (double)pmy_item(loss) == off * high);
            }
            pmy_graph_free(g);
        }
    limited l =
        rows_of_three(1, (const pmy_real[]){1, 2, 3}, &(pmy_softmax_xent_options){.temperature = DBL_MAX});
    assert_true(fabs((double)pmy_item(l.loss) - log(3)) < 1e-7);
    for (size_t i = 0; i < 3; i++) {
        double spacings = (double)pmy_gradient(l.z).data[i] / 4.94065645841246544e-324;
        double expected = (i == 1 ? -2.0 : 1.0) / 3 / DBL_MAX / 4.94065645841246544e-324;
        assert_true(sizeof(pmy_real) == 4 ? spacings == 0 : fabs(spacings - expected) <= 2);
    }
    pmy_graph_free(l.graph);
}

/* To two units in the last place of a double, and so finite. */
static bool is_about(double loss, double expected)
{
    return fabs(loss / expected - 1) <= 0x1p-51;
}

static void a_loss_is_infinite_exactly_where_it_exceeds_the_largest_number(void **state)
{
    (void)state;
    const pmy_real most = PMY_REAL_MAX, half = most / 2, tiny = (pmy_real)1e-40, none = -(pmy_real)INFINITY;
    const double limit = (double)most;
    const pmy_softmax_xent_options mean = {0}, sum = {.reduction = PMY_SUM};
    /* Rows whose losses are twice the largest number, half of it, and none. */
    pmy_real rows[9 * 3] = {most, -most, none};
    assert_true(isinf(loss_of(1, rows, &mean)));
    rows[3] = none, rows[4] = 0, rows[5] = none; /* loss 0 */
    assert_true(is_about(loss_of(2, rows, &mean), limit));
    assert_true(isinf(loss_of(2, rows, &sum)));
    rows[4] = -tiny, rows[5] = none, rows[3] = 0; /* loss 0.69… */
    assert_true(isinf(loss_of(2, rows, &mean)));
    for (size_t r = 0; r < 3; r++)
        set_row(rows, r, 0, -half, none);
    assert_true(is_about(loss_of(3, rows, &mean), limit / 2));
    assert_true(loss_of(2, rows, &sum) == limit);
    assert_true(isinf(loss_of(3, rows, &sum)));
    /* The largest number, and the least above it, in each of several rows or in one of them. */
    for (size_t n = 1; n <= 9; n++) {
        for (size_t r = 0; r < n; r++)
            set_row(rows, r, most, 0, none);
        assert_true(is_about(loss_of(n, rows, &mean), limit));
        for (size_t r = 0; r < n; r++) {
            rows[3 * r + 1] = -tiny;
            assert_true(isinf(loss_of(n, rows, &mean)));
            rows[3 * r + 1] = tiny;
            assert_true(is_about(loss_of(n, rows, &mean), limit));
            rows[3 * r + 1] = 0;
        }
        /* Excesses that cancel but for the least. */
        if (n > 2) {
            rows[1] = -1, rows[4] = 1, rows[7] = -tiny;
            assert_true(isinf(loss_of(n, rows, &mean)));
            rows[7] = tiny;
            assert_true(is_about(loss_of(n, rows, &mean), limit));
        }
    }
    /* T of 2 halves them; two largest logits add log 2. */
    pmy_softmax_xent_options two = {.temperature = 2};
    assert_true(loss_of(1, (const pmy_real[]){most, -most, none}, &two) == limit);
    assert_true(isinf(loss_of(1, (const pmy_real[]){most, -most, most}, &two)));
    two.temperature = nextafter(2, 0);
    assert_true(isinf(loss_of(1, (const pmy_real[]){most, -most, none}, &two)));
    /* Smoothing and targets: no overflow on the way. */
    set_row(rows, 1, 0, 0, 0);
    set_row(rows, 0, most, -most, most);
    pmy_softmax_xent_options smooth = {.label_smoothing = 0.5};
    double expected = (2.0 / 3) * limit;
    assert_true(fabs(loss_of(2, rows, &smooth) / expected - 1) < 1e-6);
    assert_true(isinf(loss_of(1, rows, &smooth)));
    for (size_t r = 0; r < 2; r++) {
        pmy_real own = 0;
        assert_int_equal(pmy_xent_of_row(3, rows + 3 * r, 1, 1, &own, NULL), PMY_OK);
        assert_true(r == 0 ? isinf((double)own) : fabs((double)own - log(3)) < 1e-7);
    }
}

/* --- Rows without a graph ------------------------------------------------------- */

static void plain_rows_are_as_the_ops(void **state)
{
    (void)state;
    enum { N = 301 };
    pmy_graph *g = new_graph(NULL);
    pmy_node *z = pmy_input(g, PMY_SHAPE(1, N)), *p = pmy_softmax(g, z), *log_p = pmy_log_softmax(g, z);
    build(g, pmy_add(g, p, log_p));
    fill(z, 3, -9, 9);
    pmy_value(z).data[77] = -(pmy_real)INFINITY;
    forward(g, PMY_EVAL);
    pmy_real result[N], loss;
    assert_int_equal(pmy_softmax_of_row(N, pmy_value(z).data, 1, result, NULL), PMY_OK);
    assert_memory_equal(result, pmy_value(p).data, sizeof result);
    assert_int_equal(pmy_log_softmax_of_row(N, pmy_value(z).data, 1, result, NULL), PMY_OK);
    assert_memory_equal(result, pmy_value(log_p).data, sizeof result);
    for (int32_t label = 0; label < N; label++) {
        assert_int_equal(pmy_xent_of_row(N, pmy_value(z).data, 1, label, &loss, NULL), PMY_OK);
        assert_true(loss == -result[label]);
    }
    assert_int_equal(pmy_xent_of_row(N, pmy_value(z).data, 1, N, &loss, NULL), PMY_BAD_DATA);
    assert_int_equal(pmy_xent_of_row(N, pmy_value(z).data, 1, -1, &loss, NULL), PMY_BAD_DATA);
    /* Logits 2 and 1 at a temperature of 1/2 are 4 and 2. */
    assert_int_equal(pmy_softmax_of_row(2, (const pmy_real[]){2, 1}, 0.5, result, NULL), PMY_OK);
    expect_close("p", 0, (double)result[0], 1 / (1 + exp(-2)), tolerance);
    const double bad[] = {(double)NAN, (double)INFINITY, (double)-INFINITY};
    const char *const message[] = {"a logit is NaN", "a logit is +inf",
                                   "every logit is -inf, so no class is left"};
    for (size_t i = 0; i < 3; i++) {
        pmy_error error = {0};
        pmy_real row[] = {(pmy_real)bad[i]};
        assert_int_equal(pmy_softmax_of_row(1, row, 1, result, &error), PMY_BAD_DATA);
        assert_string_equal(error.message, message[i]);
    }
    pmy_graph_free(g);
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
        cmocka_unit_test(temperatures_that_have_no_inverse_are_refused),
        cmocka_unit_test(the_coldest_and_the_hottest_temperature_are_computed),
        cmocka_unit_test(a_loss_is_infinite_exactly_where_it_exceeds_the_largest_number),
        cmocka_unit_test(plain_rows_are_as_the_ops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
