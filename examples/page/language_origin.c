#include "page/language_origin.h"

#include "page/answer.h"
#include "page/origin.h"
#include "softmax/figure.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DIGITS = 4, TEXT = 400 };

/* --- The choices ------------------------------------------------------------ */

pmy_status language_choices_new(language_choices *of, const pmy_vocabulary *vocabulary, pmy_error *error)
{
    size_t count = vocabulary->count;
    *of = (language_choices){.vocabulary = vocabulary, .next = -1};
    of->choice = calloc(2 * count, sizeof *of->choice);
    of->z = calloc(4 * count, sizeof *of->z);
    if (!of->choice || !of->z) {
        language_choices_free(of);
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for %zu tokens", count);
    }
    of->kept_choice = of->choice + count;
    of->p = of->z + count;
    of->drawn = of->p + count;
    of->slope = of->drawn + count;
    return PMY_OK;
}

void language_choices_free(language_choices *of)
{
    free(of->choice);
    free(of->z);
    *of = (language_choices){.vocabulary = NULL};
}

/* The target's is minus the sum of the others', which keeps its digits where p is all but 1. */
static void make_slopes(language_choices *of)
{
    double t = of->sampling.temperature, others = 0;
    of->target = 0;
    for (size_t i = 0; i < of->vocabulary->count; i++)
        if ((int32_t)of->choice[i].token == of->next)
            of->target = i;
    for (size_t i = 0; i < of->vocabulary->count; i++) {
        others += i == of->target ? 0 : of->p[i];
        of->slope[i] = t > 0 ? of->p[i] / t : (double)NAN;
    }
    if (t > 0)
        of->slope[of->target] = -others / t;
}

pmy_status language_choices_make(language_choices *of, const pmy_sampling *sampling, const pmy_real *logits,
                                 pmy_error *error)
{
    size_t count = of->vocabulary->count, all;
    const pmy_sampling plain = {.temperature = sampling->temperature, .top_p = 1};
    pmy_status status = pmy_sampling_choices(&plain, count, logits, of->choice, &all, error);
    if (status == PMY_OK)
        status = pmy_sampling_choices(sampling, count, logits, of->kept_choice, &of->kept, error);
    if (status != PMY_OK)
        return status;
    of->sampling = *sampling;
    for (size_t i = 0; i < count; i++) {
        of->z[i] = (double)logits[of->choice[i].token];
        of->p[i] = of->choice[i].p;
        of->drawn[i] = of->kept_choice[i].p; /* in the same order */
    }
    make_slopes(of);
    return PMY_OK;
}

/* --- Where the numbers come from ---------------------------------------------- */

static pmy_token_text name_of(const language_choices *of, size_t i)
{
    return pmy_vocabulary_show(of->vocabulary, (int32_t)of->choice[i].token);
}

/* Of softmax in double, by plain sums. */
static double share_error(const language_choices *of, double share)
{
    double largest = of->sampling.temperature > 0
                         ? (of->z[0] - of->z[of->vocabulary->count - 1]) / of->sampling.temperature
                         : 0;
    return share * DBL_EPSILON * (2 * fmin(largest, 800) + 2 * (double)of->vocabulary->count);
}

static double p_error(const void *panel, size_t i)
{
    const language_choices *of = panel;
    return share_error(of, of->p[i]);
}

static double drawn_error(const void *panel, size_t i)
{
    const language_choices *of = panel;
    return share_error(of, of->drawn[i]);
}

static double slope_error(const void *panel, size_t i)
{
    const language_choices *of = panel;
    return isnan(of->slope[i]) ? 0 : share_error(of, fabs(of->slope[i]));
}

static void p_parts(origin *to, const void *panel, size_t i)
{
    (void)i;
    (void)panel;
    origin_parts(to, "z");
}

static void drawn_parts(origin *to, const void *panel, size_t i)
{
    const language_choices *of = panel;
    for (size_t j = 0; i < of->kept && j < of->kept; j++)
        origin_part(to, "p", j);
}

