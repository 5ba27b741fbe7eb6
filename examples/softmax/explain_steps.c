#include "softmax/explain_steps.h"

#include "gradcheck/explain.h"

#include "common/paragraph.h"
#include "common/table.h"
#include "softmax/breakdown.h"
#include "softmax/figure.h"
#include "softmax/matrix.h"

#include <math.h>
#include <stdio.h>

/* More columns of a Jacobian than these nobody reads. */
enum { MOST_JACOBIAN_COLUMNS = 12, TEXT = 600 };

static void say(const char *text)
{
    (void)putchar('\n');
    paragraph_print(stdout, text, 0, 0);
}

static double total(size_t count, const double *values)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

static void print_title(const pmy_explanation *row)
{
    char temperature[FIGURE_TEXT], text[TEXT], target[64] = "shares y as target";
    if (!row->soft)
        (void)snprintf(target, sizeof target, "target %zu", row->target);
    (void)snprintf(text, TEXT, "softmax and cross-entropy of %zu logits, T = %s, %s, in %s", row->classes,
                   figure_text(row->temperature, 0, temperature), target,
                   row->precision == PMY_NUMBER_FLOAT ? "float" : "double");
    paragraph_print(stdout, text, 0, 0);
}

static bool print_shares(const pmy_explanation *row)
{
    static const table_column columns[] = {{"class", TABLE_RIGHT}, {"z", TABLE_RIGHT},
                                           {"z/T", TABLE_RIGHT},   {"(z-max)/T", TABLE_RIGHT},
                                           {"exp", TABLE_RIGHT},   {"p = exp/sum", TABLE_RIGHT}};
    say("1. From logits z to shares p: subtract the maximum, exponentiate, divide by the sum.");
    table *lines = table_new(columns, sizeof columns / sizeof *columns);
    char text[FIGURE_TEXT];
    for (size_t i = 0; i < row->classes; i++) {
        table_cell(lines, "%zu", i);
        table_cell(lines, "%s", figure_text(row->z[i], 0, text));
        table_cell(lines, "%s", figure_text(row->scaled[i], pmy_explanation_scaled_error(row, i), text));
        table_cell(lines, "%s", figure_text(row->shifted[i], pmy_explanation_shifted_error(row, i), text));
        table_cell(lines, "%s",
                   figure_text(row->exponential[i], pmy_explanation_error(row, row->exponential[i]), text));
        table_cell(lines, "%s", figure_text(row->p[i], pmy_explanation_error(row, row->p[i]), text));
    }
    table_cell(lines, "sum");
    for (int empty = 0; empty < 3; empty++)
        table_cell(lines, "%s", "");
    table_cell(lines, "%s", figure_text(row->sum, pmy_explanation_error(row, row->sum), text));
    double sum = total(row->classes, row->p);
    table_cell(lines, "%s", figure_text(sum, pmy_explanation_error(row, sum), text));
    bool printed = table_print(lines, stdout);
    table_free(lines);
    return printed;
}

static bool print_loss(const pmy_explanation *row)
{
    static const table_column columns[] = {{"class", TABLE_RIGHT},
                                           {"y", TABLE_RIGHT},
                                           {"-log p", TABLE_RIGHT},
                                           {"naive -log p", TABLE_RIGHT},
                                           {"dL/dp = -y/p", TABLE_RIGHT}};
    say("2. The loss L = -sum y log p, its slope by p, and -log p = log(sum exp(z/T)) - z/T. Naive is the "
        "formula as it stands, without subtracting the maximum.");
    table *lines = table_new(columns, sizeof columns / sizeof *columns);
    char text[FIGURE_TEXT], naive[FIGURE_TEXT], loss[FIGURE_TEXT];
    for (size_t i = 0; i < row->classes; i++) {
        double nlp = 0 - row->log_p[i];
        table_cell(lines, "%zu", i);
        table_cell(lines, "%s", figure_text(row->y[i], 0, text));
        table_cell(lines, "%s", figure_text(nlp, pmy_explanation_error(row, nlp), text));
        table_cell(lines, "%s", figure_text(row->naive_negative_log_p[i], 0, text));
        table_cell(lines, "%s", figure_text(row->dloss_dp[i], pmy_explanation_slope_error(row, i), text));
    }
    bool printed = table_print(lines, stdout);
    table_free(lines);
    (void)printf("  log-sum-exp = %s (naive: %s), loss L = %s\n",
                 figure_text(row->log_sum_exp, pmy_explanation_log_sum_exp_error(row), text),
                 figure_text(row->naive_log_sum_exp, 0, naive),
                 figure_text(row->loss, pmy_explanation_error(row, row->loss), loss));
    return printed;
}

