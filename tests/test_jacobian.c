/* The explicit path against the fused one: Jᵀ · ∂L/∂p is p − y, until p underflows. */
#include "gradcheck/jacobian.h"
#include "pmy64/gradcheck/jacobian.h"

#include "pmy.h"
#include "pmy64/pmy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

/* --- The cross-entropy ---------------------------------------------------- */

enum { CLASSES = 10 };

/* One row: the fused gradient and the share of the target. */
static double fused(const double *z, int target, double temperature, double *dz)
{
    pmy_error error;
    pmy64_graph *graph = pmy64_graph_new(NULL, 1);
    pmy64_node *logits = pmy64_input(graph, PMY_SHAPE(1, CLASSES)), *labels = pmy64_labels(graph, 1);
    pmy64_softmax_xent_options options = {.temperature = temperature};
    pmy64_want_gradient(logits);
    pmy64_node *loss = pmy64_softmax_xent(graph, logits, labels, &options);
    assert_int_equal(pmy64_build(graph, loss, &error), PMY_OK);
    for (size_t i = 0; i < CLASSES; i++)
        pmy64_value(logits).data[i] = z[i];
    pmy64_integer_data(labels)[0] = target;
    assert_int_equal(pmy64_forward(graph, PMY64_TRAIN, &error), PMY_OK);
    pmy64_backward(graph);
    for (size_t i = 0; i < CLASSES; i++)
        dz[i] = pmy64_gradient(logits).data[i];
    double share = exp(-pmy64_item(loss));
    pmy64_graph_free(graph);
    return share;
}

static void explicit_path(const double *z, int target, double temperature, double *dz)
{
    double p[CLASSES], y[CLASSES] = {0}, slope[CLASSES], jacobian[CLASSES * CLASSES];
    y[target] = 1;
    pmy64_explicit_softmax(CLASSES, z, temperature, p);
    pmy64_softmax_jacobian(CLASSES, p, temperature, jacobian);
    pmy64_cross_entropy_slope(CLASSES, y, p, slope);
    pmy64_jacobian_apply(CLASSES, jacobian, slope, dz);
}

static double largest(const double *values, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(values[i]));
    return most;
}

static void the_fused_gradient_is_the_explicit_one(void **state)
{
    (void)state;
    pmy_random random = {.seed = 5};
    size_t compared = 0;
    double least = 1, most = 0;
    for (size_t row = 0; row < 4000; row++) {
        double z[CLASSES], one[CLASSES], other[CLASSES];
        double temperature = row % 3 == 0 ? 1 : 0.5 + 2 * pmy_random_uniform(&random);
        double spread = 1 + 14 * pmy_random_uniform(&random);
        for (size_t i = 0; i < CLASSES; i++)
            z[i] = temperature * spread * (pmy_random_uniform(&random) - 0.5);
        int target = (int)pmy_random_below(&random, CLASSES);
        double share = fused(z, target, temperature, one);
        if (!(share >= 1e-3 && share <= 1 - 1e-3))
            continue;
        explicit_path(z, target, temperature, other);
        double bound = 1e-14 * largest(one, CLASSES);
        for (size_t i = 0; i < CLASSES; i++)
            if (!(fabs(one[i] - other[i]) <= bound))
                fail_msg("row %zu, class %zu: fused %.17g, explicit %.17g, share %g", row, i, one[i],
                         other[i], share);
        compared++;
        least = fmin(least, share);
        most = fmax(most, share);
    }
    assert_true(compared > 2000 && least < 2e-3 && most > 0.99);
}

/* A row whose target falls after: the share is about exp(−gap). p − y stays exact; −1/p and the Jacobian's
 * products lose the share when it underflows. */
