/* softmax temperature: p = softmax(z/T) against T, with its limits, its entropy, and what is drawn from it.
 */
#include "common/json.h"
#include "common/options.h"
#include "common/paragraph.h"
#include "common/program.h"
#include "common/table.h"
#include "softmax/commands.h"
#include "softmax/figure.h"
#include "softmax/logits.h"
#include "softmax/shares.h"
#include "softmax/temperature_picture.h"
#include "base/random.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DECADES = 12, MOST_TEMPERATURES = 3 * MOST_DECADES + 8, MOST_SAMPLES = 1000 };

/* --- Which temperatures --------------------------------------------------- */

/* Both ends and 1, 2 and 5 times each power of ten between them; 0 and infinity, for the limits, around them.
 */
static size_t choose_temperatures(double from, double to, double chosen[MOST_TEMPERATURES])
{
    size_t count = 0;
    chosen[count++] = 0;
    chosen[count++] = from;
    for (int power = (int)floor(log10(from)); power <= (int)ceil(log10(to)); power++)
        for (const char *digit = "125"; *digit; digit++) {
            char text[16];
            (void)snprintf(text, sizeof text, "%ce%d", *digit, power);
            double step = strtod(text, NULL); /* the decimal number, rounded once */
            if (step > from && step < to)
                chosen[count++] = step;
        }
    if (to > from)
        chosen[count++] = to;
    chosen[count++] = (double)INFINITY;
    return count;
}

/* --- What they make of the logits ----------------------------------------- */

/* The limits: the shares are equal among the largest logits (T → 0) or all that are not masked (T → ∞). */
static void limit_of(size_t classes, const double *z, bool cold, double *p, double *entropy)
{
    double largest = z[0], equal = 0;
    for (size_t i = 1; i < classes; i++)
        largest = fmax(largest, z[i]);
    for (size_t i = 0; i < classes; i++) {
        p[i] = (cold ? z[i] == largest : isfinite(z[i]) != 0) ? 1 : 0;
        equal += p[i];
    }
    for (size_t i = 0; i < classes; i++)
        p[i] /= equal;
    *entropy = -log(1 / equal);
}

static bool fill_curves(temperature_curves *curves, size_t samples, uint64_t seed)
{
    curves->p = calloc(curves->count * curves->classes, sizeof *curves->p);
    curves->entropy = calloc(curves->count, sizeof *curves->entropy);
    curves->drawn = calloc(curves->count * samples + 1, sizeof *curves->drawn);
    if (!curves->p || !curves->entropy || !curves->drawn)
        return false;
    curves->samples = samples;
    for (size_t t = 0; t < curves->count; t++) {
        double temperature = curves->temperature[t], *p = curves->p + t * curves->classes;
        if (temperature == 0 || isinf(temperature))
            limit_of(curves->classes, curves->z, temperature == 0, p, &curves->entropy[t]);
        else
            (void)shares_of(curves->classes, curves->z, temperature, p, &curves->entropy[t], NULL);
        pmy_random random = {.seed = seed, .stream = t};
        for (size_t s = 0; s < samples; s++)
            curves->drawn[t * samples + s] = shares_draw(curves->classes, p, pmy_random_uniform(&random));
    }
    return true;
}

static void free_curves(temperature_curves *curves)
{
    free(curves->p);
    free(curves->entropy);
    free(curves->drawn);
}

/* --- For people ----------------------------------------------------------- */

enum { LABEL = 32, TEXT = 200 };

static const char *temperature_label(double temperature, char text[FIGURE_TEXT])
{
    if (temperature == 0)
        return "-> 0";
    return isinf(temperature) ? "-> inf" : figure_text(temperature, 0, text);
}

typedef char column_label[LABEL];

