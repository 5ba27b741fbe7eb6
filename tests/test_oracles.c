/* Three oracles that must agree: finite differences (in quad: test_oracles_quad.c), the quad build, and the
 * float build that trains. The error is |a − b| / max(|a|, |b|, 1e-3 · the tensor's largest |a|).
 *
 * In float, 1e-5 of that floor is a sixth of the rounding error of the largest element. Ops that round
 * once meet it. What linear layers, convolutions, average poolings, attention and products along repeated
 * axes compute are sums of products of floats; where those cancel, what rounding the terms alone does is
 * allowed on top: FLT_EPSILON of the largest element for the op, sixteen times that for a net of several and
 * for convolutions, whose 3x3 kernels may go by Winograd's way, which rounds more (docs/NUMERICS.md). */
#include "pmy64/gradcheck/suite.h"

#include "pmy.h"
#include "pmy64/pmy.h"
#include "pmyq/pmy.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gradients.h"

/* --- One build against another -------------------------------------------- */

static double largest(const double *values, size_t size)
{
    double most = 0;
    for (size_t i = 0; i < size; i++)
        most = fmax(most, fabs(values[i]));
    return most;
}

/* What is allowed: a relative error, and a share of the tensor's largest element. */
typedef struct allowance {
    double error, rounding;
} allowance;

static void expect_equal(const gradients *a, const gradients *b, allowance allowed)
{
    assert_int_equal(a->refused, b->refused);
    assert_int_equal(a->tensors, b->tensors);
    assert_true(a->tensors > 0 || a->refused);
    for (size_t t = 0; t < a->tensors; t++) {
        assert_int_equal(a->size[t], b->size[t]);
        double most = largest(a->values[t], a->size[t]);
        for (size_t i = 0; i < a->size[t]; i++) {
            double x = a->values[t][i], y = b->values[t][i];
            double scale = fmax(fmax(fabs(x), fabs(y)), 1e-3 * most);
            if (!(fabs(x - y) <= allowed.error * scale + allowed.rounding * most))
                fail_msg("%s: tensor %zu, element %zu: %.17g and %.17g differ by %g", a->name, t, i, x, y,
                         fabs(x - y) / scale);
        }
    }
}

/* How many times FLT_EPSILON of the largest element is allowed, where terms may cancel.
 *
 * For avgpool2d, with u = FLT_EPSILON/2: an element's k² terms pass k − 1 sums down and k − 1 across, the
 * product with 1/k² and the rounding of that, so it is within 2k·u·mean|x| of the true one. In windows of 2x2
 * that is 4u, or 2 FLT_EPSILON, of mean|x|, 1/2 for the samples' inputs, whose largest element is above it:
 * about the 1 that is allowed. In larger windows, which cancel more, it is less than the bound. Backward adds
 * no more terms than windows overlap.
 *
 * For rmsnorm's dx = r (d − x slope), d, slope, their product and the difference are each rounded: 4u of what
 * cancels, which here is no larger than the largest element. For attention's dS = P (dP − δ)/√dim likewise.
 */
static double rounds_products(const pmy_op *op)
{
    static const char *const names[] = {"linear",    "mul",       "div",   "avgpool2d",
                                        "batchnorm", "layernorm", "rotary"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(op->name, names[i]) == 0)
            return 1;
    if (strcmp(op->name, "rmsnorm") == 0 || strcmp(op->name, "attention") == 0)
        return 2;
    return strcmp(op->name, "conv2d") == 0 ? 16 : 0;
}

/* Every sample of every op: as it is, with one row less, and with one row alone. */
static void expect_equal_samples(sample_gradients *one, sample_gradients *other, unsigned threads,
                                 double tolerance, double rounding_of_products)
{
    size_t compared = 0;
    for (subject what = {.threads = 1, .seed = 4}; pmy_ops[what.op]; what.op++) {
        allowance allowed = {tolerance, rounds_products(pmy_ops[what.op]) * rounding_of_products};
        for (what.sample = 0;; what.sample++) {
            gradients a, b;
            subject threaded = what;
            threaded.threads = threads;
            if (!one(&what, &a))
                break;
            other(&threaded, &b);
            expect_equal(&a, &b, allowed);
            gradients_free(&a);
            gradients_free(&b);
            for (what.rows = 1; what.rows < 5; what.rows += 3) {
                threaded.rows = what.rows;
                one(&what, &a);
                other(&threaded, &b);
                expect_equal(&a, &b, allowed);
                gradients_free(&a);
                gradients_free(&b);
            }
            what.rows = 0;
            compared++;
        }
        assert_true(what.sample > 0);
    }
    assert_true(compared > 40);
}