static void the_explicit_path_breaks_where_shares_underflow(void **state)
{
    (void)state;
    for (double gap = 0; gap <= 1000; gap += 50) {
        double z[CLASSES] = {gap}, one[CLASSES], other[CLASSES];
        (void)fused(z, 1, 1, one);
        explicit_path(z, 1, 1, other);
        bool finite = true;
        for (size_t i = 0; i < CLASSES; i++)
            finite &= isfinite(other[i]);
        assert_true(finite == (gap < 740));
        assert_true(isfinite(one[0]) && isfinite(one[1]));
        if (gap >= 50) {
            assert_true(fabs(one[0] - 1) < 1e-15);
            assert_true(fabs(one[1] + 1) < 1e-15);
        }
    }
}

static void in_float_it_breaks_much_earlier(void **state)
{
    (void)state;
    for (float gap = 0; gap <= 200; gap += 10) {
        float z[2] = {gap, 0}, y[2] = {0, 1}, p[2], slope[2], jacobian[4], dz[2];
        pmy_explicit_softmax(2, z, 1, p);
        pmy_softmax_jacobian(2, p, 1, jacobian);
        pmy_cross_entropy_slope(2, y, p, slope);
        pmy_jacobian_apply(2, jacobian, slope, dz);
        assert_true((isfinite(dz[0]) && isfinite(dz[1])) == (gap < 90));
    }
}

/* --- The other Jacobians -------------------------------------------------- */

typedef pmy64_node *unary(pmy64_graph *graph, pmy64_node *x);

/* One row through an op, and its gradient for the given slope. */
static void through_op(unary *op, size_t n, const double *x, const double *slope, double *y, double *dx)
{
    pmy_error error;
    pmy64_graph *graph = pmy64_graph_new(NULL, 1);
    pmy64_node *in = pmy64_input(graph, PMY_SHAPE(1, n));
    pmy64_want_gradient(in);
    pmy64_node *out = op(graph, in);
    assert_int_equal(pmy64_build(graph, out, &error), PMY_OK);
    for (size_t i = 0; i < n; i++)
        pmy64_value(in).data[i] = x[i];
    assert_int_equal(pmy64_forward(graph, PMY64_TRAIN, &error), PMY_OK);
    pmy64_backward_from(graph, slope);
    for (size_t i = 0; i < n; i++) {
        y[i] = pmy64_value(out).data[i];
        dx[i] = pmy64_gradient(in).data[i];
    }
    pmy64_graph_free(graph);
}

typedef enum which { SOFTMAX, LOG_SOFTMAX, SIGMOID } which;

static void expect_jacobian(which op, unary *build)
{
    enum { N = 7 };
    pmy_random random = {.seed = 6};
    for (size_t turn = 0; turn < 100; turn++) {
        double x[N], slope[N], y[N], dx[N], p[N], jacobian[N * N], expected[N];
        for (size_t i = 0; i < N; i++) {
            x[i] = 4 * pmy_random_uniform(&random) - 2;
            slope[i] = 2 * pmy_random_uniform(&random) - 1;
        }
        through_op(build, N, x, slope, y, dx);
        pmy64_explicit_softmax(N, x, 1, p);
        if (op == SOFTMAX)
            pmy64_softmax_jacobian(N, p, 1, jacobian);
        else if (op == LOG_SOFTMAX)
            pmy64_log_softmax_jacobian(N, p, jacobian);
        else
            pmy64_sigmoid_jacobian(N, x, jacobian);
        pmy64_jacobian_apply(N, jacobian, slope, expected);
        for (size_t i = 0; i < N; i++)
            assert_true(fabs(dx[i] - expected[i]) <= 1e-14);
    }
}

static void backward_passes_are_their_jacobians(void **state)
{
    (void)state;
    expect_jacobian(SOFTMAX, pmy64_softmax);
    expect_jacobian(LOG_SOFTMAX, pmy64_log_softmax);
    expect_jacobian(SIGMOID, pmy64_sigmoid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fused_gradient_is_the_explicit_one),
        cmocka_unit_test(the_explicit_path_breaks_where_shares_underflow),
        cmocka_unit_test(in_float_it_breaks_much_earlier),
        cmocka_unit_test(backward_passes_are_their_jacobians),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
