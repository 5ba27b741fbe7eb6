#include "gradcheck/verdict.h"

#include <stdio.h>

static const char *const verdict_text[][2] = {
#define PMY_VERDICT_TEXT(name, text, meaning) [name] = {text, meaning},
    PMY_VERDICT_LIST(PMY_VERDICT_TEXT)
#undef PMY_VERDICT_TEXT
};

static const char *const cause_text[] = {
#define PMY_CAUSE_TEXT(name, text) [name] = text,
    PMY_CAUSE_LIST(PMY_CAUSE_TEXT)
#undef PMY_CAUSE_TEXT
};

const char *pmy_verdict_text(pmy_verdict verdict)
{
    return verdict_text[verdict][0];
}

const char *pmy_verdict_meaning(pmy_verdict verdict)
{
    return verdict_text[verdict][1];
}

const char *pmy_cause_text(pmy_cause cause)
{
    return cause_text[cause];
}

/* "[2, 3]" for an element of the shape, "direction 5" for a direction. */
static void print_place(const pmy_check *check, char *text, size_t size)
{
    if (check->worst_is_direction) {
        (void)snprintf(text, size, "along random direction %zu", check->worst);
        return;
    }
    size_t used = (size_t)snprintf(text, size, "at ["), stride = check->size, rest = check->worst;
    for (unsigned axis = 0; axis < pmy_shape_rank(check->shape) && used < size; axis++) {
        stride /= check->shape.dim[axis];
        used += (size_t)snprintf(text + used, size - used, axis ? ", %zu" : "%zu", rest / stride);
        rest %= stride;
    }
    if (used < size)
        (void)snprintf(text + used, size - used, "]");
}

static void print_cause(const pmy_check *check, char *text, size_t size)
{
    const char *what = pmy_cause_text(check->cause);
    if (check->cause == PMY_CAUSE_COUNT || check->cause == PMY_CAUSE_FACTOR ||
        check->cause == PMY_CAUSE_SCALES)
        (void)snprintf(text, size, "%s: %.9g", what, check->factor);
    else if (check->cause == PMY_CAUSE_FEW)
        (void)snprintf(text, size, "%.0f of %zu: %s", check->factor, check->size, what);
    else
        (void)snprintf(text, size, "%s", what);
}

static void print_finding(const pmy_check *check, char *text, size_t size)
{
    char place[128], cause[160];
    print_place(check, place, sizeof place);
    print_cause(check, cause, sizeof cause);
    switch (check->verdict) {
    case PMY_WRONG:
        (void)snprintf(text, size,
                       check->adding
                           ? " %s, added to what another user gave: backward makes the sum %.10g, "
                             "the right one is %.10g; likely cause: %s"
                           : " %s: backward gives %.10g, finite differences %.10g; likely cause: %s",
                       place, check->analytic, check->numeric, cause);
        break;
    case PMY_NOISE:
        (void)snprintf(text, size, " %s: backward gives %.10g, finite differences %.10g +- %.1g", place,
                       check->analytic, check->numeric, check->uncertainty);
        break;
    case PMY_KINK:
        (void)snprintf(text, size,
                       ": %zu of %zu elements have a kink too close; %zu of their sides and of %zu "
                       "directions could not be judged",
                       check->kinks, check->compared, check->unjudged, check->directions);
        break;
    default:
        (void)snprintf(text, size, ": %s%s", pmy_verdict_meaning(check->verdict),
                       check->verdict == PMY_PASS && check->batch > 1 && !check->fewer
                           ? ", but fewer rows could not be judged"
                           : "");
    }
}

void pmy_check_print(const pmy_check *check, char *text, size_t size)
{
    char rows[64] = "", finding[480];
    if (check->with_fewer)
        (void)snprintf(rows, sizeof rows, " with %zu of %zu rows", check->fewer, check->batch);
    print_finding(check, finding, sizeof finding);
    (void)snprintf(text, size, "%s%s%s", pmy_verdict_text(check->verdict), rows, finding);
}
