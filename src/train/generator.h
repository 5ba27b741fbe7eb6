/* A language model that goes on with a text, a token at a time. What its layers computed of the tokens before
 * is kept, so that a token costs no more than itself.
 *
 *   pmy_generator_load("m.safetensors", pool, &generator, &error);
 *   for each token of a prompt: pmy_generator_feed(generator, token, &error);
 *   pmy_sampling_choices(&sampling, n, pmy_generator_logits(generator), choice, &kept, &error);
 *   …                                  draw one, feed it, and so on
 *
 * As long as the text fits the model's window, the block, logits are those of the whole text at once, to
 * rounding. A token that would not fit moves the window on: the later half of it, ⌊block/2⌋ tokens, becomes
 * its beginning and is computed again, without what came before; the next tokens see these and each other. */
#ifndef PMY_TRAIN_GENERATOR_H
#define PMY_TRAIN_GENERATOR_H

#include "train/language.h"

typedef struct pmy_generator pmy_generator;

/* One whose numbers are still to come. Errors: PMY_BAD_NET (layers that no single position can be computed
 * of), PMY_NO_MEMORY. */
pmy_status pmy_generator_new(const pmy_model_facts *facts, pmy_pool *pool, pmy_generator **generator,
                             pmy_error *error);
/* One with the numbers of a file. Errors: also those of pmy_language_load. */
pmy_status pmy_generator_load(const char *path, pmy_pool *pool, pmy_generator **generator, pmy_error *error);
void pmy_generator_free(pmy_generator *generator);

/* Its net and vocabulary, which last as long as it. */
const pmy_model_facts *pmy_generator_facts(const pmy_generator *generator);

/* Takes the parameters that a language model of the same net has now. */
void pmy_generator_take(pmy_generator *generator, const pmy_language *language);

/* Forgets all tokens. */
void pmy_generator_clear(pmy_generator *generator);

/* The next token of the text. Errors: PMY_NO_MEMORY, where a window moves on for the first time; PMY_BAD_DATA
 * (no token of the vocabulary; attention of scores that are not finite).
 */
pmy_status pmy_generator_feed(pmy_generator *generator, int32_t token, pmy_error *error);

/* [vocabulary]: the logits of what comes after the last token, until the next is fed. */
const pmy_real *pmy_generator_logits(const pmy_generator *generator);

#endif
