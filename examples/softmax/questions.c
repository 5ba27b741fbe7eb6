#include "softmax/questions.h"

#include "base/number.h"
#include "base/random.h"
#include "softmax/figure.h"
#include "softmax/shares.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LOGITS = 120, LINE = 200 };

const double question_tolerance = 0.01;

/* --- The questions -------------------------------------------------------- */

static double draw_whole(pmy_random *random, int low, int high)
{
    return low + (double)pmy_random_below(random, (uint32_t)(high - low + 1));
}

/* "(2, -1, 0)" */
static const char *list_text(size_t count, const double *values, char text[LOGITS])
{
    size_t used = (size_t)snprintf(text, LOGITS, "(");
    for (size_t i = 0; i < count && used < LOGITS; i++)
        used += (size_t)snprintf(text + used, LOGITS - used, "%s%.4g", i ? ", " : "", values[i]);
    if (used < LOGITS)
        (void)snprintf(text + used, LOGITS - used, ")");
    return text;
}

static const char *logits_text(const question *q, char text[LOGITS])
{
    return list_text(q->classes, q->z, text);
}

/* What is asked for is p of a class. */
static void answer(question *q)
{
    (void)shares_of(q->classes, q->z, q->temperature, q->p, NULL, NULL);
    q->answer = q->p[q->asked];
    (void)snprintf(q->name, sizeof q->name, "p[%zu]", q->asked);
}

static void equal_logits(question *q, pmy_random *random)
{
    char z[LOGITS];
    q->kind = "equal logits";
    q->classes = 2 + pmy_random_below(random, QUESTION_MOST_CLASSES - 1);
    double value = draw_whole(random, -9, 9);
    for (size_t i = 0; i < q->classes; i++)
        q->z[i] = value;
    q->asked = pmy_random_below(random, (uint32_t)q->classes);
    answer(q);
    (void)snprintf(q->text, QUESTION_TEXT, "The logits are z = %s. What is p[%zu]?", logits_text(q, z),
                   q->asked);
    (void)snprintf(q->reason, QUESTION_TEXT,
                   "Equal logits have equal exponentials, each 1/%zu of their sum, whatever the logits are.",
                   q->classes);
}

static void shifted_logits(question *q, pmy_random *random)
{
    char before[LOGITS], after[LOGITS];
    q->kind = "a shift";
    q->classes = 3;
    for (size_t i = 0; i < q->classes; i++)
        q->z[i] = draw_whole(random, -2, 2);
    q->asked = pmy_random_below(random, 3);
    (void)logits_text(q, before);
    answer(q);
    double shift = draw_whole(random, 10, 1000), known[QUESTION_MOST_CLASSES];
    memcpy(known, q->p, sizeof known);
    for (size_t i = 0; i < q->classes; i++)
        q->z[i] += shift;
    answer(q);
    (void)snprintf(q->text, QUESTION_TEXT, "z = %s gives p = (%.3f, %.3f, %.3f). Now z = %s. What is p[%zu]?",
                   before, known[0], known[1], known[2], logits_text(q, after), q->asked);
    (void)snprintf(q->reason, QUESTION_TEXT,
                   "Each logit grew by %g, so each exponential and their sum grew by the factor exp(%g), "
                   "which cancels. softmax subtracts the maximum first, so that none overflows.",
                   shift, shift);
}

static void doubled_temperature(question *q, pmy_random *random)
{
    q->kind = "a doubled temperature";
    q->classes = 2;
    double root = draw_whole(random, 2, 5);
    q->z[0] = log(root * root);
    q->z[1] = 0;
    q->temperature = 2;
    answer(q);
    (void)snprintf(q->text, QUESTION_TEXT,
                   "z = (ln %g, 0) gives p = (%.3f, %.3f) at T = 1: odds of %g to 1. What is p[0] at T = 2?",
                   root * root, root * root / (root * root + 1), 1 / (root * root + 1), root * root);
    (void)snprintf(q->reason, QUESTION_TEXT,
                   "exp(z/2) is the square root of exp(z), so the odds become %g to 1 and p[0] = %g/%g. A "
                   "higher temperature makes shares more even, and their order stays.",
                   root, root, root + 1);
}

