#include "gradcheck/gradcheck.h"

#include "gradcheck/session.h"

#include <stdio.h>
#include <stdlib.h>

/* --- Judging -------------------------------------------------------------- */

/* An element with a kink too close was judged beside the point, on both sides; most must be judged at it. */
static bool too_many_kinks(const pmy_numeric *numeric)
{
    size_t few = numeric->compared / 10 > 1 ? numeric->compared / 10 : 1;
    return numeric->unresolved > 0 || numeric->kinks > few;
}

static bool all_zero(const pmy_session *session, const pmy_checked *checked)
{
    for (unsigned k = 0; k < session->probe.weights; k++)
        for (size_t i = 0; i < checked->size; i++)
            if (checked->analytic[k][i] != 0)
                return false;
    return true;
}

static pmy_verdict judge(const pmy_session *session, const pmy_checked *checked, const pmy_numeric *numeric)
{
    const pmy_worst *worst = &numeric->worst;
    if (checked->nondeterministic)
        return PMY_NONDETERMINISTIC;
    if (!numeric->any && all_zero(session, checked))
        return PMY_VACUOUS;
    if (checked->overwrites)
        return PMY_WRONG;
    if (!(worst->error <= worst->allowed)) {
        pmy_real distance = pmy_fabs(worst->analytic - worst->numeric);
        /* The uncertainty is of how outputs are rounded, not of what is rounded on the way to them. */
        return distance <= 4 * worst->uncertainty ? PMY_NOISE : PMY_WRONG;
    }
    return too_many_kinks(numeric) ? PMY_KINK : PMY_PASS;
}

static void report_overwriting(const pmy_checked *checked, pmy_check *check)
{
    check->worst = checked->overwritten;
    check->worst_is_direction = false;
    check->analytic = check->numeric = (double)checked->analytic[0][checked->overwritten];
    check->cause = PMY_CAUSE_OVERWRITES;
    check->error = 1;
}

static bool check_tensor(pmy_session *session, const pmy_checked *checked, pmy_check *check)
{
    pmy_numeric numeric = {0};
    for (unsigned k = 0; k < session->probe.weights; k++)
        if (!(numeric.value[k] = pmy_arena_take(&session->arena, checked->size, sizeof(pmy_real))))
            return false;
    pmy_compare_tensor(session, checked, &numeric);
    *check = (pmy_check){
        .shape = checked->node->shape,
        .size = checked->size,
        .verdict = judge(session, checked, &numeric),
        .error = numeric.worst.error,
        .tolerance = numeric.worst.allowed,
        .compared = numeric.compared,
        .directions = numeric.directions,
        .kinks = numeric.kinks,
        .unjudged = numeric.unresolved,
        .worst = numeric.worst.place,
        .worst_is_direction = numeric.worst_is_direction,
        .analytic = (double)numeric.worst.analytic,
        .numeric = (double)numeric.worst.numeric,
        .step = (double)numeric.worst.step,
        .uncertainty = (double)numeric.worst.uncertainty,
    };
    (void)snprintf(check->name, sizeof check->name, "%s", session->probe.root->name);
    (void)snprintf(check->input, sizeof check->input, "%s", checked->node->name);
    if (check->verdict == PMY_WRONG && numeric.worst.error <= numeric.worst.allowed)
        report_overwriting(checked, check);
    else if (check->verdict == PMY_WRONG)
        pmy_find_cause(session, checked, &numeric, check);
    return true;
}

/* --- The whole ------------------------------------------------------------ */

static pmy_status check_all(pmy_session *session, pmy_gradcheck_result *result, pmy_error *error)
{
    result->check = calloc(session->count ? session->count : 1, sizeof *result->check);
    if (!result->check)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a gradient check");
    result->passed = session->count > 0;
    for (; result->count < session->count; result->count++) {
        pmy_check *check = &result->check[result->count];
        if (!check_tensor(session, &session->checked[result->count], check))
            return pmy_fail(error, PMY_NO_MEMORY, "no memory for a gradient check");
        result->passed &= check->verdict == PMY_PASS;
    }
    return PMY_OK;
}

pmy_status pmy_gradcheck(pmy_graph *graph, const pmy_gradcheck_options *options, pmy_gradcheck_result *result,
                         pmy_error *error)
{
    *result = (pmy_gradcheck_result){0};
    pmy_session session;
    pmy_status status = pmy_session_begin(&session, graph, options, error);
    if (status == PMY_OK)
        status = check_all(&session, result, error);
    pmy_session_end(&session);
    if (status != PMY_OK)
        pmy_gradcheck_free(result);
    return status;
}

void pmy_gradcheck_free(pmy_gradcheck_result *result)
{
    free(result->check);
    *result = (pmy_gradcheck_result){0};
}