static void slope_parts(origin *to, const void *panel, size_t i)
{
    (void)panel;
    origin_part(to, "p", i);
}

static void z_words(origin *to, const void *panel, size_t i)
{
    const language_choices *of = panel;
    char text[FIGURE_TEXT];
    origin_say(to, "z of '%s' = %s, its logit", name_of(of, i).text, figure_text(of->z[i], 0, text));
    origin_say(
        to,
        "The last layer's product of the last position's vector and this token's row of weights, in float.");
}

static void p_words(origin *to, const void *panel, size_t i)
{
    const language_choices *of = panel;
    double t = of->sampling.temperature, sum = 0;
    char own[FIGURE_TEXT], text[FIGURE_TEXT], other[FIGURE_TEXT];
    origin_say(to, "p of '%s' = %s, its share of what may come next", name_of(of, i).text,
               figure_text(of->p[i], p_error(panel, i), text));
    if (t == 0) {
        origin_say(to, "At a temperature of 0 the likeliest token takes all.");
        return;
    }
    for (size_t j = 0; j < of->vocabulary->count; j++)
        sum += exp((of->z[j] - of->z[0]) / t);
    origin_say(to, "exp((z - m)/T)/sum of the same of all %zu tokens, m = %s the largest z, T = %s",
               of->vocabulary->count, figure_text(of->z[0], 0, text), figure_text(t, 0, other));
    origin_say(to, of->z[0] < 0 ? "= exp((%s - (%s))/%s)/%s" : "= exp((%s - %s)/%s)/%s",
               figure_text(of->z[i], 0, own), text, other,
               figure_text(sum, share_error(of, sum), (char[FIGURE_TEXT]){0}));
    origin_say(
        to, "= %s/%s = %s",
        figure_text(exp((of->z[i] - of->z[0]) / t), share_error(of, exp((of->z[i] - of->z[0]) / t)), own),
        figure_text(sum, share_error(of, sum), text), figure_text(of->p[i], p_error(panel, i), other));
}

static void drawn_words(origin *to, const void *panel, size_t i)
{
    const language_choices *of = panel;
    double sum = 0;
    char own[FIGURE_TEXT], text[FIGURE_TEXT], other[FIGURE_TEXT];
    origin_say(to, "'%s' is drawn with a share of %s", name_of(of, i).text,
               figure_text(of->drawn[i], drawn_error(panel, i), text));
    if (i >= of->kept) {
        origin_say(to, "It is not among the %zu tokens that top-k and top-p leave.", of->kept);
        return;
    }
    for (size_t j = 0; j < of->kept; j++)
        sum += of->p[j];
    origin_say(to, "p over the sum of p of the %zu tokens that are left = %s/%s = %s", of->kept,
               figure_text(of->p[i], p_error(panel, i), own), figure_text(sum, share_error(of, sum), text),
               figure_text(of->drawn[i], drawn_error(panel, i), other));
}

static void slope_words(origin *to, const void *panel, size_t i)
{
    const language_choices *of = panel;
    double t = of->sampling.temperature;
    char own[FIGURE_TEXT], text[FIGURE_TEXT], other[FIGURE_TEXT];
    origin_say(to, "(p - y)/T of '%s', were '%s' what comes next: the slope of L = -log p by this logit",
               name_of(of, i).text, name_of(of, of->target).text);
    if (t == 0) {
        origin_say(to, "At a temperature of 0 p jumps, and L has no slope.");
        return;
    }
    origin_say(to, "= (%s - %d)/%s = %s", figure_text(of->p[i], p_error(panel, i), own), i == of->target,
               figure_text(t, 0, text), figure_text(of->slope[i], slope_error(panel, i), other));
    if (i == of->target)
        origin_say(to, "L = -log %s = %s nats", own,
                   figure_text(-log(of->p[i]), 4 * DBL_EPSILON * (1 - log(of->p[i])), text));
}

