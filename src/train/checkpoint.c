#include "train/checkpoint.h"

#include "train/stored.h"
#include "base/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECIPE "pmy.recipe."
#define VOCABULARY RECIPE "vocabulary"

/* --- The recipe and the data ------------------------------------------------ */

/* All that the numbers of a run follow from: what a run must have in common with a checkpoint. */
static void add_recipe(pmy_stored *stored, const pmy_run *run)
{
    const pmy_recipe_field *field;
    char key[sizeof RECIPE + 60];
    for (size_t i = 0; (field = pmy_recipe_field_at(run->kind, i)); i++) {
        pmy_recipe_text value = pmy_recipe_print(&run->recipe, field);
        (void)snprintf(key, sizeof key, RECIPE "%s", field->key);
        if (!field->left_out || strcmp(value.text, field->left_out) != 0)
            pmy_stored_note(stored, key, "%s", value.text);
    }
    pmy_stored_note(stored, RECIPE "scalar", "%zu bits", 8 * sizeof(pmy_real));
    pmy_run_data data = run->owner.data(run->owner.context);
    const char *name = pmy_recipe_kind_name(run->kind);
    (void)snprintf(key, sizeof key, RECIPE "%s", name);
    pmy_stored_note(stored, key, "%s", data.size);
    (void)snprintf(key, sizeof key, RECIPE "checksum of the %s", name);
    pmy_stored_note(stored, key, "%08lx", (unsigned long)data.checksum);
    if (data.vocabulary)
        pmy_stored_note_text(stored, VOCABULARY, pmy_vocabulary_print(data.vocabulary));
}

/* Its data has the key that add_recipe gave it. */
static bool is_on(const pmy_safetensors *contents, pmy_recipe_kind kind)
{
    char key[sizeof RECIPE + 60];
    (void)snprintf(key, sizeof key, RECIPE "%s", pmy_recipe_kind_name(kind));
    return pmy_safetensors_text(contents, key) != NULL;
}

static pmy_recipe_kind kind_of(const pmy_safetensors *contents)
{
    return is_on(contents, PMY_RECIPE_OF_TEXT) ? PMY_RECIPE_OF_TEXT : PMY_RECIPE_OF_PICTURES;
}

/* The text of that key in a list of any order; NULL: there is none. */
static const char *note_text(const pmy_safetensors *contents, const char *key)
{
    for (size_t i = 0; i < contents->notes; i++)
        if (strcmp(contents->note[i].key, key) == 0)
            return contents->note[i].text;
    return NULL;
}

/* Whether each line of one recipe is in the other; `kept` is the checkpoint's. */
static pmy_status compare(const pmy_stored_file *kept, const pmy_safetensors *ours,
                          const pmy_safetensors *lines, pmy_error *error)
{
    for (size_t i = 0; i < lines->notes; i++) {
        const char *key = lines->note[i].key, *there = pmy_safetensors_text(&kept->contents, key),
                   *here = note_text(ours, key);
        if (strncmp(key, RECIPE, strlen(RECIPE)) == 0 && (!there || !here || strcmp(there, here) != 0))
            return pmy_fail(error, PMY_BAD_FILE,
                            "%s: its run is another: its %.60s is '%.100s', but here '%.100s'", kept->path,
                            key + strlen(RECIPE), there ? there : "", here ? here : "");
    }
    return PMY_OK;
}

static pmy_status check_recipe(const pmy_run *run, const pmy_stored_file *kept, pmy_error *error)
{
    pmy_stored ours = {.failed = false};
    if (!is_on(&kept->contents, run->kind))
        return pmy_fail(error, PMY_BAD_FILE, "%s: its run is on %s, not on %s", kept->path,
                        pmy_recipe_kind_name(kind_of(&kept->contents)), pmy_recipe_kind_name(run->kind));
    add_recipe(&ours, run);
    pmy_status status =
        ours.failed ? pmy_fail(error, PMY_NO_MEMORY, "%s: no memory to read it", kept->path) : PMY_OK;
    if (status == PMY_OK)
        status = compare(kept, &ours.contents, &ours.contents, error);
    if (status == PMY_OK)
        status = compare(kept, &ours.contents, &kept->contents, error);
    pmy_stored_free(&ours);
    return status;
}

/* --- How far the run is ----------------------------------------------------- */

static void add_position(pmy_stored *stored, const pmy_run *run)
{
    pmy_stored_note(stored, "pmy.step", "%llu", (unsigned long long)run->step);
    pmy_stored_note(stored, "pmy.graph_step", "%llu", (unsigned long long)pmy_graph_step(run->graph));
    pmy_stored_note(stored, "pmy.optim_steps", "%llu", (unsigned long long)run->optim->steps);
    pmy_stored_note_real(stored, "pmy.seconds", run->seconds);
    const pmy_run_tally *tally = run->owner.tally;
    for (; tally->key; tally++)
        if (tally->count)
            pmy_stored_note(stored, tally->key, "%zu", *tally->count);
        else
            pmy_stored_note_real(stored, tally->key, *tally->real);
}

typedef union tally_value {
    double real;
    size_t count;
} tally_value;

static void read_tallies(pmy_stored_reader *reader, const pmy_run_tally *tally, tally_value *value)
{
    for (; tally->key; tally++, value++)
        if (tally->count)
            value->count = (size_t)pmy_stored_whole(reader, tally->key, tally->most);
        else
            value->real = pmy_stored_real(reader, tally->key);
}

