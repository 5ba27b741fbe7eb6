/* Every figure that `softmax explain` prints is the truth, rounded: held against the same formulas in
 * quad, where rounding errors are far below what is printed. */
#include "pmyq/base/real.h"
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 5, WORDS = 10, LINE = 512, SIX = 6 };

#if LDBL_MANT_DIG == 113
#define PRINT_QUAD(text, form, digits, x) snprintf(text, sizeof(text), "%.*L" form, digits, x)
#else
#define PRINT_QUAD(text, form, digits, x) quadmath_snprintf(text, sizeof(text), "%.*Q" form, digits, x)
#endif

typedef struct row {
    size_t classes, target;
    pmyq_real z[MOST], temperature;
    bool in_float;
    char command[LINE];
} row;

typedef struct truth {
    pmyq_real scaled[MOST], shifted[MOST], exponential[MOST], sum, p[MOST], log_p[MOST], slope[MOST];
    pmyq_real jacobian[MOST][MOST], fused[MOST], log_sum_exp, loss;
} truth;

static truth truth_of(const row *of)
{
    truth t = {.sum = 0};
    pmyq_real maximum = of->z[0];
    for (size_t i = 1; i < of->classes; i++)
        maximum = pmyq_real_maximum(maximum, of->z[i]);
    for (size_t i = 0; i < of->classes; i++) {
        t.scaled[i] = of->z[i] / of->temperature;
        t.shifted[i] = (of->z[i] - maximum) / of->temperature;
        t.exponential[i] = PMYQ_MATH(exp)(t.shifted[i]);
        t.sum += t.exponential[i];
    }
    for (size_t i = 0; i < of->classes; i++) {
        pmyq_real others = 0;
        for (size_t j = 0; j < of->classes; j++)
            others += j == i ? 0 : t.exponential[j];
        t.p[i] = t.exponential[i] / t.sum;
        /* A share close to 1 keeps the digits of what it lacks. */
        t.log_p[i] = of->z[i] == maximum ? -PMYQ_MATH(log1p)(others / t.exponential[i])
                                         : t.shifted[i] - PMYQ_MATH(log)(t.sum);
        t.slope[i] = i == of->target ? -1 / t.p[i] : 0;
        t.fused[i] = (i == of->target ? -others / t.sum : t.p[i]) / of->temperature;
        t.jacobian[i][i] = t.p[i] * others / t.sum / of->temperature;
    }
    for (size_t i = 0; i < of->classes; i++)
        for (size_t j = 0; j < of->classes; j++)
            if (i != j)
                t.jacobian[i][j] = -t.p[i] * t.p[j] / of->temperature;
    t.log_sum_exp = maximum / of->temperature + PMYQ_MATH(log)(t.sum);
    t.loss = -t.log_p[of->target];
    return t;
}

/* --- One figure ----------------------------------------------------------- */

typedef struct count {
    size_t figures, of_six_digits;
} count;

static int digits_of(const char *figure)
{
    int digits = 0;
    for (; *figure && *figure != 'e'; figure++)
        if (*figure >= '0' && *figure <= '9' && (digits > 0 || *figure != '0'))
            digits++;
    return digits;
}

/* Is the figure the truth, rounded to as many digits as it shows, or to more that end in zeros? */
static void expect_figure(const char *figure, pmyq_real expected, const row *of, const char *what,
                          count *seen)
{
    char *end;
    double printed = strtod(figure, &end);
    pmyq_real smallest = of->in_float ? 0x1p-150Q : 0x1p-1075Q;
    if (*end)
        fail_msg("%s: %s: \"%s\" is no number", of->command, what, figure);
    seen->figures++;
    if (PMYQ_MATH(fabs)(expected) <= smallest && printed == 0) { /* there is no number so small */
        seen->of_six_digits++;
        return;
    }
    int least = digits_of(figure);
    for (int digits = SIX; digits >= least && digits > 0; digits--) {
        char rounded[64];
        (void)PRINT_QUAD(rounded, "e", digits - 1, expected);
        if (strtod(rounded, NULL) == printed) {
            seen->of_six_digits += digits == SIX;
            return;
        }
    }
    char full[64];
    (void)PRINT_QUAD(full, "g", 20, expected);
    fail_msg("%s: %s: printed %s, but it is %s", of->command, what, figure, full);
}

/* --- One run -------------------------------------------------------------- */

static size_t split(char *line, char *words[WORDS])
{
    size_t found = 0;
    char *rest = NULL;
    for (char *word = strtok_r(line, " \n", &rest); word && found < WORDS;
         word = strtok_r(NULL, " \n", &rest))
        words[found++] = word;
    return found;
}

