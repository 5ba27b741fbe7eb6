/* One tensor's gradient against finite differences: every element, or random
 * directions and a sample of elements. */
#include "gradcheck/session.h"

#include <string.h>

/* Steps of the ladder, each half the one before: where a disagreement is looked into, 64 times smaller. */
enum { FINER = 6 };

/* What each weighted sum's derivative should be known to: well below the allowed error. */
static void find_goals(const pmy_session *session, const pmy_pair *pair, pmy_real goal[])
{
    for (unsigned k = 0; k < session->probe.weights; k++) {
        pmy_real scale = pmy_gradient_scale(pair->analytic[k], 0, pair->largest[k]);
        goal[k] = (pmy_real)PMY_GRADCHECK_TOLERANCE * scale / 32;
    }
}

static double error_of(const pmy_pair *pair, unsigned k)
{
    return pmy_gradient_error(pair->analytic[k], pair->numeric.estimate[k].value, pair->largest[k]);
}

static bool disagrees(const pmy_session *session, const pmy_pair *pair)
{
    for (unsigned k = 0; k < session->probe.weights; k++)
        if (!(error_of(pair, k) <= PMY_GRADCHECK_TOLERANCE))
            return true;
    return false;
}

/* Where the function bends sharply, as next to equal rows of a normalisation, differences with large steps
 * can agree with each other on what is wrong. Where backward disagrees with them, smaller steps are asked,
 * too, and believed where they contradict the large ones, whatever backward says; but not steps that are lost
 * in the outputs' last digits, which seem to have no round-off. */
static void look_closer(pmy_session *session, const pmy_real goal[], pmy_pair *pair)
{
    bool contradicts = false;
    pmy_line finer = pair->line;
    finer.finer = FINER;
    pmy_derivative closer;
    if (pmy_differentiate(&session->probe, &finer, goal, &closer) != PMY_SMOOTH)
        return;
    for (unsigned k = 0; k < session->probe.weights; k++) {
        pmy_estimate here = closer.estimate[k], before = pair->numeric.estimate[k];
        contradicts |= here.noise > 0 && pmy_real_fabs(here.value - before.value) >
                                             pmy_uncertainty(here) + pmy_uncertainty(before);
    }
    if (contradicts)
        pair->numeric = closer;
}

/* Round-off is another at each step. Where the disagreement is no larger than it, as where a small gradient
 * is one of a large loss, the mean over several steps has less of it. */
static void look_again(pmy_session *session, const pmy_real goal[], pmy_pair *pair)
{
    enum { TIMES = 16 };
    pmy_estimate *mean = pair->numeric.estimate;
    unsigned times = 1;
    pmy_line line = pair->line;
    for (line.shorter = 1; line.shorter < TIMES; line.shorter++) {
        pmy_derivative other;
        if (pmy_differentiate(&session->probe, &line, goal, &other) != PMY_SMOOTH)
            continue;
        times++;
        for (unsigned k = 0; k < session->probe.weights; k++) {
            mean[k].value += (other.estimate[k].value - mean[k].value) / (pmy_real)times;
            mean[k].truncation += (other.estimate[k].truncation - mean[k].truncation) / (pmy_real)times;
            mean[k].noise += (other.estimate[k].noise - mean[k].noise) / (pmy_real)times;
        }
    }
    for (unsigned k = 0; k < session->probe.weights; k++)
        mean[k].noise /= pmy_real_sqrt((pmy_real)times);
}

/* The uncertainty is of how outputs are rounded, not of what is rounded on the way to them. */
static bool is_noise(const pmy_pair *pair, unsigned k)
{
    pmy_estimate estimate = pair->numeric.estimate[k];
    return pmy_real_fabs(pair->analytic[k] - estimate.value) <= 4 * pmy_uncertainty(estimate);
}

static bool all_noise(const pmy_session *session, const pmy_pair *pair)
{
    for (unsigned k = 0; k < session->probe.weights; k++)
        if (!is_noise(pair, k))
            return false;
    return true;
}

/* Next to a kink, as much more than the tolerance as round-off explains. */
static double allowed_for(const pmy_pair *pair, unsigned k)
{
    pmy_estimate estimate = pair->numeric.estimate[k];
    pmy_real scale = pmy_gradient_scale(pair->analytic[k], estimate.value, pair->largest[k]);
    if (!pair->numeric.near_kink || !(scale > 0))
        return PMY_GRADCHECK_TOLERANCE;
    double uncertainty = (double)(pmy_uncertainty(estimate) / scale);
    return 4 * uncertainty > PMY_GRADCHECK_TOLERANCE ? 4 * uncertainty : PMY_GRADCHECK_TOLERANCE;
}

static void keep_worst(const pmy_pair *pair, unsigned k, double allowed, pmy_numeric *numeric)
{
    pmy_check *check = numeric->check;
    pmy_real value = pair->numeric.estimate[k].value,
             uncertainty = pmy_uncertainty(pair->numeric.estimate[k]);
    double error = error_of(pair, k);
    numeric->any |= pmy_real_fabs(value) > uncertainty;
    if (!(error / allowed > check->error / check->tolerance))
        return;
    numeric->is_noise = is_noise(pair, k);
    check->error = error;
    check->tolerance = allowed;
    check->worst = pair->place;
    check->worst_is_direction = pair->line.direction != NULL;
    check->analytic = (double)pair->analytic[k];
    check->numeric = (double)value;
    check->uncertainty = (double)uncertainty;
}

