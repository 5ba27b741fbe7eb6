/* A check while it runs, shared by the files that do its parts. */
#ifndef PMY_GRADCHECK_SESSION_H
#define PMY_GRADCHECK_SESSION_H

#include "gradcheck/analytic.h"
#include "gradcheck/compare.h"
#include "gradcheck/derivative.h"
#include "gradcheck/gradcheck.h"
#include "base/arena.h"
#include "base/random.h"

typedef struct pmy_session {
    pmy_arena arena;
    bool out_of_memory;
    pmy_probe probe;
    pmy_random random;
    pmy_checked *checked; /* [count] */
    size_t count;
    pmy_real *room[3]; /* each for the largest gradient, to work in */
    /* What the leaves' gradients are a tenth of at most where a digit of theirs counts. */
    pmy_real floor[PMY_MAX_WEIGHTS];
    /* What the graph had when the check began, and has again when it ends. */
    bool kept;
    pmy_real *statistics;
    int64_t *counts; /* [statistics] */
    uint64_t step;
} pmy_session;

/* Runs the graph forward and backward, and remembers the gradients of its leaves. The session
 * must be ended also where this fails. */
pmy_status pmy_session_begin(pmy_session *session, pmy_graph *graph, const pmy_gradcheck_options *options,
                             pmy_error *error);
void pmy_session_end(pmy_session *session);

/* The numeric side of one tensor. */
typedef struct pmy_numeric {
    pmy_check *check; /* keeps the place whose error is largest beside what is allowed for it, never a mean */
    bool is_noise;    /* its error is no larger than round-off may be */
    bool any;         /* a numeric derivative that is not round-off */
    bool complete;    /* every element was compared */
    pmy_real *value;  /* [size]: the derivatives of the first weighted sum, if complete */
    size_t different; /* elements that are wrong in that one */
} pmy_numeric;

/* Derivatives of one line against backward's. */
typedef struct pmy_pair {
    pmy_line line;
    size_t place; /* element or direction */
    pmy_real analytic[PMY_MAX_WEIGHTS];
    pmy_real largest[PMY_MAX_WEIGHTS]; /* what analytic's floor is a share of */
    pmy_derivative numeric;
} pmy_pair;

/* The line of one element through its point, and backward's derivatives there. */
pmy_pair pmy_pair_at(const pmy_checked *checked, size_t element);

/* Differentiates along pair->line and compares with pair->analytic. False: a kink is too close, or rounding
 * next to a kink too large, for a judgement. */
bool pmy_compare_line(pmy_session *session, pmy_pair *pair, pmy_numeric *numeric);

/* Checks an element next to a kink by itself on each side of it. */
void pmy_check_kink(pmy_session *session, const pmy_checked *checked, size_t element, pmy_numeric *numeric);

/* Compares all elements of a tensor, or directions and a sample of elements. */
void pmy_compare_tensor(pmy_session *session, const pmy_checked *checked, pmy_numeric *numeric);

/* Checks that backward adds to what another user of the node has given; `leaf` is NULL where the node is
 * none. Where it does not, and nothing worse is known, the check becomes WRONG. */
pmy_status pmy_check_adding(pmy_session *session, pmy_node *node, const pmy_checked *leaf, pmy_check *check,
                            pmy_error *error);

/* A wrong gradient, or a wrong sum of a gradient and the share of another user of the node. */
typedef struct pmy_suspect {
    const pmy_node *node;
    const pmy_checked *leaf; /* NULL: the node is none */
    size_t size;
    pmy_real *analytic;      /* [size]: backward's gradient or sum */
    const pmy_real *numeric; /* [size]: the right gradient; NULL: not known of all elements */
    const pmy_real *share;   /* [size]; NULL: none */
    size_t different;        /* how many elements are wrong */
    pmy_real distance;       /* the largest between backward's and the right one; found by pmy_find_cause */
} pmy_suspect;

/* The likely cause. A sum loses its share. */
void pmy_find_cause(pmy_session *session, pmy_suspect *wrong, pmy_check *check);

#endif
