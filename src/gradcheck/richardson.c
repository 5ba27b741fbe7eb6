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
    change = pmy_maximum(change, change_before * h * h / 64);
    pmy_real share = 4 * change / change_before;
    return change * (share < 1 ? pmy_maximum(share, PMY_R(0.0625)) : 1);
}

/* Round-off at half a step is at least twice that at the step, also where an
 * output happened to round to the same number on both sides. */
static pmy_real at_least_twice(pmy_real noise, pmy_real noise_above)
{
    return pmy_maximum(noise, 2 * noise_above);
}

pmy_estimate pmy_richardson(unsigned count, pmy_real h, const pmy_real difference[], const pmy_real noise[])
{
    pmy_real row[PMY_MAX_STEPS], row_noise[PMY_MAX_STEPS]; /* row[i] is T[i…j] */
    pmy_real noise_here = 0;
    pmy_estimate best = {.truncation = (pmy_real)INFINITY};
    for (unsigned j = 0; j < count; j++) {
        noise_here = at_least_twice(noise[j], noise_here);
        row[j] = difference[j];
        row_noise[j] = noise_here;
        pmy_real change_before = 0, power = 1, step = h;
        for (unsigned i = 0; i < j; i++)
            step /= 2;
        for (unsigned i = j; i-- > 0;) {
            power *= 4;
            step *= 2;
            pmy_real change = (row[i + 1] - row[i]) / (power - 1);
            row_noise[i] = (power * row_noise[i + 1] + row_noise[i]) / (power - 1);
            row[i] = row[i + 1] + change;
            change = pmy_fabs(change);
            pmy_estimate here = {row[i], expected_truncation(change, change_before, step), row_noise[i]};
            if (pmy_uncertainty(here) < pmy_uncertainty(best))
                best = here;
            change_before = change;
        }
    }
    return best;
}
