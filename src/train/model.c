#include "train/model.h"

#include "data/class_names.h"
#include "data/text.h"
#include "train/stored.h"
#include "base/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pmy_model {
    char *path;
    pmy_stored_file stored;
    pmy_model_facts facts;
    const char **names;                /* that the file gives the classes, or NULL */
    pmy_normalization *normalizations; /* [1 or features, + targets] */
    pmy_vocabulary vocabulary;
};

#define CLASS_KEY "pmy.class."

/* Of a class's name. */
typedef struct class_key {
    char text[sizeof CLASS_KEY + 20];
} class_key;

static class_key class_key_of(size_t index)
{
    class_key key;
    (void)snprintf(key.text, sizeof key.text, CLASS_KEY "%zu", index);
    return key;
}

size_t pmy_model_outputs(const pmy_model_facts *facts)
{
    return facts->targets ? facts->targets : facts->classes;
}

static bool ends_in_outputs(const pmy_model_facts *facts)
{
    const pmy_net *net = &facts->net;
    size_t outputs = pmy_model_outputs(facts);
    return pmy_shape_equal(net->output, net->vocabulary ? PMY_SHAPE(1, net->input.dim[1], outputs)
                                                        : PMY_SHAPE(1, outputs));
}

/* What the net's outputs are called. */
static const char *outputs_name(const pmy_model_facts *facts)
{
    return facts->vocabulary ? "tokens" : facts->targets ? "targets" : "classes";
}

/* --- Saving ----------------------------------------------------------------- */

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
        status = check_tensors(path, &facts->net, graph, error);
    if (status != PMY_OK)
        return status;
    add_facts(&stored, facts, normalization);
    pmy_stored_add(&stored, pmy_stored_of_graph, graph);
    return pmy_stored_write(&stored, path, error);
}

/* --- Opening ---------------------------------------------------------------- */

/* A fault in what the file says, found by who may say so of anything. */
static pmy_status blame_file(const pmy_model *model, const char *what, const pmy_error *why, pmy_error *error)
{
    return pmy_fail(error, why->code == PMY_NO_MEMORY ? PMY_NO_MEMORY : PMY_BAD_FILE, "%s: %s%s",
                    model->stored.path, what, why->message);
}

/* The names of the classes: of all, or of none. */
static pmy_status read_names(pmy_model *model, pmy_stored_reader *reader)
{
    pmy_error why, *error = reader->error;
    const pmy_safetensors *contents = &model->stored.contents;
    size_t classes = model->facts.classes, count = 0;
    for (size_t i = 0; i < contents->notes; i++)
        count += strncmp(contents->note[i].key, CLASS_KEY, strlen(CLASS_KEY)) == 0;
    if (count == 0)
        return PMY_OK;
    if (count != classes)
        return pmy_fail(error, PMY_BAD_FILE, "%s: it names %zu classes of its %zu", model->stored.path, count,
                        classes);
    model->facts.names = model->names = calloc(count, sizeof *model->names);
    if (!model->names)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for the names of classes", model->stored.path);
    for (size_t i = 0; i < count; i++)
        model->names[i] = pmy_stored_text(reader, class_key_of(i).text);
    if (reader->status == PMY_OK && pmy_class_names_check(count, model->facts.names, &why) != PMY_OK)
        return blame_file(model, "", &why, error);
    return reader->status;
}

