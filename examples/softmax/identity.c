#include "softmax/identity.h"

#include "pmy64/gradcheck/jacobian.h"
#include "pmy64/kernels/softmax_row.h"
#include "softmax/shares.h"
#include "base/random.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

enum { MOST = IDENTITY_MOST, TEXT = IDENTITY_TEXT };

/* --- Words ---------------------------------------------------------------- */

#if defined __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
static void
add_words(words *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(to->text + to->used, TEXT - to->used, format, arguments);
    va_end(arguments);
    if (length > 0)
        to->used = to->used + (size_t)length < TEXT ? to->used + (size_t)length : TEXT - 1;
}

static void add_numbers(words *to, size_t count, const double *numbers)
{
    for (size_t i = 0; i < count; i++)
        add_words(to, "%s%.6g", i ? ", " : "(", numbers[i]);
    add_words(to, ")");
}

/* --- The identities ------------------------------------------------------- */

static double largest_difference(size_t count, const double *a, const double *b)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(a[i] - b[i]));
    return largest;
}

static void p_of(size_t classes, const double *z, double temperature, double *p)
{
    (void)shares_of(classes, z, temperature, p, NULL, NULL);
}

static double shift(const trial *t, words *shown)
{
    double moved[MOST], p[MOST];
    for (size_t i = 0; i < t->classes; i++)
        moved[i] = t->z[i] + 100;
    p_of(t->classes, moved, t->temperature, p);
    add_words(shown, "z + 100 = ");
    add_numbers(shown, t->classes, moved);
    add_words(shown, " gives p = ");
    add_numbers(shown, t->classes, p);
    return largest_difference(t->classes, p, t->p);
}

static double equal_logits(const trial *t, words *shown)
{
    double equal[MOST], p[MOST], worst = 0;
    for (size_t i = 0; i < t->classes; i++)
        equal[i] = t->z[0];
    p_of(t->classes, equal, t->temperature, p);
    for (size_t i = 0; i < t->classes; i++)
        worst = fmax(worst, fabs(p[i] - 1 / (double)t->classes));
    add_numbers(shown, t->classes, equal);
    add_words(shown, " gives p = ");
    add_numbers(shown, t->classes, p);
    return worst;
}

static double sigmoid(const trial *t, words *shown)
{
    double p[2], difference = (t->z[0] - t->z[1]) / t->temperature, expected = 1 / (1 + exp(-difference));
    p_of(2, t->z, t->temperature, p);
    add_numbers(shown, 2, t->z);
    add_words(shown, " gives p[0] = %.6g, and sigmoid(%.6g) = %.6g", p[0], difference, expected);
    return fabs(p[0] - expected);
}

static double log_softmax(const trial *t, words *shown)
{
    double worst = 0;
    for (size_t i = 0; i < t->classes; i++)
        worst = fmax(worst, fabs(t->log_p[i] - log(t->p[i])) / fmax(1, fabs(t->log_p[i])));
    add_words(shown, "z/T - log-sum-exp = ");
    add_numbers(shown, t->classes, t->log_p);
    add_words(shown, ", and exp of the first is %.6g", exp(t->log_p[0]));
    return worst;
}

static double log_sum_exp(const trial *t, words *shown)
{
    double sum = 0;
    for (size_t i = 0; i < t->classes; i++)
        sum += exp(t->z[i] / t->temperature);
    add_words(shown, "log-sum-exp = %.6g, and log of the sum of exp(z/T), which is %.6g, is %.6g",
              t->log_sum_exp, sum, log(sum));
    return fabs(t->log_sum_exp - log(sum)) / fmax(1, fabs(t->log_sum_exp));
}

static double sum_to_one(const trial *t, words *shown)
{
    double sum = 0;
    for (size_t i = 0; i < t->classes; i++)
        sum += t->p[i];
    for (size_t i = 0; i < t->classes; i++)
        add_words(shown, "%s%.6g", i ? " + " : "", t->p[i]);
    add_words(shown, " = %.6g", sum);
    return fabs(sum - 1);
}

static double rows_sum_to_zero(const trial *t, words *shown)
{
    double sums[MOST] = {0}, zeros[MOST] = {0};
    for (size_t i = 0; i < t->classes; i++)
        for (size_t j = 0; j < t->classes; j++)
            sums[i] += t->jacobian[i * t->classes + j];
    for (size_t j = 0; j < t->classes; j++)
        add_words(shown, "%s%.6g", j ? " + " : "row 0: ", t->jacobian[j]);
    add_words(shown, " = %.1g", fabs(sums[0]));
    return largest_difference(t->classes, sums, zeros);
}

static double symmetric(const trial *t, words *shown)
{
    size_t n = t->classes;
    double worst = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            worst = fmax(worst, fabs(t->jacobian[i * n + j] - t->jacobian[j * n + i]));
    add_words(shown, "J[0][1] = %.6g, J[1][0] = %.6g", t->jacobian[1], t->jacobian[n]);
    return worst;
}

