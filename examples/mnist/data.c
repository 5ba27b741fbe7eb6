#include "mnist/data.h"

#include "data/folder.h"

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

pmy_status data_load(const char *folder, pmy_pool *pool, pmy_dataset *train, pmy_dataset *test,
                     pmy_error *error)
{
    const uint64_t division = 1; /* not the run's seed: all runs and mnist eval have the same test pictures */
    if (pmy_is_folder_of_pictures(folder))
        return pmy_folder_load(folder, division, train, test, error);
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
