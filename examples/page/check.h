/* Gradient checks for the page, in each precision. */
#ifndef PAGE_CHECK_H
#define PAGE_CHECK_H

#include "base/status.h"
#include "gradcheck/curve.h"
#include "gradcheck/verdict.h"

#include <stdint.h>

typedef struct page_check {
    const char *net; /* a model's line (pmy_check_net), or NULL: the bent net with that bug */
    unsigned bug;
    uint64_t seed;
    void (*found)(void *context, const pmy_check *check);
    void *context;
    pmy_curve *curve;
} page_check;

typedef pmy_status check_for_page(const page_check *what, pmy_error *error);
check_for_page pmy_check_for_page, pmy64_check_for_page;

#endif
