#include "gradcheck/curve.h"

#include "gradcheck/session.h"

#include <stdio.h>
#include <string.h>

static void add_points(pmy_session *session, const pmy_line *line, pmy_real analytic, pmy_real scale,
                       pmy_curve *curve)
{
    pmy_real unit = pmy_step_unit(line);
    for (pmy_real h = unit; h > 4 * PMY_REAL_EPSILON * unit && curve->count < PMY_MAX_CURVE; h /= 2) {
        pmy_difference difference;
        if (pmy_central_difference(&session->probe, line, h, &difference) != PMY_SMOOTH)
            continue;
        double error = (double)(pmy_real_fabs(difference.value[0] - analytic) / scale);
        curve->point[curve->count++] = (pmy_curve_point){(double)h, error};
    }
    pmy_line_reset(&session->probe, line);
}

/* The two sides of the V, from differences where each is plain to see. */
static void find_sides(pmy_session *session, const pmy_line *line, pmy_real scale, pmy_curve *curve)
{
    pmy_difference wide, narrow;
    pmy_real h = pmy_ladder_step(line, PMY_LADDER_FIRST);
    if (pmy_central_difference(&session->probe, line, h, &wide) == PMY_SMOOTH &&
        pmy_central_difference(&session->probe, line, h / 2, &narrow) == PMY_SMOOTH) {
        curve->truncation =
            (double)(pmy_real_fabs(wide.value[0] - narrow.value[0]) * 4 / 3 / (h * h) / scale);
        curve->noise = (double)(narrow.noise[0] * h / 2 / scale);
    }
    pmy_line_reset(&session->probe, line);
}

static void draw(pmy_session *session, const pmy_checked *checked, pmy_curve *curve)
{
    pmy_pair pair = pmy_pair_at(checked, curve->element);
    pmy_check check = {.error = -1, .tolerance = 1};
    pmy_numeric numeric = {.check = &check};
    pmy_real scale = pmy_gradient_scale(pair.analytic[0], 0, pair.largest[0]);
    if (!(scale > 0))
        return;
    (void)pmy_probe_here(&session->probe);
    add_points(session, &pair.line, pair.analytic[0], scale, curve);
    find_sides(session, &pair.line, scale, curve);
    if (!pmy_compare_line(session, &pair, &numeric))
        return;
    curve->largest_step = (double)pair.numeric.largest_step;
    curve->smallest_step = (double)pair.numeric.smallest_step;
    curve->extrapolated = (double)(pmy_real_fabs(pair.numeric.estimate[0].value - pair.analytic[0]) / scale);
}

pmy_status pmy_gradcheck_curve(pmy_graph *graph, const pmy_gradcheck_options *options, const pmy_check *check,
                               pmy_curve *curve, pmy_error *error)
{
    *curve = (pmy_curve){.element = check->worst, .worst = check->error};
    (void)snprintf(curve->name, sizeof curve->name, "%s", check->name);
    (void)snprintf(curve->input, sizeof curve->input, "%s", check->input);
    if (check->with_fewer)
        (void)pmy_set_batch(graph, check->fewer, NULL);
    pmy_session session;
    pmy_status status = pmy_session_begin(&session, graph, options, error);
    for (size_t t = 0; status == PMY_OK && t < session.count; t++)
        if (strcmp(session.checked[t].node->name, check->input) == 0)
            draw(&session, &session.checked[t], curve);
    pmy_session_end(&session);
    if (check->with_fewer)
        (void)pmy_set_batch(graph, check->batch, NULL);
    return status;
}
