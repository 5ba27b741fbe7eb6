/* The names of classes. They come from folders and files of anyone's, and go to terminals, pages
 * and sources. */
#ifndef PMY_DATA_CLASS_NAMES_H
#define PMY_DATA_CLASS_NAMES_H

#include "base/status.h"

#include <stddef.h>

/* In bytes: as long as a folder's name may be. */
enum { PMY_LONGEST_CLASS_NAME = 255 };

/* What is wrong with a name, "is empty"; NULL: nothing. */
const char *pmy_class_name_fault(const char *name);

/* Whether each is a text of 1 … PMY_LONGEST_CLASS_NAME bytes of UTF-8, without control characters, which
 * could command a terminal, and no two are the same. Errors: PMY_BAD_ARGUMENT, with a message that says which
 * class and is itself fit for a terminal; PMY_NO_MEMORY. */
pmy_status pmy_class_names_check(size_t count, const char *const *names /* [count] */, pmy_error *error);

/* A copy [count] in one piece of memory, which the caller frees; NULL: no memory. */
const char **pmy_class_names_copy(size_t count, const char *const *names /* [count] */);

#endif
