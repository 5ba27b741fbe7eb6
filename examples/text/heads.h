/* Where a language model looks: the shares that each token of a text gives to those before it, in every head.
 */
#ifndef TEXT_HEADS_H
#define TEXT_HEADS_H

#include "text/passage.h"

typedef struct heads {
    size_t layers; /* of attention */
    size_t *count; /* [layers]: heads of each … */
    size_t most;   /* … and the most of one */
    size_t tokens;
    double *shares; /* [layers, most, tokens, tokens]: of a query, the row, to a key; rows sum to 1 */
} heads;

/* Whether the model has attention. */
bool heads_are_in(const pmy_language *language);

/* Shows the model the passage (see passage_forward). Errors: PMY_BAD_ARGUMENT (the model has no attention),
 * PMY_BAD_DATA, PMY_NO_MEMORY; *of is then empty. */
pmy_status heads_make(pmy_language *language, const passage *looked, heads *of, pmy_error *error);
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
