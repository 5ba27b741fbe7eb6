#include "gradcheck/gradcheck.h"

#include "gradcheck/session.h"

#include <stdio.h>
#include <stdlib.h>

/* --- Judging -------------------------------------------------------------- */

/* An element with a kink too close was judged beside the point, on both sides; most must be judged at it. */
static bool too_many_kinks(const pmy_check *check)
{
    size_t few = check->compared / 10 > 1 ? check->compared / 10 : 1;
    return check->unjudged > 0 || check->kinks > few;
}

static pmy_verdict judge(const pmy_checked *leaf, const pmy_numeric *numeric)
{
    const pmy_check *check = numeric->check;
    if (leaf->nondeterministic)
        return PMY_NONDETERMINISTIC;
    bool all_zero = check->error < (double)INFINITY && leaf->largest[0] == 0 && leaf->largest[1] == 0;
    if (!numeric->any && all_zero)
        return PMY_VACUOUS;
    if (!(check->error <= check->tolerance))
        return numeric->is_noise ? PMY_NOISE : PMY_WRONG;
    return too_many_kinks(check) ? PMY_KINK : PMY_PASS;
}

static void compare_leaf(pmy_session *session, const pmy_checked *leaf, pmy_check *check)
{
    pmy_numeric numeric = {.check = check};
    pmy_compare_tensor(session, leaf, &numeric);
    check->verdict = judge(leaf, &numeric);
    if (check->verdict != PMY_WRONG)
        return;
    pmy_suspect wrong = {.node = leaf->node,
                         .leaf = leaf,
                         .size = leaf->size,
                         .analytic = leaf->analytic[0],
                         .numeric = numeric.complete ? numeric.value : NULL,
                         .different = numeric.different};
    pmy_find_cause(session, &wrong, check);
}

/* --- One batch ------------------------------------------------------------ */

/* `leaf` is NULL for a node that is none: there is nothing to move, but backward must add to its gradient,
 * too. */
static pmy_status check_node(pmy_session *session, pmy_node *node, const pmy_checked *leaf, pmy_check *check,
                             pmy_error *error)
{
    *check = (pmy_check){.shape = node->shape, .size = pmy_shape_size(node->shape)};
    (void)snprintf(check->name, sizeof check->name, "%s", session->probe.root->name);
    (void)snprintf(check->input, sizeof check->input, "%s", node->name);
    if (leaf)
        compare_leaf(session, leaf, check);
    return pmy_check_adding(session, node, leaf, check, error);
}

static bool is_faulty(pmy_verdict verdict)
{
    return verdict == PMY_WRONG || verdict == PMY_NONDETERMINISTIC;
}

/* Fewer rows can show a fault, but what cannot be judged with them is not held against the tensor: kinks lie
 * closer together in less, and nothing is left to see where the labels of all these rows are ignored. */
static void merge(pmy_check *kept, const pmy_check *all_rows)
{
    bool faulty = is_faulty(kept->verdict);
    size_t fewer = faulty || kept->verdict == PMY_PASS ? kept->fewer : 0;
    bool with_fewer = faulty && !is_faulty(all_rows->verdict);
    if (!with_fewer)
        *kept = *all_rows;
    kept->with_fewer = with_fewer;
    kept->fewer = fewer;
}

/* With the batch that the graph has; check[i] is node i's. */
static pmy_status check_batch(pmy_graph *graph, const pmy_gradcheck_options *options, pmy_check check[],
                              pmy_error *error)
{
    pmy_session session;
    pmy_status status = pmy_session_begin(&session, graph, options, error);
    const pmy_checked *leaf = session.checked;
    for (size_t at = 0; status == PMY_OK && at < pmy_node_count(graph); at++) {
        pmy_node *node = pmy_node_at(graph, at);
        bool is_leaf = leaf < session.checked + session.count && leaf->node == node;
        pmy_check found;
        if (!node->gradient)
            continue;
        status = check_node(&session, node, is_leaf ? leaf : NULL, &found, error);
        merge(&check[at], &found);
        leaf += is_leaf;
    }
    pmy_session_end(&session);
    return status;
}

/* --- The whole ------------------------------------------------------------ */

/* How many rows a smaller batch has, as the last one of an epoch; 0: there is none. Where rows mix three are
 * left at least: of two, a normalisation makes ±1 whatever they hold. */
static size_t fewer_rows(const pmy_graph *graph)
{
    size_t batch = pmy_batch(graph), least = pmy_graph_mixes_rows(graph) ? 3 : 1;
    size_t fewer = batch > least + 2 ? batch - 2 : least;
    return fewer < batch ? fewer : 0;
}

static pmy_status check_fewer(pmy_graph *graph, const pmy_gradcheck_options *options, pmy_check check[],
                              pmy_error *error)
{
    size_t batch = pmy_batch(graph), fewer = fewer_rows(graph);
    if (!fewer)
        return PMY_OK;
    pmy_status status = pmy_set_batch(graph, fewer, error);
    if (status != PMY_OK)
        return status;
    status = check_batch(graph, options, check, error);
    (void)pmy_set_batch(graph, batch, NULL);
    for (size_t at = 0; at < pmy_node_count(graph); at++)
        check[at].fewer = status == PMY_OK ? fewer : 0;
    return status == PMY_BAD_DATA ? PMY_OK : status; /* some op needs more rows */
}

/* Leaves the leaves' outcomes, and of the other nodes what is wrong. */
static void gather(const pmy_graph *graph, pmy_gradcheck_result *result)
{
    bool any = false, passed = true;
    for (size_t at = 0; at < pmy_node_count(graph); at++) {
        pmy_check check = result->check[at];
        bool is_leaf = pmy_node_at(graph, at)->inputs == 0;
        check.batch = pmy_batch(graph);
        any |= is_leaf && check.size > 0;
        passed &= check.verdict == PMY_PASS;
        if (check.size > 0 && (is_leaf || check.verdict != PMY_PASS))
            result->check[result->count++] = check;
    }
    result->passed = any && passed;
}

pmy_status pmy_gradcheck(pmy_graph *graph, const pmy_gradcheck_options *options, pmy_gradcheck_result *result,
                         pmy_error *error)
{
    *result = (pmy_gradcheck_result){.check = calloc(pmy_node_count(graph), sizeof *result->check)};
    if (!result->check)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a gradient check");
    pmy_status status = check_fewer(graph, options, result->check, error);
    if (status == PMY_OK)
        status = check_batch(graph, options, result->check, error);
    if (status == PMY_OK)
        gather(graph, result);
    else
        pmy_gradcheck_free(result);
    return status;
}

void pmy_gradcheck_free(pmy_gradcheck_result *result)
{
    free(result->check);
    *result = (pmy_gradcheck_result){0};
}
