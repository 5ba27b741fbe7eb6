#include "gradcheck/session.h"

#include <string.h>

static bool is_checked(const pmy_node *node)
{
    return node->inputs == 0 && node->value && node->gradient;
}

static bool take_checked(pmy_session *session)
{
    const pmy_graph *graph = session->probe.graph;
    size_t largest = 1;
    session->checked = pmy_arena_take(&session->arena, pmy_node_count(graph), sizeof *session->checked);
    if (!session->checked)
        return false;
    for (size_t at = 0; at < pmy_node_count(graph); at++) {
        pmy_node *node = pmy_node_at(graph, at);
        if (!is_checked(node))
            continue;
        pmy_checked *checked = &session->checked[session->count++];
        *checked = (pmy_checked){.node = node, .size = pmy_shape_size(node->shape)};
        largest = checked->size > largest ? checked->size : largest;
        checked->origin = pmy_arena_take(&session->arena, checked->size, sizeof(pmy_real));
        if (!checked->origin)
            return false;
        memcpy(checked->origin, node->value, checked->size * sizeof(pmy_real));
        for (unsigned k = 0; k < session->probe.weights; k++)
            if (!(checked->analytic[k] = pmy_arena_take(&session->arena, checked->size, sizeof(pmy_real))))
                return false;
    }
    session->direction = pmy_arena_take(&session->arena, largest, sizeof(pmy_real));
    return session->direction != NULL;
}

/* Random weights of either sign, between 1/2 and 1: a plain sum would hide what cancels in it. */
static bool take_weights(pmy_session *session)
{
    pmy_probe *probe = &session->probe;
    bool scalar = pmy_shape_rank(probe->root->shape) == 0;
    probe->weights = scalar ? 1 : PMY_MAX_WEIGHTS;
    probe->above = pmy_arena_take(&session->arena, probe->outputs, sizeof(pmy_real));
    for (unsigned k = 0; k < probe->weights; k++) {
        probe->weight[k] = pmy_arena_take(&session->arena, probe->outputs, sizeof(pmy_real));
        if (!probe->weight[k])
            return false;
        for (size_t o = 0; o < probe->outputs; o++) {
            double drawn = pmy_random_uniform(&session->random) - 0.5;
            probe->weight[k][o] = scalar ? 1 : (pmy_real)(float)(drawn < 0 ? drawn - 0.5 : drawn + 0.5);
        }
    }
    return probe->above != NULL;
}

static bool set_up(pmy_session *session, pmy_graph *graph, const pmy_gradcheck_options *options)
{
    uint64_t seed = options ? options->seed : 0;
    session->random = (pmy_random){.seed = seed, .stream = pmy_stream(PMY_STREAM_GRADCHECK, 0)};
    session->tolerance = options && options->tolerance > 0 ? options->tolerance : PMY_GRADCHECK_TOLERANCE;
    pmy_probe *probe = &session->probe;
    probe->graph = graph;
    probe->root = pmy_root(graph);
    probe->outputs = pmy_shape_size(probe->root->shape);
    for (size_t at = 0; at < pmy_node_count(graph); at++)
        probe->kinked |= pmy_has_choices(pmy_node_at(graph, at));
    return take_weights(session) && take_checked(session);
}

/* No element is asked to be right to more digits than a difference can know beside the graph's largest
 * gradients: that of a bias right before a batch normalisation is 0, and round-off on both sides. */
static void find_floors(pmy_session *session)
{
    const pmy_real share = PMY_R(0.1);
    for (unsigned k = 0; k < session->probe.weights; k++) {
        pmy_real largest = 0;
        for (size_t c = 0; c < session->count; c++)
            largest = pmy_maximum(largest, session->checked[c].largest[k]);
        for (size_t c = 0; c < session->count; c++)
            session->checked[c].beside[k] = pmy_maximum(session->checked[c].largest[k], share * largest);
    }
}

pmy_status pmy_session_begin(pmy_session *session, pmy_graph *graph, const pmy_gradcheck_options *options,
                             pmy_error *error)
{
    *session = (pmy_session){0};
    /* Draws the masks that all that follows replays. */
    pmy_status status = pmy_forward(graph, PMY_TRAIN, error);
    if (status == PMY_OK && !set_up(session, graph, options))
        status = pmy_fail(error, PMY_NO_MEMORY, "no memory for a gradient check");
    if (status == PMY_OK)
        status = pmy_take_analytic(&session->probe, session->checked, session->count, error);
    if (status == PMY_OK)
        find_floors(session);
    return status;
}

void pmy_session_end(pmy_session *session)
{
    pmy_arena_free(&session->arena);
}
