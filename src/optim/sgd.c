/* Stochastic gradient descent: torch.optim.SGD without dampening.
 *
 *   g = ∇w + weight_decay · w
 *   m = momentum · m + g
 *   w = w − learning_rate · (nesterov: g + momentum · m; otherwise: m)
 *
 * m begins as zeros, so that the first m is the first g. Without a momentum m is g, and is not kept. */
#include "optim/sgd.h"

#include "base/simd.h"

static size_t sgd_states(const pmy_optim_options *options)
{
    return options->momentum > 0 ? 1 : 0;
}

pmy_status pmy_momentum_check(const pmy_optim_kind *kind, const pmy_optim_options *options, pmy_error *error)
{
    if (options->momentum >= 0 && options->momentum < 1)
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: momentum %g is not in [0, 1)", kind->name,
                    options->momentum);
}

static pmy_status sgd_check(const pmy_optim_kind *kind, const pmy_optim_options *options, pmy_error *error)
{
    if (options->nesterov && options->momentum == 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: nesterov needs a momentum above 0", kind->name);
    return pmy_momentum_check(kind, options, error);
}

PMY_CLONES
static void pmy_sgd_plain(const pmy_optim *optim, const pmy_optim_run *run)
{
    const pmy_real scale = (pmy_real)optim->gradient_scale, decay = (pmy_real)run->weight_decay,
                   rate = (pmy_real)run->learning_rate;
    const pmy_real *restrict gradients = optim->parameters.gradients; /* [size] */
    pmy_real *restrict values = optim->parameters.values;             /* [size] */
    for (size_t i = run->begin; i < run->end; i++)
        values[i] -= rate * (scale * gradients[i] + decay * values[i]);
}

PMY_CLONES
static void pmy_sgd_with_momentum(const pmy_optim *optim, const pmy_optim_run *run)
{
    const pmy_real scale = (pmy_real)optim->gradient_scale, decay = (pmy_real)run->weight_decay,
                   momentum = (pmy_real)optim->options.momentum, rate = (pmy_real)run->learning_rate;
    const bool nesterov = optim->options.nesterov;
    const pmy_real *restrict gradients = optim->parameters.gradients; /* [size] */
    pmy_real *restrict values = optim->parameters.values;             /* [size] */
    pmy_real *restrict kept = optim->state[0];                        /* [size] */
    for (size_t i = run->begin; i < run->end; i++) {
        pmy_real gradient = scale * gradients[i] + decay * values[i];
        pmy_real direction = momentum * kept[i] + gradient;
        kept[i] = direction;
        if (nesterov)
            direction = gradient + momentum * direction;
        values[i] -= rate * direction;
    }
}

static void sgd_update(const pmy_optim *optim, const pmy_optim_run *run)
{
    if (optim->states)
        pmy_sgd_with_momentum(optim, run);
    else
        pmy_sgd_plain(optim, run);
}

const pmy_optim_kind pmy_optim_sgd = {
    .name = "sgd",
    .state = {"momentum"},
    .states = sgd_states,
    .check = sgd_check,
    .update = sgd_update,
};