/* What is said of pictures, or of tokens. */
static pmy_status read_inputs(pmy_model *model, pmy_stored_reader *reader)
{
    pmy_model_facts *facts = &model->facts;
    if (reader->status != PMY_OK)
        return reader->status;
    if (pmy_safetensors_text(&model->stored.contents, "pmy.vocabulary")) {
        const char *line = pmy_stored_text(reader, "pmy.vocabulary");
        facts->vocabulary = &model->vocabulary;
        pmy_status status = pmy_vocabulary_read(&model->vocabulary, model->stored.path, line, reader->error);
        facts->classes = model->vocabulary.count;
        return status;
    }
    facts->loss = pmy_loss_kind_usual(true);
    if (!pmy_safetensors_text(&model->stored.contents, "pmy.targets")) {
        facts->classes = (size_t)pmy_stored_whole(reader, "pmy.classes", SIZE_MAX);
        return reader->status;
    }
    const char *loss = pmy_stored_text(reader, "pmy.loss");
    facts->loss = pmy_loss_kind_find(loss);
    facts->targets = (size_t)pmy_stored_whole(reader, "pmy.targets", SIZE_MAX);
    if (reader->status == PMY_OK && (!facts->loss || facts->loss->of_classes || facts->targets == 0))
        return pmy_fail(reader->error, PMY_BAD_FILE, "%s: its pmy.loss '%.40s' is none of %zu targets",
                        model->stored.path, loss, facts->targets);
    return reader->status;
}

/* `count` means and deviations of their own. */
static void read_list(pmy_stored_reader *reader, const char *mean_key, const char *deviation_key,
                      size_t count, pmy_normalization *to /* [count] */)
{
    pmy_stored_reals(reader, mean_key, &to->mean, count, sizeof *to);
    pmy_stored_reals(reader, deviation_key, &to->deviation, count, sizeof *to);
    for (size_t i = 0; reader->status == PMY_OK && i < count; i++)
        if (!(to[i].deviation > 0))
            reader->status = pmy_fail(reader->error, PMY_BAD_FILE, "%s: its %s is not above 0",
                                      reader->stored->path, deviation_key);
}

/* Of a net that has been read: one of all columns, or each one's own; and of the targets. */
static void read_normalizations(pmy_model *model, pmy_stored_reader *reader)
{
    pmy_model_facts *facts = &model->facts;
    size_t features = pmy_shape_size(facts->net.input);
    const char *means = pmy_stored_text(reader, "pmy.mean");
    bool by_column = strchr(means, ' ') != NULL;
    bool of_targets = facts->targets && pmy_safetensors_text(&model->stored.contents, "pmy.target_mean");
    size_t count = by_column ? features : 1;
    const char *target_means = of_targets ? pmy_stored_text(reader, "pmy.target_mean") : "";
    if (reader->status != PMY_OK)
        return;
    /* A list has a character for each of its numbers, at least. */
    if (strlen(means) < count || (of_targets && strlen(target_means) < facts->targets)) {
        reader->status = pmy_fail(reader->error, PMY_BAD_FILE, "%s: its %s lacks numbers", model->stored.path,
                                  strlen(means) < count ? "pmy.mean" : "pmy.target_mean");
        return;
    }
    size_t targets = of_targets ? facts->targets : 0;
    model->normalizations = calloc(count + targets, sizeof *model->normalizations);
    if (!model->normalizations) {
        reader->status = pmy_fail(reader->error, PMY_NO_MEMORY,
                                  "%s: no memory for the normalization of columns", model->stored.path);
        return;
    }
    read_list(reader, "pmy.mean", "pmy.std", count, model->normalizations);
    if (by_column)
        facts->columns = model->normalizations;
    else
        facts->normalization = model->normalizations[0];
    if (of_targets) {
        facts->target = model->normalizations + count;
        read_list(reader, "pmy.target_mean", "pmy.target_std", facts->targets, model->normalizations + count);
    }
}

