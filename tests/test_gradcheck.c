/* The checker, held against an op whose backward pass can be made wrong in every way a verdict knows. */
#include "pmy64/gradcheck/suite.h"
#include "pmy64/pmy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* --- An op that can go wrong: y[r, j] = scale (x[r, j]² + offset + b[j]) ------ */

typedef enum fault {
    RIGHT,
    SIGN,
    TWICE,
    TIMES_ROWS,
    ZERO,
    NOT_A_NUMBER,
    UNWRITTEN,
    OVERWRITING,
    ONE_ELEMENT,   /* number 17, by 1e-6 of itself */
    EVERY_ELEMENT, /* by 1e-4 of itself */
    SHIFTED,
    TRANSPOSED,
    RANDOM,
    FIRST_ROW_ONLY, /* of b's sum */
    LAST_ROW_ONLY,
    TWICE_IN_FEWER, /* than 8 rows, and so those below */
    RANDOM_IN_FEWER,
    REFUSES_FEWER,
    OVERWRITING_IN_FEWER,
    /* Only where another user gave a share already: */
    ADDING_TWICE,
    ADDING_MINUS,
    ADDING_NOTHING,
    ADDING_OFF_BY_1E6,
    ADDING_ONE_OFF_BY_1E6, /* number 17 */
    ADDING_TO_HALF,        /* of the other's share */
    ADDING_AND_HALVING,    /* the sum */
    ADDING_UNEVENLY,       /* 2.5 times the even ones, and half of the odd ones */
    ADDING_NAN
} fault;

typedef struct bent_attributes {
    fault x, b; /* which of the two gradients is wrong */
    double scale, offset;
} bent_attributes;

static pmy_status infer(pmy64_node *node, pmy_error *error)
{
    (void)error;
    node->shape = node->input[0]->shape;
    return PMY_OK;
}

static size_t one_tile(const pmy64_node *node)
{
    (void)node;
    return 1;
}

static void forward(const pmy64_node *node, pmy64_piece piece)
{
    (void)piece;
    const bent_attributes *is = node->attributes;
    const double *x = node->input[0]->value; /* [rows, columns] */
    const double *b = node->input[1]->value; /* [columns] */
    if (is->x == REFUSES_FEWER && pmy64_rows(node) < 8)
        pmy64_report(node, 0, "needs eight rows");
    for (size_t i = 0, columns = pmy64_row_size(node); i < pmy_shape_size(node->shape); i++)
        node->value[i] = is->scale * (x[i] * x[i] + is->offset + b[i % columns]);
}

/* The gradient of x's element i as it should be. */
static double slope(const pmy64_node *node, size_t i)
{
    const bent_attributes *is = node->attributes;
    return 2 * is->scale * node->input[0]->value[i] * node->gradient[i];
}

static double wrong_slope(const pmy64_node *node, size_t i)
{
    static int calls;
    size_t rows = pmy64_rows(node), columns = pmy64_row_size(node);
    switch (((const bent_attributes *)node->attributes)->x) {
    case SIGN:
        return -slope(node, i);
    case TWICE:
        return 2 * slope(node, i);
    case TIMES_ROWS:
        return (double)rows * slope(node, i);
    case ZERO:
        return 0;
    case NOT_A_NUMBER:
        return i == 1 ? (double)NAN : slope(node, i);
    case ONE_ELEMENT:
        return slope(node, i) * (i == 17 ? 1.000001 : 1);
    case EVERY_ELEMENT:
        return slope(node, i) * (i % 2 ? 1.0001 : 0.9999);
    case SHIFTED:
        return slope(node, i ? i - 1 : 0);
    case TRANSPOSED:
        return slope(node, i % columns * rows + i / columns);
    case RANDOM:
        return slope(node, i) + calls++ * 1e-15;
    case TWICE_IN_FEWER:
        return (rows < 8 ? 2 : 1) * slope(node, i);
    case RANDOM_IN_FEWER:
        return slope(node, i) + (rows < 8 ? calls++ * 1e-15 : 0);
    default:
        return slope(node, i);
    }
}

/* What is left of another user's share, and a gradient, as they should not be. */
static double wrong_sum(fault wrong, size_t i, double share, double gradient)
{
    switch (wrong) {
    case ADDING_TWICE:
        return share + 2 * gradient;
    case ADDING_MINUS:
        return share - gradient;
    case ADDING_NOTHING:
        return share;
    case ADDING_OFF_BY_1E6:
        return share + 1.000001 * gradient;
    case ADDING_ONE_OFF_BY_1E6:
        return share + (i == 17 ? 1.000001 : 1) * gradient;
    case ADDING_TO_HALF:
        return share / 2 + gradient;
    case ADDING_AND_HALVING:
        return (share + gradient) / 2;
    case ADDING_UNEVENLY:
        return share + (i % 2 ? 0.5 : 2.5) * gradient;
    case ADDING_NAN:
        return i == 1 ? (double)NAN : share + gradient;
    default:
        return share + gradient;
    }
}

