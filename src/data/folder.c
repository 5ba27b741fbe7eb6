#include "data/folder.h"

#include "picture/digit.h"
#include "data/shuffle.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PIXELS = PMY_FIT_SIDE * PMY_FIT_SIDE };

/* --- What is in a folder ------------------------------------------------------------ */

typedef struct entries {
    struct dirent **list; /* [count], in the order of their names */
    int count;
} entries;

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void entries_free(entries *of)
{
    for (int i = 0; i < of->count; i++)
        free(of->list[i]);
    free(of->list);
    *of = (entries){0};
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* folder/name, which the caller frees; NULL: no memory. */
static char *join(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        (void)snprintf(path, size, "%s/%s", folder, name);
    return path;
}

/* Lists what the folder has of sub-folders, or else of other things. */
static pmy_status list(const char *folder, bool folders, entries *found, pmy_error *error)
{
    *found = (entries){0};
    found->count = scandir(folder, &found->list, is_shown, by_name);
    if (found->count < 0) {
        bool no_memory = errno == ENOMEM;
        *found = (entries){0};
        return pmy_fail(error, no_memory ? PMY_NO_MEMORY : PMY_IO, "%s: this folder cannot be read", folder);
    }
    int kept = 0;
    for (int i = 0; i < found->count; i++) {
        char *path = join(folder, found->list[i]->d_name);
        if (path && is_folder(path) == folders)
            found->list[kept++] = found->list[i];
        else
            free(found->list[i]);
        free(path);
    }
    found->count = kept;
    return PMY_OK;
}

static bool holds_folder(const char *folder, const char *name)
{
    char *path = join(folder, name);
    bool found = path && is_folder(path);
    free(path);
    return found;
}

bool pmy_is_folder_of_pictures(const char *folder)
{
    entries folders, files;
    bool idx = false;
    if (list(folder, true, &folders, NULL) != PMY_OK)
        return false;
    if (list(folder, false, &files, NULL) == PMY_OK)
        for (int i = 0; i < files.count; i++)
            idx = idx || strstr(files.list[i]->d_name, "-ubyte");
    bool any = folders.count > 0;
    entries_free(&folders);
    entries_free(&files);
    return any && !idx;
}

/* --- Filling a dataset ---------------------------------------------------------------- */

typedef struct filling {
    uint8_t *images; /* [capacity, 28, 28] */
    int32_t *labels; /* [capacity] */
    size_t count, capacity;
} filling;

static void filling_free(filling *f)
{
    free(f->images);
    free(f->labels);
}

static pmy_status reserve(filling *f, pmy_error *error)
{
    if (f->count < f->capacity)
        return PMY_OK;
    size_t capacity = f->capacity ? 2 * f->capacity : 256;
    uint8_t *images = realloc(f->images, capacity * PIXELS);
    if (images)
        f->images = images;
    int32_t *labels = realloc(f->labels, capacity * sizeof *labels);
    if (labels)
        f->labels = labels;
    if (!images || !labels)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for %zu pictures", capacity);
    f->capacity = capacity;
    return PMY_OK;
}

static pmy_status add(filling *f, const char *path, int32_t label, pmy_error *error)
{
    pmy_picture picture = {0};
    pmy_digit digit = {0};
    pmy_status status = reserve(f, error);
    if (!status)
        status = pmy_picture_read(path, &picture, error);
    if (!status)
        status = pmy_digit_make(&picture, &digit, error);
    if (!status) {
        memcpy(f->images + f->count * PIXELS, digit.pixels, PIXELS);
        f->labels[f->count++] = label;
    }
    pmy_digit_free(&digit);
    pmy_picture_free(&picture);
    return status;
}

/* The names [count], and after them their text, in one piece of memory, which the caller frees. */
static const char **copy_names(const entries *classes)
{
    size_t count = (size_t)classes->count, size = count * sizeof(char *);
    for (size_t i = 0; i < count; i++)
        size += strlen(classes->list[i]->d_name) + 1;
    const char **names = malloc(size);
    if (!names)
        return NULL;
    char *text = (char *)(names + count);
    for (size_t i = 0; i < count; i++) {
        names[i] = strcpy(text, classes->list[i]->d_name);
        text += strlen(text) + 1;
    }
    return names;
}

/* Makes *dataset of what was filled in. */
static pmy_status finish(filling *f, const entries *classes, pmy_dataset *dataset, pmy_error *error)
{
    const char **names = copy_names(classes);
    *dataset = (pmy_dataset){.images = f->images,
                             .labels = f->labels,
                             .count = f->count,
                             .channels = 1,
                             .height = PMY_FIT_SIDE,
                             .width = PMY_FIT_SIDE,
                             .classes = (size_t)classes->count,
                             .names = names,
                             .owned_images = f->images,
                             .owned_labels = f->labels,
                             .owned_names = names};
    *f = (filling){0};
    return names ? PMY_OK : pmy_fail(error, PMY_NO_MEMORY, "no memory for the names of classes");
}

/* --- Classes ------------------------------------------------------------------------- */

typedef struct loading {
    uint64_t seed;
    filling *train, *test; /* NULL: not wanted */
} loading;

static size_t for_testing(size_t count)
{
    const size_t share = 6;
    size_t sixth = (count + share / 2) / share;
    return sixth > 0 ? sixth : 1;
}

/* The first of the shuffled pictures of a class are for testing. */
static pmy_status add_divided(const loading *l, const char *folder, const entries *files, int32_t label,
                              pmy_error *error)
{
    size_t count = (size_t)files->count;
    if (count < 2)
        return pmy_fail(error, PMY_BAD_FILE, "%s: one picture cannot be divided into training and testing",
                        folder);
    uint32_t *order = malloc(count * sizeof *order);
    pmy_status status =
        order ? pmy_epoch_order(PMY_ORDER_SHUFFLE, l->seed, (uint32_t)label, count, order, error)
              : pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for %zu names", folder, count);
    for (size_t i = 0; !status && i < count; i++) {
        filling *to = i < for_testing(count) ? l->test : l->train;
        char *path = join(folder, files->list[order[i]]->d_name);
        if (!path)
            status = pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for a name", folder);
        else if (to)
            status = add(to, path, label, error);
        free(path);
    }
    free(order);
    return status;
}

static pmy_status add_all(filling *to, const char *folder, const entries *files, int32_t label,
                          pmy_error *error)
{
    pmy_status status = PMY_OK;
    for (int i = 0; !status && i < files->count; i++) {
        char *path = join(folder, files->list[i]->d_name);
        status = path ? add(to, path, label, error)
                      : pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for a name", folder);
        free(path);
    }
    return status;
}

/* The pictures of one class: to one part, or, if `part` is NULL, divided. */
static pmy_status add_class(const loading *l, filling *part, const char *parent, const char *name,
                            int32_t label, pmy_error *error)
{
    char *folder = join(parent, name);
    if (!folder)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for a name", parent);
    entries files;
    pmy_status status = list(folder, false, &files, error);
    if (!status && files.count == 0)
        status = pmy_fail(error, PMY_BAD_FILE, "%s: there are no pictures of this class", folder);
    if (!status)
        status =
            part ? add_all(part, folder, &files, label, error) : add_divided(l, folder, &files, label, error);
    entries_free(&files);
    free(folder);
    return status;
}

static pmy_status check_classes(const char *folder, const entries *classes, pmy_error *error)
{
    if (classes->count >= 2)
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_FILE,
                    "%s: %d sub-folders; each is a class, and there must be two at least", folder,
                    classes->count);
}

