#include "text/passage.h"

#include <stdlib.h>
#include <string.h>

static void take(passage *p, const pmy_vocabulary *vocabulary, const int32_t *token, size_t count)
{
    p->tokens = count;
    for (size_t i = 0; i < count; i++) {
        p->token[i] = token[i];
        p->name[i] = pmy_vocabulary_show(vocabulary, token[i]);
    }
}

pmy_status passage_read(passage *p, const pmy_vocabulary *vocabulary, size_t block, const char *name,
                        const char *text, pmy_error *error)
{
    size_t size = strlen(text), most = block < PASSAGE_MOST ? block : PASSAGE_MOST;
    int32_t *all = malloc((size + 1) * sizeof *all);
    if (!all)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the text");
    int32_t end = pmy_vocabulary_end(vocabulary);
    size_t begun = end >= 0, count = 0;
    all[0] = end;
    pmy_status status = pmy_vocabulary_encode(vocabulary, name, text, size, all + begun, &count, error);
    count += begun;
    if (status == PMY_OK && most < 2)
        status = pmy_fail(error, PMY_BAD_ARGUMENT,
                          "the model sees one token at a time, with none before it to look at");
    if (status == PMY_OK && (count < 2 || count > most))
        status =
            pmy_fail(error, PMY_BAD_ARGUMENT, "%s: %zu tokens; 2 to %zu can be shown", name, count, most);
    if (status == PMY_OK)
        take(p, vocabulary, all, count);
    free(all);
    return status;
}

size_t passage_begin(const pmy_vocabulary *vocabulary, const pmy_text *text)
{
    enum { SOON = 4096 };
    int32_t newline, token, next;
    (void)pmy_vocabulary_next(vocabulary, "\n", 1, &newline);
    for (size_t at = 0; !text->lines && newline >= 0 && at < SOON && at + 2 < text->count; at++) {
        (void)pmy_text_window(text, at, 1, &token, &next);
        if (token == newline)
            return at + 1;
    }
    return 0;
}

size_t passage_at(passage *p, const pmy_vocabulary *vocabulary, const pmy_text *text, size_t at, size_t most)
{
    int32_t token[PASSAGE_MOST], before[PASSAGE_MOST] = {0};
    /* All but the first come as what follows the one before them. */
    size_t count = pmy_text_window(text, at, most ? most - 1 : 0, before, token + 1);
    token[0] = before[0];
    take(p, vocabulary, token, count ? count + 1 : 0);
    return at + count;
}

pmy_status passage_model(const pmy_language *of, size_t tokens, pmy_language **model, pmy_error *error)
{
    const pmy_language_options options = {.batch = 1, .block = tokens};
    pmy_status status = pmy_language_new(&of->facts, &options, NULL, model, error);
    if (status == PMY_OK)
        pmy_take_parameters((*model)->graph, of->graph);
    return status;
}

pmy_status passage_forward(const passage *p, pmy_language *language, pmy_error *error)
{
    /* What comes after the passage is not seen by it. */
    for (size_t i = 0; i < language->block; i++) {
        pmy_integer_data(language->tokens)[i] = i < p->tokens ? p->token[i] : 0;
        pmy_integer_data(language->targets)[i] = PMY_NO_TARGET;
    }
    pmy_status status = pmy_set_batch(language->graph, 1, error);
    return status == PMY_OK ? pmy_forward(language->graph, PMY_EVAL, error) : status;
}
