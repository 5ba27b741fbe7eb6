/* Where a language model looks: the shares that each token of a text gives to those before it, in every head.
 */
#ifndef TEXT_HEADS_H
#define TEXT_HEADS_H

#include "train/language.h"

typedef struct heads {
    size_t layers, heads; /* of attention, in each layer */
    size_t tokens;
    double *shares; /* [layers, heads, tokens, tokens]: of a query, the row, to a key; rows sum to 1 */
} heads;

/* Of the first `tokens` places of the model's window, which is batch 1. Errors: PMY_BAD_ARGUMENT (the model
 * has no attention), PMY_BAD_DATA, PMY_NO_MEMORY; *of is then empty. */
pmy_status heads_make(pmy_language *language, const int32_t *token, size_t tokens, heads *of,
                      pmy_error *error);
void heads_free(heads *of);

/* The matrix of one head [tokens, tokens]. */
const double *heads_of(const heads *of, size_t layer, size_t head);

/* How a head looks, as means over the queries after the first. */
typedef struct heads_habit {
    double itself, before, first; /* share given to the query's own token, the one before it, the first */
    double entropy;               /* of the shares, in nats; all n keys alike have ln n */
} heads_habit;
heads_habit heads_habit_of(const heads *of, size_t layer, size_t head);

#endif
