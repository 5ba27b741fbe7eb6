#include "train/class_names.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* C0 and DEL are a byte, C1, U+0080 … U+009F, are two. */
static bool is_control(const uint8_t *character, size_t length)
{
    return length == 1 ? character[0] < 0x20 || character[0] == 0x7f
                       : length == 2 && character[0] == 0xc2 && character[1] < 0xa0;
}

/* What is wrong with a name; NULL: nothing. */
static const char *fault_of(const char *name)
{
    const uint8_t *text = (const uint8_t *)name;
    size_t left = strlen(name);
    if (left == 0)
        return "is empty";
    if (left > PMY_LONGEST_CLASS_NAME)
        return "is longer than 255 bytes";
    for (size_t length; left > 0; text += length, left -= length) {
        length = pmy_utf8_length(text, left);
        if (length == 0)
            return "is no UTF-8";
        if (is_control(text, length))
            return "has a control character";
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static pmy_status check_differ(size_t count, const char *const *names, pmy_error *error)
{
    const char **sorted = pmy_class_names_copy(count, names);
    if (!sorted)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the names of classes");
    qsort(sorted, count, sizeof *sorted, compare);
    pmy_status status = PMY_OK;
    for (size_t i = 1; status == PMY_OK && i < count; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            status = pmy_fail(error, PMY_BAD_ARGUMENT, "two classes are called '%s'", sorted[i]);
    free(sorted);
    return status;
}

pmy_status pmy_class_names_check(size_t count, const char *const *names, pmy_error *error)
{
    for (size_t i = 0; i < count; i++) {
        const char *fault = fault_of(names[i]);
        if (fault)
            return pmy_fail(error, PMY_BAD_ARGUMENT, "the name of class %zu %s", i, fault);
    }
    return check_differ(count, names, error);
}

const char **pmy_class_names_copy(size_t count, const char *const *names)
{
    size_t size = count * sizeof *names;
    for (size_t i = 0; i < count; i++)
        size += strlen(names[i]) + 1;
    const char **copy = malloc(size);
    if (!copy)
        return NULL;
    char *text = (char *)(copy + count);
    for (size_t i = 0; i < count; i++) {
        copy[i] = strcpy(text, names[i]);
        text += strlen(text) + 1;
    }
    return copy;
}
