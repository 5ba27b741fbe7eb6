/* The double build's softmax loss against the quad one's, on the rows that `make numerics` measures floats
 * on, with all the digits of a double: what losses.h promises of double. */
#include "softmax_rows.h"

#include "pmy64/losses/losses.h"
#include "pmy64/tensor/graph.h"
#include "pmyq/losses/losses.h"
#include "pmyq/tensor/graph.h"

#include "base/random.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 16, BATCHES = 2400, MOST_CLASSES = 64, MOST = ROWS * MOST_CLASSES };

typedef struct problem {
    size_t classes;
    double temperature;
    double z[MOST], y[MOST]; /* [ROWS, classes] */
    int32_t labels[ROWS];
} problem;

/* Each row's loss and its gradient. */
typedef struct results {
    pmyq_real loss[ROWS], dz[MOST];
} results;

static problem new_problem(size_t index)
{
    softmax_rows rows = softmax_rows_new(index, ROWS);
    assert_non_null(rows.z);
    problem p = {.classes = rows.classes, .temperature = rows.temperature};
    pmy_random random = {.seed = index, .stream = 79};
    for (size_t i = 0; i < ROWS * p.classes; i++) {
        p.z[i] = (double)rows.z[i] * (1 + 0x1p-25 * pmy_random_uniform(&random));
        p.y[i] = (double)rows.y[i];
    }
    memcpy(p.labels, rows.labels, sizeof p.labels);
    softmax_rows_free(&rows);
    return p;
}

#define RUN_IN(NAME, SUM, TRAIN)                                                                         \
    static void NAME(run)(const problem *p, bool soft, results *r)                                       \
    {                                                                                                    \
        NAME(graph) *g = NAME(graph_new)(NULL, 1);                                                       \
        NAME(node) *z = NAME(input)(g, PMY_SHAPE(ROWS, p->classes));                                     \
        NAME(want_gradient)(z);                                                                          \
        NAME(node) *target = soft ? NAME(input)(g, PMY_SHAPE(ROWS, p->classes)) : NAME(labels)(g, ROWS); \
        NAME(softmax_xent_options) options = {.temperature = p->temperature, .reduction = SUM};          \
        NAME(node) *loss = NAME(softmax_xent)(g, z, target, &options);                                   \
        assert_int_equal(NAME(build)(g, loss, NULL), PMY_OK);                                            \
        for (size_t i = 0; i < ROWS * p->classes; i++) {                                                 \
            NAME(value)(z).data[i] = (NAME(real))p->z[i];                                                \
            if (soft)                                                                                    \
                NAME(value)(target).data[i] = (NAME(real))p->y[i];                                       \
        }                                                                                                \
        if (!soft)                                                                                       \
            memcpy(NAME(integer_data)(target), p->labels, sizeof p->labels);                             \
        assert_int_equal(NAME(forward)(g, TRAIN, NULL), PMY_OK);                                         \
        NAME(backward)(g);                                                                               \
        NAME(real) losses[ROWS];                                                                         \
        NAME(softmax_xent_losses)(loss, losses);                                                         \
        for (size_t i = 0; i < ROWS; i++)                                                                \
            r->loss[i] = (pmyq_real)losses[i];                                                           \
        for (size_t i = 0; i < ROWS * p->classes; i++)                                                   \
            r->dz[i] = (pmyq_real)NAME(gradient)(z).data[i];                                             \
        NAME(graph_free)(g);                                                                             \
    }

#define IN_DOUBLE(name) pmy64_##name
#define IN_QUAD(name) pmyq_##name
RUN_IN(IN_DOUBLE, PMY64_SUM, PMY64_TRAIN)
RUN_IN(IN_QUAD, PMYQ_SUM, PMYQ_TRAIN)

/* In units in the last place of `size`. */
static double error_in_ulp(pmyq_real got, pmyq_real truth, pmyq_real size)
{
    double magnitude = fabs((double)size), spacing = nextafter(magnitude, INFINITY) - magnitude;
    return fabs((double)((got - truth) / spacing));
}

static void raise_to(double *worst, double error)
{
    *worst = error <= *worst ? *worst : error; /* a NaN must show */
}

/* The largest errors of a row: of its loss, and of the gradient in units of the truth with labels, else of
 * max(p, p Σy, y)/T. What is made of probabilities below DBL_MIN, which have lost digits, does not count. */
static void measure(const problem *p, bool soft, size_t row, const results *got, const results *truth,
                    double *loss, double *gradient)
{
    pmyq_real total = 0, temperature = (pmyq_real)p->temperature;
    size_t begin = row * p->classes, end = begin + p->classes;
    for (size_t i = begin; i < end; i++)
        total += (pmyq_real)p->y[i];
    if (truth->loss[row] > (pmyq_real)DBL_MAX)
        raise_to(loss, isinf((double)got->loss[row]) ? 0 : (double)INFINITY);
    else if (truth->loss[row] >= (pmyq_real)DBL_MIN)
        raise_to(loss, error_in_ulp(got->loss[row], truth->loss[row], truth->loss[row]));
    for (size_t i = begin; i < end; i++) {
        pmyq_real size = truth->dz[i] < 0 ? -truth->dz[i] : truth->dz[i],
                  y = (pmyq_real)p->y[i] / temperature;
        if (soft) {
            pmyq_real scaled = truth->dz[i] + y, most = total > 0 && total < 1 ? scaled / total : scaled;
            size = most > y ? most : y;
        }
        if (size * temperature >= (pmyq_real)DBL_MIN)
            raise_to(gradient, error_in_ulp(got->dz[i], truth->dz[i], size));
    }
}

static void the_double_loss_keeps_its_promise(void **state)
{
    (void)state;
    static results in_double, in_quad;
    for (unsigned soft = 0; soft < 2; soft++) {
        double loss = 0, gradient = 0;
        for (size_t index = 0; index < BATCHES; index++) {
            problem p = new_problem(index);
            pmy64_run(&p, soft, &in_double);
            pmyq_run(&p, soft, &in_quad);
            for (size_t row = 0; row < ROWS; row++)
                measure(&p, soft, row, &in_double, &in_quad, &loss, &gradient);
        }
        print_message("%s: loss %.1f, gradient %.1f ulp\n", soft ? "targets" : "labels", loss, gradient);
        assert_true(loss <= 1000);
        assert_true(gradient <= 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_double_loss_keeps_its_promise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
