/* One tensor's gradient against finite differences: every element, or random
 * directions and a sample of elements. */
#include "gradcheck/session.h"

#include <string.h>

/* Steps of the ladder, each half the one before: where a disagreement is looked into, 32 times smaller. */
enum { FINER = 5 };

/* What each weighted sum's derivative should be known to: well below the allowed error. */
static void find_goals(const pmy_session *session, const pmy_pair *pair, pmy_real goal[])
{
    for (unsigned k = 0; k < session->probe.weights; k++) {
        pmy_real scale = pmy_gradient_scale(pair->analytic[k], 0, pair->largest[k]);
        goal[k] = (pmy_real)session->tolerance * scale / 32;
    }
}

/* Next to a kink, as much more than the tolerance as round-off explains, within limits. */
static double allowed_for(const pmy_session *session, const pmy_derivative *derivative, double uncertainty)
{
    if (!derivative->near_kink || !(4 * uncertainty > session->tolerance))
        return session->tolerance;
    return 4 * uncertainty;
}

/* Whether backward's derivatives are further from the differences' than is allowed. */
static bool disagrees(const pmy_session *session, const pmy_pair *pair)
{
    for (unsigned k = 0; k < session->probe.weights; k++)
        if (!(pmy_gradient_error(pair->analytic[k], pair->numeric.estimate[k].value, pair->largest[k]) <=
              session->tolerance))
            return true;
    return false;
}

bool pmy_compare_line(pmy_session *session, const pmy_line *line, pmy_pair *pair, pmy_numeric *numeric)
{
    pmy_real goal[PMY_MAX_WEIGHTS];
    find_goals(session, pair, goal);
    pmy_outcome outcome = pmy_differentiate(&session->probe, line, goal, &pair->numeric);
    if (outcome == PMY_SMOOTH && disagrees(session, pair)) {
        /* Where the function bends sharply, as next to two equal rows of a normalisation, large steps can
         * agree with each other on what is wrong. A wrong backward disagrees with small ones, too. */
        pmy_line finer = *line;
        finer.finer = FINER;
        pmy_pair again = *pair;
        if (pmy_differentiate(&session->probe, &finer, goal, &again.numeric) == PMY_SMOOTH &&
            !disagrees(session, &again))
            *pair = again;
    }
    if (outcome == PMY_KINKED)
        return false;
    pmy_worst found[PMY_MAX_WEIGHTS];
    for (unsigned k = 0; k < session->probe.weights; k++) {
        pmy_estimate estimate = pair->numeric.estimate[k];
        if (outcome == PMY_FAULTY)
            estimate = (pmy_estimate){.value = (pmy_real)NAN};
        pmy_real uncertainty = pmy_uncertainty(estimate);
        pmy_real scale = pmy_gradient_scale(pair->analytic[k], estimate.value, pair->largest[k]);
        double allowed = scale > 0 ? allowed_for(session, &pair->numeric, (double)(uncertainty / scale))
                                   : session->tolerance;
        if (allowed > PMY_GRADCHECK_KINK_TOLERANCE)
            return false;
        found[k] = (pmy_worst){
            .place = pair->place,
            .error = pmy_gradient_error(pair->analytic[k], estimate.value, pair->largest[k]),
            .allowed = allowed,
            .analytic = pair->analytic[k],
            .numeric = estimate.value,
            .uncertainty = uncertainty,
            .step = pair->numeric.smallest_step,
        };
        numeric->any |= pmy_fabs(estimate.value) > uncertainty;
    }
    for (unsigned k = 0; k < session->probe.weights; k++) {
        if (found[k].error / found[k].allowed > numeric->worst.error / numeric->worst.allowed)
            numeric->worst_is_direction = line->direction != NULL;
        pmy_keep_worst(&numeric->worst, &found[k]);
    }
    return true;
}

/* --- Elements ------------------------------------------------------------- */

static void compare_element(pmy_session *session, const pmy_checked *checked, size_t element,
                            pmy_numeric *numeric)
{
    pmy_line line = {.tensor = checked->node, .origin = checked->origin, .element = element};
    pmy_pair pair = {.place = element};
    for (unsigned k = 0; k < session->probe.weights; k++) {
        pair.analytic[k] = checked->analytic[k][element];
        pair.largest[k] = checked->beside[k];
    }
    numeric->compared++;
    if (!pmy_compare_line(session, &line, &pair, numeric)) {
        numeric->kinks++;
        numeric->complete = false;
        pmy_check_kink(session, checked, element, numeric);
        return;
    }
    for (unsigned k = 0; k < session->probe.weights; k++)
        numeric->value[k][element] = pair.numeric.estimate[k].value;
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

static pmy_real product(const pmy_real *a, const pmy_real *b, size_t size)
{
    pmy_accum sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += (pmy_accum)a[i] * (pmy_accum)b[i];
    return (pmy_real)sum;
}

/* A direction that meets a kink is drawn anew, a few times. */
static void compare_direction(pmy_session *session, const pmy_checked *checked, size_t index,
                              pmy_numeric *numeric)
{
    enum { TRIES = 4 };
    pmy_real *direction = session->room[0]; /* [size] */
    pmy_line line = {.tensor = checked->node, .origin = checked->origin, .direction = direction};
    numeric->directions++;
    for (unsigned try = 0; try < TRIES; try++) {
        draw_direction(session, checked->size, direction);
        pmy_pair pair = {.place = index};
        for (unsigned k = 0; k < session->probe.weights; k++) {
            const pmy_real *gradient = checked->analytic[k]; /* [size] */
            pair.analytic[k] = product(gradient, direction, checked->size);
            /* About as large as products with such directions are. */
            pair.largest[k] = pmy_sqrt(product(gradient, gradient, checked->size));
        }
        if (pmy_compare_line(session, &line, &pair, numeric))
            return;
    }
    numeric->unresolved++;
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
    numeric->worst = (pmy_worst){.error = -1, .allowed = 1};
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
