#include "data/class_names.h"
#include "data/text.h"
#include "train/model_keys.h"
#include "train/name_match.h"
#include "train/stored.h"

#include <stdlib.h>
#include <string.h>

struct pmy_model {
    char *path;
    pmy_stored_file stored;
    char *note; /* how the file's names were taken; NULL: as they are */
    pmy_model_facts facts;
    const char **names;                /* that the file gives the classes, or NULL */
    pmy_normalization *normalizations; /* [1 or features, + targets] */
    pmy_vocabulary vocabulary;
    pmy_table table;
};

size_t pmy_model_outputs(const pmy_model_facts *facts)
{
    return facts->targets ? facts->targets : facts->classes;
}

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

static pmy_status read_table(pmy_model *model, pmy_error *error)
{
    const char *text = pmy_safetensors_text(&model->stored.contents, "pmy.table");
    if (!text)
        return PMY_OK;
    pmy_status status = pmy_table_read(model->stored.path, text, &model->table, error);
    model->facts.table = &model->table;
    if (status == PMY_OK && !table_fits(&model->facts))
        status = pmy_fail(error, PMY_BAD_FILE, "%s: its table makes other examples than its net takes",
                          model->stored.path);
    return status;
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
    if (reader.status == PMY_OK)
        reader.status = read_table(model, error);
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
    pmy_table_free(&model->table);
    free(model->names);
    free(model->normalizations);
    free(model->path);
    free(model->note);
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

/* Of a file from elsewhere, whose names may be others. */
static pmy_status fill_by_match(pmy_model *model, pmy_graph *graph, pmy_error *error)
{
    bool flatten = strstr(model->facts.net.text, "flatten") != NULL;
    pmy_name_match match;
    pmy_stored_file named = model->stored;
    pmy_status status =
        pmy_name_match_find(&model->stored, pmy_stored_of_graph, graph, flatten, &match, error);
    if (status != PMY_OK)
        return status;
    named.contents.tensor = match.tensor;
    named.contents.count = match.count;
    free(model->note);
    model->note = match.note ? strdup(match.note) : NULL;
    if (match.note && !model->note)
        status = pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for a note", model->path);
    if (status == PMY_OK)
        status = pmy_stored_fill(&named, graph, error);
    pmy_name_match_free(&match);
    return status;
}

pmy_status pmy_model_fill(pmy_model *model, pmy_graph *graph, pmy_error *error)
{
    return pmy_safetensors_text(&model->stored.contents, "pmy.net")
               ? pmy_stored_fill(&model->stored, graph, error)
               : fill_by_match(model, graph, error);
}

const char *pmy_model_note(const pmy_model *model)
{
    return model->note;
}
