#include "text/outcome.h"

#include <math.h>
#include <stdio.h>

const char *outcome_unit(const pmy_vocabulary *vocabulary)
{
    return vocabulary->unit == PMY_BYTES ? "byte" : "character";
}

double outcome_bits(double nats)
{
    const double nats_a_bit = 0.693147180559945309417;
    return nats / nats_a_bit;
}

double outcome_margin(const pmy_language_score *score)
{
    /* Half the width of an interval that holds 95 % of a normal distribution, in standard deviations. */
    const double half_width = 1.959963984540054;
    return half_width * score->deviation;
}

void outcome_add(json_line *line, const char *loss_name, const pmy_language_score *score)
{
    double half = outcome_margin(score);
    json_real(line, loss_name, score->loss, PMY_NUMBER_DOUBLE);
    if (score->deviation > 0)
        json_reals(line, "confidence95", (double[]){score->loss - half, score->loss + half}, 2,
                   PMY_NUMBER_DOUBLE);
    json_real(line, "bits", outcome_bits(score->loss), PMY_NUMBER_DOUBLE);
    json_real(line, "perplexity", exp(score->loss), PMY_NUMBER_DOUBLE);
    json_whole(line, "tokens", (long long)score->tokens);
    json_whole(line, "windows", (long long)score->windows);
}

void outcome_print(const char *label, const pmy_language_score *score, const pmy_vocabulary *vocabulary)
{
    const char *unit = outcome_unit(vocabulary);
    double half = outcome_margin(score);
    printf("%s  %.4f nats a %s", label, score->loss, unit);
    if (score->deviation > 0)
        printf(" (with 95 %% confidence between %.4f and %.4f)", score->loss - half, score->loss + half);
    printf(", %.4f bits, perplexity %.4g: %zu %s%s in %zu window%s\n", outcome_bits(score->loss),
           exp(score->loss), score->tokens, unit, score->tokens == 1 ? "" : "s", score->windows,
           score->windows == 1 ? "" : "s");
}