static void backward_x(const pmy64_node *node, pmy64_piece piece)
{
    (void)piece;
    fault wrong = ((const bent_attributes *)node->attributes)->x;
    double *dx = node->input[0]->gradient; /* [rows, columns] */
    bool overwrites = wrong == OVERWRITING || (wrong == OVERWRITING_IN_FEWER && pmy64_rows(node) < 8);
    for (size_t i = 0; i + (wrong == UNWRITTEN) < pmy_shape_size(node->shape); i++)
        dx[i] = pmy64_accumulates(node, 0) && !overwrites ? wrong_sum(wrong, i, dx[i], wrong_slope(node, i))
                                                          : wrong_slope(node, i);
}

static void backward_b(const pmy64_node *node, pmy64_piece piece)
{
    (void)piece;
    const bent_attributes *is = node->attributes;
    size_t rows = pmy64_rows(node), columns = pmy64_row_size(node);
    size_t first = is->b == LAST_ROW_ONLY ? rows - 1 : 0, end = is->b == FIRST_ROW_ONLY ? 1 : rows;
    for (size_t j = 0; j < columns; j++) {
        double sum = 0;
        for (size_t r = first; r < end; r++)
            sum += is->scale * node->gradient[r * columns + j];
        pmy64_put(&node->input[1]->gradient[j], sum, pmy64_accumulates(node, 1));
    }
}

static const pmy64_op bent_op = {
    .name = "bent",
    .infer = infer,
    .forward = {{.run = forward, .tiles = one_tile}},
    .backward = {{.run = backward_x, .tiles = one_tile, .gives = 1 << 0},
                 {.run = backward_b, .tiles = one_tile, .gives = 1 << 1}},
};

/* --- Checking it ---------------------------------------------------------- */

typedef struct bent {
    size_t rows, columns;
    bent_attributes attributes;
} bent;

/* The outcomes for x and for b. */
typedef struct outcome {
    pmy_check x, b;
    bool passed;
} outcome;

static pmy64_gradcheck_result run(pmy64_graph *graph, pmy64_node *root, const pmy64_sample *sample)
{
    pmy_error error;
    pmy64_gradcheck_result result;
    assert_int_equal(pmy64_build(graph, root, &error), PMY_OK);
    if (sample)
        pmy64_sample_fill(sample, 3);
    assert_int_equal(pmy64_gradcheck(graph, NULL, &result, &error), PMY_OK);
    return result;
}

/* As its input 0 the op gets x, or a copy of it. */
static pmy64_gradcheck_result check_bent_of(bent what, bool of_a_copy)
{
    if (what.attributes.scale == 0)
        what.attributes.scale = 1;
    pmy64_sample sample = {.graph = pmy64_graph_new(NULL, 1)};
    pmy64_node *input[] = {pmy64_sample_input(&sample, PMY_SHAPE(what.rows, what.columns), -1, 1),
                           pmy64_sample_constant(&sample, PMY_SHAPE(what.columns), -1, 1)};
    if (of_a_copy)
        input[0] = pmy64_scale(sample.graph, input[0], 1);
    pmy64_node *y = pmy64_append(sample.graph, &bent_op, 2, input, &what.attributes, sizeof what.attributes);
    pmy64_gradcheck_result result = run(sample.graph, y, &sample);
    assert_int_equal(pmy64_batch(sample.graph), what.rows);
    pmy64_graph_free(sample.graph);
    return result;
}

static outcome check_bent(bent what)
{
    pmy64_gradcheck_result result = check_bent_of(what, false);
    assert_int_equal(result.count, 2);
    outcome found = {result.check[0], result.check[1], result.passed};
    pmy64_gradcheck_free(&result);
    return found;
}

static pmy_check check_fault(fault x)
{
    return check_bent((bent){.rows = 8, .columns = 6, .attributes = {.x = x}}).x;
}

static void expect(pmy_check check, pmy_verdict verdict, pmy_cause cause)
{
    char text[512];
    pmy_check_print(&check, text, sizeof text);
    if (check.verdict != verdict || (verdict == PMY_WRONG && check.cause != cause))
        fail_msg("not %s with the cause '%s', but %s", pmy_verdict_text(verdict), pmy_cause_text(cause),
                 text);
}

static void right_gradients_pass(void **state)
{
    (void)state;
    outcome found = check_bent((bent){.rows = 8, .columns = 6});
    assert_true(found.passed);
    assert_int_equal(found.x.verdict, PMY_PASS);
    assert_int_equal(found.x.compared, 48);
    assert_true(found.x.error <= 1e-9);
    assert_int_equal(found.b.verdict, PMY_PASS);
}

static void wrong_gradients_are_wrong_and_their_cause_is_found(void **state)
{
    (void)state;
    expect(check_fault(SIGN), PMY_WRONG, PMY_CAUSE_SIGN);
    expect(check_fault(TWICE), PMY_WRONG, PMY_CAUSE_FACTOR);
    expect(check_fault(TIMES_ROWS), PMY_WRONG, PMY_CAUSE_COUNT);
    expect(check_fault(ZERO), PMY_WRONG, PMY_CAUSE_ZERO);
    expect(check_fault(NOT_A_NUMBER), PMY_WRONG, PMY_CAUSE_NOT_FINITE);
    expect(check_fault(UNWRITTEN), PMY_WRONG, PMY_CAUSE_NOT_FINITE);
    expect(check_fault(OVERWRITING), PMY_WRONG, PMY_CAUSE_OVERWRITES);
    expect(check_fault(ONE_ELEMENT), PMY_WRONG, PMY_CAUSE_FEW);
    expect(check_fault(SHIFTED), PMY_WRONG, PMY_CAUSE_SHIFTED);
    expect(check_fault(TRANSPOSED), PMY_WRONG, PMY_CAUSE_TRANSPOSED);
    expect(check_fault(RANDOM), PMY_NONDETERMINISTIC, PMY_CAUSE_UNKNOWN);
}