bool pmy_compare_line(pmy_session *session, pmy_pair *pair, pmy_numeric *numeric)
{
    pmy_real goal[PMY_MAX_WEIGHTS];
    double allowed[PMY_MAX_WEIGHTS];
    find_goals(session, pair, goal);
    pmy_outcome outcome = pmy_differentiate(&session->probe, &pair->line, goal, &pair->numeric);
    if (outcome == PMY_KINKED)
        return false;
    if (outcome == PMY_SMOOTH && disagrees(session, pair))
        look_closer(session, goal, pair);
    if (outcome == PMY_SMOOTH && disagrees(session, pair) && all_noise(session, pair))
        look_again(session, goal, pair);
    if (outcome != PMY_SMOOTH)
        pair->numeric = (pmy_derivative){.estimate = {{.value = (pmy_real)NAN}, {.value = (pmy_real)NAN}}};
    for (unsigned k = 0; k < session->probe.weights; k++)
        if ((allowed[k] = allowed_for(pair, k)) > PMY_GRADCHECK_KINK_TOLERANCE)
            return false;
    for (unsigned k = 0; k < session->probe.weights; k++)
        keep_worst(pair, k, allowed[k], numeric);
    return true;
}

/* --- Elements ------------------------------------------------------------- */

pmy_pair pmy_pair_at(const pmy_checked *checked, size_t element)
{
    pmy_pair pair = {.line = {.tensor = checked->node, .origin = checked->origin, .element = element},
                     .place = element};
    for (unsigned k = 0; k < PMY_MAX_WEIGHTS && checked->analytic[k]; k++) {
        pair.analytic[k] = checked->analytic[k][element];
        pair.largest[k] = checked->beside[k];
    }
    return pair;
}

static void compare_element(pmy_session *session, const pmy_checked *checked, size_t element,
                            pmy_numeric *numeric)
{
    pmy_pair pair = pmy_pair_at(checked, element);
    numeric->check->compared++;
    if (pmy_compare_line(session, &pair, numeric)) {
        numeric->value[element] = pair.numeric.estimate[0].value;
        numeric->different += error_of(&pair, 0) > PMY_GRADCHECK_TOLERANCE;
        return;
    }
    numeric->check->kinks++;
    numeric->complete = false;
    pmy_check_kink(session, checked, element, numeric);
}

/* --- Directions ----------------------------------------------------------- */

/* Entries of either sign between 1/2 and 1, multiples of 1/16 so that moving by a power of two times them
 * rounds little. */
static void draw_direction(pmy_session *session, size_t size, pmy_real *direction)
{
    for (size_t i = 0; i < size; i++) {
        uint32_t drawn = pmy_random_below(&session->random, 16);
        pmy_real magnitude = (pmy_real)(8 + drawn / 2) / 16;
        direction[i] = drawn % 2 ? magnitude : -magnitude;
    }
}

/* A direction that meets a kink is drawn anew, a few times. */
static void compare_direction(pmy_session *session, const pmy_checked *checked, size_t index,
                              pmy_numeric *numeric)
{
    enum { TRIES = 4 };
    pmy_real *direction = session->room[0]; /* [size] */
    pmy_pair pair = {.line = {.tensor = checked->node, .origin = checked->origin, .direction = direction},
                     .place = index};
    numeric->check->directions++;
    for (unsigned try = 0; try < TRIES; try++) {
        draw_direction(session, checked->size, direction);
        for (unsigned k = 0; k < session->probe.weights; k++) {
            const pmy_real *gradient = checked->analytic[k]; /* [size] */
            pair.analytic[k] = (pmy_real)pmy_inner_product(checked->size, gradient, direction);
            /* About as large as products with such directions are. */
            pair.largest[k] = pmy_real_sqrt((pmy_real)pmy_inner_product(checked->size, gradient, gradient));
        }
        if (pmy_compare_line(session, &pair, numeric))
            return;
    }
    numeric->check->unjudged++;
}

static void sample_tensor(pmy_session *session, const pmy_checked *checked, pmy_numeric *numeric)
{
    for (size_t d = 0; d < PMY_GRADCHECK_DIRECTIONS; d++)
        compare_direction(session, checked, d, numeric);
    /* The ends, where tiles and tails go wrong, and others at random. */
    compare_element(session, checked, 0, numeric);
    compare_element(session, checked, checked->size - 1, numeric);
    for (size_t e = 2; e < PMY_GRADCHECK_ELEMENTS; e++)
        compare_element(session, checked, pmy_random_below(&session->random, (uint32_t)checked->size),
                        numeric);
}

/* --- The tensor ----------------------------------------------------------- */

/* Whether probes may compute single rows: tried at an element of each row. */
static bool rows_suffice(pmy_session *session, const pmy_checked *checked)
{
    if (!checked->node->batched || pmy_graph_mixes_rows(session->probe.graph))
        return false;
    session->probe.by_rows = true;
    size_t row_size = pmy_row_size(checked->node);
    for (size_t r = 0; r < pmy_rows(checked->node); r++) {
        pmy_line line = {.tensor = checked->node,
                         .origin = checked->origin,
                         .element = r * row_size + pmy_random_below(&session->random, (uint32_t)row_size)};
        if (!pmy_rows_suffice(&session->probe, &line, pmy_ladder_step(&line, PMY_LADDER_FIRST)))
            return false;
    }
    return true;
}

void pmy_compare_tensor(pmy_session *session, const pmy_checked *checked, pmy_numeric *numeric)
{
    numeric->check->error = -1;
    numeric->check->tolerance = 1;
    numeric->value = session->room[1];
    numeric->complete = checked->size <= PMY_GRADCHECK_FULL;
    (void)pmy_probe_here(&session->probe);
    session->probe.by_rows = rows_suffice(session, checked);
    if (checked->size <= PMY_GRADCHECK_FULL)
        for (size_t i = 0; i < checked->size; i++)
            compare_element(session, checked, i, numeric);
    else
        sample_tensor(session, checked, numeric);
    session->probe.by_rows = false;
    (void)pmy_probe_here(&session->probe);
}
