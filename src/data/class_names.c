#include "data/class_names.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

const char *pmy_class_name_fault(const char *name)
{
    size_t length = strlen(name);
    if (length == 0)
        return "is empty";
    if (length > PMY_LONGEST_CLASS_NAME)
        return "is longer than 255 bytes";
    for (const char *end = name + length; name < end;) {
        uint32_t character;
        size_t more = pmy_utf8_decode(name, (size_t)(end - name), &character);
        if (more == 0)
            return "is no UTF-8";
        if (pmy_is_control(character))
            return "has a control character";
        name += more;
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

pmy_status pmy_class_names_check(size_t count, const char *const *names, pmy_error *error)
{
    pmy_status status = PMY_OK;
    for (size_t i = 0; i < count; i++) {
        const char *fault = pmy_class_name_fault(names[i]);
        if (fault)
            return pmy_fail(error, PMY_BAD_ARGUMENT, "the name of class %zu %s", i, fault);
    }
    const char **sorted = pmy_class_names_copy(count, names);
    if (!sorted)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the names of classes");
    qsort(sorted, count, sizeof *sorted, compare);
    for (size_t i = 1; status == PMY_OK && i < count; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            status = pmy_fail(error, PMY_BAD_ARGUMENT, "two classes are called '%s'", sorted[i]);
    free(sorted);
    return status;
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
