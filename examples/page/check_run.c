/* Also in double. */
#include "page/bent_net.h"
#include "page/check.h"

#include "gradcheck/suite.h"

static pmy_status check_bent_net(const pmy_suite *suite, unsigned bug, pmy_error *error)
{
    pmy_sample sample = {.graph = pmy_graph_new(NULL, suite->seed)};
    if (!sample.graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a graph");
    pmy_node *loss = pmy_bent_net(&sample, bug);
    pmy_status status = pmy_build(sample.graph, loss, error);
    if (status == PMY_OK) {
        pmy_sample_fill(&sample, suite->seed);
        status = pmy_check_graph(suite, sample.graph, "bent net", error);
    }
    pmy_graph_free(sample.graph);
    return status;
}

pmy_status pmy_check_for_page(const page_check *what, pmy_error *error)
{
    const pmy_suite suite = {
        .seed = what->seed, .found = what->found, .context = what->context, .curve = what->curve};
    if (!what->net)
        return check_bent_net(&suite, what->bug, error);
    return pmy_check_net(&suite, what->net, &(pmy_check_examples){0}, error);
}
