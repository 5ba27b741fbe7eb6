/* The numbers after a layer's word in a line of text: which there are, what they may be, and how they are
 * read. A row of the table in layer_kind.c describes its own in this way. */
#ifndef PMY_NET_LAYER_ARGUMENT_H
#define PMY_NET_LAYER_ARGUMENT_H

#include "base/status.h"

enum { PMY_MAX_ARGUMENTS = 5 };

typedef enum pmy_argument_type {
    PMY_NO_ARGUMENT,
    PMY_COUNT, /* 1 … INT_MAX, which is as far as matrix products go */
    PMY_WHOLE, /* 0 … INT_MAX */
    PMY_RATE,  /* a real number, 0 or more and below 1 */
    PMY_FLAG   /* its name alone: 1 where it is there, else 0 */
} pmy_argument_type;

/* In pmy_layer_argument.otherwise: what the layer's first number is. */
#define PMY_AS_FIRST (-1.0)

/* One of them. Those whose name is "" stand right after the word, in their order, and must be there; the
 * others follow in any order, each after its name, and may be left out. */
typedef struct pmy_layer_argument {
    pmy_argument_type type; /* PMY_NO_ARGUMENT: the row has no more */
    const char *symbol;     /* what explanations call the number: "N"; a flag's is "" */
    const char *name;
    double otherwise; /* what a named one is where it is left out */
} pmy_layer_argument;

/* What the argument is where it is left out, given the first. */
double pmy_argument_default(const pmy_layer_argument *argument, double first);

/* Reads its number, with a dot in any locale. PMY_BAD_NET: the message says what `who` needs. */
pmy_status pmy_argument_read(const pmy_layer_argument *argument, const char *who, const char *text,
                             size_t length, double *number, pmy_error *error);

#endif