/* vᵀJv is the variance of v where class i has the probability p_i, over T; so it is not below 0. */
static double semidefinite(const trial *t, words *shown)
{
    double form = 0, mean = 0, variance = 0;
    for (size_t i = 0; i < t->classes; i++) {
        mean += t->p[i] * t->direction[i];
        for (size_t j = 0; j < t->classes; j++)
            form += t->direction[i] * t->jacobian[i * t->classes + j] * t->direction[j];
    }
    for (size_t i = 0; i < t->classes; i++)
        variance += t->p[i] * (t->direction[i] - mean) * (t->direction[i] - mean);
    add_words(shown, "v = ");
    add_numbers(shown, t->classes, t->direction);
    add_words(shown, " gives v^T J v = %.6g, and the variance of v under p over T is %.6g", form,
              variance / t->temperature);
    return fabs(form - variance / t->temperature);
}

/* dp_i/dT = −p_i (z_i − Σ_j p_j z_j)/T², against a central difference. */
static double by_temperature(const trial *t, words *shown)
{
    const double step = 0x1p-14 * t->temperature;
    double above[MOST], below[MOST], slope[MOST], numeric[MOST], mean = 0, largest = 0;
    p_of(t->classes, t->z, t->temperature + step, above);
    p_of(t->classes, t->z, t->temperature - step, below);
    for (size_t i = 0; i < t->classes; i++)
        mean += t->p[i] * t->z[i];
    for (size_t i = 0; i < t->classes; i++) {
        slope[i] = -t->p[i] * (t->z[i] - mean) / (t->temperature * t->temperature);
        numeric[i] = (above[i] - below[i]) / (2 * step);
        largest = fmax(largest, fabs(slope[i]));
    }
    add_words(shown, "the formula gives ");
    add_numbers(shown, t->classes, slope);
    add_words(shown, ", differences ");
    add_numbers(shown, t->classes, numeric);
    return largest_difference(t->classes, slope, numeric) / fmax(1, largest);
}

const identity identities[] = {
    {"shift", "softmax(z + c) = softmax(z)", 1e-13, shift},
    {"equal logits", "z[i] = c for all i gives p[i] = 1/K", 1e-15, equal_logits},
    {"two classes", "softmax(a, b)[0] = sigmoid((a - b)/T)", 1e-15, sigmoid},
    {"log-softmax", "log p = z/T - log-sum-exp(z/T)", 1e-13, log_softmax},
    {"log-sum-exp", "max + log(sum exp(z/T - max)) = log(sum exp(z/T))", 1e-13, log_sum_exp},
    {"sum of p", "sum of p = 1", 1e-14, sum_to_one},
    {"rows of J", "each row of the Jacobian J sums to 0", 1e-14, rows_sum_to_zero},
    {"symmetry", "J = J^T", 1e-15, symmetric},
    {"J >= 0", "v^T J v = Var_p(v)/T >= 0 for every v: J is positive semidefinite", 1e-13, semidefinite},
    {"temperature", "dp[i]/dT = -p[i] (z[i] - sum p z)/T^2", 1e-6, by_temperature},
};

const size_t identity_count = sizeof identities / sizeof *identities;

/* --- Testing -------------------------------------------------------------- */

static void finish_trial(trial *t)
{
    pmy64_softmax_row row;
    (void)pmy64_softmax_exponentials(t->classes, t->z, t->temperature, NULL, &row);
    p_of(t->classes, t->z, t->temperature, t->p);
    for (size_t i = 0; i < t->classes; i++)
        t->log_p[i] = -pmy64_negative_log_probability(&row, t->z[i], t->temperature);
    t->log_sum_exp = row.maximum / t->temperature + row.log1p_rest;
    pmy64_softmax_jacobian(t->classes, t->p, t->temperature, t->jacobian);
}

static trial shown_trial(void)
{
    trial t = {.classes = 3, .z = {2, 1, 0.1}, .temperature = 1, .direction = {1, -1, 2}};
    finish_trial(&t);
    return t;
}

static trial random_trial(uint64_t number)
{
    pmy_random random = {.seed = 1, .stream = number};
    trial t = {.classes = 2 + pmy_random_below(&random, MOST - 1),
               .temperature = 0.5 + 4 * pmy_random_uniform(&random)};
    for (size_t i = 0; i < t.classes; i++) {
        t.z[i] = 20 * pmy_random_uniform(&random) - 10;
        t.direction[i] = 2 * pmy_random_uniform(&random) - 1;
    }
    finish_trial(&t);
    return t;
}

double identity_worst(const identity *of, words *shown)
{
    trial example = shown_trial();
    double worst = of->test(&example, shown);
    for (uint64_t row = 0; row < IDENTITY_ROWS; row++) {
        trial t = random_trial(row);
        words unseen = {.used = 0};
        double difference = of->test(&t, &unseen);
        worst = difference > worst || isnan(difference) ? difference : worst;
    }
    return worst;
}