static void factors_and_places_are_told(void **state)
{
    (void)state;
    assert_true(fabs(check_fault(TWICE).factor - 2) < 1e-6);
    assert_true(fabs(check_fault(TIMES_ROWS).factor - 8) < 1e-6);
    pmy_check check = check_fault(ONE_ELEMENT);
    assert_int_equal(check.worst, 17);
    assert_int_equal((int)check.factor, 1);
    assert_true(fabs(check.analytic / check.numeric - 1.000001) < 1e-9);
    char text[256];
    pmy_check_print(&check, text, sizeof text);
    assert_non_null(strstr(text, "at [2, 5]"));
}

static void a_missing_broadcast_sum_is_told(void **state)
{
    (void)state;
    for (fault b = FIRST_ROW_ONLY; b <= LAST_ROW_ONLY; b++) {
        outcome found = check_bent((bent){.rows = 8, .columns = 6, .attributes = {.b = b}});
        expect(found.b, PMY_WRONG, PMY_CAUSE_BROADCAST);
        expect(found.x, PMY_PASS, PMY_CAUSE_UNKNOWN);
        assert_false(found.passed);
    }
}

/* --- Fewer rows ----------------------------------------------------------- */

static void what_is_wrong_with_fewer_rows_alone_is_wrong(void **state)
{
    (void)state;
    pmy_check twice = check_fault(TWICE_IN_FEWER);
    expect(twice, PMY_WRONG, PMY_CAUSE_FACTOR);
    assert_true(twice.with_fewer && twice.batch == 8 && twice.fewer == 6 && twice.size == 36);
    char text[256];
    pmy_check_print(&twice, text, sizeof text);
    assert_non_null(strstr(text, "WRONG with 6 of 8 rows at ["));
    assert_false(check_bent((bent){.rows = 8, .columns = 6, .attributes = {.x = TWICE_IN_FEWER}}).passed);
    expect(check_fault(RANDOM_IN_FEWER), PMY_NONDETERMINISTIC, PMY_CAUSE_UNKNOWN);
    assert_false(check_fault(TWICE).with_fewer);
    for (size_t rows = 1; rows < 4; rows++) {
        pmy_check x = check_bent((bent){.rows = rows, .columns = 6}).x;
        expect(x, PMY_PASS, PMY_CAUSE_UNKNOWN);
        assert_int_equal(x.fewer, rows > 1 ? 1 : 0);
    }
}

/* A graph with its leaves filled, and what its check gives. */
static pmy64_gradcheck_result check_graph(pmy64_sample *sample, pmy64_node *root)
{
    pmy64_gradcheck_result result = run(sample->graph, root, sample);
    for (size_t i = 0; i < result.count; i++)
        expect(result.check[i], PMY_PASS, PMY_CAUSE_UNKNOWN);
    assert_true(result.passed);
    return result;
}

static void rows_that_mix_are_not_fewer_than_three(void **state)
{
    (void)state;
    static const size_t fewer[] = {0, 0, 0, 0, 3, 3, 4};
    for (size_t rows = 3; rows < 7; rows++) {
        pmy64_sample sample = {.graph = pmy64_graph_new(NULL, 1)};
        pmy64_node *x = pmy64_sample_input(&sample, PMY_SHAPE(rows, 3), -1, 1);
        pmy64_node *y = pmy64_batchnorm(sample.graph, pmy64_dropout(sample.graph, x, 0.1), PMY64_NONE);
        pmy64_gradcheck_result result = check_graph(&sample, y);
        for (size_t i = 0; i < result.count; i++)
            assert_int_equal(result.check[i].fewer, fewer[rows]);
        pmy64_gradcheck_free(&result);
        pmy64_graph_free(sample.graph);
    }
}

static void a_graph_is_left_as_it_was(void **state)
{
    (void)state;
    pmy64_sample sample = {.graph = pmy64_graph_new(NULL, 1)};
    pmy64_node *x = pmy64_sample_input(&sample, PMY_SHAPE(6, 3), -1, 1);
    pmy64_gradcheck_result result = check_graph(&sample, pmy64_batchnorm(sample.graph, x, PMY64_NONE));
    pmy64_node *mean = pmy64_statistic_at(sample.graph, 0);
    for (size_t c = 0; c < 3; c++)
        assert_true(pmy64_value(mean).data[c] == 0);
    assert_true(*pmy64_count_data(pmy64_statistic_at(sample.graph, 2)) == 0);
    assert_int_equal(pmy64_graph_step(sample.graph), 0);
    assert_int_equal(pmy64_batch(sample.graph), 6);
    pmy64_gradcheck_free(&result);
    pmy64_graph_free(sample.graph);
}