static pmy_status read_facts(pmy_model *model, pmy_error *error)
{
    const char *path = model->stored.path;
    pmy_model_facts *facts = &model->facts;
    pmy_stored_reader reader = {&model->stored, error, PMY_OK};
    pmy_error why;
    pmy_shape shape;
    const char *input = pmy_stored_text(&reader, "pmy.input"), *net = pmy_stored_text(&reader, "pmy.net");
    pmy_status status = read_inputs(model, &reader);
    if (reader.status != PMY_OK || status != PMY_OK)
        return status != PMY_OK ? status : reader.status;
    if (!pmy_shape_read(input, &shape) || (facts->vocabulary && pmy_shape_rank(shape) != 1))
        return pmy_fail(error, PMY_BAD_FILE, "%s: its pmy.input '%.40s' is no shape of %s", path, input,
                        facts->vocabulary ? "a text" : "a picture");
    if (facts->vocabulary && shape.dim[0] > PMY_MAX_BLOCK)
        return pmy_fail(error, PMY_BAD_FILE, "%s: its windows of %zu tokens are longer than %d", path,
                        shape.dim[0], PMY_MAX_BLOCK);
    status = facts->vocabulary ? pmy_net_read_tokens(net, shape.dim[0], facts->classes, &facts->net, &why)
                               : pmy_net_read(net, shape, &facts->net, &why);
    if (status != PMY_OK)
        return blame_file(model, "its pmy.net: ", &why, error);
    if (!ends_in_outputs(facts))
        return pmy_fail(error, PMY_BAD_FILE, "%s: its net does not end in its %zu %s", path,
                        pmy_model_outputs(facts), outputs_name(facts));
    if (!facts->vocabulary)
        read_normalizations(model, &reader);
    return reader.status == PMY_OK ? read_names(model, &reader) : reader.status;
}

/* A net of more numbers than the file has need not be built to see that they do not fit. */
static pmy_status check_size(const pmy_model *model, pmy_error *error)
{
    size_t elements = 0;
    for (size_t i = 0; i < model->stored.contents.count; i++)
        elements += pmy_shape_size(model->stored.contents.tensor[i].shape);
    if (model->facts.net.parameters > elements)
        return pmy_fail(error, PMY_BAD_FILE, "%s: the net '%.100s' has %zu parameters, but the file %zu",
                        model->stored.path, model->facts.net.text, model->facts.net.parameters, elements);
    return PMY_OK;
}

static pmy_status open_model(pmy_model *model, const char *path, const pmy_model_facts *assumed,
                             pmy_error *error)
{
    const pmy_safetensors *contents = &model->stored.contents;
    if (!(model->path = strdup(path)))
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for a model", path);
    pmy_status status = pmy_stored_open(model->path, &model->stored, error);
    if (status != PMY_OK)
        return status;
    if (pmy_safetensors_text(contents, "pmy.step"))
        return pmy_fail(error, PMY_BAD_FILE, "%s: is a checkpoint of a run, which it can only resume", path);
    if (pmy_safetensors_text(contents, "pmy.net"))
        status = read_facts(model, error);
    else if (assumed)
        model->facts = *assumed;
    else
        return pmy_fail(error, PMY_BAD_FILE, "%s: it does not say which net it is of", path);
    return status == PMY_OK ? check_size(model, error) : status;
}

pmy_status pmy_model_open(const char *path, const pmy_model_facts *assumed, pmy_model **result,
                          pmy_error *error)
{
    pmy_model *model = *result = calloc(1, sizeof *model);
    pmy_status status = model ? open_model(model, path, assumed, error)
                              : pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for a model", path);
    if (status != PMY_OK) {
        pmy_model_free(model);
        *result = NULL;
    }
    return status;
}

void pmy_model_free(pmy_model *model)
{
    if (!model)
        return;
    pmy_stored_close(&model->stored);
    pmy_vocabulary_free(&model->vocabulary);
    free(model->names);
    free(model->normalizations);
    free(model->path);
    free(model);
}

const pmy_model_facts *pmy_model_facts_of(const pmy_model *model)
{
    return &model->facts;
}

pmy_status pmy_model_expect(const pmy_model *model, bool text, pmy_error *error)
{
    bool of_text = model->facts.vocabulary != NULL;
    if (of_text == text)
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_FILE, "%s: is a model of %s, not of %s", model->path,
                    of_text ? "a text" : "pictures", text ? "a text" : "pictures");
}

pmy_status pmy_model_fill(const pmy_model *model, pmy_graph *graph, pmy_error *error)
{
    return pmy_stored_fill(&model->stored, graph, error);
}
