/* Also in double. */
/* Every plain op's forward pass against its formula, evaluated in double. */
#include "running.h"

static const double tolerance = sizeof(pmy_real) == 4 ? 2e-6 : 1e-14;

static double value_at(const pmy_node *node, size_t i)
{
    return (double)pmy_value(node).data[i];
}

/* --- Element-wise ------------------------------------------------------------ */

static double relu(double x)
{
    return x > 0 ? x : 0;
}
static double leaky_relu(double x)
{
    return x > 0 ? x : 0.01 * x;
}
static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}
static double gelu(double x)
{
    return 0.5 * x * erfc(-x / sqrt(2.0));
}

static double silu(double x)
{
    return x / (1 + exp(-x));
}

static double square(double x)
{
    return x * x;
}

static void element_wise_ops(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        pmy_node *(*op)(pmy_graph *, pmy_node *);
        double (*formula)(double);
        double low, high;
    } ops[] = {
        {"relu", pmy_relu, relu, -2, 2}, {"leaky_relu", pmy_leaky_relu, leaky_relu, -2, 2},
        {"tanh", pmy_tanh, tanh, -5, 5}, {"sigmoid", pmy_sigmoid, sigmoid, -9, 9},
        {"gelu", pmy_gelu, gelu, -5, 5}, {"exp", pmy_exp, exp, -5, 2},
        {"log", pmy_log, log, 0.01, 9},  {"silu", pmy_silu, silu, -9, 9},
        {"sqrt", pmy_sqrt, sqrt, 0, 9},  {"square", pmy_square, square, -5, 5},
        {"abs", pmy_abs, fabs, -5, 5},
    };
    static const pmy_shape shapes[] = {{{1}}, {{7}}, {{5, 7}}, {{3, 2, 11}}, {{2, 3, 5, 7}}, {{3, 1001}}};
    for (size_t o = 0; o < ROOM(ops); o++)
        for (size_t s = 0; s < ROOM(shapes); s++) {
            pmy_graph *g = new_graph(NULL);
            pmy_node *x = pmy_input(g, shapes[s]), *y = ops[o].op(g, x);
            build(g, pmy_sum(g, y));
            fill(x, s, ops[o].low, ops[o].high);
            forward(g, PMY_EVAL);
            assert_true(pmy_shape_equal(pmy_node_shape(y), shapes[s]));
            for (size_t i = 0; i < pmy_shape_size(shapes[s]); i++)
                expect_close(ops[o].name, i, value_at(y, i), ops[o].formula(value_at(x, i)), tolerance);
            pmy_graph_free(g);
        }
}

/* One number through an op; the root has two elements so that a NaN is no error. */
static double through(pmy_node *(*op)(pmy_graph *, pmy_node *), double x)
{
    pmy_graph *g = new_graph(NULL);
    pmy_node *in = pmy_constant(g, PMY_SHAPE(2)), *out = op(g, in);
    build(g, out);
    pmy_value(in).data[0] = (pmy_real)x;
    pmy_value(in).data[1] = 1;
    forward(g, PMY_EVAL);
    double y = value_at(out, 0);
    pmy_graph_free(g);
    return y;
}

static void element_wise_ops_at_their_ends(void **state)
{
    (void)state;
    const double infinity = (double)INFINITY, nan_value = (double)NAN;
    static pmy_node *(*const all[])(pmy_graph *, pmy_node *) = {
        pmy_relu, pmy_leaky_relu, pmy_tanh, pmy_sigmoid, pmy_gelu, pmy_silu,
        pmy_exp,  pmy_log,        pmy_sqrt, pmy_square,  pmy_abs,
    };
    for (size_t i = 0; i < ROOM(all); i++)
        assert_true(isnan(through(all[i], nan_value)));
    assert_true(through(pmy_relu, 0) == 0 && through(pmy_leaky_relu, 0) == 0);
    assert_true(through(pmy_relu, infinity) == infinity && through(pmy_relu, -infinity) == 0);
    assert_true(through(pmy_leaky_relu, -infinity) == -infinity);
    assert_true(through(pmy_sigmoid, 1e4) == 1 && through(pmy_sigmoid, -1e4) == 0);
    assert_true(through(pmy_sigmoid, infinity) == 1 && through(pmy_sigmoid, -infinity) == 0);
    assert_true(through(pmy_tanh, 1e4) == 1 && through(pmy_tanh, -infinity) == -1);
    assert_true(through(pmy_gelu, 1e4) == (double)(pmy_real)1e4 && through(pmy_gelu, -1e4) == 0);
    assert_true(through(pmy_exp, -infinity) == 0 && through(pmy_exp, 1e5) == infinity);
    assert_true(through(pmy_log, 0) == -infinity && isnan(through(pmy_log, -1)));
    assert_true(through(pmy_sqrt, 0) == 0 && isnan(through(pmy_sqrt, -1)));
    assert_true(through(pmy_abs, -infinity) == infinity && through(pmy_square, -infinity) == infinity);
    /* Far out, where 1 + erf has no digits left. */
    expect_close("gelu", 0, through(pmy_gelu, -9) / gelu(-9), 1, sizeof(pmy_real) == 4 ? 1e-4 : 1e-12);
}