/* With the first rows' labels ignored there is nothing to see in a batch of these. */
static void rows_that_cannot_be_judged_alone_are_no_fault(void **state)
{
    (void)state;
    pmy_check check = check_fault(REFUSES_FEWER);
    expect(check, PMY_PASS, PMY_CAUSE_UNKNOWN);
    assert_int_equal(check.fewer, 0);
    pmy64_sample sample = {.graph = pmy64_graph_new(NULL, 1)};
    pmy64_node *z = pmy64_sample_input(&sample, PMY_SHAPE(4, 3), -1, 1);
    pmy64_node *labels = pmy64_labels(sample.graph, 4);
    pmy64_node *loss = pmy64_softmax_xent(sample.graph, z, labels,
                                          &(pmy64_softmax_xent_options){.ignores = true, .ignored = -1});
    pmy_error error;
    pmy64_gradcheck_result result;
    assert_int_equal(pmy64_build(sample.graph, loss, &error), PMY_OK);
    pmy64_sample_fill(&sample, 3);
    for (size_t r = 0; r < 4; r++)
        pmy64_integer_data(labels)[r] = r < 2 ? -1 : 1;
    assert_int_equal(pmy64_gradcheck(sample.graph, NULL, &result, &error), PMY_OK);
    expect(result.check[0], PMY_PASS, PMY_CAUSE_UNKNOWN);
    assert_int_equal(result.check[0].fewer, 0);
    char text[256];
    pmy_check_print(&result.check[0], text, sizeof text);
    assert_non_null(strstr(text, "fewer rows could not be judged"));
    pmy64_gradcheck_free(&result);
    pmy64_graph_free(sample.graph);
}

/* --- Adding --------------------------------------------------------------- */

static void expect_adding(fault wrong, pmy_cause cause, double factor)
{
    pmy_check check = check_fault(wrong);
    expect(check, PMY_WRONG, cause);
    assert_true(check.adding && !check.with_fewer);
    if (factor != 0)
        assert_true(fabs(check.factor / factor - 1) < 1e-9);
}

static void wrong_sums_are_wrong_and_their_cause_is_found(void **state)
{
    (void)state;
    expect_adding(OVERWRITING, PMY_CAUSE_OVERWRITES, 0);
    expect_adding(ADDING_TWICE, PMY_CAUSE_FACTOR, 2);
    expect_adding(ADDING_MINUS, PMY_CAUSE_SIGN, 0);
    expect_adding(ADDING_NOTHING, PMY_CAUSE_ZERO, 0);
    expect_adding(ADDING_OFF_BY_1E6, PMY_CAUSE_FACTOR, 1.000001);
    expect_adding(ADDING_ONE_OFF_BY_1E6, PMY_CAUSE_FEW, 1);
    expect_adding(ADDING_TO_HALF, PMY_CAUSE_SCALES, 0.5);
    expect_adding(ADDING_AND_HALVING, PMY_CAUSE_SCALES, 0.5);
    expect_adding(ADDING_UNEVENLY, PMY_CAUSE_UNKNOWN, 0);
    expect_adding(ADDING_NAN, PMY_CAUSE_NOT_FINITE, 0);
    char text[512];
    pmy_check check = check_fault(ADDING_OFF_BY_1E6);
    pmy_check_print(&check, text, sizeof text);
    assert_non_null(strstr(text, ", added to what another user gave: backward makes the sum "));
    assert_non_null(strstr(text, "a factor: 1.000001"));
    check = check_fault(ADDING_ONE_OFF_BY_1E6);
    assert_int_equal(check.worst, 17);
    assert_true(check.error > 1e-8 && check.error < 1e-6);
    check = check_fault(OVERWRITING_IN_FEWER);
    expect(check, PMY_WRONG, PMY_CAUSE_OVERWRITES);
    assert_true(check.adding && check.with_fewer);
}

/* An op in the middle of a graph has no leaf to add to. */
static void ops_inside_a_graph_must_add_too(void **state)
{
    (void)state;
    for (fault x = RIGHT; x <= OVERWRITING; x += OVERWRITING) {
        bent what = {.rows = 8, .columns = 6, .attributes = {.x = x}};
        pmy64_gradcheck_result result = check_bent_of(what, true);
        assert_int_equal(result.passed, x == RIGHT);
        assert_int_equal(result.count, x == RIGHT ? 2 : 3);
        expect(result.check[0], PMY_PASS, PMY_CAUSE_UNKNOWN);
        if (x == OVERWRITING) {
            expect(result.check[2], PMY_WRONG, PMY_CAUSE_OVERWRITES);
            assert_string_equal(result.check[2].input, "scale0");
        }
        pmy64_gradcheck_free(&result);
    }
}

static void one_wrong_tensor_of_two_is_enough(void **state)
{
    (void)state;
    assert_false(check_bent((bent){.rows = 8, .columns = 6, .attributes = {.x = TWICE}}).passed);
}

static void small_and_large_gradients_are_judged_alike(void **state)
{
    (void)state;
    for (double scale = 1e-7; scale < 1e8; scale *= 1e7) {
        expect(check_bent((bent){4, 5, {.scale = scale}}).x, PMY_PASS, PMY_CAUSE_UNKNOWN);
        expect(check_bent((bent){4, 5, {.scale = scale, .x = EVERY_ELEMENT}}).x, PMY_WRONG,
               PMY_CAUSE_UNKNOWN);
    }
}

