#include "data/folder.h"

#include "data/class_names.h"
#include "data/shuffle.h"
#include "picture/digit.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PIXELS = PMY_FIT_SIDE * PMY_FIT_SIDE };

/* --- What is in a folder ------------------------------------------------------------ */

typedef struct entries {
    char **path; /* [count], in the order of their names */
    size_t count;
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
    for (size_t i = 0; i < of->count; i++)
        free(of->path[i]);
    free(of->path);
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

/* Lists what the folder has of sub-folders, or else of other things; *found is empty after an error. */
static pmy_status list(const char *folder, bool folders, entries *found, pmy_error *error)
{
    struct dirent **entry;
    int count = scandir(folder, &entry, is_shown, by_name);
    *found = (entries){0};
    if (count < 0)
        return pmy_fail(error, errno == ENOMEM ? PMY_NO_MEMORY : PMY_IO, "%s: this folder cannot be read",
                        folder);
    found->path = calloc((size_t)count + 1, sizeof *found->path);
    bool taken = found->path != NULL;
    for (int i = 0; i < count; i++) {
        char *path = taken ? join(folder, entry[i]->d_name) : NULL;
        taken = path != NULL;
        if (taken && is_folder(path) == folders)
            found->path[found->count++] = path;
        else
            free(path);
        free(entry[i]);
    }
    free(entry);
    if (taken)
        return PMY_OK;
    entries_free(found);
    return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for the names in it", folder);
}

static const char *name_of(const char *path)
{
    return strrchr(path, '/') + 1;
}

/* The path of what has that name, or NULL. */
static const char *find(const entries *in, const char *name)
{
    for (size_t i = 0; i < in->count; i++)
        if (strcmp(name_of(in->path[i]), name) == 0)
            return in->path[i];
    return NULL;
}

bool pmy_is_folder_of_pictures(const char *folder)
{
    entries folders, files;
    bool idx = false;
    if (list(folder, true, &folders, NULL) != PMY_OK)
        return false;
    if (list(folder, false, &files, NULL) == PMY_OK)
        for (size_t i = 0; i < files.count; i++)
            idx = idx || strstr(name_of(files.path[i]), "-ubyte");
    bool any = folders.count > 0;
    entries_free(&folders);
    entries_free(&files);
    return any && !idx;
}

/* --- Filling a dataset ---------------------------------------------------------------- */

/* Makes room for so many more pictures. */
static pmy_status reserve(pmy_dataset *dataset, size_t more, pmy_error *error)
{
    size_t capacity = dataset->count + more;
    void *images = realloc(dataset->owned_images, capacity * PIXELS);
    if (images)
        dataset->images = dataset->owned_images = images;
    void *labels = realloc(dataset->owned_labels, capacity * sizeof *dataset->labels);
    if (labels)
        dataset->labels = dataset->owned_labels = labels;
    return images && labels ? PMY_OK : pmy_fail(error, PMY_NO_MEMORY, "no memory for %zu pictures", capacity);
}

static pmy_status add(pmy_dataset *dataset, const char *path, int32_t label, pmy_error *error)
{
    pmy_picture picture = {0};
    pmy_digit digit = {0};
    pmy_status status = pmy_picture_read(path, &picture, error);
    if (!status)
        status = pmy_digit_make(&picture, &digit, error);
    if (!status) {
        memcpy((uint8_t *)dataset->owned_images + dataset->count * PIXELS, digit.pixels, PIXELS);
        ((int32_t *)dataset->owned_labels)[dataset->count++] = label;
    }
    pmy_digit_free(&digit);
    pmy_picture_free(&picture);
    return status;
}

/* What the pictures have in common. */
static pmy_status finish(pmy_dataset *dataset, const entries *classes, pmy_error *error)
{
    const char **names = malloc(classes->count * sizeof *names);
    for (size_t i = 0; names && i < classes->count; i++)
        names[i] = name_of(classes->path[i]);
    const char **copy = names ? pmy_class_names_copy(classes->count, names) : NULL;
    free(names);
    if (!copy)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the names of classes");
    dataset->names = copy;
    dataset->owned_names = copy;
    dataset->channels = 1;
    dataset->height = dataset->width = PMY_FIT_SIDE;
    dataset->classes = classes->count;
    return PMY_OK;
}

/* --- Classes ------------------------------------------------------------------------- */

typedef struct loading {
    pmy_dataset *train, *test; /* NULL: not wanted */
    bool divided;              /* else all is for the one that is wanted */
    uint64_t seed;             /* of the division */
} loading;

static size_t for_testing(size_t count)
{
    const size_t share = 6;
    size_t sixth = (count + share / 2) / share;
    return sixth > 0 ? sixth : 1;
}

/* The first of the shuffled pictures are for testing, the rest for training. */
static pmy_status add_files(const loading *l, const char *folder, const entries *files, int32_t label,
                            pmy_error *error)
{
    size_t count = files->count, tests = l->divided ? for_testing(count) : l->test ? count : 0;
    uint32_t *order = malloc(count * sizeof *order);
    if (!order)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for the order of %zu pictures", folder, count);
    pmy_status status = pmy_epoch_order(l->divided ? PMY_ORDER_SHUFFLE : PMY_ORDER_FILE, l->seed,
                                        (uint32_t)label, count, order, error);
    if (!status && l->test)
        status = reserve(l->test, count, error);
    if (!status && l->train)
        status = reserve(l->train, count, error);
    for (size_t i = 0; !status && i < count; i++) {
        pmy_dataset *to = i < tests ? l->test : l->train;
        if (to)
            status = add(to, files->path[order[i]], label, error);
    }
    free(order);
    return status;
}

static pmy_status add_class(const loading *l, const char *folder, int32_t label, pmy_error *error)
{
    entries files;
    pmy_status status = list(folder, false, &files, error);
    if (!status && files.count == 0)
        status = pmy_fail(error, PMY_BAD_FILE, "%s: there are no pictures of this class", folder);
    if (!status && l->divided && files.count < 2)
        status = pmy_fail(error, PMY_BAD_FILE, "%s: one picture cannot be divided into training and testing",
                          folder);
    if (!status)
        status = add_files(l, folder, &files, label, error);
    entries_free(&files);
    return status;
}

/* One of the folders train and test: both have the classes of train. */
static pmy_status add_part(const loading *l, const char *part, const char *train, const entries *classes,
                           pmy_error *error)
{
    entries own;
    pmy_status status = list(part, true, &own, error);
    for (size_t i = 0; !status && i < own.count; i++)
        if (!find(classes, name_of(own.path[i])))
            status = pmy_fail(error, PMY_BAD_FILE, "%s: %s has no such class", own.path[i], train);
    for (size_t i = 0; !status && i < classes->count; i++) {
        const char *name = name_of(classes->path[i]), *folder = find(&own, name);
        status = folder ? add_class(l, folder, (int32_t)i, error)
                        : pmy_fail(error, PMY_BAD_FILE, "%s: has no class '%s'", part, name);
    }
    entries_free(&own);
    return status;
}

/* Lists the classes in a folder, of which there must be some. */
static pmy_status list_classes(const char *folder, entries *classes, pmy_error *error)
{
    pmy_status status = list(folder, true, classes, error);
    if (!status && classes->count < 2)
        return pmy_fail(error, PMY_BAD_FILE,
                        "%s: %zu sub-folders; each is a class, and there must be two at least", folder,
                        classes->count);
    return status;
}

/* Fills the parts; *classes is for the caller to free. */
static pmy_status load(const loading *l, const char *folder, entries *classes, pmy_error *error)
{
    entries top;
    pmy_status status = list(folder, true, &top, error);
    const char *train = find(&top, "train"), *test = find(&top, "test");
    bool parts = train && test;
    if (!status)
        status = list_classes(parts ? train : folder, classes, error);
    for (size_t i = 0; !status && !parts && i < classes->count; i++)
        status = add_class(l, classes->path[i], (int32_t)i, error);
    if (!status && parts)
        status = add_part(&(loading){.test = l->test}, test, train, classes, error);
    if (!status && parts && l->train)
        status = add_part(&(loading){.train = l->train}, train, train, classes, error);
    entries_free(&top);
    return status;
}

pmy_status pmy_folder_load(const char *folder, uint64_t seed, pmy_dataset *train, pmy_dataset *test,
                           pmy_error *error)
{
    entries classes = {0};
    *test = (pmy_dataset){0};
    if (train)
        *train = (pmy_dataset){0};
    pmy_status status = load(&(loading){train, test, true, seed}, folder, &classes, error);
    if (!status)
        status = finish(test, &classes, error);
    if (!status && train)
        status = finish(train, &classes, error);
    entries_free(&classes);
    if (status) {
        pmy_dataset_free(test);
        if (train)
            pmy_dataset_free(train);
    }
    return status;
}