/* --- Of two inputs ------------------------------------------------------------ */

static void two_inputs_of_the_same_shape(void **state)
{
    (void)state;
    static const pmy_shape shapes[] = {{{7}}, {{5, 7}}, {{3, 2, 11}}, {{2, 3, 5, 70}}};
    for (size_t s = 0; s < ROOM(shapes); s++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *a = pmy_constant(g, shapes[s]), *b = pmy_constant(g, shapes[s]);
        pmy_node *sum = pmy_add(g, a, b), *difference = pmy_sub(g, a, b), *product = pmy_mul(g, a, b);
        pmy_node *quotient = pmy_div(g, a, b), *scaled = pmy_scale(g, a, -2.5);
        pmy_node *larger = pmy_maximum(g, a, b), *smaller = pmy_minimum(g, a, b);
        build(g, pmy_sum(g, product));
        fill(a, 1, -1, 1);
        fill(b, 2, 0.1, 1);
        forward(g, PMY_EVAL);
        for (size_t i = 0; i < pmy_shape_size(shapes[s]); i++) {
            double x = value_at(a, i), y = value_at(b, i);
            expect_close("add", i, value_at(sum, i), x + y, tolerance);
            expect_close("sub", i, value_at(difference, i), x - y, tolerance);
            expect_close("mul", i, value_at(product, i), x * y, tolerance);
            expect_close("div", i, value_at(quotient, i), x / y, tolerance);
            expect_close("maximum", i, value_at(larger, i), fmax(x, y), 0);
            expect_close("minimum", i, value_at(smaller, i), fmin(x, y), 0);
            expect_close("scale", i, value_at(scaled, i), -2.5 * x, tolerance);
        }
        pmy_graph_free(g);
    }
}

static void matmul(void **state)
{
    (void)state;
    static const size_t sizes[][3] = {{1, 1, 1}, {5, 7, 3}, {1, 65, 2}, {33, 129, 17}, {70, 3, 65}};
    for (size_t s = 0; s < ROOM(sizes); s++) {
        size_t m = sizes[s][0], k = sizes[s][1], n = sizes[s][2];
        pmy_graph *g = new_graph(NULL);
        pmy_node *a = pmy_input(g, PMY_SHAPE(m, k)), *b = pmy_constant(g, PMY_SHAPE(k, n));
        pmy_node *c = pmy_matmul(g, a, b);
        build(g, pmy_sum(g, c));
        fill(a, 1, -1, 1);
        fill(b, 2, -1, 1);
        forward(g, PMY_EVAL);
        for (size_t i = 0; i < m * n; i++) {
            double sum = 0;
            for (size_t p = 0; p < k; p++)
                sum += value_at(a, i / n * k + p) * value_at(b, p * n + i % n);
            expect_close("matmul", i, value_at(c, i), sum, 10 * tolerance);
        }
        pmy_graph_free(g);
    }
}

/* What is read whole must be complete first, though it is computed row by row, and of as many rows. */
static void a_computed_second_factor_or_bias_is_waited_for(void **state)
{
    (void)state;
    enum { SIDE = 40 };
    pmy_graph *g = new_graph(NULL);
    pmy_node *a = pmy_constant(g, PMY_SHAPE(SIDE, SIDE)), *b = pmy_constant(g, PMY_SHAPE(SIDE, SIDE));
    pmy_node *v = pmy_constant(g, PMY_SHAPE(SIDE));
    pmy_node *factor = pmy_exp(g, b), *product = pmy_matmul(g, a, factor);
    pmy_node *bias = pmy_exp(g, v), *sum = pmy_add(g, a, bias);
    pmy_node *weight = pmy_exp(g, b), *layer = pmy_linear_with(g, a, weight, bias, PMY_NONE);
    build(g, a);
    fill(a, 1, -1, 1);
    fill(b, 2, -1, 1);
    fill(v, 3, -1, 1);
    forward(g, PMY_EVAL);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        double plain = 0, transposed = exp(value_at(v, i % SIDE));
        for (size_t p = 0; p < SIDE; p++) {
            plain += value_at(a, i / SIDE * SIDE + p) * exp(value_at(b, p * SIDE + i % SIDE));
            transposed += value_at(a, i / SIDE * SIDE + p) * exp(value_at(b, i % SIDE * SIDE + p));
        }
        expect_close("matmul", i, value_at(product, i), plain, 10 * tolerance);
        expect_close("add", i, value_at(sum, i), value_at(a, i) + exp(value_at(v, i % SIDE)), tolerance);
        expect_close("linear", i, value_at(layer, i), transposed, 10 * tolerance);
    }
    pmy_graph_free(g);
}