enum { COLUMNS = 4 };

static origin_table table_of(const language_choices *of, origin_column columns[COLUMNS])
{
    size_t count = of->vocabulary ? of->vocabulary->count : 0;
    columns[0] = (origin_column){ORIGIN_NAME("z"), .symbol = "z[#]", .values = of->z,
                                 .precision = PMY_NUMBER_FLOAT, .words = z_words};
    columns[1] =
        (origin_column){ORIGIN_NAME("p"), .symbol = "p[#]", .values = of->p, .precision = PMY_NUMBER_DOUBLE,
                        .error = p_error, .parts = p_parts, .words = p_words};
    columns[2] = (origin_column){
        ORIGIN_NAME("drawn"), .symbol = "drawn[#]", .values = of->drawn, .precision = PMY_NUMBER_DOUBLE,
        .error = drawn_error, .parts = drawn_parts, .words = drawn_words};
    columns[3] = (origin_column){ORIGIN_NAME("slope"), .symbol = "(p[#] - y[#])/T",
                                 .values = of->slope,  .precision = PMY_NUMBER_DOUBLE,
                                 .error = slope_error, .parts = slope_parts,
                                 .words = slope_words};
    for (size_t c = 0; c < COLUMNS; c++) {
        columns[c].rows = count;
        columns[c].columns = 1;
        columns[c].digits = DIGITS;
    }
    return (origin_table){columns, COLUMNS, of};
}

void language_choices_answer(const language_choices *of)
{
    origin_column columns[COLUMNS];
    const origin_table table = table_of(of, columns);
    origin_numbers(&table);
    answer_texts("token");
    for (size_t i = 0; i < of->vocabulary->count; i++)
        answer_next_text(name_of(of, i).text);
    answer_texts("append");
    for (size_t i = 0; i < of->vocabulary->count; i++) {
        char bytes[5] = "";
        bytes[pmy_vocabulary_decode(of->vocabulary, (int32_t)of->choice[i].token, bytes)] = '\0';
        answer_next_text(bytes);
    }
    answer_number("target", (double)of->target);
    answer_number("kept", (double)of->kept);
    char text[TEXT];
    (void)snprintf(
        text, sizeof text,
        "Drawn from %zu of %zu tokens, with an entropy of %.3f nats; L = -log p of y is %.3f nats.", of->kept,
        of->vocabulary->count, pmy_sampling_entropy(of->kept_choice, of->kept), 0 - log(of->p[of->target]));
    answer_text("summary", text);
}

void language_choices_origin(const language_choices *of, const char *column, size_t i)
{
    origin_column columns[COLUMNS];
    const origin_table table = table_of(of, columns);
    origin_answer(&table, column, i);
}

/* --- Where a head looks ------------------------------------------------------- */

void language_look_answer(const heads *of, const passage *tokens, size_t layer, size_t head, size_t query)
{
    enum { MOST_NAMED = 4 };
    const double least = 0.01;                                          /* of a share that is named */
    const double *row = heads_of(of, layer, head) + query * of->tokens; /* [tokens] */
    bool named[PASSAGE_MOST] = {false};
    char text[TEXT];
    size_t used = (size_t)snprintf(text, sizeof text, "layer %zu, head %zu: '%s' (token %zu) looks at",
                                   layer + 1, head + 1, tokens->name[query].text, query);
    for (size_t n = 0; n < MOST_NAMED; n++) {
        size_t top = of->tokens;
        for (size_t key = 0; key <= query; key++)
            if (!named[key] && (top == of->tokens || row[key] > row[top]))
                top = key;
        if (top == of->tokens || (n > 0 && row[top] < least))
            break;
        named[top] = true;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s '%s' (%zu) with %.1f %%", n ? "," : "",
                                 tokens->name[top].text, top, 100 * row[top]);
    }
    answer_text("text", text);
}
