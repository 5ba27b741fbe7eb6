#include "gradcheck/analytic.h"

#include <string.h>

/* Parameters' gradients lie in one vector with gaps that stay zero, so each
 * node is filled by itself. */
static void poison(pmy_probe *probe)
{
    for (size_t at = 0; at < pmy_node_count(probe->graph); at++) {
        pmy_node *node = pmy_node_at(probe->graph, at);
        for (size_t i = 0; node->gradient && i < pmy_shape_size(node->shape); i++)
            node->gradient[i] = (pmy_real)NAN;
    }
}

pmy_status pmy_weighted_backward(pmy_probe *probe, unsigned k, pmy_node *shared, const pmy_real *share,
                                 pmy_error *error)
{
    poison(probe);
    if (shared)
        memcpy(shared->gradient, share, pmy_shape_size(shared->shape) * sizeof *share);
    /* In pieces however small the graph is. */
    pmy_split_always(probe->graph, true);
    pmy_status status = pmy_forward(probe->graph, PMY_REPLAY, error);
    if (status == PMY_OK && pmy_shape_rank(probe->root->shape) == 0)
        pmy_backward(probe->graph);
    else if (status == PMY_OK)
        pmy_backward_from(probe->graph, probe->weight[k]);
    pmy_split_always(probe->graph, false);
    return status;
}

static void keep(pmy_checked *checked, unsigned k)
{
    memcpy(checked->analytic[k], checked->node->gradient, checked->size * sizeof(pmy_real));
    checked->largest[k] = 0;
    for (size_t i = 0; i < checked->size; i++) {
        pmy_real magnitude = pmy_real_fabs(checked->analytic[k][i]);
        if (magnitude > checked->largest[k])
            checked->largest[k] = magnitude;
    }
}

static bool same_bits(const pmy_checked *checked, unsigned k)
{
    for (size_t i = 0; i < checked->size; i++) {
        pmy_real a = checked->analytic[k][i], b = checked->node->gradient[i];
        if (a != b && !(pmy_is_nan(a) && pmy_is_nan(b)))
            return false;
    }
    return true;
}

pmy_status pmy_take_analytic(pmy_probe *probe, pmy_checked checked[], size_t count, pmy_error *error)
{
    for (unsigned turn = 0; turn < 2 * probe->weights; turn++) {
        unsigned k = turn / 2;
        pmy_status status = pmy_weighted_backward(probe, k, NULL, NULL, error);
        for (size_t t = 0; status == PMY_OK && t < count; t++)
            if (turn % 2 == 0)
                keep(&checked[t], k);
            else
                checked[t].nondeterministic |= !same_bits(&checked[t], k);
        if (status != PMY_OK)
            return status;
    }
    return PMY_OK;
}