static void two_classes(question *q, pmy_random *random)
{
    char z[LOGITS];
    q->kind = "two classes";
    q->classes = 2;
    q->z[1] = draw_whole(random, -5, 5);
    q->z[0] = q->z[1] + draw_whole(random, -3, 3);
    answer(q);
    double difference = q->z[0] - q->z[1];
    (void)snprintf(q->text, QUESTION_TEXT,
                   "sigmoid(0) = 0.5, sigmoid(1) = 0.731, sigmoid(2) = 0.881, sigmoid(3) = 0.953. The logits "
                   "are z = %s. What is p[0]?",
                   logits_text(q, z));
    (void)snprintf(q->reason, QUESTION_TEXT,
                   "Two classes are a sigmoid of the difference: p[0] = 1/(1 + exp(-(z[0] - z[1]))) = "
                   "sigmoid(%g)%s.",
                   difference, difference < 0 ? ", and sigmoid(-x) = 1 - sigmoid(x)" : "");
}

/* The likeliest class is not the right one. */
static void wrong_guess(question *q, pmy_random *random)
{
    char z[LOGITS];
    q->kind = "p - y of a wrong guess";
    q->classes = 3;
    size_t guess = pmy_random_below(random, 3);
    q->target = (guess + 1 + pmy_random_below(random, 2)) % 3;
    q->asked = pmy_random_below(random, 2) ? q->target : guess;
    for (size_t i = 0; i < q->classes; i++)
        q->z[i] = i == guess ? 2 : draw_whole(random, -1, 1);
    answer(q);
    q->gradient = true;
    double y = q->asked == q->target;
    q->answer = q->p[q->asked] - y;
    (void)snprintf(q->name, sizeof q->name, "dL/dz[%zu]", q->asked);
    (void)snprintf(
        q->text, QUESTION_TEXT,
        "z = %s gives p = (%.3f, %.3f, %.3f), so the net guesses class %zu. Class %zu is right. What "
        "is the cross-entropy's gradient by z[%zu]?",
        logits_text(q, z), q->p[0], q->p[1], q->p[2], guess, q->target, q->asked);
    (void)snprintf(
        q->reason, QUESTION_TEXT,
        "It is p[%zu] - y[%zu] = %.3f - %g. y is 1 for the right class, whose logit is pushed up, and "
        "0 for the others, whose logits are pushed down, each by its share.",
        q->asked, q->asked, q->p[q->asked], y);
}

static void masked_class(question *q, pmy_random *random)
{
    char z[LOGITS];
    q->kind = "a masked class";
    q->classes = 3 + pmy_random_below(random, QUESTION_MOST_CLASSES - 2);
    size_t masked = pmy_random_below(random, (uint32_t)q->classes);
    double value = draw_whole(random, -9, 9);
    for (size_t i = 0; i < q->classes; i++)
        q->z[i] = i == masked ? -(double)INFINITY : value;
    q->asked = (masked + 1) % q->classes;
    answer(q);
    (void)snprintf(q->text, QUESTION_TEXT, "The logits are z = %s. What is p[%zu]?", logits_text(q, z),
                   q->asked);
    (void)snprintf(
        q->reason, QUESTION_TEXT,
        "exp(-inf) is 0: class %zu has no share, and the other %zu share equally, as if it were not "
        "there.",
        masked, q->classes - 1);
}

question question_of_round(size_t round, uint64_t seed)
{
    static void (*const kinds[])(question *, pmy_random *) = {
        equal_logits, shifted_logits, doubled_temperature, two_classes, wrong_guess, masked_class};
    pmy_random random = {.seed = seed, .stream = round};
    question q = {.temperature = 1};
    kinds[round % (sizeof kinds / sizeof *kinds)](&q, &random);
    return q;
}

/* --- Answers -------------------------------------------------------------- */

bool question_is_right(const question *q, double given)
{
    return fabs(given - q->answer) <= question_tolerance;
}

bool question_read(const char *text, double *given)
{
    static const char blanks[] = " \t\r\n";
    const char *number = text + strspn(text, blanks);
    size_t length = strcspn(number, blanks);
    const char *slash = memchr(number, '/', length);
    double below = 1;
    if (number[length + strspn(number + length, blanks)] != '\0')
        return false;
    if (slash) {
        size_t before = (size_t)(slash - number);
        if (!pmy_number_read(slash + 1, length - before - 1, &below) || below == 0)
            return false;
        length = before;
    }
    if (!pmy_number_read(number, length, given))
        return false;
    *given /= below;
    return isfinite(*given);
}

/* --- Steps and slips ------------------------------------------------------ */