static void large_tensors_are_checked_along_directions(void **state)
{
    (void)state;
    pmy_check right = check_bent((bent){.rows = 60, .columns = 50}).x;
    expect(right, PMY_PASS, PMY_CAUSE_UNKNOWN);
    assert_int_equal(right.directions, 32);
    assert_int_equal(right.compared, 64);
    expect(check_bent((bent){60, 50, {.x = ONE_ELEMENT}}).x, PMY_WRONG, PMY_CAUSE_UNKNOWN);
}

static void two_zero_sides_are_vacuous(void **state)
{
    (void)state;
    pmy64_sample sample = {.graph = pmy64_graph_new(NULL, 1)};
    pmy64_node *x = pmy64_sample_input(&sample, PMY_SHAPE(4, 3), -2, -1);
    pmy64_gradcheck_result result = run(sample.graph, pmy64_relu(sample.graph, x), &sample);
    expect(result.check[0], PMY_VACUOUS, PMY_CAUSE_UNKNOWN);
    assert_false(result.passed);
    pmy64_gradcheck_free(&result);
    pmy64_graph_free(sample.graph);
}

static void nothing_to_check_does_not_pass(void **state)
{
    (void)state;
    pmy64_graph *graph = pmy64_graph_new(NULL, 1);
    pmy64_gradcheck_result result = run(graph, pmy64_relu(graph, pmy64_input(graph, PMY_SHAPE(4, 3))), NULL);
    assert_int_equal(result.count, 0);
    assert_false(result.passed);
    pmy64_gradcheck_free(&result);
    pmy64_graph_free(graph);
}

static void round_off_is_noise(void **state)
{
    (void)state;
    expect(check_bent((bent){4, 5, {.offset = 1e13}}).x, PMY_NOISE, PMY_CAUSE_UNKNOWN);
}

/* With one set of steps, the wrong element could not be told from round-off. */
static void round_off_is_less_in_the_mean(void **state)
{
    (void)state;
    const double offset = 2.2e8;
    expect(check_bent((bent){4, 5, {.offset = offset}}).x, PMY_PASS, PMY_CAUSE_UNKNOWN);
    expect(check_bent((bent){4, 5, {.offset = offset, .x = ONE_ELEMENT}}).x, PMY_WRONG, PMY_CAUSE_FEW);
}

static void the_sum_of_a_softmax_hides_nothing(void **state)
{
    (void)state;
    pmy64_sample sample = {.graph = pmy64_graph_new(NULL, 1)};
    pmy64_node *x = pmy64_sample_input(&sample, PMY_SHAPE(4, 3), -1, 1);
    pmy64_gradcheck_result result = run(sample.graph, pmy64_softmax(sample.graph, x), &sample);
    expect(result.check[0], PMY_PASS, PMY_CAUSE_UNKNOWN);
    pmy64_gradcheck_free(&result);
    pmy64_graph_free(sample.graph);
}

/* --- Kinks ---------------------------------------------------------------- */

/* y = max(x, 0) with a mask that is right, or wrong close to 0 on one side. */
static double mask_edge;

static void kinked_forward(const pmy64_node *node, size_t n, const double *x, double *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] > 0 ? x[i] : 0.5 * x[i];
}

static void kinked_backward(const pmy64_node *node, size_t n, const double *x, const double *y,
                            const double *dy, double *dx, bool accumulate)
{
    (void)node, (void)x;
    for (size_t i = 0; i < n; i++)
        pmy64_put(&dx[i], y[i] > mask_edge ? dy[i] : 0.5 * dy[i], accumulate);
}

static const pmy64_unary kinked_rule = {
    .forward = kinked_forward, .backward = kinked_backward, .kinked = true};

static const pmy64_op kinked_op = {
    .name = "kinked",
    .infer = pmy64_unary_infer,
    .forward = {{.run = pmy64_unary_forward}},
    .backward = {{.run = pmy64_unary_backward, .gives = 1}},
    .unary = &kinked_rule,
};

static pmy_check check_kinked(double edge, size_t at_the_kink)
{
    mask_edge = edge;
    pmy64_sample sample = {.graph = pmy64_graph_new(NULL, 1)};
    pmy64_node *x = pmy64_sample_input(&sample, PMY_SHAPE(10, 20), 0.25, 1);
    pmy64_node *y = pmy64_append(sample.graph, &kinked_op, 1, &x, NULL, 0);
    pmy_error error;
    pmy64_gradcheck_result result;
    assert_int_equal(pmy64_build(sample.graph, y, &error), PMY_OK);
    pmy64_sample_fill(&sample, 1);
    for (size_t i = 0; i < at_the_kink; i++)
        pmy64_value(x).data[7 * i] = 0;
    assert_int_equal(pmy64_gradcheck(sample.graph, NULL, &result, &error), PMY_OK);
    pmy_check check = result.check[0];
    pmy64_gradcheck_free(&result);
    pmy64_graph_free(sample.graph);
    return check;
}

