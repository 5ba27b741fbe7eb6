/* The page's language panel: a model that goes on with a text, and where its heads look. */
#include "page/answer.h"
#include "page/export.h"
#include "page/language_bytes.h"
#include "page/language_origin.h"
#include "text/heads.h"
#include "text/writer.h"
#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Typed texts are read anew at each change; longer ones would keep the page waiting. */
enum { LONGEST_TEXT = 4000, TEXT = 300 };

static pmy_language *language;
static pmy_generator *generator;
static language_choices choices; /* of what comes after the text */

/* The text that the generator has read: typed, and what was written after it. */
static struct {
    char *text;
    size_t size, room;
    writer writer; /* its random numbers begin anew with each text that is typed */
    double seed;
} running;

/* What is being written, slice by slice. */
static size_t to_write;

static heads looked; /* of the text's last tokens */
static passage last;

/* --- The model ------------------------------------------------------------ */

static void answer_facts(const language_losses *losses)
{
    const pmy_net *net = &language->facts.net;
    char text[TEXT];
    (void)snprintf(
        text, sizeof text,
        "%zu parameters, each carried in 16 bits. A text it has not seen costs it %.5g nats a token, and "
        "%.5g as it was trained, in 32 bits: the 16 bits cost %.1e.",
        net->parameters, losses->carried, losses->trained, losses->carried - losses->trained);
    answer_text("net", net->text);
    answer_text("facts", text);
    answer_number("parameters", (double)net->parameters);
    answer_number("block", (double)language->block);
    answer_number("vocabulary", (double)language->vocabulary.count);
}

static void forget(void)
{
    writer_free(&running.writer);
    free(running.text);
    running.text = NULL;
    running.size = running.room = 0;
    language_choices_free(&choices);
    heads_free(&looked);
    pmy_generator_free(generator);
    pmy_language_free(language);
    generator = NULL;
    language = NULL;
}

/* The model of the page's bytes (page/language_bytes.h), which are freed. */
PAGE_EXPORT(page_language_open)(uint8_t *bytes, size_t size)
{
    pmy_error error = {0};
    language_losses losses;
    answer_begin();
    forget();
    pmy_status status = language_bytes_read(bytes, size, &language, &losses, &error);
    free(bytes);
    if (status == PMY_OK)
        status = pmy_generator_new(&language->facts, NULL, &generator, &error);
    if (status == PMY_OK)
        status = language_choices_new(&choices, &language->vocabulary, &error);
    if (status != PMY_OK) {
        answer_error(&error);
        forget();
        return;
    }
    pmy_generator_take(generator, language);
    answer_facts(&losses);
}

/* --- The text --------------------------------------------------------------- */

static bool has_room(size_t size)
{
    if (size <= running.room)
        return true;
    char *larger = realloc(running.text, 2 * size);
    if (!larger)
        return false;
    running.text = larger;
    running.room = 2 * size;
    return true;
}

static bool is_read(const char *text, double seed)
{
    return running.text && running.writer.choice && running.seed == seed && strlen(text) == running.size &&
           memcmp(text, running.text, running.size) == 0;
}

/* Reads the text, if it is not what was read and written anyway. */
static pmy_status read_text(const char *text, double seed, pmy_error *error)
{
    const pmy_sampling plain = {.temperature = 1, .top_p = 1};
    size_t size = strlen(text);
    if (!generator)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "there is no language model");
    if (!(seed >= 0 && seed <= 0x1p53 && seed == floor(seed)))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the seed is %g: it is a whole number from 0 on", seed);
    if (is_read(text, seed))
        return PMY_OK;
    if (size > LONGEST_TEXT)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the text has %zu characters; up to %d can be read here",
                        size, LONGEST_TEXT);
    writer_free(&running.writer);
    running.size = 0;
    pmy_status status = writer_begin(&running.writer, generator, &plain, (uint64_t)seed, error);
    if (status == PMY_OK)
        status = writer_read(&running.writer, "the text", text, error);
    if (status == PMY_OK && !has_room(size + 1))
        status = pmy_fail(error, PMY_NO_MEMORY, "no memory for a text");
    if (status != PMY_OK) {
        writer_free(&running.writer);
        return status;
    }
    memcpy(running.text, text, size);
    running.size = size;
    running.seed = seed;
    return PMY_OK;
}

static pmy_sampling sampling_of(double temperature, double top_k, double top_p)
{
    return (pmy_sampling){temperature, (size_t)top_k, top_p};
}

static pmy_status choose(double temperature, double top_k, double top_p, pmy_error *error)
{
    if (!(top_k >= 0 && top_k <= PMY_MAX_VOCABULARY && top_k == floor(top_k)))
        return pmy_fail(error, PMY_BAD_ARGUMENT,
                        "top-k is %g: it is a whole number up to %d, and 0 leaves all tokens", top_k,
                        PMY_MAX_VOCABULARY);
    const pmy_sampling sampling = sampling_of(temperature, top_k, top_p);
    pmy_status status = pmy_sampling_check(&sampling, error);
    return status == PMY_OK
               ? language_choices_make(&choices, &sampling, pmy_generator_logits(generator), error)
               : status;
}

/* What may come after the text, the likeliest first: see page/language_origin.h. `next` is the token that is
 * taken to have come; "": the likeliest. */
