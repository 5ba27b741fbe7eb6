#include "gradcheck/richardson.h"

/* Neville's scheme for steps that halve: combining differences i … j,
 *
 *   T[i…j] = T[i+1…j] + (T[i+1…j] − T[i…j−1]) / (4^(j−i) − 1)
 *
 * The change from T[i+1…j] is about the error of T[i+1…j], and taking in a step h shrinks the error by
 * (h/radius of convergence)². What the last step shrank it by tells what the next would.
 * A change can also be small by chance, where two terms cancel. So no radius
 * is taken to be larger than 8, and no error smaller than a sixteenth of the change. */
static pmy_real expected_truncation(pmy_real change, pmy_real change_before, pmy_real h)
{
    if (!(change_before > 0))
        return change;
    change = pmy_real_maximum(change, change_before * h * h / 64);
    pmy_real share = 4 * change / change_before;
    return change * (share < 1 ? pmy_real_maximum(share, PMY_R(0.0625)) : 1);
}

/* Round-off at half a step is at least twice that at the step, also where an
 * output happened to round to the same number on both sides. */
static pmy_real at_least_twice(pmy_real noise, pmy_real noise_above)
{
    return pmy_real_maximum(noise, 2 * noise_above);
}

/* T[i…j] is window[i][j]. */
static void extrapolate(unsigned count, pmy_real h, const pmy_real difference[], const pmy_real noise[],
                        pmy_estimate window[][PMY_MAX_STEPS])
{
    for (unsigned j = 0; j < count; j++) {
        pmy_real noise_here = j ? at_least_twice(noise[j], window[j - 1][j - 1].noise) : noise[j];
        window[j][j] = (pmy_estimate){difference[j], (pmy_real)INFINITY, noise_here};
        pmy_real change_before = 0, power = 1, step = h;
        for (unsigned i = 0; i < j; i++)
            step /= 2;
        for (unsigned i = j; i-- > 0;) {
            const pmy_estimate *below = &window[i + 1][j], *above = &window[i][j - 1];
            power *= 4;
            step *= 2;
            pmy_real change = (below->value - above->value) / (power - 1);
            window[i][j] = (pmy_estimate){
                .value = below->value + change,
                .truncation = expected_truncation(pmy_real_fabs(change), change_before, step),
                .noise = (power * below->noise + above->noise) / (power - 1),
            };
            change_before = pmy_real_fabs(change);
        }
    }
}

/* What the same extrapolation from half the steps contradicts is no better than that. */
static pmy_real contradiction(const pmy_estimate *estimate, const pmy_estimate *halved)
{
    return pmy_real_fabs(estimate->value - halved->value) - halved->noise;
}

pmy_estimate pmy_richardson(unsigned count, pmy_real h, const pmy_real difference[], const pmy_real noise[])
{
    pmy_estimate window[PMY_MAX_STEPS][PMY_MAX_STEPS];
    extrapolate(count, h, difference, noise, window);
    pmy_estimate best = {.truncation = (pmy_real)INFINITY};
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = i + 1; j < count; j++) {
            pmy_estimate here = window[i][j];
            if (j + 1 < count)
                here.truncation =
                    pmy_real_maximum(here.truncation, contradiction(&here, &window[i + 1][j + 1]));
            if (pmy_uncertainty(here) < pmy_uncertainty(best))
                best = here;
        }
    return best;
}
