/* What a call can end in. The library never prints, exits or aborts on input:
 * a function that can fail returns a pmy_status and, where it takes a
 * pmy_error, says in words what was wrong. */
#ifndef PMY_BASE_STATUS_H
#define PMY_BASE_STATUS_H

#include <stddef.h>

/* X(name, what it means) */
#define PMY_STATUS_LIST(X)                                     \
    X(PMY_OK, "fine")                                          \
    X(PMY_NO_MEMORY, "out of memory")                          \
    X(PMY_BAD_ARGUMENT, "an argument is out of its range")     \
    X(PMY_BAD_SHAPE, "shapes do not fit")                      \
    X(PMY_BAD_NET, "the line of text does not describe a net") \
    X(PMY_BAD_DATA, "a value that cannot be computed with")    \
    X(PMY_BAD_FILE, "a file does not hold what it should")     \
    X(PMY_IO, "the system could not read or write")            \
    X(PMY_NO_THREADS, "the system gave no thread")             \
    X(PMY_STOPPED, "stopped because the caller asked for it")

typedef enum pmy_status {
#define PMY_STATUS_ENUM(name, meaning) name,
    PMY_STATUS_LIST(PMY_STATUS_ENUM)
#undef PMY_STATUS_ENUM
} pmy_status;

/* The first thing that went wrong. `position` and `length` mark the word of a
 * text it is about, in bytes from the text's start; length 0: no such word. */
typedef struct pmy_error {
    pmy_status code;
    size_t position, length;
    char message[512];
} pmy_error;

/* The status's meaning as a constant string; never NULL. */
const char *pmy_status_text(pmy_status status);

/* Fills *error (which may be NULL) with the code and the formatted message,
 * cut to fit, and returns the code: `return pmy_fail(error, PMY_IO, …)`. */
#if defined __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
pmy_status
pmy_fail(pmy_error *error, pmy_status code, const char *format, ...);

#endif
