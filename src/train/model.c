#include "train/model.h"

#include "train/class_names.h"
#include "train/stored.h"
#include "base/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pmy_model {
    char *path;
    pmy_stored_file stored;
    pmy_model_facts facts;
    const char **names; /* that the file gives the classes, or NULL */
};

#define CLASS_KEY "pmy.class."

static bool ends_in_classes(const pmy_model_facts *facts)
{
    return pmy_shape_equal(facts->net.output, PMY_SHAPE(1, facts->classes));
}

/* --- Saving ----------------------------------------------------------------- */

static void add_facts(pmy_stored *stored, const pmy_model_facts *facts, pmy_normalization normalization)
{
    pmy_stored_note(stored, "pmy.net", "%s", facts->net.text);
    pmy_stored_note(stored, "pmy.input", "%s", pmy_shape_print(pmy_shape_of_row(facts->net.input)).text);
    pmy_stored_note_real(stored, "pmy.mean", (double)normalization.mean);
    pmy_stored_note_real(stored, "pmy.std", (double)normalization.deviation);
    pmy_stored_note(stored, "pmy.classes", "%zu", facts->classes);
    for (size_t i = 0; facts->names && i < facts->classes; i++) {
        char key[sizeof CLASS_KEY + 20];
        (void)snprintf(key, sizeof key, CLASS_KEY "%zu", i);
        pmy_stored_note(stored, key, "%s", facts->names[i]);
    }
    pmy_stored_note(stored, "pmy.version", "%s", PMY_VERSION);
}

/* Whether the graph's tensors are those of the net, built with no prefix before its names. */
static pmy_status check_tensors(const char *path, const pmy_net *net, const pmy_graph *graph,
                                pmy_error *error)
{
    pmy_graph *bare = pmy_graph_new(NULL, 0);
    if (!bare)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory to write it", path);
    (void)pmy_net_build(net, bare, pmy_input(bare, net->input));
    pmy_status status = PMY_OK;
    const pmy_node *node, *same;
    size_t parameters = 0;
    for (size_t i = 0; status == PMY_OK && (node = pmy_stored_at(graph, i)); i++) {
        same = pmy_find(bare, pmy_node_name(node));
        if (!same || !pmy_shape_equal(pmy_node_shape(same), pmy_node_shape(node)))
            status = pmy_fail(error, PMY_BAD_ARGUMENT, "%s: the graph's '%.80s' is none of the net's", path,
                              pmy_node_name(node));
        parameters += i < pmy_graph_parameters(graph).count ? pmy_shape_size(pmy_node_shape(node)) : 0;
    }
    pmy_graph_free(bare);
    if (status == PMY_OK && parameters != net->parameters)
        status = pmy_fail(error, PMY_BAD_ARGUMENT, "%s: the graph has %zu parameters, but its net %zu", path,
                          parameters, net->parameters);
    return status;
}

/* What pmy_model_open would refuse must not get into a file. */
static pmy_status check(const char *path, const pmy_model_facts *facts, const pmy_graph *graph,
                        pmy_error *error)
{
    if (facts->net.count == 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: a net without layers is no model", path);
    if (!ends_in_classes(facts))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: the net does not end in its %zu classes", path,
                        facts->classes);
    pmy_status status = facts->names ? pmy_class_names_check(facts->classes, facts->names, error) : PMY_OK;
    return status == PMY_OK ? check_tensors(path, &facts->net, graph, error) : status;
}

pmy_status pmy_model_save(const char *path, const pmy_model_facts *facts, const pmy_graph *graph,
                          pmy_error *error)
{
    pmy_stored stored = {.failed = false};
    pmy_normalization normalization = facts->normalization;
    pmy_status status = pmy_normalization_check(&normalization, error);
    if (status == PMY_OK)
        status = check(path, facts, graph, error);
    if (status != PMY_OK)
        return status;
    add_facts(&stored, facts, normalization);
    pmy_stored_add_graph(&stored, graph);
    status = pmy_stored_write(&stored, path, error);
    pmy_stored_free(&stored);
    return status;
}

/* --- Opening ---------------------------------------------------------------- */

static pmy_status read_net(const pmy_model *model, pmy_net *net, pmy_error *error)
{
    const char *input, *text;
    pmy_shape shape;
    pmy_status status = pmy_stored_text(model->path, &model->stored.contents, "pmy.input", &input, error);
    if (status == PMY_OK)
        status = pmy_stored_text(model->path, &model->stored.contents, "pmy.net", &text, error);
    if (status != PMY_OK)
        return status;
    if (!pmy_shape_read(input, &shape))
        return pmy_fail(error, PMY_BAD_FILE, "%s: its pmy.input '%.40s' is no shape", model->path, input);
    pmy_error why;
    if (pmy_net_read(text, shape, net, &why) != PMY_OK)
        return pmy_fail(error, PMY_BAD_FILE, "%s: its pmy.net: %s", model->path, why.message);
    return PMY_OK;
}

static bool names_class(const pmy_safetensors_note *note)
{
    return strncmp(note->key, CLASS_KEY, strlen(CLASS_KEY)) == 0;
}

