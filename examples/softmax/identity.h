/* What always holds for softmax: the identities, each with a test of it on any row. */
#ifndef SOFTMAX_IDENTITY_H
#define SOFTMAX_IDENTITY_H

#include <stddef.h>

enum { IDENTITY_MOST = 10, IDENTITY_TEXT = 300 };

/* A row that the identities are tested on. */
typedef struct trial {
    size_t classes;
    double z[IDENTITY_MOST], temperature;
    double p[IDENTITY_MOST], log_p[IDENTITY_MOST], log_sum_exp; /* of z/T */
    double jacobian[IDENTITY_MOST * IDENTITY_MOST];
    double direction[IDENTITY_MOST]; /* for the quadratic form; any */
} trial;

/* Numbers for people, written one after the other. */
typedef struct words {
    char text[IDENTITY_TEXT];
    size_t used;
} words;

typedef struct identity {
    const char *name, *claim;
    double allowed;                               /* round-off, or what a difference's step leaves */
    double (*test)(const trial *t, words *shown); /* how far the two sides are apart */
} identity;

extern const identity identities[];
extern const size_t identity_count;

/* Tests the identity on a row that is shown and on IDENTITY_ROWS random ones; returns how far its two sides
 * are apart at most, and writes the numbers of the first. */
enum { IDENTITY_ROWS = 1000 };
double identity_worst(const identity *of, words *shown);

#endif
