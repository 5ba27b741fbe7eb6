/* The checks in each precision, behind one type. */
#ifndef GRADCHECK_PRECISIONS_H
#define GRADCHECK_PRECISIONS_H

#include "gradcheck/curve.h"
#include "gradcheck/verdict.h"
#include "base/shape.h"
#include "base/status.h"

#include <stdint.h>

/* What to check: an op (NULL: all), or if `net` is not NULL a model for such examples (pmy_check_net). */
typedef struct subject {
    const char *op, *net;
    pmy_shape example;
    uint64_t seed;
    void (*found)(void *context, const pmy_check *check);
    void *context;
    pmy_curve *curve; /* may be NULL */
} subject;

typedef pmy_status check_subject(const subject *what, pmy_error *error);
check_subject pmy_check_subject, pmy64_check_subject, pmyq_check_subject;

typedef struct precision {
    const char *name;
    check_subject *check;
} precision;

/* Ends with one whose name is NULL. */
extern const precision precisions[];

/* The index-th op's name and formula; NULL after the last. */
const char *op_name(size_t index, const char **formula);

#endif
