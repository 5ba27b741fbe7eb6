/* The numbers of a report as CSV, each with as many digits as bring it back. What has no value is empty. */
#include "text/report_parts.h"

#include "common/csv.h"
#include "common/html_page.h"
#include "text/outcome.h"

#include <math.h>

static const report *report_of(const void *parts)
{
    return ((const report_parts *)parts)->report;
}

static void put_steps(FILE *file, const void *parts)
{
    const history *h = report_of(parts)->history;
    (void)fputs("step,learning_rate,loss\n", file);
    for (size_t i = 0; i < h->step_count; i++) {
        (void)fprintf(file, "%llu", (unsigned long long)h->steps[i].step);
        csv_number(file, h->steps[i].learning_rate);
        csv_number(file, h->steps[i].loss);
        (void)fputc('\n', file);
    }
}

static void put_validations(FILE *file, const void *parts)
{
    const history *h = report_of(parts)->history;
    (void)fputs("step,loss,low,high,tokens,windows\n", file);
    for (size_t i = 0; i < h->look_count; i++) {
        const pmy_language_score *score = &h->looks[i].score;
        double margin = score->deviation > 0 ? outcome_margin(score) : (double)NAN;
        if (score->windows == 0)
            continue;
        (void)fprintf(file, "%llu", (unsigned long long)h->looks[i].step);
        csv_number(file, score->loss);
        csv_number(file, score->loss - margin);
        csv_number(file, score->loss + margin);
        (void)fprintf(file, ",%zu,%zu\n", score->tokens, score->windows);
    }
}

static void put_samples(FILE *file, const void *parts)
{
    const history *h = report_of(parts)->history;
    (void)fputs("step,text\n", file);
    for (size_t i = 0; i < h->look_count; i++) {
        (void)fprintf(file, "%llu,", (unsigned long long)h->looks[i].step);
        csv_text(file, h->looks[i].sample);
        (void)fputc('\n', file);
    }
}

static void put_reading(FILE *file, const void *context)
{
    const report_parts *parts = context;
    const pmy_vocabulary *vocabulary = &parts->report->language->vocabulary;
    (void)fputs("passage,token,p,bits,likeliest,likeliest_p\n", file);
    for (size_t n = 0; n < parts->reading_count; n++) {
        const reading *r = &parts->readings[n];
        for (size_t i = 1; i < r->of.tokens; i++) {
            (void)fprintf(file, "%zu,", n);
            csv_text(file, r->of.name[i].text);
            csv_number(file, r->p[i]);
            csv_number(file, outcome_bits(-log(r->p[i])));
            (void)fputc(',', file);
            csv_text(file, pmy_vocabulary_show(vocabulary, r->likeliest[i]).text);
            csv_number(file, r->likeliest_p[i]);
            (void)fputc('\n', file);
        }
    }
}

static void put_habits(FILE *file, const void *context)
{
    const heads *of = &((const report_parts *)context)->heads;
    (void)fputs("layer,head,itself,before,first,entropy\n", file);
    for (size_t layer = 0; layer < of->layers; layer++)
        for (size_t head = 0; head < of->count[layer]; head++) {
            heads_habit habit = heads_habit_of(of, layer, head);
            (void)fprintf(file, "%zu,%zu", layer, head);
            csv_number(file, habit.itself);
            csv_number(file, habit.before);
            csv_number(file, habit.first);
            csv_number(file, habit.entropy);
            (void)fputc('\n', file);
        }
}

static void put_head(FILE *file, const report_parts *parts, size_t layer, size_t head)
{
    size_t tokens = parts->heads.tokens;
    const double *shares = heads_of(&parts->heads, layer, head); /* [tokens, tokens] */
    for (size_t query = 0; query < tokens; query++)
        for (size_t key = 0; key <= query; key++) {
            (void)fprintf(file, "%zu,%zu,%zu,%zu,", layer, head, query, key);
            csv_text(file, parts->looked.name[query].text);
            (void)fputc(',', file);
            csv_text(file, parts->looked.name[key].text);
            csv_number(file, shares[query * tokens + key]);
            (void)fputc('\n', file);
        }
}

static void put_attention(FILE *file, const void *context)
{
    const report_parts *parts = context;
    (void)fputs("layer,head,from,to,from_token,to_token,share\n", file);
    for (size_t layer = 0; layer < parts->heads.layers; layer++)
        for (size_t head = 0; head < parts->heads.count[layer]; head++)
            put_head(file, parts, layer, head);
}

static void put_vocabulary(FILE *file, const void *parts)
{
    const pmy_vocabulary *vocabulary = &report_of(parts)->language->vocabulary;
    (void)fputs("token,code,text\n", file);
    for (size_t i = 0; i < vocabulary->count; i++) {
        (void)fprintf(file, "%zu,%lu,", i, (unsigned long)vocabulary->codes[i]);
        csv_text(file, pmy_vocabulary_show(vocabulary, (int32_t)i).text);
        (void)fputc('\n', file);
    }
}

const report_table *report_table_at(size_t index)
{
    static const report_table tables[] = {
        {"learning-steps.csv", "learning rate and loss of each step", report_has_steps, put_steps},
        {"learning-validations.csv", "loss of each validation", report_has_scores, put_validations},
        {"samples.csv", "what the model wrote along the way", html_always, put_samples},
        {"reading.csv", "how likely each token of some passages was", report_has_reading, put_reading},
        {"heads.csv", "what each head mostly looks at", report_has_heads, put_habits},
        {"attention.csv", "the share that each token of a passage gives to each before it", report_has_heads,
         put_attention},
        {"vocabulary.csv", "the tokens", html_always, put_vocabulary},
    };
    return index < sizeof tables / sizeof *tables ? &tables[index] : NULL;
}
