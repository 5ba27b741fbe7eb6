#include "text/writer.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

pmy_status writer_begin(writer *w, pmy_generator *generator, const pmy_sampling *sampling, uint64_t seed,
                        pmy_error *error)
{
    *w = (writer){.generator = generator,
                  .vocabulary = pmy_generator_facts(generator)->vocabulary,
                  .sampling = *sampling,
                  .random = {.seed = seed, .stream = pmy_stream(PMY_STREAM_TOKEN, 0)}};
    w->choice = malloc(w->vocabulary->count * sizeof *w->choice);
    return w->choice ? PMY_OK : pmy_fail(error, PMY_NO_MEMORY, "no memory for a text");
}

void writer_free(writer *w)
{
    free(w->choice);
    w->choice = NULL;
}

/* What stands before a text that begins with nothing: the end of a line, where the model knows that. */
static int32_t before_all(const pmy_vocabulary *vocabulary)
{
    int32_t token;
    (void)pmy_vocabulary_next(vocabulary, "\n", 1, &token);
    return token < 0 ? 0 : token;
}

pmy_status writer_read(writer *w, const char *name, const char *prompt, pmy_error *error)
{
    size_t size = strlen(prompt), count = 0;
    int32_t *token = malloc((size + 1) * sizeof *token);
    if (!token)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for it", name);
    pmy_generator_clear(w->generator);
    pmy_status status = pmy_vocabulary_encode(w->vocabulary, name, prompt, size, token, &count, error);
    if (status == PMY_OK && (count == 0 || w->vocabulary->lines))
        status = pmy_generator_feed(w->generator, before_all(w->vocabulary), error);
    for (size_t i = 0; status == PMY_OK && i < count; i++)
        status = pmy_generator_feed(w->generator, token[i], error);
    free(token);
    return status;
}

pmy_status writer_draw(writer *w, int32_t *token, pmy_error *error)
{
    pmy_status status = pmy_sampling_choices(&w->sampling, w->vocabulary->count,
                                             pmy_generator_logits(w->generator), w->choice, &w->kept, error);
    if (status != PMY_OK)
        return status;
    w->taken = pmy_sampling_draw(w->choice, w->kept, pmy_random_uniform(&w->random));
    *token = (int32_t)w->choice[w->taken].token;
    return PMY_OK;
}

static bool is_control(const pmy_vocabulary *vocabulary, int32_t token)
{
    enum { ASCII = 0x7f };
    uint32_t code = vocabulary->codes[token];
    if (code == '\n' || code == '\t' || (vocabulary->unit == PMY_BYTES && code > ASCII))
        return false;
    return pmy_is_control(code);
}

pmy_token_text writer_visible(const pmy_vocabulary *vocabulary, int32_t token)
{
    pmy_token_text visible = {""};
    if (is_control(vocabulary, token))
        return pmy_vocabulary_show(vocabulary, token);
    visible.text[pmy_vocabulary_decode(vocabulary, token, visible.text)] = '\0';
    return visible;
}