/* Lists the classes of a folder, of which there must be some. */
static pmy_status list_classes(const char *folder, entries *classes, pmy_error *error)
{
    pmy_status status = list(folder, true, classes, error);
    return status ? status : check_classes(folder, classes, error);
}

/* The folders train and test of the folder: both have the classes of train. */
static pmy_status load_part(filling *to, const char *folder, const char *name, const entries *classes,
                            pmy_error *error)
{
    char *part = join(folder, name);
    entries own = {0};
    pmy_status status =
        part ? list(part, true, &own, error) : pmy_fail(error, PMY_NO_MEMORY, "%s: no memory", folder);
    for (int i = 0; !status && i < own.count; i++) {
        bool known = false;
        for (int k = 0; k < classes->count; k++)
            known = known || strcmp(own.list[i]->d_name, classes->list[k]->d_name) == 0;
        if (!known)
            status = pmy_fail(error, PMY_BAD_FILE, "%s/%s: %s/train has no such class", part,
                              own.list[i]->d_name, folder);
    }
    for (int i = 0; !status && i < classes->count; i++)
        status = add_class(NULL, to, part, classes->list[i]->d_name, i, error);
    entries_free(&own);
    free(part);
    return status;
}

static pmy_status load(const loading *l, const char *folder, entries *classes, pmy_error *error)
{
    bool parts = holds_folder(folder, "train") && holds_folder(folder, "test");
    char *of = join(folder, parts ? "train" : ".");
    pmy_status status =
        of ? list_classes(of, classes, error) : pmy_fail(error, PMY_NO_MEMORY, "%s: no memory", folder);
    free(of);
    for (int i = 0; !status && !parts && i < classes->count; i++)
        status = add_class(l, NULL, folder, classes->list[i]->d_name, i, error);
    if (!status && parts)
        status = load_part(l->test, folder, "test", classes, error);
    if (!status && parts && l->train)
        status = load_part(l->train, folder, "train", classes, error);
    return status;
}

pmy_status pmy_folder_load(const char *folder, uint64_t seed, pmy_dataset *train, pmy_dataset *test,
                           pmy_error *error)
{
    filling to_train = {0}, to_test = {0};
    const loading l = {seed, train ? &to_train : NULL, &to_test};
    entries classes = {0};
    *test = (pmy_dataset){0};
    if (train)
        *train = (pmy_dataset){0};
    pmy_status status = load(&l, folder, &classes, error);
    if (!status)
        status = finish(&to_test, &classes, test, error);
    if (!status && train)
        status = finish(&to_train, &classes, train, error);
    entries_free(&classes);
    filling_free(&to_train);
    filling_free(&to_test);
    if (status) {
        pmy_dataset_free(test);
        if (train)
            pmy_dataset_free(train);
    }
    return status;
}