PAGE_EXPORT(page_language)
(const char *text, double seed, double temperature, double top_k, double top_p, const char *next)
{
    pmy_error error = {0};
    answer_begin();
    pmy_status status = read_text(text, seed, &error);
    choices.next = -1;
    if (status == PMY_OK && *next)
        (void)pmy_vocabulary_next(&language->vocabulary, next, strlen(next), &choices.next);
    if (status == PMY_OK)
        status = choose(temperature, top_k, top_p, &error);
    if (status != PMY_OK)
        answer_error(&error);
    else
        language_choices_answer(&choices);
}

PAGE_EXPORT(page_language_origin)(const char *column, double index)
{
    language_choices_origin(&choices, column, (size_t)index);
}

/* --- Writing ---------------------------------------------------------------- */

/* Writes up to `count` tokens after the text, as `text sample` does with the same seed and settings; a text
 * that was typed or a seed that was changed begins the random numbers anew. */
PAGE_EXPORT(page_language_write)
(const char *text, double seed, double count, double temperature, double top_k, double top_p)
{
    pmy_error error = {0};
    answer_begin();
    pmy_status status = read_text(text, seed, &error);
    if (status == PMY_OK)
        status = choose(temperature, top_k, top_p, &error);
    if (status != PMY_OK) {
        answer_error(&error);
        return;
    }
    running.writer.sampling = sampling_of(temperature, top_k, top_p);
    to_write = count >= 1 ? (size_t)count : 0;
}

static pmy_status write_token(char written[4], size_t *size, pmy_error *error)
{
    int32_t token;
    pmy_status status = writer_draw(&running.writer, &token, error);
    if (status == PMY_OK)
        status = pmy_generator_feed(generator, token, error);
    if (status != PMY_OK)
        return status;
    *size = pmy_vocabulary_decode(&language->vocabulary, token, written);
    if (!has_room(running.size + *size + 1))
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a text");
    memcpy(running.text + running.size, written, *size);
    running.size += *size;
    return PMY_OK;
}

/* Some tokens: "written", their text, and what may come after it, as page_language has it; "done" once there
 * are as many as wanted. */
PAGE_EXPORT(page_language_write_slice)(void)
{
    enum { MOST = 64 };
    const double slice = 0.015; /* seconds */
    char written[4 * MOST + 1];
    size_t size = 0, more = 0;
    pmy_error error = {0};
    pmy_status status = PMY_OK;
    double begun = pmy_seconds();
    answer_begin();
    for (size_t n = 0; to_write > 0 && n < MOST && status == PMY_OK && pmy_seconds() - begun < slice; n++) {
        status = write_token(written + size, &more, &error);
        size += status == PMY_OK ? more : 0;
        to_write--;
    }
    written[size] = '\0';
    if (status != PMY_OK) {
        answer_error(&error);
        return;
    }
    status =
        language_choices_make(&choices, &running.writer.sampling, pmy_generator_logits(generator), &error);
    if (status != PMY_OK) {
        answer_error(&error);
        return;
    }
    language_choices_answer(&choices);
    answer_text("written", written);
    answer_number("done", to_write == 0);
}

/* --- Where it looks --------------------------------------------------------- */

/* Where the text's last tokens begin, as many as can be shown. */
static const char *tail_of(const char *text, size_t most)
{
    size_t count = 0, skipped = 0;
    int32_t token;
    for (const char *at = text; *at; at += pmy_vocabulary_next(&language->vocabulary, at, strlen(at), &token))
        count++;
    for (; count - skipped > most; skipped++)
        text += pmy_vocabulary_next(&language->vocabulary, text, strlen(text), &token);
    return text;
}

static void answer_heads(void)
{
    size_t all = looked.layers * looked.most * looked.tokens * looked.tokens;
    float *shares = malloc(all * sizeof *shares);
    pmy_error error = {0};
    if (!shares) {
        (void)pmy_fail(&error, PMY_NO_MEMORY, "no memory for the shares");
        answer_error(&error);
        return;
    }
    for (size_t i = 0; i < all; i++)
        shares[i] = (float)looked.shares[i];
    answer_number("layers", (double)looked.layers);
    answer_number("heads", (double)looked.most);
    answer_reals("shares", all, shares);
    free(shares);
    answer_texts("token");
    for (size_t i = 0; i < last.tokens; i++)
        answer_next_text(last.name[i].text);
}

/* What share each of the text's last tokens gives to those before it, in every head: shares [layers, heads,
 * tokens, tokens]. */
PAGE_EXPORT(page_language_heads)(void)
{
    pmy_error error = {0};
    pmy_status status = PMY_OK;
    answer_begin();
    heads_free(&looked);
    if (!running.text || running.size == 0)
        status = pmy_fail(&error, PMY_BAD_ARGUMENT, "there is no text to look at");
    if (status == PMY_OK) {
        running.text[running.size] = '\0';
        size_t most = language->block < PASSAGE_MOST ? language->block : PASSAGE_MOST;
        status = passage_read(&last, &language->vocabulary, language->block, "the text",
                              tail_of(running.text, most), &error);
    }
    if (status == PMY_OK)
        status = heads_make(language, &last, &looked, &error);
    if (status != PMY_OK)
        answer_error(&error);
    else
        answer_heads();
}

/* Says in words where a token looks in a head. */
PAGE_EXPORT(page_language_look)(double layer, double head, double query)
{
    pmy_error error = {0};
    size_t l = (size_t)layer, h = (size_t)head, q = (size_t)query;
    answer_begin();
    if (l >= looked.layers || h >= looked.most || q >= looked.tokens) {
        (void)pmy_fail(&error, PMY_BAD_ARGUMENT, "there is no such head or token");
        answer_error(&error);
        return;
    }
    language_look_answer(&looked, &last, l, h, q);
}
