/* An element with a kink so close that no difference around the point stays on
 * one side of it. There is no derivative to compare there, but on each side there is
 * one: the element is moved to both, and at each place backward and differences
 * must agree with each other. */
#include "gradcheck/session.h"

/* How far to move: four times, eight times, … the smallest step of a difference, so that steps of half the
 * way and less stay clear of the kink that was left. */
enum { TRIES = 8 };

static bool check_side(pmy_session *session, const pmy_checked *checked, size_t element, pmy_real shift,
                       pmy_numeric *numeric)
{
    pmy_real *place = &checked->node->value[element];
    pmy_line line = {.tensor = checked->node, .origin = checked->origin, .element = element, .shift = shift};
    pmy_pair pair = {.place = element};
    bool judged = true;
    for (unsigned k = 0; judged && k < session->probe.weights; k++) {
        *place = checked->origin[element] + shift;
        judged = pmy_weighted_backward(&session->probe, k, NULL) == PMY_OK;
        pair.analytic[k] = checked->node->gradient[element];
        pair.largest[k] = checked->beside[k];
    }
    judged = judged && pmy_probe_here(&session->probe) == PMY_SMOOTH &&
             pmy_compare_line(session, &line, &pair, numeric);
    *place = checked->origin[element];
    (void)pmy_probe_here(&session->probe);
    return judged;
}

void pmy_check_kink(pmy_session *session, const pmy_checked *checked, size_t element, pmy_numeric *numeric)
{
    pmy_line line = {.tensor = checked->node, .origin = checked->origin, .element = element};
    for (int side = -1; side <= 1; side += 2) {
        bool judged = false;
        for (unsigned try = 1; try <= TRIES && !judged; try++) {
            pmy_real distance = pmy_ladder_step(&line, PMY_LADDER_STEPS - 2 - try);
            judged = check_side(session, checked, element, (pmy_real)side * distance, numeric);
        }
        numeric->unresolved += !judged;
    }
}