static void kinks_are_told_and_checked_on_each_side(void **state)
{
    (void)state;
    pmy_check one = check_kinked(0, 1);
    expect(one, PMY_PASS, PMY_CAUSE_UNKNOWN);
    assert_int_equal(one.kinks, 1);
    assert_int_equal(check_kinked(0, 2).kinks, 2);
    expect(check_kinked(0, 2), PMY_PASS, PMY_CAUSE_UNKNOWN);
    expect(check_kinked(0, 20), PMY_PASS, PMY_CAUSE_UNKNOWN);
    expect(check_kinked(0, 21), PMY_KINK, PMY_CAUSE_UNKNOWN);
    expect(check_kinked(0.001, 1), PMY_WRONG, PMY_CAUSE_UNKNOWN);
    expect(check_kinked(-0.001, 1), PMY_WRONG, PMY_CAUSE_UNKNOWN);
}

/* y = the chords of x² between the powers of two, so that kinks lie wherever a probe next to 0 goes; or
 * between places just beyond these powers. */
static double chords_stretch;

static double chord_below(double x)
{
    double power = chords_stretch;
    while (power > fabs(x) && power > 1e-12)
        power /= 2;
    return power;
}

static void chords_forward(const pmy64_node *node, size_t n, const double *x, double *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = chord_below(x[i]) * (3 * fabs(x[i]) - 2 * chord_below(x[i]));
}

static double chords_factor;

static void chords_backward(const pmy64_node *node, size_t n, const double *x, const double *y,
                            const double *dy, double *dx, bool accumulate)
{
    (void)node, (void)y;
    for (size_t i = 0; i < n; i++) {
        double slope = copysign(3 * chord_below(x[i]), x[i]);
        pmy64_put(&dx[i], dy[i] * slope * (fabs(x[i]) < 0.25 ? chords_factor : 1), accumulate);
    }
}

static uint64_t chords_choices(const pmy64_node *node)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < 200; i++) {
        double x = node->input[0]->value[i];
        hash = hash * 31 + (uint64_t)ilogb(chord_below(x)) * 2 + (x < 0);
    }
    return hash;
}

static const pmy64_unary chords_rule = {
    .forward = chords_forward, .backward = chords_backward, .needs_x = true, .kinked = true};

static const pmy64_op chords_op = {
    .name = "chords",
    .infer = pmy64_unary_infer,
    .forward = {{.run = pmy64_unary_forward}},
    .backward = {{.run = pmy64_unary_backward, .gives = 1}},
    .unary = &chords_rule,
    .checks.choices = chords_choices,
};

/* An element-wise op at numbers of that range, but for one that is 0. */
static pmy_check check_with_one_zero(const pmy64_op *op, double low, double high)
{
    pmy64_sample sample = {.graph = pmy64_graph_new(NULL, 1)};
    pmy64_node *x = pmy64_sample_input(&sample, PMY_SHAPE(10, 20), low, high);
    pmy64_node *y = pmy64_append(sample.graph, op, 1, &x, NULL, 0);
    pmy_error error;
    pmy64_gradcheck_result result;
    assert_int_equal(pmy64_build(sample.graph, y, &error), PMY_OK);
    pmy64_sample_fill(&sample, 1);
    pmy64_value(x).data[7] = 0;
    assert_int_equal(pmy64_gradcheck(sample.graph, NULL, &result, &error), PMY_OK);
    pmy_check one = result.check[0];
    pmy64_gradcheck_free(&result);
    pmy64_graph_free(sample.graph);
    return one;
}

static void kinks_side_by_side_are_judged_between_them(void **state)
{
    (void)state;
    for (unsigned turn = 0; turn < 4; turn++) {
        bool wrong = turn % 2;
        chords_factor = wrong ? 1.001 : 1;
        chords_stretch = turn < 2 ? 1 : 1 + 1e-9;
        pmy_check one = check_with_one_zero(&chords_op, 0.3, 0.45);
        assert_int_equal(one.kinks, 1);
        assert_int_equal(one.unjudged, 0);
        assert_int_equal(one.verdict, wrong ? PMY_WRONG : PMY_PASS);
    }
}

/* y = x² + x + 10⁴, said to have kinks from first_kink on so close to each other that no place among them can
 * be judged; and beyond them a backward that is wrong. The last digits of a large y need large steps. */
static const double first_kink = 10 * 0x1p-21;

static void crowded_forward(const pmy64_node *node, size_t n, const double *x, double *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] * x[i] + x[i] + 1e4;
}

static void crowded_backward(const pmy64_node *node, size_t n, const double *x, const double *y,
                             const double *dy, double *dx, bool accumulate)
{
    (void)node, (void)y;
    for (size_t i = 0; i < n; i++)
        pmy64_put(&dx[i], dy[i] * (2 * x[i] + 1) * (x[i] > first_kink ? 1.5 : 1), accumulate);
}

static uint64_t crowded_choices(const pmy64_node *node)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < 200; i++) {
        double x = node->input[0]->value[i];
        hash = hash * 31 + (uint64_t)(x > first_kink ? 1 + floor(x / first_kink * 3) : 0);
    }
    return hash;
}

static const pmy64_unary crowded_rule = {
    .forward = crowded_forward, .backward = crowded_backward, .needs_x = true, .kinked = true};

static const pmy64_op crowded_op = {
    .name = "crowded",
    .infer = pmy64_unary_infer,
    .forward = {{.run = pmy64_unary_forward}},
    .backward = {{.run = pmy64_unary_backward, .gives = 1}},
    .unary = &crowded_rule,
    .checks.choices = crowded_choices,
};