size_t question_steps(const question *q, char steps[QUESTION_MOST_STEPS][QUESTION_TEXT])
{
    char from[LOGITS], list[LOGITS];
    double scaled[QUESTION_MOST_CLASSES], exponential[QUESTION_MOST_CLASSES], maximum = -(double)INFINITY,
                                                                              sum = 0;
    for (size_t i = 0; i < q->classes; i++) {
        scaled[i] = q->z[i] / q->temperature;
        maximum = fmax(maximum, scaled[i]);
    }
    for (size_t i = 0; i < q->classes; i++)
        sum += exponential[i] = exp(scaled[i] - maximum);
    (void)snprintf(steps[STEP_TEMPERATURE], QUESTION_TEXT, "z/T = %s/%g = %s", logits_text(q, from),
                   q->temperature, list_text(q->classes, scaled, list));
    (void)snprintf(steps[STEP_EXP], QUESTION_TEXT, "exp(z/T - %s%.4g%s), the largest subtracted, = %s",
                   maximum < 0 ? "(" : "", maximum, maximum < 0 ? ")" : "",
                   list_text(q->classes, exponential, list));
    (void)snprintf(steps[STEP_SUM], QUESTION_TEXT, "p = that divided by its sum, %.4g, = %s", sum,
                   list_text(q->classes, q->p, list));
    if (!q->gradient)
        return STEP_TARGET;
    double gradient[QUESTION_MOST_CLASSES];
    for (size_t i = 0; i < q->classes; i++)
        gradient[i] = q->p[i] - (i == q->target);
    (void)snprintf(steps[STEP_TARGET], QUESTION_TEXT, "p - y, where y is 1 at class %zu, = %s", q->target,
                   list_text(q->classes, gradient, list));
    return QUESTION_MOST_STEPS;
}

/* A wrong answer that is to be looked for. */
typedef struct wanted {
    const question *q;
    double given;
    question_step *step;
    char *text; /* [QUESTION_TEXT] */
    bool found;
} wanted;

/* Is the answer what this slip gives? The first slip that fits counts. */
static void try_slip(wanted *of, double value, question_step step, const char *text)
{
    if (of->found || !(fabs(value - of->given) <= question_tolerance) || question_is_right(of->q, value))
        return;
    of->found = true;
    *of->step = step;
    (void)snprintf(of->text, QUESTION_TEXT, "%s", text);
}

/* p of the asked class with other logits or another temperature. */
static double share_with(const question *q, const double *z, double temperature)
{
    double p[QUESTION_MOST_CLASSES];
    (void)shares_of(q->classes, z, temperature, p, NULL, NULL);
    return p[q->asked];
}

static void try_target_slips(wanted *of)
{
    const question *q = of->q;
    char text[LINE];
    (void)snprintf(text, sizeof text, "That is p[%zu]: y[%zu] was not subtracted.", q->asked, q->asked);
    try_slip(of, q->p[q->asked], STEP_TARGET, text);
    try_slip(of, -q->answer, STEP_TARGET,
             "That is y - p, which has the sign of a step down, not of the gradient.");
    (void)snprintf(text, sizeof text, "1 was subtracted, but y[%zu] is %d.", q->asked, q->asked == q->target);
    try_slip(of, q->p[q->asked] - 1, STEP_TARGET, text);
}

static void try_share_slips(wanted *of)
{
    const question *q = of->q;
    char text[LINE];
    double sum = 0, unmasked[QUESTION_MOST_CLASSES];
    for (size_t i = 0; i < q->classes; i++) {
        sum += q->z[i];
        unmasked[i] = isinf(q->z[i]) ? 0 : q->z[i];
    }
    double z = q->z[q->asked];
    if (q->temperature != 1)
        try_slip(of, share_with(q, q->z, 1), STEP_TEMPERATURE,
                 "That is for T = 1: the logits were not divided by T.");
    try_slip(of, share_with(q, q->z, 1 / q->temperature), STEP_TEMPERATURE,
             "That is for 1/T: the logits were multiplied by T.");
    try_slip(of, 1 / (double)q->classes, STEP_EXP,
             "That is for equal exponentials, of which each class has one.");
    try_slip(of, share_with(q, unmasked, q->temperature), STEP_EXP, "exp(-inf) is 0, not 1.");
    try_slip(of, z / sum, STEP_EXP, "That is z divided by the sum of z: it was not exponentiated.");
    try_slip(of, exp(z / q->temperature), STEP_SUM, "That is exp(z/T), which was not divided by the sum.");
    for (size_t i = 0; i < q->classes; i++) {
        (void)snprintf(text, sizeof text, "That is p[%zu], of another class.", i);
        try_slip(of, q->p[i], STEP_SUM, text);
    }
}

bool question_slip(const question *q, double given, question_step *step, char text[QUESTION_TEXT])
{
    wanted of = {.q = q, .given = given, .step = step, .text = text};
    if (q->gradient)
        try_target_slips(&of);
    try_share_slips(&of);
    return of.found;
}
