#include "train/run.h"

#include "net/net_ends.h"

/* What nobody else looks at. */
static pmy_status check_recipe(const pmy_recipe *recipe, pmy_error *error)
{
    const pmy_optim_options *options = &recipe->optim_options, *defaults = &recipe->optim->defaults;
    if (!(recipe->clip >= 0))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "gradients cannot be clipped to a norm of %g", recipe->clip);
    /* Adam's, which are never 0 by default where they are any at all. */
    if (defaults->epsilon == 0 && (options->beta1 != 0 || options->beta2 != 0 || options->epsilon != 0))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: it has neither betas nor an epsilon",
                        recipe->optim->name);
    return PMY_OK;
}

static pmy_status plan_rates(pmy_run *run, uint64_t steps, pmy_error *error)
{
    const pmy_recipe *recipe = &run->recipe;
    run->schedule = pmy_schedule_make(recipe->schedule, recipe->learning_rate, steps);
    run->schedule.warm_up = recipe->warm_up;
    run->schedule.last_rate = recipe->last_rate;
    /* A step schedule falls after each third of what follows the warm-up. */
    uint64_t falling = steps > recipe->warm_up ? steps - recipe->warm_up : 1;
    run->schedule.step_every = falling / 3 + (falling % 3 != 0);
    return pmy_schedule_check(&run->schedule, error);
}

pmy_status pmy_run_begin(pmy_run *run, uint64_t steps, pmy_error *error)
{
    const pmy_recipe *recipe = &run->recipe;
    pmy_status status = check_recipe(recipe, error);
    if (status == PMY_OK)
        status = plan_rates(run, steps, error);
    if (status == PMY_OK)
        status = pmy_optim_new(recipe->optim, &recipe->optim_options, run->graph, &run->optim, error);
    if (status == PMY_OK && run->net)
        pmy_optim_elementwise(run->optim, pmy_net_is_at_an_end, run->net);
    if (status == PMY_OK && recipe->decay == PMY_DECAY_MATRICES)
        status = pmy_optim_group(run->optim, pmy_is_vector, NULL, 1, 0, error);
    if (status == PMY_OK && recipe->average_decay != 0)
        status = pmy_average_new(recipe->average_decay, run->graph, &run->average, error);
    return status;
}

void pmy_run_end(pmy_run *run)
{
    pmy_average_free(run->average);
    pmy_optim_free(run->optim);
    run->average = NULL;
    run->optim = NULL;
}

/* --- Steps ---------------------------------------------------------------- */

static pmy_status compute_gradients(pmy_run *run, pmy_error *error)
{
    pmy_status status = pmy_forward(run->graph, PMY_TRAIN, error);
    if (status == PMY_OK && !pmy_is_finite(pmy_item(run->loss)))
        status = pmy_fail(error, PMY_BAD_DATA, "%s: the loss is infinite", pmy_node_name(run->loss));
    if (status != PMY_OK)
        return status;
    pmy_backward(run->graph);
    return run->recipe.clip != 0 ? pmy_optim_clip(run->optim, run->recipe.clip, NULL, error) : PMY_OK;
}

pmy_status pmy_run_step(pmy_run *run, pmy_error *error)
{
    pmy_status status = compute_gradients(run, error);
    if (status != PMY_OK) {
        pmy_run_name_step("step", run->step + 1, error);
        return status;
    }
    pmy_optim_step(run->optim, pmy_schedule_rate(&run->schedule, run->step));
    if (run->average)
        pmy_average_step(run->average);
    run->step++;
    return PMY_OK;
}

pmy_status pmy_run_set_rate(pmy_run *run, double rate, pmy_error *error)
{
    pmy_schedule changed = run->schedule;
    changed.rate = rate;
    pmy_status status = pmy_schedule_check(&changed, error);
    if (status == PMY_OK) {
        run->schedule = changed;
        run->recipe.learning_rate = rate;
    }
    return status;
}

bool pmy_run_take_average(pmy_run *run)
{
    if (!run->average || run->average->swapped)
        return false;
    pmy_average_swap(run->average);
    return true;
}

void pmy_run_name_step(const char *when, uint64_t step, pmy_error *error)
{
    if (!error)
        return;
    const pmy_error why = *error;
    (void)pmy_fail(error, why.code, "%s %llu: %.*s", when, (unsigned long long)step,
                   (int)sizeof why.message - 40, why.message);
}
