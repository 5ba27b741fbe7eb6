/* text eval: measures a model file on a text. */
#include "common/default_data.h"
#include "common/options.h"
#include "common/program.h"
#include "text/commands.h"
#include "text/outcome.h"
#include "kernels/blas.h"

typedef struct evaluation {
    const char *model, *data;
    double share; /* of the text, its last part */
    long long threads;
    bool json, quiet;
    options command;
    pmy_pool *pool;
    pmy_language *language;
    pmy_text whole, front, back; /* the last two are views of whole */
} evaluation;

/* *part is what is to be looked at. */
static pmy_status load(evaluation *e, const pmy_text **part, pmy_error *error)
{
    pmy_status status = pmy_pool_new((unsigned)e->threads, &e->pool, error);
    if (status == PMY_OK)
        status = pmy_language_load(e->model, NULL, e->pool, &e->language, error);
    if (status == PMY_OK)
        status = pmy_text_load(e->data, &e->language->vocabulary, &e->whole, error);
    *part = &e->whole;
    if (status != PMY_OK || e->share == 1)
        return status;
    *part = &e->back;
    return pmy_text_split(&e->whole, e->share, &e->front, &e->back, error);
}

static void print(const evaluation *e, const pmy_text *part, const pmy_language_score *score)
{
    if (e->json) {
        json_line line = json_begin();
        json_text(&line, "event", "eval");
        outcome_add(&line, "loss", score);
        (void)json_end(&line, stdout);
        return;
    }
    if (!e->quiet)
        printf("model   %s: %s\ndata    %s: %s%zu %ss\n", e->model, e->language->facts.net.text, e->data,
               part == &e->whole ? "" : "the last ", part->count, outcome_unit(&e->language->vocabulary));
    outcome_print("loss  ", score, &e->language->vocabulary);
}

static int evaluate(evaluation *e)
{
    pmy_error error;
    pmy_language_score score;
    const pmy_text *part;
    pmy_status status = load(e, &part, &error);
    if (status == PMY_OK)
        status = pmy_language_evaluate(e->language, part, (pmy_language_watcher){0}, &score, &error);
    if (status == PMY_OK) {
        print(e, part, &score);
        return PROGRAM_FINE;
    }
    (void)options_wrong(&e->command, "%s", error.message);
    return program_status(status);
}

int eval_command(int argc, char **argv)
{
    evaluation e = {.data = default_data("text/kjv.txt.gz"), .share = 1, .threads = pmy_processors()};
    const option_row rows[] = {
        {OPTION_TEXT("model", "FILE", &e.model, "the model: a file from --save"), .required = true},
        {OPTION_TEXT("data", "FILE", &e.data, "the text, which may be gz")},
        {OPTION_REAL("val", "SHARE", &e.share, 0, 1,
                     "look at this share of the text alone, its last part, as training validates on"),
         .range.above_minimum = true},
        {OPTION_THREADS(&e.threads)},
        {OPTION_JSON(&e.json)},
        {OPTION_QUIET(&e.quiet)},
    };
    e.command =
        (options){.name = "text eval",
                  .summary = "Measures how well a model says what comes next in a text: the mean loss "
                             "of its characters or bytes, each predicted from those before it in its "
                             "window. Windows do not overlap.",
                  .rows = rows,
                  .row_count = sizeof rows / sizeof *rows};
    options_result read = options_parse(&e.command, argc, argv, NULL);
    if (read != OPTIONS_RUN)
        return read == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    pmy_blas_single_threaded();
    int status = evaluate(&e);
    pmy_text_free(&e.whole);
    pmy_language_free(e.language);
    pmy_pool_free(e.pool);
    return status;
}
