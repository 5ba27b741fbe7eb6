/* What a gradient check can find, in words that are the same in every precision. */
#ifndef PMY_GRADCHECK_VERDICT_H
#define PMY_GRADCHECK_VERDICT_H

#include "base/shape.h"

/* X(name, as it is printed, what it means) */
#define PMY_VERDICT_LIST(X)                                                                            \
    X(PMY_PASS, "PASS", "both sides agree")                                                            \
    X(PMY_WRONG, "WRONG", "the backward pass does not give the derivative of the forward pass")        \
    X(PMY_KINK, "KINK", "too many probes met a kink for a judgement")                                  \
    X(PMY_NOISE, "NOISE", "the difference is not larger than what round-off does to the numeric side") \
    X(PMY_VACUOUS, "VACUOUS", "both sides are zero everywhere: nothing was checked")                   \
    X(PMY_NONDETERMINISTIC, "NONDETERMINISTIC", "two backward passes at the same point gave other bits")

typedef enum pmy_verdict {
#define PMY_VERDICT_ENUM(name, text, meaning) name,
    PMY_VERDICT_LIST(PMY_VERDICT_ENUM)
#undef PMY_VERDICT_ENUM
} pmy_verdict;

/* What a wrong gradient looks like: its likely cause. */
#define PMY_CAUSE_LIST(X)                                                                  \
    X(PMY_CAUSE_UNKNOWN, "no simple cause fits")                                           \
    X(PMY_CAUSE_NOT_FINITE, "NaN or infinite, or never written")                           \
    X(PMY_CAUSE_ZERO, "all zero")                                                          \
    X(PMY_CAUSE_OVERWRITES, "overwrites what another user of the tensor gave (= for +=)")  \
    X(PMY_CAUSE_SCALES, "a factor on what another user of the tensor gave, too")           \
    X(PMY_CAUSE_SIGN, "the sign")                                                          \
    X(PMY_CAUSE_COUNT, "a factor that is a count of the graph: 1/N missing, or too often") \
    X(PMY_CAUSE_FACTOR, "a factor")                                                        \
    X(PMY_CAUSE_TRANSPOSED, "transposed")                                                  \
    X(PMY_CAUSE_BROADCAST, "one row's share only: the sum over the broadcast is missing")  \
    X(PMY_CAUSE_SHIFTED, "off by one element")                                             \
    X(PMY_CAUSE_FEW, "a few elements only; the others agree")

typedef enum pmy_cause {
#define PMY_CAUSE_ENUM(name, text) name,
    PMY_CAUSE_LIST(PMY_CAUSE_ENUM)
#undef PMY_CAUSE_ENUM
} pmy_cause;

enum { PMY_MAX_CHECK_NAME = 96 };

/* The outcome for one tensor. */
typedef struct pmy_check {
    char name[PMY_MAX_CHECK_NAME];  /* of what was checked */
    char input[PMY_MAX_CHECK_NAME]; /* of the tensor the gradient is with respect to */
    pmy_shape shape;                /* of the tensor */
    size_t size;                    /* its elements */
    pmy_verdict verdict;
    size_t batch;      /* rows of the graph's batch; 0: it has none */
    size_t fewer;      /* rows of the smaller batch that could be judged, too; 0: none */
    bool with_fewer;   /* all that follows, and the verdict, is about that one */
    bool adding;       /* WRONG only where the gradient is added to what another user of the tensor gave */
    double error;      /* the largest over all elements (or directions) compared */
    double tolerance;  /* what `error` is held against */
    size_t compared;   /* elements compared by themselves */
    size_t directions; /* random directions compared; 0 where all elements were */
    size_t kinks;      /* elements with a kink too close, which were checked on each side of it */
    size_t unjudged;   /* sides of kinks, and directions, near which there was always another kink */

    /* Where the error is largest. */
    size_t worst; /* element, or direction */
    bool worst_is_direction;
    double analytic,
        numeric;        /* backward's value, and that of the finite differences; or the two sums, if adding */
    double uncertainty; /* of `numeric`, as estimated */

    pmy_cause cause; /* of WRONG */
    double
        factor; /* analytic/numeric, for causes that are a factor; elements that differ, for PMY_CAUSE_FEW */
} pmy_check;

const char *pmy_verdict_text(pmy_verdict verdict);
const char *pmy_verdict_meaning(pmy_verdict verdict);
const char *pmy_cause_text(pmy_cause cause);

/* The outcome in one sentence: "WRONG with 3 of 5 rows at [2, 3]: backward gives 0.5, finite differences 1;
 * likely cause: a factor: 0.5". */
void pmy_check_print(const pmy_check *check, char *text, size_t size);

#endif