static void set_tallies(const pmy_run_tally *tally, const tally_value *value)
{
    for (; tally->key; tally++, value++)
        if (tally->count)
            *tally->count = value->count;
        else
            *tally->real = value->real;
}

/* Goes there, if the checkpoint says where that is. */
static pmy_status take_position(pmy_run *run, const pmy_stored_file *kept, pmy_error *error)
{
    pmy_stored_reader reader = {kept, error, PMY_OK};
    uint64_t step = pmy_stored_whole(&reader, "pmy.step", run->schedule.total),
             graph_step = pmy_stored_whole(&reader, "pmy.graph_step", UINT64_MAX),
             optim_steps = pmy_stored_whole(&reader, "pmy.optim_steps", UINT64_MAX);
    double seconds = pmy_stored_real(&reader, "pmy.seconds");
    tally_value tallies[PMY_MOST_TALLIES];
    read_tallies(&reader, run->owner.tally, tallies);
    if (reader.status != PMY_OK)
        return reader.status;
    set_tallies(run->owner.tally, tallies);
    run->step = step;
    run->seconds = seconds;
    run->optim->steps = optim_steps;
    if (run->average)
        run->average->steps = step;
    pmy_set_graph_step(run->graph, graph_step);
    return PMY_OK;
}

/* --- Its numbers ------------------------------------------------------------ */

/* A flat vector; none where it has no elements. */
static pmy_stored_tensor vector(const char *of, const char *name, size_t size, pmy_real *elements)
{
    pmy_stored_tensor tensor = {.shape = PMY_SHAPE(size), .type = PMY_REALS, .elements = elements};
    if (size)
        (void)snprintf(tensor.name, sizeof tensor.name, "%s.%s", of, name);
    return tensor;
}

/* The graph's tensors, the optimizer's state, the average. */
static pmy_stored_tensor tensor_of_run(const void *owner, size_t index)
{
    const pmy_run *run = owner;
    const pmy_graph *graph = run->graph;
    const pmy_optim *optim = run->optim;
    const pmy_average *average = run->average;
    pmy_parameters parameters = pmy_graph_parameters(graph);
    pmy_statistics statistics = pmy_graph_statistics(graph);
    size_t own = parameters.count + statistics.count, states = own + optim->states;
    if (index >= own && index < states)
        return vector("optimizer", optim->kind->state[index - own], parameters.size,
                      optim->state[index - own]);
    if (average && index == states)
        return vector("average", "parameters", parameters.size, average->parameters);
    if (average && index == states + 1)
        return vector("average", "statistics", statistics.size, average->statistics);
    return pmy_stored_of_graph(graph, index);
}

/* --- Saving and resuming ---------------------------------------------------- */

pmy_status pmy_checkpoint_save(const pmy_run *run, const char *note, const char *path, pmy_error *error)
{
    pmy_stored stored = {.failed = false};
    add_recipe(&stored, run);
    add_position(&stored, run);
    pmy_stored_note(&stored, "pmy.note", "%s", note ? note : "");
    pmy_stored_note(&stored, "pmy.version", "%s", PMY_VERSION);
    pmy_stored_add(&stored, tensor_of_run, run);
    return pmy_stored_write(&stored, path, error);
}

static pmy_status open_kept(const char *path, pmy_stored_file *kept, pmy_error *error)
{
    pmy_status status = pmy_stored_open(path, kept, error);
    if (status != PMY_OK || pmy_safetensors_text(&kept->contents, "pmy.step"))
        return status;
    pmy_stored_close(kept);
    return pmy_fail(error, PMY_BAD_FILE, "%s: is no checkpoint of a run", path);
}

static pmy_status read_facts(const pmy_stored_file *kept, pmy_checkpoint_facts *facts, pmy_error *error)
{
    pmy_stored_reader reader = {kept, error, PMY_OK};
    const char *note = pmy_stored_text(&reader, "pmy.note"),
               *vocabulary = pmy_safetensors_text(&kept->contents, VOCABULARY);
    if (reader.status != PMY_OK)
        return reader.status;
    facts->kind = kind_of(&kept->contents);
    if (!(facts->note = strdup(note)))
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for its note", kept->path);
    return vocabulary ? pmy_vocabulary_read(&facts->vocabulary, kept->path, vocabulary, error) : PMY_OK;
}

pmy_status pmy_checkpoint_read(const char *path, pmy_checkpoint_facts *facts, pmy_error *error)
{
    pmy_stored_file kept = {.path = path};
    *facts = (pmy_checkpoint_facts){.note = NULL};
    pmy_status status = open_kept(path, &kept, error);
    if (status == PMY_OK)
        status = read_facts(&kept, facts, error);
    pmy_stored_close(&kept);
    if (status != PMY_OK)
        pmy_checkpoint_facts_free(facts);
    return status;
}

void pmy_checkpoint_facts_free(pmy_checkpoint_facts *facts)
{
    free(facts->note);
    pmy_vocabulary_free(&facts->vocabulary);
    *facts = (pmy_checkpoint_facts){.note = NULL};
}

pmy_status pmy_checkpoint_resume(pmy_run *run, const char *path, pmy_error *error)
{
    pmy_stored_file kept = {.path = path};
    pmy_status status = open_kept(path, &kept, error);
    if (status == PMY_OK)
        status = check_recipe(run, &kept, error);
    if (status == PMY_OK)
        status = pmy_stored_check(&kept, tensor_of_run, run, error);
    if (status == PMY_OK)
        status = take_position(run, &kept, error);
    if (status == PMY_OK)
        pmy_stored_copy(&kept, tensor_of_run, run);
    pmy_stored_close(&kept);
    return status;
}
