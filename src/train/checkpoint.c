#include "train/checkpoint.h"

#include "train/stored.h"
#include "base/version.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECIPE "pmy.recipe."

/* --- The recipe and the data ------------------------------------------------ */

/* Of the bytes that are trained on. */
static uint32_t checksum(const pmy_dataset *dataset)
{
    uint32_t sum = libdeflate_crc32(0, dataset->images, dataset->count * pmy_dataset_features(dataset));
    return libdeflate_crc32(sum, dataset->labels, dataset->count * sizeof *dataset->labels);
}

/* All that the numbers of a run follow from: what a run must have in common with a checkpoint. */
static void add_recipe(pmy_stored *stored, const pmy_training *training)
{
    const pmy_dataset *data = training->dataset;
    const pmy_recipe_field *field;
    for (size_t i = 0; (field = pmy_recipe_field_at(i)); i++) {
        char key[sizeof RECIPE + 40];
        pmy_recipe_text value = pmy_recipe_print(&training->recipe, field);
        (void)snprintf(key, sizeof key, RECIPE "%s", field->key);
        if (!field->left_out || strcmp(value.text, "0") != 0)
            pmy_stored_note(stored, key, "%s", value.text);
    }
    pmy_stored_note(stored, RECIPE "scalar", "%zu bits", 8 * sizeof(pmy_real));
    pmy_stored_note(stored, RECIPE "pictures", "%zu of %s in %zu classes", data->count,
                    pmy_shape_print(pmy_image_shape(data)).text, data->classes);
    pmy_stored_note(stored, RECIPE "checksum of the pictures", "%08lx", (unsigned long)checksum(data));
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
static pmy_status compare(const char *path, const pmy_safetensors *kept, const pmy_safetensors *ours,
                          const pmy_safetensors *lines, pmy_error *error)
{
    for (size_t i = 0; i < lines->notes; i++) {
        const char *key = lines->note[i].key, *there = note_text(kept, key), *here = note_text(ours, key);
        if (strncmp(key, RECIPE, strlen(RECIPE)) == 0 && (!there || !here || strcmp(there, here) != 0))
            return pmy_fail(error, PMY_BAD_FILE,
                            "%s: its run is another: its %.60s is '%.100s', but here '%.100s'", path,
                            key + strlen(RECIPE), there ? there : "", here ? here : "");
    }
    return PMY_OK;
}

static pmy_status check_recipe(const pmy_training *training, const char *path, const pmy_safetensors *kept,
                               pmy_error *error)
{
    pmy_stored ours = {.failed = false};
    pmy_status status = PMY_OK;
    add_recipe(&ours, training);
    if (ours.failed)
        status = pmy_fail(error, PMY_NO_MEMORY, "%s: no memory to read it", path);
    if (status == PMY_OK)
        status = compare(path, kept, &ours.contents, &ours.contents, error);
    if (status == PMY_OK)
        status = compare(path, kept, &ours.contents, kept, error);
    pmy_stored_free(&ours);
    return status;
}

/* --- How far the run is ----------------------------------------------------- */

typedef struct position {
    uint64_t step, graph_step, optim_steps, epoch_correct;
    double seconds, epoch_loss, epoch_seconds;
} position;

static void add_position(pmy_stored *stored, const pmy_training *training)
{
    const pmy_graph *graph = training->classifier->graph;
    pmy_stored_note(stored, "pmy.step", "%llu", (unsigned long long)training->step);
    pmy_stored_note(stored, "pmy.graph_step", "%llu", (unsigned long long)pmy_graph_step(graph));
    pmy_stored_note(stored, "pmy.optim_steps", "%llu", (unsigned long long)training->optim->steps);
    pmy_stored_note(stored, "pmy.epoch_correct", "%zu", training->epoch_correct);
    pmy_stored_note_real(stored, "pmy.seconds", training->seconds);
    pmy_stored_note_real(stored, "pmy.epoch_loss", training->epoch_loss);
    pmy_stored_note_real(stored, "pmy.epoch_seconds", training->epoch_seconds);
}

static pmy_status read_position(const pmy_training *training, const char *path, const pmy_safetensors *kept,
                                position *at, pmy_error *error)
{
    const struct {
        const char *key;
        uint64_t *place, most;
    } wholes[] = {{"pmy.step", &at->step, training->schedule.total},
                  {"pmy.graph_step", &at->graph_step, UINT64_MAX},
                  {"pmy.optim_steps", &at->optim_steps, UINT64_MAX},
                  {"pmy.epoch_correct", &at->epoch_correct, training->dataset->count}};
    const struct {
        const char *key;
        double *place;
    } reals[] = {{"pmy.seconds", &at->seconds},
                 {"pmy.epoch_loss", &at->epoch_loss},
                 {"pmy.epoch_seconds", &at->epoch_seconds}};
    pmy_status status = PMY_OK;
    for (size_t i = 0; status == PMY_OK && i < sizeof wholes / sizeof *wholes; i++) {
        status = pmy_stored_whole(path, kept, wholes[i].key, wholes[i].place, error);
        if (status == PMY_OK && *wholes[i].place > wholes[i].most)
            status = pmy_fail(error, PMY_BAD_FILE, "%s: its %s is beyond %llu", path, wholes[i].key,
                              (unsigned long long)wholes[i].most);
    }
    for (size_t i = 0; status == PMY_OK && i < sizeof reals / sizeof *reals; i++)
        status = pmy_stored_real(path, kept, reals[i].key, reals[i].place, error);
    return status;
}

static void take_position(pmy_training *training, const position *at)
{
    training->step = at->step;
    training->optim->steps = at->optim_steps;
    pmy_set_graph_step(training->classifier->graph, at->graph_step);
    training->epoch_correct = (size_t)at->epoch_correct;
    training->seconds = at->seconds;
    training->epoch_loss = at->epoch_loss;
    training->epoch_seconds = at->epoch_seconds;
}

/* --- The optimizer's state -------------------------------------------------- */

typedef struct state_name {
    char text[64];
} state_name;

static state_name name_state(const pmy_optim *optim, size_t index)
{
    state_name name;
    (void)snprintf(name.text, sizeof name.text, "optimizer.%s", optim->kind->state[index]);
    return name;
}

static void add_state(pmy_stored *stored, const pmy_optim *optim)
{
    for (size_t i = 0; i < optim->states; i++)
        pmy_stored_add(stored, name_state(optim, i).text, PMY_SHAPE(optim->parameters.size), PMY_REALS,
                       optim->state[i]);
}

static pmy_status check_state(const char *path, const pmy_safetensors *kept, const pmy_optim *optim,
                              pmy_error *error)
{
    pmy_status status = PMY_OK;
    for (size_t i = 0; status == PMY_OK && i < optim->states; i++)
        status = pmy_stored_check(path, kept, name_state(optim, i).text, PMY_SHAPE(optim->parameters.size),
                                  PMY_REALS, error);
    return status;
}

static void copy_state(const pmy_safetensors *kept, const pmy_optim *optim)
{
    for (size_t i = 0; i < optim->states; i++)
        pmy_stored_copy(kept, name_state(optim, i).text, PMY_REALS, optim->state[i]);
}

/* --- The average ------------------------------------------------------------ */

static const char average_parameters[] = "average.parameters", average_statistics[] = "average.statistics";

static void add_average(pmy_stored *stored, const pmy_average *average)
{
    if (!average)
        return;
    pmy_stored_add(stored, average_parameters, PMY_SHAPE(pmy_graph_parameters(average->graph).size),
                   PMY_REALS, average->parameters);
    if (pmy_graph_statistics(average->graph).size)
        pmy_stored_add(stored, average_statistics, PMY_SHAPE(pmy_graph_statistics(average->graph).size),
                       PMY_REALS, average->statistics);
}

static pmy_status check_average(const char *path, const pmy_safetensors *kept, const pmy_average *average,
                                pmy_error *error)
{
    if (!average)
        return PMY_OK;
    size_t statistics = pmy_graph_statistics(average->graph).size;
    pmy_status status =
        pmy_stored_check(path, kept, average_parameters, PMY_SHAPE(pmy_graph_parameters(average->graph).size),
                         PMY_REALS, error);
    if (status == PMY_OK && statistics)
        status = pmy_stored_check(path, kept, average_statistics, PMY_SHAPE(statistics), PMY_REALS, error);
    return status;
}

static void copy_average(const pmy_safetensors *kept, pmy_average *average, uint64_t steps)
{
    if (!average)
        return;
    pmy_stored_copy(kept, average_parameters, PMY_REALS, average->parameters);
    if (pmy_graph_statistics(average->graph).size)
        pmy_stored_copy(kept, average_statistics, PMY_REALS, average->statistics);
    average->steps = steps;
}

/* --- Saving and resuming ---------------------------------------------------- */

pmy_status pmy_checkpoint_save(const pmy_training *training, const char *note, const char *path,
                               pmy_error *error)
{
    pmy_stored stored = {.failed = false};
    add_recipe(&stored, training);
    add_position(&stored, training);
    pmy_stored_note(&stored, "pmy.note", "%s", note ? note : "");
    pmy_stored_note(&stored, "pmy.version", "%s", PMY_VERSION);
    pmy_stored_add_graph(&stored, training->classifier->graph);
    add_state(&stored, training->optim);
    add_average(&stored, training->average);
    pmy_status status = pmy_stored_write(&stored, path, error);
    pmy_stored_free(&stored);
    return status;
}

static pmy_status open_kept(const char *path, pmy_stored_file *kept, pmy_error *error)
{
    pmy_status status = pmy_stored_open(path, kept, error);
    if (status != PMY_OK || pmy_safetensors_text(&kept->contents, "pmy.step"))
        return status;
    pmy_stored_close(kept);
    return pmy_fail(error, PMY_BAD_FILE, "%s: is no checkpoint of a run", path);
}

pmy_status pmy_checkpoint_note(const char *path, char **note, pmy_error *error)
{
    pmy_stored_file kept;
    const char *text;
    *note = NULL;
    pmy_status status = open_kept(path, &kept, error);
    if (status != PMY_OK)
        return status;
    status = pmy_stored_text(path, &kept.contents, "pmy.note", &text, error);
    if (status == PMY_OK && !(*note = strdup(text)))
        status = pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for its note", path);
    pmy_stored_close(&kept);
    return status;
}

static pmy_status resume(pmy_training *training, const char *path, const pmy_safetensors *kept,
                         pmy_error *error)
{
    position at;
    pmy_graph *graph = training->classifier->graph;
    pmy_status status = check_recipe(training, path, kept, error);
    if (status == PMY_OK)
        status = read_position(training, path, kept, &at, error);
    if (status == PMY_OK)
        status = pmy_stored_check_graph(path, kept, graph, error);
    if (status == PMY_OK)
        status = check_state(path, kept, training->optim, error);
    if (status == PMY_OK)
        status = check_average(path, kept, training->average, error);
    if (status != PMY_OK)
        return status;
    take_position(training, &at);
    pmy_stored_copy_graph(kept, graph);
    copy_state(kept, training->optim);
    copy_average(kept, training->average, at.step);
    return PMY_OK;
}

pmy_status pmy_checkpoint_resume(pmy_training *training, const char *path, pmy_error *error)
{
    pmy_stored_file kept;
    pmy_status status = open_kept(path, &kept, error);
    if (status != PMY_OK)
        return status;
    status = resume(training, path, &kept.contents, error);
    pmy_stored_close(&kept);
    return status;
}
