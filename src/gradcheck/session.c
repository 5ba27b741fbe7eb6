#include "gradcheck/session.h"

#include <string.h>

/* Zeroed numbers, or NULL, which the session remembers. */
static pmy_real *take(pmy_session *session, size_t count)
{
    pmy_real *taken = pmy_arena_take(&session->arena, count, sizeof *taken);
    session->out_of_memory |= !taken;
    return taken;
}

static void take_leaf(pmy_session *session, pmy_node *node)
{
    pmy_checked *checked = &session->checked[session->count++];
    *checked = (pmy_checked){.node = node, .size = pmy_shape_size(node->shape)};
    checked->origin = take(session, checked->size);
    if (checked->origin)
        memcpy(checked->origin, node->value, checked->size * sizeof *checked->origin);
    for (unsigned k = 0; k < session->probe.weights; k++)
        checked->analytic[k] = take(session, checked->size);
}

static bool take_checked(pmy_session *session)
{
    const pmy_graph *graph = session->probe.graph;
    size_t largest = 1;
    session->checked = pmy_arena_take(&session->arena, pmy_node_count(graph), sizeof *session->checked);
    for (size_t at = 0; session->checked && at < pmy_node_count(graph); at++) {
        pmy_node *node = pmy_node_at(graph, at);
        if (node->gradient && pmy_shape_size(node->shape) > largest)
            largest = pmy_shape_size(node->shape);
        if (node->inputs == 0 && node->value && node->gradient)
            take_leaf(session, node);
    }
    for (unsigned r = 0; r < sizeof session->room / sizeof *session->room; r++)
        session->room[r] = take(session, largest);
    return session->checked && !session->out_of_memory;
}

/* Copies the statistics, and their counts, to where they are kept, or back. */
static void copy_statistics(const pmy_session *session, bool back)
{
    const pmy_graph *graph = session->probe.graph;
    pmy_statistics all = pmy_graph_statistics(graph);
    if (all.size > 0)
        memcpy(back ? all.values : session->statistics, back ? session->statistics : all.values,
               all.size * sizeof(pmy_real));
    for (size_t s = 0; s < all.count; s++) {
        int64_t *count = pmy_count_data(pmy_statistic_at(graph, s));
        if (count)
            *(back ? count : &session->counts[s]) = *(back ? &session->counts[s] : count);
    }
}

static bool keep_state(pmy_session *session)
{
    pmy_statistics all = pmy_graph_statistics(session->probe.graph);
    session->step = pmy_graph_step(session->probe.graph);
    session->statistics = pmy_arena_take(&session->arena, all.size, sizeof(pmy_real));
    session->counts = pmy_arena_take(&session->arena, all.count, sizeof(int64_t));
    session->kept = session->statistics && session->counts;
    if (session->kept)
        copy_statistics(session, false);
    return session->kept;
}

/* Random weights of either sign, between 1/2 and 1: a plain sum would hide what cancels in it. */
static bool take_weights(pmy_session *session)
{
    pmy_probe *probe = &session->probe;
    bool scalar = pmy_shape_rank(probe->root->shape) == 0;
    probe->weights = scalar ? 1 : PMY_MAX_WEIGHTS;
    probe->above = take(session, probe->outputs);
    for (unsigned k = 0; k < probe->weights; k++) {
        probe->weight[k] = take(session, probe->outputs);
        if (!probe->weight[k])
            return false;
        for (size_t o = 0; o < probe->outputs; o++) {
            double drawn = pmy_random_uniform(&session->random) - 0.5;
            probe->weight[k][o] = scalar ? 1 : (pmy_real)(float)(drawn < 0 ? drawn - 0.5 : drawn + 0.5);
        }
    }
    return true;
}

static bool set_up(pmy_session *session, pmy_graph *graph, const pmy_gradcheck_options *options)
{
    uint64_t seed = options ? options->seed : 0;
    session->random = (pmy_random){.seed = seed, .stream = pmy_stream(PMY_STREAM_GRADCHECK, 0)};
    pmy_probe *probe = &session->probe;
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
            largest = pmy_real_maximum(largest, session->checked[c].largest[k]);
        session->floor[k] = share * largest;
        for (size_t c = 0; c < session->count; c++)
            session->checked[c].beside[k] =
                pmy_real_maximum(session->checked[c].largest[k], session->floor[k]);
    }
}

pmy_status pmy_session_begin(pmy_session *session, pmy_graph *graph, const pmy_gradcheck_options *options,
                             pmy_error *error)
{
    *session = (pmy_session){.probe.graph = graph};
    if (!keep_state(session))
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a gradient check");
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
    if (session->kept)
        copy_statistics(session, true);
    pmy_set_graph_step(session->probe.graph, session->step);
    pmy_arena_free(&session->arena);
}