/* What is judged instead of the far side of a kink must not be the near side once more. */
static void a_side_that_cannot_be_judged_is_not_passed(void **state)
{
    (void)state;
    pmy_check one = check_with_one_zero(&crowded_op, -0.45, -0.3);
    assert_int_equal(one.verdict, PMY_KINK);
    assert_int_equal(one.unjudged, 1);
}

/* --- Sharp bends ---------------------------------------------------------- */

/* y = x² + x exp(−(x/w)²): around 0 large steps see x² alone, and agree with each other that its slope is 0.
 */
static const double spike_width = 0x1p-11;
static double spike_factor;

static void spike_forward(const pmy64_node *node, size_t n, const double *x, double *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] * x[i] + x[i] * exp(-pow(x[i] / spike_width, 2));
}

static void spike_backward(const pmy64_node *node, size_t n, const double *x, const double *y,
                           const double *dy, double *dx, bool accumulate)
{
    (void)node, (void)y;
    for (size_t i = 0; i < n; i++) {
        double square = pow(x[i] / spike_width, 2), slope = 2 * x[i] + (1 - 2 * square) * exp(-square);
        pmy64_put(&dx[i], dy[i] * slope * (fabs(x[i]) < spike_width ? spike_factor : 1), accumulate);
    }
}

static const pmy64_unary spike_rule = {.forward = spike_forward, .backward = spike_backward, .needs_x = true};

static const pmy64_op spike_op = {
    .name = "spike",
    .infer = pmy64_unary_infer,
    .forward = {{.run = pmy64_unary_forward}},
    .backward = {{.run = pmy64_unary_backward, .gives = 1}},
    .unary = &spike_rule,
};

static void a_sharp_bend_is_looked_at_closely(void **state)
{
    (void)state;
    spike_factor = 1;
    expect(check_with_one_zero(&spike_op, 0.3, 0.45), PMY_PASS, PMY_CAUSE_UNKNOWN);
    static const double factors[] = {1.000001, 0.5, -1};
    for (size_t f = 0; f < sizeof factors / sizeof *factors; f++) {
        spike_factor = factors[f];
        pmy_check wrong = check_with_one_zero(&spike_op, 0.3, 0.45);
        expect(wrong, PMY_WRONG, PMY_CAUSE_FEW);
        assert_int_equal(wrong.worst, 7);
        assert_true(fabs(wrong.analytic / wrong.numeric / spike_factor - 1) < 1e-9);
    }
}

static void expect_pass(void *context, const pmy_check *check)
{
    ++*(size_t *)context;
    expect(*check, PMY_PASS, PMY_CAUSE_UNKNOWN);
}

/* Nearly equal rows, whose normalisation bends sharply: with large steps alone each of these was WRONG. */
static void right_batchnorm_nets_pass(void **state)
{
    (void)state;
    static const struct {
        const char *net;
        uint64_t seed;
    } right[] = {{"linear 8, batchnorm, relu, linear 10", 0},
                 {"linear 8, batchnorm, linear 10", 10},
                 {"linear 16, batchnorm, tanh, linear 10", 4}};
    size_t found = 0;
    for (size_t n = 0; n < sizeof right / sizeof *right; n++) {
        pmy_error error;
        const pmy64_suite suite = {.seed = right[n].seed, .found = expect_pass, .context = &found};
        assert_int_equal(pmy64_check_net(&suite, right[n].net, &(pmy_check_examples){0}, &error), PMY_OK);
    }
    assert_true(found > 18);
}

/* Deep nets, some of whose gradients are small beside the loss that is rounded. */
static void right_nets_of_tokens_pass(void **state)
{
    (void)state;
    static const char *const nets[] = {
        "embed 8, 2 ([rmsnorm, attention 2 rotary nobias], [rmsnorm, linear 32 nobias, gelu, linear 8 "
        "nobias]), rmsnorm, linear vocab nobias",
        "embed 8, positions, dropout 0.1, [layernorm, attention 2], layernorm, tied"};
    size_t found = 0;
    for (size_t n = 0; n < sizeof nets / sizeof *nets; n++)
        for (uint64_t seed = 2; seed < 4; seed++) {
            pmy_error error;
            const pmy64_suite suite = {.seed = seed, .found = expect_pass, .context = &found};
            assert_int_equal(pmy64_check_net(&suite, nets[n], &(pmy_check_examples){0}, &error), PMY_OK);
        }
    assert_int_equal(found, 2 * (15 + 10));
}

/* --- The suite ------------------------------------------------------------ */

static void count(void *context, const pmy_check *check)
{
    (void)check;
    ++*(size_t *)context;
}

static void wrong_nets_of_tokens_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *net;
        pmy_check_examples examples;
        pmy_status status;
        const char *message;
    } wrong[] = {
        {"embed 8, linear 5", {0}, PMY_BAD_NET, "the net ends in 5 numbers a token, but there are 7 tokens"},
        {"embed 8, linear 5", {.shape = {{4}}}, PMY_BAD_NET, "embed takes tokens, and the examples are none"},
        {"linear 5",
         {.time = 3},
         PMY_BAD_NET,
         "the examples are tokens, which embed must take before linear"},
        {"embed 8, tied",
         {.vocabulary = 65537},
         PMY_BAD_SHAPE,
         "a vocabulary of 65537 tokens, of 65536 at most"},
    };
    size_t found = 0;
    const pmy64_suite suite = {.found = count, .context = &found};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        pmy_error error;
        assert_int_equal(pmy64_check_net(&suite, wrong[i].net, &wrong[i].examples, &error), wrong[i].status);
        assert_non_null(strstr(error.message, wrong[i].message));
    }
    assert_int_equal(found, 0);
}

