/* Whether backward adds where it is told to: what another user of a tensor gave must still be in the sum. */
#include "gradcheck/session.h"

#include <string.h>

/* What stands in the gradient before: not small beside the gradient or, where that is round-off, beside the
 * graph's others. */
static void fill_share(pmy_real floor, size_t size, const pmy_real *alone, pmy_real *share)
{
    static const pmy_real pattern[] = {PMY_R(1.0), PMY_R(-0.5), PMY_R(0.75)};
    pmy_real largest = floor;
    for (size_t i = 0; i < size; i++)
        largest = pmy_real_maximum(largest, pmy_real_fabs(alone[i]));
    for (size_t i = 0; i < size; i++)
        share[i] = pattern[i % 3] * (largest > 0 && pmy_is_finite(largest) ? largest : 1);
}

/* Finds the worst element, and how many are wrong. */
static void compare(pmy_suspect *sum, pmy_check *check)
{
    double worst = PMY_GRADCHECK_ADDED;
    for (size_t i = 0; i < sum->size; i++) {
        pmy_real alone = sum->numeric[i], share = sum->share[i];
        pmy_real distance = pmy_real_fabs(alone + share - sum->analytic[i]);
        double error = pmy_is_finite(distance)
                           ? (double)(distance / (pmy_real_fabs(alone) + pmy_real_fabs(share)))
                           : (double)INFINITY;
        sum->different += error > PMY_GRADCHECK_ADDED;
        if (!(error > worst))
            continue;
        worst = check->error = error;
        check->worst = i;
        check->analytic = (double)sum->analytic[i];
        check->numeric = (double)(alone + share);
    }
}

/* Whether what is known of the tensor already matters more. */
static bool is_settled(const pmy_check *check)
{
    return check->verdict == PMY_WRONG || check->verdict == PMY_VACUOUS ||
           check->verdict == PMY_NONDETERMINISTIC;
}

/* Whether the plan has backward phases for the input: a loss that is the root has left its gradient
 * there in forward, and could not add. */
static bool gives_in_backward(const pmy_node *node, unsigned input)
{
    for (unsigned p = 0; p < PMY_MAX_PHASES; p++) {
        const pmy_phase *phase = &node->op->backward[p];
        if (phase->run && (phase->gives >> input & 1) && (!phase->tiles || phase->tiles(node) > 0))
            return true;
    }
    return false;
}

/* Which node, and for which of its inputs, gives `to` its gradient first. */
static pmy_node *first_giver(const pmy_probe *probe, const pmy_node *to, unsigned *input)
{
    for (size_t at = pmy_node_count(probe->graph); at-- > 0;) {
        pmy_node *node = pmy_node_at(probe->graph, at);
        for (unsigned i = 0; node->wants_gradient && i < node->inputs; i++)
            if (node->input[i] == to && !pmy_accumulates(node, i) && gives_in_backward(node, i)) {
                *input = i;
                return node;
            }
    }
    return NULL;
}

pmy_status pmy_check_adding(pmy_session *session, pmy_node *node, const pmy_checked *leaf, pmy_check *check,
                            pmy_error *error)
{
    size_t size = pmy_shape_size(node->shape);
    pmy_real *alone = session->room[0], *share = session->room[1];
    unsigned input = 0;
    pmy_node *giver = first_giver(&session->probe, node, &input);
    if (is_settled(check) || !giver)
        return PMY_OK;
    pmy_status status = pmy_weighted_backward(&session->probe, 0, NULL, NULL, error);
    if (status != PMY_OK)
        return status;
    memcpy(alone, node->gradient, size * sizeof *alone);
    fill_share(session->floor[0], size, alone, share);
    /* As if the node had another user that came first. */
    giver->accumulate |= 1u << input;
    status = pmy_weighted_backward(&session->probe, 0, node, share, error);
    giver->accumulate &= ~(1u << input);
    if (status != PMY_OK)
        return status;
    pmy_suspect sum = {.node = node,
                       .leaf = leaf,
                       .size = size,
                       .analytic = session->room[2],
                       .numeric = alone,
                       .share = share};
    memcpy(sum.analytic, node->gradient, size * sizeof *sum.analytic);
    compare(&sum, check);
    if (sum.different == 0)
        return PMY_OK;
    check->verdict = PMY_WRONG;
    check->adding = true;
    check->tolerance = PMY_GRADCHECK_ADDED;
    check->worst_is_direction = false;
    pmy_find_cause(session, &sum, check);
    return PMY_OK;
}