static void expect_line(int step, char *line, const row *of, const truth *t, count *seen)
{
    char *words[WORDS], *end;
    size_t found = split(line, words);
    if (step == 2 && found == 9 && strcmp(words[0], "log-sum-exp") == 0) {
        expect_figure(words[2], t->log_sum_exp, of, "log-sum-exp", seen);
        expect_figure(words[8], t->loss, of, "loss", seen);
    }
    if (step == 3 && found > 1 && strncmp(words[0], "p[", 2) == 0) {
        size_t i = strtoul(words[0] + 2, NULL, 10);
        assert_true(i < of->classes && found == of->classes + 1);
        for (size_t j = 0; j < of->classes; j++)
            expect_figure(words[j + 1], t->jacobian[i][j], of, "Jacobian", seen);
    }
    size_t i = found ? strtoul(words[0], &end, 10) : 0;
    if (found < 5 || *end || i >= of->classes)
        return;
    if (step == 1) {
        expect_figure(words[2], t->scaled[i], of, "z/T", seen);
        expect_figure(words[3], t->shifted[i], of, "(z-max)/T", seen);
        expect_figure(words[4], t->exponential[i], of, "exp", seen);
        expect_figure(words[5], t->p[i], of, "p", seen);
    } else if (step == 2) {
        expect_figure(words[2], -t->log_p[i], of, "-log p", seen);
        expect_figure(words[4], t->slope[i], of, "-y/p", seen);
    } else if (step == 4) {
        expect_figure(words[2], t->fused[i], of, "(p - y)/T", seen);
    }
}

static void expect_explained(const row *of, count *seen)
{
    truth t = truth_of(of);
    size_t before = seen->figures;
    FILE *output = popen(of->command, "r");
    assert_non_null(output);
    char line[LINE];
    int step = 0;
    while (fgets(line, sizeof line, output)) {
        if (line[0] >= '1' && line[0] <= '4' && line[1] == '.')
            step = line[0] - '0';
        else if (strncmp(line, "The same in float", 17) == 0)
            step = 0;
        else
            expect_line(step, line, of, &t, seen);
    }
    assert_int_equal(pclose(output), 0);
    assert_true(seen->figures - before >= of->classes * (of->classes + 7));
}

/* A row from numbers of a few decimals, as one types them. */
static row random_row(pmy_random *random, double spread, bool in_float)
{
    row made = {.classes = 2 + pmy_random_below(random, MOST - 1), .in_float = in_float};
    char *place = made.command;
    size_t room = LINE;
#define ADD(...)                                                  \
    do {                                                          \
        size_t used = (size_t)snprintf(place, room, __VA_ARGS__); \
        place += used;                                            \
        room -= used;                                             \
    } while (0)
    ADD("%s/softmax explain", getenv("BUILD") ? getenv("BUILD") : "build");
    for (size_t i = 0; i < made.classes; i++) {
        char number[32];
        (void)snprintf(number, sizeof number, "%.3f", spread * (2 * pmy_random_uniform(random) - 1));
        ADD(" %s", number);
        double z = strtod(number, NULL);
        made.z[i] = in_float ? (double)(float)z : z;
    }
    made.target = pmy_random_below(random, (uint32_t)made.classes);
    double temperature = (1 + pmy_random_below(random, 40)) / 10.0;
    made.temperature = temperature;
    ADD(" --target %zu --temperature %.1f --precision %s", made.target, temperature,
        in_float ? "float" : "double");
#undef ADD
    return made;
}

static void expect_rows(double spread, bool in_float, size_t rows, count *seen)
{
    pmy_random random = {.seed = (uint64_t)spread};
    for (size_t i = 0; i < rows; i++) {
        row of = random_row(&random, spread, in_float);
        expect_explained(&of, seen);
    }
}

static void figures_in_double(void **state)
{
    (void)state;
    static const double spreads[] = {1, 5, 30, 100};
    count seen = {0, 0};
    for (size_t i = 0; i < sizeof spreads / sizeof *spreads; i++)
        expect_rows(spreads[i], false, 25, &seen);
    /* Digits are left out only where rounding cannot be known, such as half-way between two decimals. */
    assert_true(seen.figures > 3500 && seen.of_six_digits * 100 > seen.figures * 99);
}

static void figures_in_float(void **state)
{
    (void)state;
    static const double spreads[] = {1, 5, 30};
    count seen = {0, 0};
    for (size_t i = 0; i < sizeof spreads / sizeof *spreads; i++)
        expect_rows(spreads[i], true, 25, &seen);
    assert_true(seen.figures > 2500 && seen.of_six_digits * 5 > seen.figures * 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(figures_in_double),
                                       cmocka_unit_test(figures_in_float)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
