/* text sample: lets a model write. */
#include "common/json.h"
#include "common/options.h"
#include "common/program.h"
#include "common/terminal.h"
#include "text/commands.h"
#include "text/drawn.h"
#include "text/writer.h"
#include "base/clock.h"
#include "kernels/blas.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LENGTH = 1000000 };

typedef struct sample {
    const char *model, *prompt;
    long long length, top_k, seed, threads;
    pmy_sampling sampling;
    bool show, json;
    options command;
    pmy_pool *pool;
    pmy_generator *generator;
    writer writer;
    char *text;    /* the prompt and what is written after it */
    size_t size;   /* bytes of it */
    size_t tokens; /* written */
} sample;

/* --- Beginning ---------------------------------------------------------------- */

static pmy_status begin(sample *s, pmy_error *error)
{
    enum { MOST_BYTES = sizeof(pmy_token_text) };
    pmy_status status = pmy_pool_new((unsigned)s->threads, &s->pool, error);
    if (status == PMY_OK)
        status = pmy_generator_load(s->model, s->pool, &s->generator, error);
    if (status != PMY_OK)
        return status;
    status = writer_begin(&s->writer, s->generator, &s->sampling, (uint64_t)s->seed, error);
    if (status != PMY_OK)
        return status;
    s->text = malloc(strlen(s->prompt) + MOST_BYTES * (size_t)s->length + 1);
    if (!s->text)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a text");
    s->size = strlen(s->prompt);
    memcpy(s->text, s->prompt, s->size);
    return writer_read(&s->writer, "--prompt", s->prompt, error);
}

/* --- Writing ------------------------------------------------------------------ */

/* Says the token that was drawn, at once, so that one can read along. */
static void say(sample *s, int32_t token, bool terminal)
{
    const writer *w = &s->writer;
    const drawn of = {w->vocabulary, w->choice, w->kept, w->taken};
    size_t begun = s->size;
    if (terminal && !s->json)
        s->size +=
            (size_t)(stpcpy(s->text + begun, writer_visible(w->vocabulary, token).text) - s->text) - begun;
    else
        s->size += pmy_vocabulary_decode(w->vocabulary, token, s->text + begun);
    s->tokens++;
    if (s->json)
        drawn_write(&of, s->show);
    else if (s->show)
        drawn_print(&of);
    else
        (void)fwrite(s->text + begun, 1, s->size - begun, stdout);
    (void)fflush(stdout);
}

static pmy_status write_on(sample *s, pmy_error *error)
{
    bool terminal = terminal_is(stdout);
    int32_t token, end = pmy_vocabulary_end(s->writer.vocabulary);
    while (s->tokens < (size_t)s->length) {
        pmy_status status = writer_draw(&s->writer, &token, error);
        if (status != PMY_OK)
            return status;
        say(s, token, terminal);
        if (token == end)
            break;
        status = pmy_generator_feed(s->generator, token, error);
        if (status != PMY_OK)
            return status;
    }
    return PMY_OK;
}

static void end(const sample *s, double seconds)
{
    s->text[s->size] = '\0';
    if (s->json) {
        for (char *nul;
             (nul = memchr(s->text, '\0', s->size));) /* a substitute, as a NUL would end the text */
            *nul = '\x1a';
        json_line line = json_begin();
        json_text(&line, "event", "end");
        json_text(&line, "text", s->text);
        json_whole(&line, "tokens", (long long)s->tokens);
        json_real(&line, "tokens_per_s", (double)s->tokens / seconds, PMY_NUMBER_DOUBLE);
        (void)json_end(&line, stdout);
        return;
    }
    if (s->show) {
        printf("\n");
        (void)fwrite(s->text, 1, s->size, stdout);
    }
    if (!s->size || s->text[s->size - 1] != '\n')
        printf("\n");
}

static int write_sample(sample *s)
{
    pmy_error error;
    pmy_status status = begin(s, &error);
    double started = pmy_seconds();
    if (status == PMY_OK) {
        if (s->show && !s->json)
            drawn_print_heading();
        else if (!s->json)
            (void)fwrite(s->text, 1, s->size, stdout);
        status = write_on(s, &error);
    }
    if (status == PMY_OK) {
        end(s, pmy_seconds() - started);
        return PROGRAM_FINE;
    }
    if (s->tokens)
        printf("\n");
    (void)fflush(stdout);
    (void)options_wrong(&s->command, "%s", error.message);
    return program_status(status);
}

/* --- The command -------------------------------------------------------------- */

int sample_command(int argc, char **argv)
{
    sample s = {.prompt = "",
                .length = 500,
                .seed = 1,
                .threads = pmy_processors(),
                .sampling = {.temperature = 0.8, .top_p = 1}};
    const option_row rows[] = {
        {OPTION_TEXT("model", "FILE", &s.model, "the model: a file from --save"), .required = true},
        {OPTION_TEXT("prompt", "TEXT", &s.prompt, "what it goes on from"),
         .shown_default = "the beginning of a line"},
        {OPTION_WHOLE("length", "N", &s.length, 1, MOST_LENGTH,
                      "how many tokens it writes; a model of lines ends with a line")},
        {OPTION_REAL("temperature", "T", &s.sampling.temperature, 0, DBL_MAX,
                     "draws from softmax(z/T); 0 takes the likeliest")},
        {OPTION_WHOLE("top-k", "K", &s.top_k, 0, PMY_MAX_VOCABULARY,
                      "draws from the K likeliest alone; 0: from all")},
        {OPTION_REAL("top-p", "P", &s.sampling.top_p, 0, 1,
                     "draws from the fewest of them whose shares come to P"),
         .range.above_minimum = true},
        {OPTION_SEED(&s.seed)},
        {OPTION_FLAG("show", &s.show,
                     "show of each token how likely it was, the likeliest, and their entropy"),
         .presentation = true},
        {OPTION_THREADS(&s.threads)},
        {OPTION_JSON(&s.json)},
    };
    s.command = (options){.name = "text sample",
                          .summary = "Lets a model write, token by token: each is drawn from what the model "
                                     "says may come next.",
                          .rows = rows,
                          .row_count = sizeof rows / sizeof *rows};
    options_result read = options_parse(&s.command, argc, argv, NULL);
    if (read != OPTIONS_RUN)
        return read == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    s.sampling.top_k = (size_t)s.top_k;
    pmy_blas_single_threaded();
    int status = write_sample(&s);
    free(s.text);
    writer_free(&s.writer);
    pmy_generator_free(s.generator);
    pmy_pool_free(s.pool);
    return status;
}
