#include "mnist/data.h"

#include "data/folder.h"

#include <stdio.h>

enum { DATA_CLASSES = 10 };
static const char *const data_classes[DATA_CLASSES] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

/* The two parts of the data. */
enum { TEST_PART, TRAIN_PART, PARTS };

typedef struct loading {
    const char *folder;
    pmy_dataset *dataset[PARTS];
    pmy_error error[PARTS];
} loading;

static void load_part(void *context, size_t part, unsigned worker)
{
    (void)worker;
    loading *l = context;
    l->error[part].code = PMY_OK;
    (void)pmy_dataset_load(l->folder, part == TRAIN_PART ? PMY_DATASET_TRAIN : PMY_DATASET_TEST, DATA_CLASSES,
                           l->dataset[part], &l->error[part]);
}

const char *const *data_class_names(const pmy_model_facts *facts, const pmy_dataset *dataset)
{
    return facts->names ? facts->names : dataset->names;
}

const char *const *data_class_labels(const pmy_model_facts *facts, const pmy_dataset *dataset)
{
    const char *const *names = data_class_names(facts, dataset);
    return names ? names : data_classes;
}

static void say_notes(const char *folder, const pmy_folder_notes *notes)
{
    if (notes->strays.count)
        (void)fprintf(stderr, "mnist: %s: passed over %zu thing%s that %s; the first: %s\n", folder,
                      notes->strays.count, notes->strays.count == 1 ? "" : "s",
                      notes->strays.count == 1 ? "is no picture and no class"
                                               : "are no pictures and no classes",
                      notes->strays.first);
    if (notes->bad)
        (void)fprintf(stderr, "mnist: %s: left out %zu picture%s that cannot be read; the first: %s\n",
                      folder, notes->bad, notes->bad == 1 ? "" : "s", notes->first_bad.message);
}

static pmy_status load_pictures(const char *folder, bool skip_bad, pmy_dataset *train, pmy_dataset *test,
                                pmy_error *error)
{
    /* Not the run's seed: all runs and mnist eval have the same test pictures. */
    const pmy_folder_options options = {.seed = 1, .skip_bad = skip_bad};
    pmy_folder_notes notes;
    pmy_status status = pmy_folder_load(folder, &options, train, test, &notes, error);
    if (status == PMY_OK)
        say_notes(folder, &notes);
    return status;
}

pmy_status data_load(const char *folder, bool skip_bad, pmy_pool *pool, pmy_dataset *train, pmy_dataset *test,
                     pmy_error *error)
{
    if (pmy_is_folder_of_pictures(folder))
        return load_pictures(folder, skip_bad, train, test, error);
    loading parts = {.folder = folder, .dataset = {test, train}};
    pmy_pool_run(pool, train ? PARTS : 1, load_part, &parts);
    for (size_t part = PARTS; part-- > 0;)
        if (parts.error[part].code != PMY_OK) {
            *error = parts.error[part];
            pmy_dataset_free(test);
            if (train)
                pmy_dataset_free(train);
            return error->code;
        }
    return PMY_OK;
}
