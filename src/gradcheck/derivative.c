#include "gradcheck/derivative.h"

/* The steps taken: neighbours on the ladder, which grow either way. */
typedef struct ladder {
    pmy_probe *probe;
    const pmy_line *line;
    unsigned first, count; /* steps first … first + count − 1 */
    pmy_real value[PMY_MAX_WEIGHTS][PMY_LADDER_STEPS];
    pmy_real noise[PMY_MAX_WEIGHTS][PMY_LADDER_STEPS];
    pmy_outcome above; /* why the steps cannot become larger; PMY_SMOOTH: they can, as far as is known */
} ladder;

pmy_real pmy_step_unit(const pmy_line *line)
{
    pmy_real unit = 1;
    if (line->direction) {
        size_t size = pmy_shape_size(line->tensor->shape);
        while (unit * unit * (pmy_real)size > 1)
            unit /= 2;
        return unit;
    }
    pmy_real x = pmy_real_fabs(line->origin[line->element] + line->shift);
    while (unit < x && unit < PMY_R(1e30))
        unit *= 2;
    return unit;
}

pmy_real pmy_ladder_step(const pmy_line *line, unsigned i)
{
    pmy_real step = 2 * pmy_step_unit(line) * (pmy_real)(32 - line->shorter) / 32;
    while (i-- > 0)
        step /= 2;
    return step;
}

static pmy_outcome take(ladder *steps, unsigned i)
{
    pmy_difference difference;
    pmy_real h = pmy_ladder_step(steps->line, i);
    pmy_outcome outcome = pmy_central_difference(steps->probe, steps->line, h, &difference);
    for (unsigned k = 0; outcome == PMY_SMOOTH && k < steps->probe->weights; k++) {
        steps->value[k][i] = difference.value[k];
        steps->noise[k][i] = difference.noise[k];
    }
    return outcome;
}

static bool grow_down(ladder *steps)
{
    unsigned next = steps->first + steps->count;
    if (next == PMY_LADDER_STEPS || take(steps, next) != PMY_SMOOTH)
        return false;
    steps->count++;
    return true;
}

static bool grow_up(ladder *steps)
{
    if (steps->first == 0 || steps->above != PMY_SMOOTH)
        return false;
    steps->above = take(steps, steps->first - 1);
    if (steps->above != PMY_SMOOTH)
        return false;
    steps->first--;
    steps->count++;
    return true;
}

/* The largest step, from PMY_LADDER_FIRST down, that both sides can take, and the one below. */
static pmy_outcome begin(ladder *steps)
{
    for (steps->first = PMY_LADDER_FIRST + steps->line->finer; steps->first + 1 < PMY_LADDER_STEPS;
         steps->first++) {
        pmy_outcome outcome = take(steps, steps->first);
        if (outcome == PMY_SMOOTH) {
            outcome = take(steps, steps->first + 1);
            steps->count = 2;
            return outcome;
        }
        steps->above = outcome;
    }
    return steps->above;
}

/* Extrapolates; true if every goal is met. Otherwise *noisy tells whether the sum
 * that is farthest from its goal suffers from round-off: what looks like truncation
 * and is not much larger than the noise is noise. */
static bool extrapolate(const ladder *steps, const pmy_real goal[], pmy_derivative *derivative, bool *noisy)
{
    bool met = true;
    pmy_real farthest = 0;
    pmy_real h = pmy_ladder_step(steps->line, steps->first) / pmy_step_unit(steps->line);
    for (unsigned k = 0; k < steps->probe->weights; k++) {
        pmy_estimate *estimate = &derivative->estimate[k];
        *estimate =
            pmy_richardson(steps->count, h, steps->value[k] + steps->first, steps->noise[k] + steps->first);
        pmy_real excess = pmy_uncertainty(*estimate) - goal[k];
        if (!(excess > 0))
            continue;
        met = false;
        if (excess > farthest) {
            farthest = excess;
            *noisy = 8 * estimate->noise > estimate->truncation;
        }
    }
    return met;
}

pmy_outcome pmy_differentiate(pmy_probe *probe, const pmy_line *line, const pmy_real goal[],
                              pmy_derivative *derivative)
{
    ladder steps = {.probe = probe, .line = line, .above = PMY_SMOOTH};
    pmy_outcome outcome = begin(&steps);
    bool met = false, noisy = false;
    while (outcome == PMY_SMOOTH) {
        met = extrapolate(&steps, goal, derivative, &noisy);
        if (met || steps.count == PMY_MAX_STEPS)
            break;
        bool grown = noisy ? grow_up(&steps) || grow_down(&steps) : grow_down(&steps) || grow_up(&steps);
        if (!grown)
            break;
    }
    pmy_line_reset(probe, line);
    if (outcome != PMY_SMOOTH)
        return outcome;
    derivative->largest_step = pmy_ladder_step(line, steps.first);
    derivative->smallest_step = pmy_ladder_step(line, steps.first + steps.count - 1);
    derivative->near_kink = !met && steps.above == PMY_KINKED;
    return PMY_SMOOTH;
}
