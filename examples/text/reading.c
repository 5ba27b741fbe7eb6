#include "text/reading.h"

#include "train/sampling.h"

#include <stdlib.h>

static pmy_status read_token(const pmy_language *language, reading *r, size_t index, pmy_choice *choice,
                             pmy_error *error)
{
    size_t count = language->vocabulary.count, kept;
    const pmy_real *z = pmy_value(language->logits).data + (index - 1) * count; /* [count] */
    const pmy_sampling plain = {.temperature = 1, .top_p = 1};
    pmy_status status = pmy_sampling_choices(&plain, count, z, choice, &kept, error);
    if (status != PMY_OK)
        return status;
    r->likeliest[index] = (int32_t)choice[0].token;
    r->likeliest_p[index] = choice[0].p;
    for (size_t i = 0; i < count; i++)
        if ((int32_t)choice[i].token == r->of.token[index])
            r->p[index] = choice[i].p;
    return PMY_OK;
}

pmy_status reading_make(pmy_language *language, reading *r, pmy_error *error)
{
    pmy_choice *choice = malloc(language->vocabulary.count * sizeof *choice);
    if (!choice)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory to read a text");
    pmy_status status = passage_forward(&r->of, language, error);
    for (size_t i = 1; status == PMY_OK && i < r->of.tokens; i++)
        status = read_token(language, r, i, choice, error);
    free(choice);
    return status;
}
