/* Adam (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015) and AdamW (Loshchilov
 * and Hutter, "Decoupled weight decay regularization", ICLR 2019): torch.optim.Adam and AdamW.
 *
 *   adam:   g = ∇w + weight_decay · w
 *   adamw:  g = ∇w,  w = w · (1 − learning_rate · weight_decay)
 *
 *   m = beta1 · m + (1 − beta1) · g
 *   v = beta2 · v + (1 − beta2) · g²
 *   w = w − learning_rate / (1 − beta1ᵗ) · m / (√v / √(1 − beta2ᵗ) + epsilon)
 *
 * in the t-th step, t = 1, 2, …; m and v begin as zeros. */
#include "optim/adam.h"

#include "base/portable_math.h"
#include "base/simd.h"

size_t pmy_adam_states(const pmy_optim_options *options)
{
    (void)options;
    return 2;
}

pmy_status pmy_adam_check(const pmy_optim_kind *kind, const pmy_optim_options *options, pmy_error *error)
{
    const double betas[] = {options->beta1, options->beta2};
    for (int i = 0; i < 2; i++)
        if (!(betas[i] >= 0 && betas[i] < 1))
            return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: beta%d %g is not in [0, 1)", kind->name, i + 1,
                            betas[i]);
    /* In pmy_real: a 0 there would make NaN of the gaps between tensors. */
    if (!isfinite(options->epsilon) || !((pmy_real)options->epsilon > 0))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: epsilon %g is not a number above 0", kind->name,
                        options->epsilon);
    return PMY_OK;
}

static pmy_status adam_check(const pmy_optim_kind *kind, const pmy_optim_options *options, pmy_error *error)
{
    if (options->momentum != 0 || options->nesterov)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: momentum is for sgd; here beta1 takes its place",
                        kind->name);
    return pmy_adam_check(kind, options, error);
}

PMY_CLONES
void pmy_adam_update(const pmy_optim *optim, const pmy_optim_run *run)
{
    const bool decoupled = optim->kind != &pmy_optim_adam;
    const pmy_optim_options *options = &optim->options;
    const double correction1 = 1 - PMY_DOUBLE_MATH(pow)(options->beta1, (double)optim->steps),
                 correction2 = 1 - PMY_DOUBLE_MATH(pow)(options->beta2, (double)optim->steps);
    const pmy_real scale = (pmy_real)optim->gradient_scale,
                   decay = (pmy_real)(decoupled ? 0 : run->weight_decay),
                   shrink = (pmy_real)(decoupled ? 1 - run->learning_rate * run->weight_decay : 1),
                   beta1 = (pmy_real)options->beta1, rest1 = (pmy_real)(1 - options->beta1),
                   beta2 = (pmy_real)options->beta2, rest2 = (pmy_real)(1 - options->beta2),
                   rate = (pmy_real)(run->learning_rate / correction1), root = (pmy_real)sqrt(correction2),
                   epsilon = (pmy_real)options->epsilon;
    const pmy_real *restrict gradients = optim->parameters.gradients; /* [size] */
    pmy_real *restrict values = optim->parameters.values;             /* [size] */
    pmy_real *restrict first = optim->state[0];                       /* [size] */
    pmy_real *restrict second = optim->state[1];                      /* [size] */
    for (size_t i = run->begin; i < run->end; i++) {
        pmy_real gradient = scale * gradients[i] + decay * values[i];
        first[i] = beta1 * first[i] + rest1 * gradient;
        second[i] = beta2 * second[i] + rest2 * gradient * gradient;
        values[i] = shrink * values[i] - rate * first[i] / (pmy_real_sqrt(second[i]) / root + epsilon);
    }
}

const pmy_optim_kind pmy_optim_adam = {
    .name = "adam",
    .defaults = {.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8},
    .state = {"first_moment", "second_moment"},
    .states = pmy_adam_states,
    .check = adam_check,
    .update = pmy_adam_update,
};

const pmy_optim_kind pmy_optim_adamw = {
    .name = "adamw",
    .defaults = {.weight_decay = 0.01, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8},
    .state = {"first_moment", "second_moment"},
    .states = pmy_adam_states,
    .check = adam_check,
    .update = pmy_adam_update,
};
