#include "data/folder.h"

#include "data/class_names.h"
#include "data/shuffle.h"
#include "picture/digit.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PIXELS = PMY_FIT_SIDE * PMY_FIT_SIDE };

/* --- What is in a folder ------------------------------------------------------------ */

/* The path of what has that name, or NULL. */
static const char *find(const pmy_folder_list *in, const char *name)
{
    for (size_t i = 0; i < in->count; i++)
        if (strcmp(pmy_name_of(in->path[i]), name) == 0)
            return in->path[i];
    return NULL;
}

/* The one of the folders that is called one of two things, as a split's parts are, whatever their case; or
 * NULL. */
static const char *find_part(const pmy_folder_list *in, const char *name, const char *other)
{
    for (size_t i = 0; i < in->count; i++)
        if (strcasecmp(pmy_name_of(in->path[i]), name) == 0 ||
            strcasecmp(pmy_name_of(in->path[i]), other) == 0)
            return in->path[i];
    return NULL;
}

bool pmy_is_folder_of_pictures(const char *folder)
{
    pmy_folder_list folders;
    pmy_strays files = {0};
    if (pmy_list_folders(folder, &folders, &files, NULL) != PMY_OK)
        return false;
    bool any = folders.count > 0;
    pmy_folder_list_free(&folders);
    return any && !pmy_holds_idx(folder);
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
static pmy_status finish(pmy_dataset *dataset, const pmy_folder_list *classes, pmy_error *error)
{
    const char **names = malloc(classes->count * sizeof *names);
    for (size_t i = 0; names && i < classes->count; i++)
        names[i] = pmy_name_of(classes->path[i]);
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
    bool skip_bad;
    pmy_folder_notes *notes;
} loading;

/* Takes the pictures that cannot be read out of the files, before these are divided. */
static pmy_status leave_out_bad(pmy_folder_notes *notes, pmy_folder_list *files, pmy_error *error)
{
    for (size_t i = files->count; i-- > 0;) {
        pmy_error bad;
        pmy_picture picture;
        pmy_status status = pmy_picture_read(files->path[i], &picture, &bad);
        pmy_picture_free(&picture);
        if (status == PMY_NO_MEMORY)
            return pmy_fail(error, status, "%s", bad.message);
        if (status == PMY_OK)
            continue;
        if (notes->bad++ == 0)
            notes->first_bad = bad;
        pmy_folder_list_pass(files, i, NULL);
    }
    return PMY_OK;
}

static size_t for_testing(size_t count)
{
    const size_t share = 6;
    size_t sixth = (count + share / 2) / share;
    return sixth > 0 ? sixth : 1;
}

/* The first of the shuffled pictures are for testing, the rest for training. */
static pmy_status add_files(const loading *l, const char *folder, const pmy_folder_list *files, int32_t label,
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
    pmy_folder_list files;
    pmy_status status = pmy_list_pictures(folder, &files, &l->notes->strays, error);
    if (!status && l->skip_bad)
        status = leave_out_bad(l->notes, &files, error);
    if (!status && files.count == 0)
        status = pmy_fail(error, PMY_BAD_FILE, "%s: there are no pictures of this class", folder);
    if (!status && l->divided && files.count < 2)
        status = pmy_fail(error, PMY_BAD_FILE, "%s: one picture cannot be divided into training and testing",
                          folder);
    if (!status)
        status = add_files(l, folder, &files, label, error);
    pmy_folder_list_free(&files);
    return status;
}

static pmy_status check_classes(const char *folder, const pmy_folder_list *classes, pmy_error *error)
{
    return classes->count >= 2
               ? PMY_OK
               : pmy_fail(error, PMY_BAD_FILE,
                          "%s: %zu sub-folder%s; each is a class, and there must be two at least%s%s", folder,
                          classes->count, classes->count == 1 ? "" : "s",
                          classes->count ? ": if the classes are inside it, take --data " : "",
                          classes->count ? classes->path[0] : "");
}

/* One of the folders train and test: both have the classes of train. */
static pmy_status add_part(const loading *l, const char *part, const char *train,
                           const pmy_folder_list *classes, pmy_error *error)
{
    pmy_folder_list own;
    pmy_status status = pmy_list_folders(part, &own, &l->notes->strays, error);
    for (size_t i = 0; !status && i < own.count; i++)
        if (!find(classes, pmy_name_of(own.path[i])))
            status = pmy_fail(error, PMY_BAD_FILE, "%s: %s has no such class", own.path[i], train);
    for (size_t i = 0; !status && i < classes->count; i++) {
        const char *name = pmy_name_of(classes->path[i]), *folder = find(&own, name);
        status = folder ? add_class(l, folder, (int32_t)i, error)
                        : pmy_fail(error, PMY_BAD_FILE, "%s: has no class '%s'", part, name);
    }
    pmy_folder_list_free(&own);
    return status;
}

static pmy_status add_parts(const loading *l, const char *train, const char *test, pmy_folder_list *classes,
                            pmy_error *error)
{
    loading one = *l;
    pmy_strays counted_with_train = {0};
    pmy_status status = pmy_list_folders(train, classes, &counted_with_train, error);
    if (!status)
        status = check_classes(train, classes, error);
    one.divided = false;
    one.train = NULL;
    if (!status)
        status = add_part(&one, test, train, classes, error);
    one.train = l->train;
    one.test = NULL;
    return !status && l->train ? add_part(&one, train, train, classes, error) : status;
}

/* Fills the parts; *classes is for the caller to free. */
static pmy_status load(const loading *l, const char *folder, pmy_folder_list *classes, pmy_error *error)
{
    pmy_status status = pmy_list_folders(folder, classes, &l->notes->strays, error);
    const char *train = find_part(classes, "train", "training"),
               *test = find_part(classes, "test", "testing");
    if (!status && train && test) {
        pmy_folder_list top = *classes;
        for (size_t i = top.count; i-- > 0;)
            if (top.path[i] != train && top.path[i] != test)
                pmy_folder_list_pass(&top, i, &l->notes->strays);
        *classes = (pmy_folder_list){0};
        status = add_parts(l, train, test, classes, error);
        pmy_folder_list_free(&top);
        return status;
    }
    if (!status)
        status = check_classes(folder, classes, error);
    for (size_t i = 0; !status && i < classes->count; i++)
        status = add_class(l, classes->path[i], (int32_t)i, error);
    return status;
}

pmy_status pmy_folder_load(const char *folder, const pmy_folder_options *options, pmy_dataset *train,
                           pmy_dataset *test, pmy_folder_notes *notes, pmy_error *error)
{
    pmy_folder_list classes = {0};
    *test = (pmy_dataset){0};
    *notes = (pmy_folder_notes){0};
    if (train)
        *train = (pmy_dataset){0};
    const loading l = {train, test, true, options->seed, options->skip_bad, notes};
    pmy_status status = load(&l, folder, &classes, error);
    if (!status)
        status = finish(test, &classes, error);
    if (!status && train)
        status = finish(train, &classes, error);
    pmy_folder_list_free(&classes);
    if (status) {
        pmy_dataset_free(test);
        if (train)
            pmy_dataset_free(train);
    }
    return status;
}