/* A table with a row for each temperature and, after `first` columns of other kinds, one for each class. */
static table *table_by_class(const temperature_curves *curves, const char *prefix, const char *second,
                             table_column **columns, column_label **labels)
{
    size_t before = second ? 2 : 1;
    *columns = calloc(before + curves->classes, sizeof **columns);
    *labels = calloc(curves->classes, sizeof **labels);
    if (!*columns || !*labels)
        return NULL;
    (*columns)[0] = (table_column){"T", TABLE_RIGHT};
    if (second)
        (*columns)[1] = (table_column){second, TABLE_RIGHT};
    for (size_t i = 0; i < curves->classes; i++) {
        (void)snprintf((*labels)[i], LABEL, "%s[%zu]", prefix, i);
        (*columns)[before + i] = (table_column){(*labels)[i], TABLE_RIGHT};
    }
    return table_new(*columns, before + curves->classes);
}

static bool print_shares(const temperature_curves *curves)
{
    table_column *columns;
    column_label *labels;
    table *lines = table_by_class(curves, "p", "entropy", &columns, &labels);
    for (size_t t = 0; t < curves->count; t++) {
        char text[FIGURE_TEXT];
        table_cell(lines, "%s", temperature_label(curves->temperature[t], text));
        table_cell(lines, "%s", figure_text(curves->entropy[t], curves->entropy[t] * SHARES_ERROR, text));
        for (size_t i = 0; i < curves->classes; i++) {
            double p = curves->p[t * curves->classes + i];
            table_cell(lines, "%s", figure_text(p, p * SHARES_ERROR + DBL_TRUE_MIN, text));
        }
    }
    bool printed = table_print(lines, stdout);
    table_free(lines);
    free(columns);
    free(labels);
    return printed;
}

/* How often each class was drawn. */
static bool print_counts(const temperature_curves *curves)
{
    table_column *columns;
    column_label *labels;
    table *lines = table_by_class(curves, "n", NULL, &columns, &labels);
    for (size_t t = 0; t < curves->count; t++) {
        char text[FIGURE_TEXT];
        table_cell(lines, "%s", temperature_label(curves->temperature[t], text));
        for (size_t i = 0; i < curves->classes; i++) {
            size_t times = 0;
            for (size_t s = 0; s < curves->samples; s++)
                times += curves->drawn[t * curves->samples + s] == i;
            table_cell(lines, "%zu", times);
        }
    }
    bool printed = table_print(lines, stdout);
    table_free(lines);
    free(columns);
    free(labels);
    return printed;
}

/* Room for all that is drawn at a temperature in a line. */
enum { LINE = 66 };

static bool print_draws(const temperature_curves *curves)
{
    static const table_column columns[] = {{"T", TABLE_RIGHT}, {"classes drawn", TABLE_LEFT}};
    table *lines = table_new(columns, 2);
    for (size_t t = 0; t < curves->count; t++) {
        char text[FIGURE_TEXT], line[LINE + LABEL] = "";
        size_t used = 0;
        for (size_t s = 0; s < curves->samples && used < LINE; s++)
            used += (size_t)snprintf(line + used, sizeof line - used, "%s%zu", s ? " " : "",
                                     curves->drawn[t * curves->samples + s]);
        table_cell(lines, "%s", temperature_label(curves->temperature[t], text));
        table_cell(lines, "%s", line);
    }
    bool printed = table_print(lines, stdout);
    table_free(lines);
    return printed;
}

static bool draws_fit(const temperature_curves *curves)
{
    size_t digits = curves->classes > 100 ? 3 : curves->classes > 10 ? 2 : 1;
    return curves->samples * (digits + 1) <= LINE;
}

static bool print_for_people(const temperature_curves *curves, uint64_t seed)
{
    paragraph_print(
        stdout,
        "p = softmax(z/T). As T -> 0 the largest logits share all between them; as T -> inf every "
        "class that is not masked gets as much. The entropy -sum p log p is in nats.\n",
        0, 0);
    bool printed = print_shares(curves);
    if (curves->samples == 0)
        return printed;
    char text[TEXT];
    (void)snprintf(
        text, TEXT, "\n%zu tokens drawn from p at each T, as a language model decodes (seed %llu)%s",
        curves->samples, (unsigned long long)seed, draws_fit(curves) ? ":" : "; how many of each class:");
    paragraph_print(stdout, text, 0, 0);
    return printed && (draws_fit(curves) ? print_draws(curves) : print_counts(curves));
}

