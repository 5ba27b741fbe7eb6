#include "train/sampling.h"

#include "base/portable_math.h"

#include <stdlib.h>

pmy_status pmy_sampling_check(const pmy_sampling *sampling, pmy_error *error)
{
    if (!(sampling->temperature >= 0) || !isfinite(sampling->temperature))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the temperature %g is no number from 0 on",
                        sampling->temperature);
    if (!(sampling->top_p > 0 && sampling->top_p <= 1))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "top-p %g is not above 0 and at most 1", sampling->top_p);
    return PMY_OK;
}

/* The likeliest first; p holds the logit. */
static int by_logit(const void *one, const void *other)
{
    const pmy_choice *a = one, *b = other;
    if (a->p != b->p)
        return a->p > b->p ? -1 : 1;
    return a->token < b->token ? -1 : 1;
}

pmy_status pmy_sampling_choices(const pmy_sampling *sampling, size_t n, const pmy_real *z, pmy_choice *choice,
                                size_t *kept, pmy_error *error)
{
    for (size_t i = 0; i < n; i++) {
        choice[i] = (pmy_choice){i, (double)z[i]};
        if (isnan(choice[i].p) || choice[i].p == (double)INFINITY)
            return pmy_fail(error, PMY_BAD_DATA, "the logit of token %zu is %g", i, choice[i].p);
    }
    qsort(choice, n, sizeof *choice, by_logit);
    double largest = choice[0].p, sum = 0;
    if (!isfinite(largest))
        return pmy_fail(error, PMY_BAD_DATA, "no logit is finite");
    size_t most = sampling->temperature == 0 ? 1 : sampling->top_k;
    *kept = most > 0 && most < n ? most : n;
    for (size_t i = 0; i < n; i++) {
        double distance = largest - choice[i].p;
        choice[i].p = i >= *kept      ? 0
                      : distance == 0 ? 1
                                      : PMY_DOUBLE_MATH(exp)(-distance / sampling->temperature);
        sum += choice[i].p;
    }
    size_t fewest = 0;
    double nucleus = 0;
    while (fewest < *kept && (fewest == 0 || nucleus < sampling->top_p * sum))
        nucleus += choice[fewest++].p;
    for (size_t i = 0; i < n; i++)
        choice[i].p = i < fewest ? choice[i].p / nucleus : 0;
    *kept = fewest;
    return PMY_OK;
}

size_t pmy_sampling_draw(const pmy_choice *choice, size_t kept, double u)
{
    size_t i = 0;
    for (double sum = choice[0].p; i + 1 < kept && !(sum > u); sum += choice[i].p)
        i++;
    return i;
}

double pmy_sampling_entropy(const pmy_choice *choice, size_t kept)
{
    double entropy = 0;
    for (size_t i = 0; i < kept; i++)
        entropy -= choice[i].p > 0 ? choice[i].p * PMY_DOUBLE_MATH(log)(choice[i].p) : 0;
    return entropy;
}