static void an_op_without_a_sample_is_an_error(void **state)
{
    (void)state;
    size_t found = 0;
    pmy_error error;
    const pmy64_suite suite = {.found = count, .context = &found};
    assert_int_equal(pmy64_check_op(&suite, &kinked_op, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "kinked has no sample"));
    assert_int_equal(pmy64_check_ops(&suite, "no such op", &error), PMY_BAD_ARGUMENT);
    assert_int_equal(pmy64_check_net(&suite, "linear", &(pmy_check_examples){0}, &error), PMY_BAD_NET);
    assert_int_equal(
        pmy64_check_net(&suite, "relu", &(pmy_check_examples){.shape = PMY_SHAPE(1, 2, 3)}, &error),
        PMY_BAD_NET);
    assert_non_null(strstr(error.message, "the net ends in images of 1x2x3, not in logits"));
    assert_int_equal(
        pmy64_check_net(&suite, "relu", &(pmy_check_examples){.shape = PMY_SHAPE(2, 3, 4, 5)}, &error),
        PMY_BAD_SHAPE);
    assert_int_equal(found, 0);
}

static void expect_fewer(void *context, const pmy_check *check)
{
    ++*(size_t *)context;
    bool mixes = strncmp(check->name, "batchnorm", 9) == 0;
    if (check->batch > (mixes ? 3 : 1) && check->fewer == 0)
        fail_msg("%s, %s: could not be judged with fewer rows", check->name, check->input);
}

static void every_sample_is_judged_with_fewer_rows(void **state)
{
    (void)state;
    size_t found = 0;
    pmy_error error;
    const pmy64_suite suite = {.found = expect_fewer, .context = &found};
    assert_int_equal(pmy64_check_ops(&suite, NULL, &error), PMY_OK);
    assert_true(found > 100);
}

static void the_curve_is_a_v(void **state)
{
    (void)state;
    size_t found = 0;
    pmy_error error;
    pmy_curve curve = {.count = 0};
    const pmy64_suite suite = {.found = count, .context = &found, .curve = &curve};
    assert_int_equal(pmy64_check_ops(&suite, "tanh", &error), PMY_OK);
    assert_true(curve.count > 40);
    double least = (double)INFINITY;
    size_t bottom = 0;
    for (size_t i = 0; i < curve.count; i++)
        if (curve.point[i].error < least) {
            least = curve.point[i].error;
            bottom = i;
        }
    assert_true(bottom > 5 && bottom < curve.count - 5);
    assert_true(curve.point[0].error > 1e4 * least);
    assert_true(curve.point[curve.count - 1].error > 1e4 * least);
    assert_true(curve.extrapolated < least);
    double h = curve.point[4].step;
    assert_true(curve.truncation * h * h > 0.5 * curve.point[4].error);
    assert_true(curve.truncation * h * h < 2 * curve.point[4].error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_gradients_pass),
        cmocka_unit_test(wrong_gradients_are_wrong_and_their_cause_is_found),
        cmocka_unit_test(factors_and_places_are_told),
        cmocka_unit_test(a_missing_broadcast_sum_is_told),
        cmocka_unit_test(what_is_wrong_with_fewer_rows_alone_is_wrong),
        cmocka_unit_test(rows_that_mix_are_not_fewer_than_three),
        cmocka_unit_test(a_graph_is_left_as_it_was),
        cmocka_unit_test(rows_that_cannot_be_judged_alone_are_no_fault),
        cmocka_unit_test(wrong_sums_are_wrong_and_their_cause_is_found),
        cmocka_unit_test(ops_inside_a_graph_must_add_too),
        cmocka_unit_test(one_wrong_tensor_of_two_is_enough),
        cmocka_unit_test(small_and_large_gradients_are_judged_alike),
        cmocka_unit_test(large_tensors_are_checked_along_directions),
        cmocka_unit_test(two_zero_sides_are_vacuous),
        cmocka_unit_test(nothing_to_check_does_not_pass),
        cmocka_unit_test(round_off_is_noise),
        cmocka_unit_test(round_off_is_less_in_the_mean),
        cmocka_unit_test(the_sum_of_a_softmax_hides_nothing),
        cmocka_unit_test(kinks_are_told_and_checked_on_each_side),
        cmocka_unit_test(kinks_side_by_side_are_judged_between_them),
        cmocka_unit_test(a_side_that_cannot_be_judged_is_not_passed),
        cmocka_unit_test(a_sharp_bend_is_looked_at_closely),
        cmocka_unit_test(right_batchnorm_nets_pass),
        cmocka_unit_test(right_nets_of_tokens_pass),
        cmocka_unit_test(wrong_nets_of_tokens_are_refused),
        cmocka_unit_test(an_op_without_a_sample_is_an_error),
        cmocka_unit_test(every_sample_is_judged_with_fewer_rows),
        cmocka_unit_test(the_curve_is_a_v),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