/* --- Of all elements ----------------------------------------------------------- */

static void sum_and_mean(void **state)
{
    (void)state;
    static const pmy_shape shapes[] = {{{0}}, {{1}}, {{9}}, {{5, 7}}, {{3, 1001}}, {{200, 300}}};
    for (size_t s = 0; s < ROOM(shapes); s++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *x = pmy_constant(g, shapes[s]), *sum = pmy_sum(g, x), *mean = pmy_mean(g, x);
        build(g, sum);
        fill(x, s, 0, 1);
        forward(g, PMY_EVAL);
        double expected = 0;
        for (size_t i = 0; i < pmy_shape_size(shapes[s]); i++)
            expected += value_at(x, i);
        assert_int_equal(pmy_shape_rank(pmy_node_shape(sum)), 0);
        expect_close("sum", 0, (double)pmy_item(sum), expected, tolerance);
        expect_close("mean", 0, (double)pmy_item(mean), expected / (double)pmy_shape_size(shapes[s]),
                     tolerance);
        pmy_graph_free(g);
    }
}

/* --- Of shapes ------------------------------------------------------------------ */

static void reshape_keeps_the_order(void **state)
{
    (void)state;
    static const pmy_shape pairs[][2] = {{{{6}}, {{2, 3}}},
                                         {{{4, 6}}, {{3, 8}}},
                                         {{{1}}, {{0}}},
                                         {{{200, 300}}, {{300, 200}}},
                                         {{{5, 4, 3}}, {{5, 12}}}};
    for (size_t s = 0; s < ROOM(pairs); s++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *x = pmy_constant(g, pairs[s][0]), *y = pmy_reshape(g, x, pairs[s][1]);
        build(g, pmy_sum(g, y));
        fill(x, s, -1, 1);
        forward(g, PMY_EVAL);
        assert_true(pmy_shape_equal(pmy_node_shape(y), pairs[s][1]));
        assert_true(same_bits(pmy_value(x).data, pmy_value(y).data, pmy_shape_size(pairs[s][0])));
        pmy_graph_free(g);
    }
}

/* The place of element `at` of a shape once axes a and b of it are swapped. */
static size_t swapped_place(pmy_shape shape, unsigned a, unsigned b, size_t at)
{
    unsigned rank = pmy_shape_rank(shape);
    size_t index[PMY_MAX_RANK], place = 0;
    for (unsigned axis = rank; axis-- > 0; at /= shape.dim[axis])
        index[axis] = at % shape.dim[axis];
    for (unsigned axis = 0; axis < rank; axis++) {
        unsigned from = axis == a ? b : axis == b ? a : axis;
        place = place * shape.dim[from] + index[from];
    }
    return place;
}

static void transpose_swaps_two_axes(void **state)
{
    (void)state;
    static const pmy_shape shapes[] = {{{5, 7}}, {{1, 9}}, {{3, 2, 5}}, {{2, 3, 33, 17}}};
    for (size_t s = 0; s < ROOM(shapes); s++)
        for (unsigned a = 0; a < pmy_shape_rank(shapes[s]); a++)
            for (unsigned b = 0; b < pmy_shape_rank(shapes[s]); b++) {
                if (a == b)
                    continue;
                pmy_graph *g = new_graph(NULL);
                pmy_node *x = pmy_constant(g, shapes[s]);
                pmy_node *y = pmy_transpose(g, x, (int)a, (int)b - (int)pmy_shape_rank(shapes[s]));
                build(g, pmy_sum(g, y));
                fill(x, s, -1, 1);
                forward(g, PMY_EVAL);
                assert_int_equal(pmy_node_shape(y).dim[a], shapes[s].dim[b]);
                assert_int_equal(pmy_node_shape(y).dim[b], shapes[s].dim[a]);
                for (size_t at = 0; at < pmy_shape_size(shapes[s]); at++)
                    assert_true(value_at(y, swapped_place(shapes[s], a, b, at)) == value_at(x, at));
                pmy_graph_free(g);
            }
}