/* --- The command ---------------------------------------------------------- */

static bool print_json(const temperature_curves *curves)
{
    for (size_t t = 0; t < curves->count; t++) {
        json_line line = json_begin();
        json_real(&line, "temperature", curves->temperature[t], PMY_NUMBER_DOUBLE);
        json_reals(&line, "p", curves->p + t * curves->classes, curves->classes, PMY_NUMBER_DOUBLE);
        json_real(&line, "entropy", curves->entropy[t], PMY_NUMBER_DOUBLE);
        double drawn[MOST_SAMPLES];
        for (size_t s = 0; s < curves->samples; s++)
            drawn[s] = (double)curves->drawn[t * curves->samples + s];
        json_reals(&line, "sample", drawn, curves->samples, PMY_NUMBER_DOUBLE);
        if (!json_end(&line, stdout))
            return false;
    }
    return true;
}

typedef struct settings {
    double from, to;
    long long samples, seed;
    const char *svg;
    bool json;
} settings;

static int study(const options *command, const settings *set, const double *z, size_t classes)
{
    double chosen[MOST_TEMPERATURES];
    temperature_curves curves = {.classes = classes, .z = z, .temperature = chosen};
    curves.count = choose_temperatures(set->from, set->to, chosen);
    pmy_error error = {0};
    bool printed = fill_curves(&curves, (size_t)set->samples, (uint64_t)set->seed);
    pmy_status status = PMY_OK;
    if (printed && set->svg)
        status = temperature_picture(&curves, set->svg, &error);
    if (printed && status == PMY_OK)
        printed = set->json ? print_json(&curves) : print_for_people(&curves, (uint64_t)set->seed);
    free_curves(&curves);
    if (status != PMY_OK)
        options_wrong(command, "%s", error.message);
    else if (!printed)
        options_wrong(command, "could not print the result");
    return status == PMY_OK && printed ? PROGRAM_FINE : PROGRAM_WRONG;
}

static bool range_is_fine(const options *command, const settings *set)
{
    if (set->from > set->to)
        options_wrong(command, "--from %g is above --to %g", set->from, set->to);
    else if (log10(set->to) - log10(set->from) > MOST_DECADES)
        options_wrong(command, "--from %g and --to %g are more than a factor of 1e%d apart", set->from,
                      set->to, MOST_DECADES);
    else
        return true;
    return false;
}

int temperature_run(int argc, char **argv)
{
    settings set = {.from = 0.05, .to = 20, .samples = 20, .seed = 1};
    const option_row rows[] = {
        {OPTION_REAL("from", "T", &set.from, 1e-300, 1e300, "the lowest temperature")},
        {OPTION_REAL("to", "T", &set.to, 1e-300, 1e300, "the highest temperature")},
        {OPTION_WHOLE("sample", "N", &set.samples, 0, MOST_SAMPLES, "tokens to draw at each temperature")},
        {OPTION_SEED(&set.seed)},
        {OPTION_JSON(&set.json)},
        {OPTION_TEXT("svg", "FILE", &set.svg, "draw p and the entropy against T"), .presentation = true},
    };
    const options command = {
        .name = "softmax temperature",
        .summary = "Shows softmax(z/T) against the temperature T, with its limits and its entropy, and draws "
                   "tokens from it as a language model does.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows,
        .operands = "Z0 Z1 ...",
        .fewest_operands = 1,
        .most_operands = SIZE_MAX,
    };
    size_t classes = 0;
    options_result result = options_parse(&command, argc, argv, &classes);
    if (result != OPTIONS_RUN)
        return result == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    if (classes > SHARES_MOST_CLASSES) {
        options_wrong(&command, "%zu logits: there can be at most %d", classes, SHARES_MOST_CLASSES);
        return PROGRAM_WRONG;
    }
    double z[SHARES_MOST_CLASSES];
    if (!logits_read(&command, argv + 1, classes, z) || !range_is_fine(&command, &set))
        return PROGRAM_WRONG;
    return study(&command, &set, z, classes);
}