static pmy_status check_names(const char *path, size_t count, const char *const *names, pmy_error *error)
{
    pmy_error why;
    pmy_status status = pmy_class_names_check(count, names, &why);
    if (status == PMY_OK)
        return PMY_OK;
    return pmy_fail(error, status == PMY_BAD_ARGUMENT ? PMY_BAD_FILE : status, "%s: %s", path, why.message);
}

/* The names of the classes: of all, or of none. */
static pmy_status read_names(pmy_model *model, pmy_error *error)
{
    const char *path = model->path;
    size_t classes = model->facts.classes, count = 0;
    for (size_t i = 0; i < model->stored.contents.notes; i++)
        count += names_class(&model->stored.contents.note[i]);
    if (count == 0)
        return PMY_OK;
    if (count != classes)
        return pmy_fail(error, PMY_BAD_FILE, "%s: it names %zu classes of its %zu", path, count, classes);
    const char **found = calloc(count, sizeof *found);
    pmy_status status =
        found ? PMY_OK : pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for the names of classes", path);
    for (size_t i = 0; status == PMY_OK && i < count; i++) {
        char key[sizeof CLASS_KEY + 20];
        (void)snprintf(key, sizeof key, CLASS_KEY "%zu", i);
        status = pmy_stored_text(path, &model->stored.contents, key, &found[i], error);
    }
    if (status == PMY_OK)
        status = check_names(path, count, found, error);
    if (status == PMY_OK && !(model->names = pmy_class_names_copy(count, found)))
        status = pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for the names of classes", path);
    model->facts.names = model->names;
    free(found);
    return status;
}

static pmy_status read_facts(pmy_model *model, pmy_error *error)
{
    const char *path = model->path;
    pmy_model_facts *facts = &model->facts;
    double mean = 0, deviation = 0;
    uint64_t classes = 0;
    pmy_status status = read_net(model, &facts->net, error);
    if (status == PMY_OK)
        status = pmy_stored_real(path, &model->stored.contents, "pmy.mean", &mean, error);
    if (status == PMY_OK)
        status = pmy_stored_real(path, &model->stored.contents, "pmy.std", &deviation, error);
    if (status == PMY_OK)
        status = pmy_stored_whole(path, &model->stored.contents, "pmy.classes", &classes, error);
    if (status != PMY_OK)
        return status;
    facts->normalization = (pmy_normalization){(pmy_real)mean, (pmy_real)deviation};
    if (!(facts->normalization.deviation > 0))
        return pmy_fail(error, PMY_BAD_FILE, "%s: its pmy.std is not above 0", path);
    facts->classes = (size_t)classes;
    if (!ends_in_classes(facts))
        return pmy_fail(error, PMY_BAD_FILE, "%s: its net does not end in its %zu classes", path,
                        facts->classes);
    return read_names(model, error);
}

/* A net of more numbers than the file has need not be built to see that they do not fit. */
static pmy_status check_size(const pmy_model *model, pmy_error *error)
{
    size_t elements = 0;
    for (size_t i = 0; i < model->stored.contents.count; i++)
        elements += pmy_shape_size(model->stored.contents.tensor[i].shape);
    if (model->facts.net.parameters > elements)
        return pmy_fail(error, PMY_BAD_FILE, "%s: the net '%.100s' has %zu parameters, but the file %zu",
                        model->path, model->facts.net.text, model->facts.net.parameters, elements);
    return PMY_OK;
}

static pmy_status open_model(pmy_model *model, const pmy_model_facts *assumed, pmy_error *error)
{
    pmy_status status = pmy_stored_open(model->path, &model->stored, error);
    if (status != PMY_OK)
        return status;
    if (pmy_safetensors_text(&model->stored.contents, "pmy.step"))
        return pmy_fail(error, PMY_BAD_FILE, "%s: is a checkpoint of a run, which it can only resume",
                        model->path);
    if (pmy_safetensors_text(&model->stored.contents, "pmy.net"))
        status = read_facts(model, error);
    else if (assumed)
        model->facts = *assumed;
    else
        return pmy_fail(error, PMY_BAD_FILE, "%s: it does not say which net it is of", model->path);
    return status == PMY_OK ? check_size(model, error) : status;
}

pmy_status pmy_model_open(const char *path, const pmy_model_facts *assumed, pmy_model **result,
                          pmy_error *error)
{
    *result = NULL;
    pmy_model *model = calloc(1, sizeof *model);
    if (!model || !(model->path = strdup(path))) {
        free(model);
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for a model", path);
    }
    pmy_status status = open_model(model, assumed, error);
    if (status != PMY_OK) {
        pmy_model_free(model);
        return status;
    }
    *result = model;
    return PMY_OK;
}

void pmy_model_free(pmy_model *model)
{
    if (!model)
        return;
    pmy_stored_close(&model->stored);
    free(model->names);
    free(model->path);
    free(model);
}

const pmy_model_facts *pmy_model_facts_of(const pmy_model *model)
{
    return &model->facts;
}

const pmy_safetensors *pmy_model_tensors(const pmy_model *model)
{
    return &model->stored.contents;
}

/* --- Filling ---------------------------------------------------------------- */

pmy_status pmy_model_fill(const pmy_model *model, pmy_graph *graph, pmy_error *error)
{
    return pmy_stored_fill(model->path, &model->stored.contents, graph, error);
}
