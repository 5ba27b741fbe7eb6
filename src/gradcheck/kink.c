/* An element with a kink so close that no difference around the point stays on
 * one side of it. There is no derivative to compare there, but on each side there is
 * one: the element is moved to both, and at each place backward and differences
 * must agree with each other. */
#include "gradcheck/session.h"

/* How often to move further: four times, eight times, … the smallest step of a difference, so that steps of
 * half the way and less stay clear of the kink that was left; and where other kinks lie too close to all of
 * these places, once more from the first on, each time to the middle between the two kinks around it. A
 * tensor that many kinks depend on, such as a convolution's weight, has wide gaps between them here and
 * there. */
enum { NEAR_TRIES = 8, GAP_TRIES = 14 };

static bool check_side(pmy_session *session, const pmy_checked *checked, size_t element, pmy_real shift,
                       pmy_numeric *numeric)
{
    pmy_real *place = &checked->node->value[element];
    pmy_pair pair = pmy_pair_at(checked, element);
    pair.line.shift = shift;
    bool judged = true;
    for (unsigned k = 0; judged && k < session->probe.weights; k++) {
        *place = checked->origin[element] + shift;
        judged = pmy_weighted_backward(&session->probe, k, NULL, NULL, NULL) == PMY_OK;
        pair.analytic[k] = checked->node->gradient[element];
    }
    judged =
        judged && pmy_probe_here(&session->probe) == PMY_SMOOTH && pmy_compare_line(session, &pair, numeric);
    *place = checked->origin[element];
    (void)pmy_probe_here(&session->probe);
    return judged;
}

/* How far the choices at the line's point hold in one direction, up to the first step of the ladder. */
static pmy_real room(pmy_probe *probe, const pmy_line *line, int side)
{
    enum { HALVINGS = 4 };
    pmy_real held = 0, next = 0;
    for (unsigned i = PMY_LADDER_STEPS; i-- > PMY_LADDER_FIRST;) {
        next = pmy_ladder_step(line, i);
        if (pmy_probe_at(probe, line, (pmy_real)side * next) != PMY_SMOOTH)
            break;
        held = next;
    }
    for (unsigned i = 0; i < HALVINGS && held < next; i++) {
        pmy_real middle = (held + next) / 2;
        if (pmy_probe_at(probe, line, (pmy_real)side * middle) == PMY_SMOOTH)
            held = middle;
        else
            next = middle;
    }
    return held;
}

/* The shift to the middle between the kinks on both sides of a shift, but never back over the point. */
static pmy_real middle_of_gap(pmy_session *session, const pmy_checked *checked, size_t element,
                              pmy_real shift)
{
    pmy_line line = {.tensor = checked->node, .origin = checked->origin, .element = element, .shift = shift};
    checked->node->value[element] = checked->origin[element] + shift;
    if (pmy_probe_here(&session->probe) != PMY_SMOOTH)
        return shift;
    int side = shift < 0 ? -1 : 1;
    pmy_real away = room(&session->probe, &line, side), back = room(&session->probe, &line, -side);
    if (back > pmy_real_fabs(shift))
        back = pmy_real_fabs(shift);
    return shift + (pmy_real)side * (away - back) / 2;
}

/* Four times the smallest step, eight times, … */
static pmy_real distance_of(const pmy_line *line, unsigned try)
{
    return pmy_ladder_step(line, PMY_LADDER_STEPS - 1) * (pmy_real)(4 << try);
}

void pmy_check_kink(pmy_session *session, const pmy_checked *checked, size_t element, pmy_numeric *numeric)
{
    pmy_line line = {.tensor = checked->node, .origin = checked->origin, .element = element};
    for (int side = -1; side <= 1; side += 2) {
        bool judged = false;
        for (unsigned try = 0; try < NEAR_TRIES && !judged; try++)
            judged = check_side(session, checked, element, (pmy_real)side * distance_of(&line, try), numeric);
        for (unsigned try = 0; try < GAP_TRIES && !judged && numeric->check->unjudged == 0; try++) {
            pmy_real shift =
                middle_of_gap(session, checked, element, (pmy_real)side * distance_of(&line, try));
            judged = check_side(session, checked, element, shift, numeric);
        }
        numeric->check->unjudged += !judged;
    }
}