static const subject nets[] = {
    {.net = "linear 67, relu, linear 129, gelu, linear 11",
     .features = 61,
     .classes = 11,
     .batch = 37,
     .seed = 1},
    {.net = "linear 67, relu, linear 129, gelu, linear 11",
     .features = 61,
     .classes = 11,
     .batch = 37,
     .rows = 5,
     .seed = 1},
    {.net = "linear 300, tanh, dropout 0.3, linear 7", .features = 131, .classes = 7, .batch = 66, .seed = 2},
    {.net = "linear 300, sigmoid, linear 257, leaky_relu, linear 3",
     .features = 19,
     .classes = 3,
     .batch = 33,
     .seed = 3},
};

static void expect_equal_nets(net_gradients *one, net_gradients *other, unsigned threads, allowance allowed)
{
    for (size_t n = 0; n < sizeof nets / sizeof *nets; n++) {
        subject plain = nets[n], threaded = nets[n];
        plain.threads = 1;
        threaded.threads = threads;
        gradients a, b;
        one(&plain, &a);
        other(&threaded, &b);
        expect_equal(&a, &b, allowed);
        gradients_free(&a);
        gradients_free(&b);
    }
}

static void double_agrees_with_quad(void **state)
{
    (void)state;
    expect_equal_samples(pmyq_sample_gradients, pmy64_sample_gradients, 1, 1e-12, 0);
}

static void float_agrees_with_double(void **state)
{
    (void)state;
    pmy_blas_single_threaded();
    for (unsigned threads = 1; threads <= 3; threads++) {
        expect_equal_samples(pmy64_sample_gradients, pmy_sample_gradients, threads, 1e-5,
                             (double)FLT_EPSILON);
        expect_equal_nets(pmy64_net_gradients, pmy_net_gradients, threads,
                          (allowance){1e-5, 16 * (double)FLT_EPSILON});
    }
}

static void double_agrees_with_quad_on_nets(void **state)
{
    (void)state;
    subject what = {
        .net = "linear 33, gelu, linear 5", .features = 9, .classes = 5, .batch = 6, .threads = 1};
    gradients a, b;
    pmyq_net_gradients(&what, &a);
    pmy64_net_gradients(&what, &b);
    expect_equal(&a, &b, (allowance){.error = 1e-12});
    gradients_free(&a);
    gradients_free(&b);
}

/* --- Finite differences --------------------------------------------------- */

typedef struct limit {
    double error;
    size_t checks;
} limit;

static void expect_pass(void *context, const pmy_check *check)
{
    limit *most = context;
    most->checks++;
    if (check->verdict == PMY_PASS && check->error <= most->error)
        return;
    char text[512];
    pmy_check_print(check, text, sizeof text);
    fail_msg("%s, %s: error %.3g: %s", check->name, check->input, check->error, text);
}

static void backward_agrees_with_differences_in_double(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        limit most = {.error = 1e-9};
        const pmy64_suite suite = {.seed = seed, .found = expect_pass, .context = &most};
        pmy_error error;
        assert_int_equal(pmy64_check_ops(&suite, NULL, &error), PMY_OK);
        assert_true(most.checks > 100);
    }
}

static void models_agree_with_differences_in_double(void **state)
{
    (void)state;
    static const char *const smooth[] = {"linear 3", "linear 32, sigmoid, linear 10",
                                         "linear 32, gelu, linear 32, tanh, dropout 0.2, linear 10"};
    for (size_t n = 0; n < sizeof smooth / sizeof *smooth; n++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            limit most = {.error = 1e-9};
            const pmy64_suite suite = {.seed = seed, .found = expect_pass, .context = &most};
            pmy_error error;
            assert_int_equal(pmy64_check_net(&suite, smooth[n], &(pmy_check_examples){0}, &error), PMY_OK);
        }
}

static void kinked_models_pass_too(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        limit most = {.error = 1e-7};
        const pmy64_suite suite = {.seed = seed, .found = expect_pass, .context = &most};
        pmy_error error;
        assert_int_equal(pmy64_check_net(&suite, "linear 32, gelu, linear 32, relu, dropout 0.2, linear 10",
                                         &(pmy_check_examples){0}, &error),
                         PMY_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backward_agrees_with_differences_in_double),
        cmocka_unit_test(models_agree_with_differences_in_double),
        cmocka_unit_test(kinked_models_pass_too),
        cmocka_unit_test(double_agrees_with_quad),
        cmocka_unit_test(double_agrees_with_quad_on_nets),
        cmocka_unit_test(float_agrees_with_double),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