static bool print_jacobian(const pmy_explanation *row)
{
    size_t n = row->classes;
    say("3. The Jacobian of softmax, J[i][j] = dp[i]/dz[j] = p[i] (1 - p[i])/T where i = j, -p[i] p[j]/T "
        "elsewhere. Its rows and columns sum to 0.");
    if (n > MOST_JACOBIAN_COLUMNS) {
        (void)printf("  (%zu x %zu numbers: --json has them)\n", n, n);
        return true;
    }
    double errors[MOST_JACOBIAN_COLUMNS * MOST_JACOBIAN_COLUMNS];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            errors[i * n + j] = pmy_explanation_jacobian_error(row, i, j);
    const matrix jacobian = {.corner = "",
                             .rows = n,
                             .columns = n,
                             .row = {.name = "p"},
                             .column = {.name = "z"},
                             .elements = row->jacobian,
                             .errors = errors};
    return matrix_print(&jacobian);
}

static bool print_both_ways(const pmy_explanation *row)
{
    const table_column columns[] = {{"class", TABLE_RIGHT},
                                    {"J^T dL/dp", TABLE_RIGHT},
                                    {pmy_explanation_formula(row), TABLE_RIGHT},
                                    {"|difference|", TABLE_RIGHT},
                                    {"in ulps", TABLE_RIGHT}};
    char text[FIGURE_TEXT];
    table *lines = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < row->classes; i++) {
        table_cell(lines, "%zu", i);
        table_cell(lines, "%s", figure_text(row->chain[i], 0, text));
        table_cell(lines, "%s", figure_text(row->fused[i], pmy_explanation_fused_error(row, i), text));
        table_number(lines, fabs(row->chain[i] - row->fused[i]), 3);
        table_number(lines, row->steps[i], 3);
    }
    bool printed = table_print(lines, stdout);
    table_free(lines);
    return printed;
}

static void say_why_it_breaks(const pmy_explanation *row)
{
    char text[BREAKDOWN_TEXT];
    say(breakdown_reason(row, text));
}

/* What happens to the row in float, where that is worse than what was shown. */
static pmy_status print_in_float(const pmy_explanation *row, bool *printed, pmy_error *error)
{
    pmy_explanation narrow;
    pmy_status status = pmy_explanation_new(row->classes, &narrow, error);
    if (status != PMY_OK)
        return status;
    pmy_explanation_copy(&narrow, row);
    if (pmy_explain(&narrow, error) == PMY_OK && narrow.breaks) {
        say("The same in float, which nets are trained in:");
        *printed = print_both_ways(&narrow);
        say_why_it_breaks(&narrow);
    }
    pmy_explanation_free(&narrow);
    return PMY_OK;
}

pmy_status explain_steps(const pmy_explanation *row, bool *printed, pmy_error *error)
{
    print_title(row);
    *printed = print_shares(row) && print_loss(row) && print_jacobian(row);
    say("4. Back to the logits, dL/dz: the long way through the Jacobian, and fused, as in training.");
    *printed = *printed && print_both_ways(row);
    if (row->breaks) {
        say_why_it_breaks(row);
        return PMY_OK;
    }
    return row->precision == PMY_NUMBER_FLOAT ? PMY_OK : print_in_float(row, printed, error);
}
