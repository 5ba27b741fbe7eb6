/* Gradient checks as programs make them: in each precision, behind one type. */
#ifndef COMMON_GRADIENT_CHECK_H
#define COMMON_GRADIENT_CHECK_H

#include "common/options.h"
#include "gradcheck/curve.h"
#include "gradcheck/examples.h"
#include "gradcheck/verdict.h"
#include "base/status.h"

#include <stdint.h>

/* What to check: an op (NULL: all), or if `net` is not NULL a model with such examples (pmy_check_net). */
typedef struct gradient_subject {
    const char *op, *net;
    pmy_check_examples examples;
    uint64_t seed;
    void (*found)(void *context, const pmy_check *check);
    void *context;
    pmy_curve *curve; /* may be NULL */
} gradient_subject;

typedef pmy_status check_subject(const gradient_subject *what, pmy_error *error);
check_subject pmy_check_subject, pmy64_check_subject, pmyq_check_subject;

/* Their names; the last is NULL. */
extern const char *const gradient_precisions[];

/* Checks what `what` says in the precision of that index, prints the outcomes and returns the exit status;
 * `found` and `context` are set here. Where that is PROGRAM_WRONG, stderr says why. */
int gradient_check(const options *command, gradient_subject what, int precision, bool json);

#endif
