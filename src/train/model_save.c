#include "data/class_names.h"
#include "train/model_keys.h"
#include "train/stored.h"
#include "base/version.h"

static void add_normalizations(pmy_stored *stored, const pmy_normalization *of /* [count] */, size_t count,
                               const char *mean_key, const char *deviation_key)
{
    if (count == 0)
        return;
    pmy_stored_note_reals(stored, mean_key, &of->mean, count, sizeof *of);
    pmy_stored_note_reals(stored, deviation_key, &of->deviation, count, sizeof *of);
}

static void add_facts(pmy_stored *stored, const pmy_model_facts *facts, pmy_normalization normalization)
{
    pmy_stored_note(stored, "pmy.net", "%s", facts->net.text);
    pmy_stored_note(stored, "pmy.input", "%s", pmy_shape_print(pmy_shape_of_row(facts->net.input)).text);
    pmy_stored_note(stored, "pmy.version", "%s", PMY_VERSION);
    if (facts->vocabulary) {
        pmy_stored_note_vocabulary(stored, "pmy.vocabulary", facts->vocabulary);
        return;
    }
    if (facts->columns)
        add_normalizations(stored, facts->columns, pmy_shape_size(facts->net.input), "pmy.mean", "pmy.std");
    else
        add_normalizations(stored, &normalization, 1, "pmy.mean", "pmy.std");
    if (facts->targets) {
        pmy_stored_note(stored, "pmy.loss", "%s", facts->loss->name);
        pmy_stored_note(stored, "pmy.targets", "%zu", facts->targets);
        add_normalizations(stored, facts->target, facts->target ? facts->targets : 0, "pmy.target_mean",
                           "pmy.target_std");
        return;
    }
    pmy_stored_note(stored, "pmy.classes", "%zu", facts->classes);
    for (size_t i = 0; facts->names && i < facts->classes; i++)
        pmy_stored_note(stored, class_key_of(i).text, "%s", facts->names[i]);
}

static pmy_status check_normalizations(const pmy_model_facts *facts, pmy_error *error)
{
    pmy_status status = PMY_OK;
    size_t features = facts->columns ? pmy_shape_size(facts->net.input) : 0;
    size_t targets = facts->target ? facts->targets : 0;
    for (size_t i = 0; status == PMY_OK && i < features + targets; i++) {
        pmy_normalization one = i < features ? facts->columns[i] : facts->target[i - features];
        status = pmy_normalization_check(&one, error);
    }
    return status;
}

/* Whether the graph's tensors are those of the net, built with no prefix before its names. */
static pmy_status check_tensors(const char *path, const pmy_net *net, const pmy_graph *graph,
                                pmy_error *error)
{
    pmy_graph *bare = pmy_graph_new(NULL, 0);
    if (!bare)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory to write it", path);
    (void)pmy_net_build(net, bare, (net->vocabulary ? pmy_integers : pmy_input)(bare, net->input));
    pmy_status status = PMY_OK;
    pmy_stored_tensor tensor;
    size_t parameters = 0;
    for (size_t i = 0; status == PMY_OK && (tensor = pmy_stored_of_graph(graph, i)).name[0]; i++) {
        const pmy_node *same = pmy_find(bare, tensor.name);
        if (!same || !pmy_shape_equal(pmy_node_shape(same), tensor.shape))
            status = pmy_fail(error, PMY_BAD_ARGUMENT, "%s: the graph's '%.80s' is none of the net's", path,
                              tensor.name);
        parameters += i < pmy_graph_parameters(graph).count ? pmy_shape_size(tensor.shape) : 0;
    }
    pmy_graph_free(bare);
    if (status == PMY_OK && parameters != net->parameters)
        status = pmy_fail(error, PMY_BAD_ARGUMENT, "%s: the graph has %zu parameters, but its net %zu", path,
                          parameters, net->parameters);
    return status;
}

pmy_status pmy_model_save(const char *path, const pmy_model_facts *facts, const pmy_graph *graph,
                          pmy_error *error)
{
    pmy_stored stored = {.failed = false};
    pmy_normalization normalization = facts->normalization;
    pmy_status status = pmy_normalization_check(&normalization, error);
    /* What pmy_model_open would refuse must not get into a file. */
    if (status == PMY_OK && facts->net.count == 0)
        status = pmy_fail(error, PMY_BAD_ARGUMENT, "%s: a net without layers is no model", path);
    if (status == PMY_OK && !ends_in_outputs(facts))
        status = pmy_fail(error, PMY_BAD_ARGUMENT, "%s: the net does not end in its %zu %s", path,
                          pmy_model_outputs(facts), outputs_name(facts));
    if (status == PMY_OK && facts->targets && (!facts->loss || facts->loss->of_classes))
        status = pmy_fail(error, PMY_BAD_ARGUMENT, "%s: a model of targets needs a loss of numbers", path);
    if (status == PMY_OK && facts->names)
        status = pmy_class_names_check(facts->classes, facts->names, error);
    if (status == PMY_OK)
        status = check_normalizations(facts, error);
    if (status == PMY_OK)
        status = check_tensors(path, &facts->net, graph, error);
    if (status != PMY_OK)
        return status;
    add_facts(&stored, facts, normalization);
    pmy_stored_add(&stored, pmy_stored_of_graph, graph);
    return pmy_stored_write(&stored, path, error);
}