/* The first of the largest wins and has the gradient; NaN is larger than any number. */
static void max_takes_the_first_of_the_largest(void **state)
{
    (void)state;
    static const struct {
        double x[5];
        size_t winner;
    } cases[] = {{{1, 3, 2, 3, 3}, 1},
                 {{-4, -4, -4, -4, -4}, 0},
                 {{1, (double)NAN, 2, (double)INFINITY, (double)NAN}, 1},
                 {{(double)NAN, 9, 9, 9, 9}, 0},
                 {{-1, (double)-INFINITY, 0, -1, (double)INFINITY}, 4},
                 {{(double)-INFINITY, (double)-INFINITY, (double)-INFINITY, -7, (double)-INFINITY}, 3}};
    for (int down = 0; down < 2; down++) /* along the last axis, and along the first of two */
        for (size_t c = 0; c < ROOM(cases); c++) {
            pmy_graph *g = new_graph(NULL);
            pmy_node *x = pmy_constant(g, down ? PMY_SHAPE(5, 2) : PMY_SHAPE(2, 5));
            pmy_want_gradient(x);
            pmy_node *y = pmy_max(g, x, down ? 0 : 1);
            build(g, y);
            for (size_t i = 0; i < 10; i++)
                pmy_value(x).data[i] = (pmy_real)cases[c].x[down ? i / 2 : i % 5];
            forward(g, PMY_TRAIN);
            pmy_backward_from(g, (pmy_real[]){3, 4});
            for (size_t i = 0; i < 2; i++)
                expect_close("max", c, value_at(y, i), cases[c].x[cases[c].winner], 0);
            for (size_t i = 0; i < 10; i++) {
                bool won = (down ? i / 2 : i % 5) == cases[c].winner;
                assert_true(pmy_gradient(x).data[i] == (won ? 3 + (pmy_real)(down ? i % 2 : i / 5) : 0));
            }
            pmy_graph_free(g);
        }
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_constant(g, PMY_SHAPE(6)), *y = pmy_max(g, x, 0);
    build(g, y);
    assert_int_equal(pmy_shape_rank(pmy_node_shape(y)), 0);
    fill(x, 1, 5, 6);
    pmy_value(x).data[4] = 7;
    forward(g, PMY_EVAL);
    assert_true(pmy_item(y) == 7);
    pmy_graph_free(g);
}

/* --- softmax ---------------------------------------------------------------------- */

static void softmax_and_log_softmax(void **state)
{
    (void)state;
    static const pmy_shape shapes[] = {{{9}}, {{1}}, {{5, 7}}, {{5, 1}}, {{3, 2, 11}}, {{2, 3, 4, 33}}};
    for (size_t s = 0; s < ROOM(shapes); s++) {
        size_t classes = pmy_shape_last(shapes[s]);
        pmy_graph *g = new_graph(NULL);
        pmy_node *x = pmy_constant(g, shapes[s]), *p = pmy_softmax(g, x), *l = pmy_log_softmax(g, x);
        build(g, pmy_add(g, pmy_sum(g, p), pmy_sum(g, l)));
        fill(x, s, -5, 5);
        forward(g, PMY_EVAL);
        for (size_t row = 0; row < pmy_shape_size(shapes[s]); row += classes) {
            double sum = 0;
            for (size_t i = row; i < row + classes; i++)
                sum += exp(value_at(x, i));
            for (size_t i = row; i < row + classes; i++) {
                expect_close("softmax", i, value_at(p, i), exp(value_at(x, i)) / sum, tolerance);
                expect_close("log_softmax", i, value_at(l, i), value_at(x, i) - log(sum), tolerance);
            }
        }
        pmy_graph_free(g);
    }
}

static void softmax_of_huge_and_masked_logits(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_constant(g, PMY_SHAPE(2, 3)), *p = pmy_softmax(g, x), *l = pmy_log_softmax(g, x);
    build(g, p);
    static const double numbers[] = {1e30, -1e30, 1e30, 3, (double)-INFINITY, 3};
    for (size_t i = 0; i < 6; i++)
        pmy_value(x).data[i] = (pmy_real)numbers[i];
    forward(g, PMY_EVAL);
    for (size_t i = 0; i < 6; i++) {
        expect_close("softmax", i, value_at(p, i), i % 3 == 1 ? 0 : 0.5, tolerance);
        if (i % 3 != 1)
            expect_close("log_softmax", i, value_at(l, i), log(0.5), tolerance);
    }
    assert_true(value_at(l, 4) == (double)-INFINITY);
    pmy_graph_free(g);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(element_wise_ops),
        cmocka_unit_test(element_wise_ops_at_their_ends),
        cmocka_unit_test(two_inputs_of_the_same_shape),
        cmocka_unit_test(matmul),
        cmocka_unit_test(a_computed_second_factor_or_bias_is_waited_for),
        cmocka_unit_test(sum_and_mean),
        cmocka_unit_test(reshape_keeps_the_order),
        cmocka_unit_test(transpose_swaps_two_axes),
        cmocka_unit_test(max_takes_the_first_of_the_largest),
        cmocka_unit_test(softmax_and_log_softmax),
        cmocka_unit_test(softmax_of_huge_and_masked_logits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
