/* Which token comes next: drawn from softmax(z/T) over those that are likely enough. */
#ifndef PMY_TRAIN_SAMPLING_H
#define PMY_TRAIN_SAMPLING_H

#include "base/real.h"
#include "base/status.h"

#include <stddef.h>

typedef struct pmy_sampling {
    double temperature; /* T ≥ 0; 0 is the likeliest alone, which is what T → 0 comes to */
    size_t top_k;       /* only the so many likeliest (Fan, Lewis and Dauphin, arXiv:1805.04833); 0: all */
    double top_p; /* of them, only the fewest whose shares at this temperature come to top_p or more (nucleus
                   * sampling, Holtzman et al., arXiv:1904.09751); 0 < top_p ≤ 1; 1: all */
} pmy_sampling;

/* PMY_BAD_ARGUMENT where a number is out of its range. */
pmy_status pmy_sampling_check(const pmy_sampling *sampling, pmy_error *error);

/* One token and its share. */
typedef struct pmy_choice {
    size_t token;
    double p;
} pmy_choice;

/* choice [n] receives all n > 0 tokens, the likeliest first (of equals the lower), with their shares of what
 * may be drawn: the first *kept of them sum to 1, the others have 0. The logits z [n] have a largest one.
 * Errors: PMY_BAD_DATA (a logit that is NaN or +inf, or none that is finite). */
pmy_status pmy_sampling_choices(const pmy_sampling *sampling, size_t n, const pmy_real *z, pmy_choice *choice,
                                size_t *kept, pmy_error *error);

/* The index of the choice at u in [0, 1): the first whose sum of p with those before it is above u. */
size_t pmy_sampling_draw(const pmy_choice *choice, size_t kept, double u);

/* −Σ p ln p, in nats. */
double pmy_sampling_entropy(const pmy_choice *choice, size_t kept);

#endif
