/* softmax quiz: what does softmax give? With the reason for each answer. */
#include "common/json.h"
#include "base/number.h"
#include "common/options.h"
#include "common/paragraph.h"
#include "common/program.h"
#include "common/terminal.h"
#include "softmax/commands.h"
#include "softmax/shares.h"
#include "base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_CLASSES = 5, TEXT = 500, LOGITS = 80, LINE = 200 };

/* An answer this close is right. */
static const double tolerance = 0.01;

typedef struct question {
    const char *kind;
    size_t classes, asked; /* p of which class */
    double z[MOST_CLASSES], temperature;
    double p[MOST_CLASSES];
    char text[TEXT], reason[TEXT];
} question;

/* --- The questions -------------------------------------------------------- */

static double draw_whole(pmy_random *random, int low, int high)
{
    return low + (double)pmy_random_below(random, (uint32_t)(high - low + 1));
}

/* "(2, -1, 0)" */
static const char *logits_text(const question *q, char text[LOGITS])
{
    size_t used = (size_t)snprintf(text, LOGITS, "(");
    for (size_t i = 0; i < q->classes; i++)
        used += (size_t)snprintf(text + used, LOGITS - used, "%s%g", i ? ", " : "", q->z[i]);
    (void)snprintf(text + used, LOGITS - used, ")");
    return text;
}

static void answer(question *q)
{
    (void)shares_of(q->classes, q->z, q->temperature, q->p, NULL, NULL);
}

static void equal_logits(question *q, pmy_random *random)
{
    char z[LOGITS];
    q->kind = "equal logits";
    q->classes = 2 + pmy_random_below(random, MOST_CLASSES - 1);
    double value = draw_whole(random, -9, 9);
    for (size_t i = 0; i < q->classes; i++)
        q->z[i] = value;
    q->asked = pmy_random_below(random, (uint32_t)q->classes);
    answer(q);
    (void)snprintf(q->text, TEXT, "The logits are z = %s. What is p[%zu]?", logits_text(q, z), q->asked);
    (void)snprintf(q->reason, TEXT,
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
    double shift = draw_whole(random, 10, 1000), known[MOST_CLASSES];
    memcpy(known, q->p, sizeof known);
    for (size_t i = 0; i < q->classes; i++)
        q->z[i] += shift;
    answer(q);
    (void)snprintf(q->text, TEXT, "z = %s gives p = (%.3f, %.3f, %.3f). Now z = %s. What is p[%zu]?", before,
                   known[0], known[1], known[2], logits_text(q, after), q->asked);
    (void)snprintf(q->reason, TEXT,
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
    (void)snprintf(q->text, TEXT,
                   "z = (ln %g, 0) gives p = (%.3f, %.3f) at T = 1: odds of %g to 1. What is p[0] at T = 2?",
                   root * root, root * root / (root * root + 1), 1 / (root * root + 1), root * root);
    (void)snprintf(q->reason, TEXT,
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
    (void)snprintf(q->text, TEXT,
                   "sigmoid(0) = 0.5, sigmoid(1) = 0.731, sigmoid(2) = 0.881, sigmoid(3) = 0.953. The logits "
                   "are z = %s. What is p[0]?",
                   logits_text(q, z));
    (void)snprintf(q->reason, TEXT,
                   "Two classes are a sigmoid of the difference: p[0] = 1/(1 + exp(-(z[0] - z[1]))) = "
                   "sigmoid(%g)%s.",
                   difference, difference < 0 ? ", and sigmoid(-x) = 1 - sigmoid(x)" : "");
}

static question make_question(size_t round, uint64_t seed)
{
    static void (*const kinds[])(question *, pmy_random *) = {equal_logits, shifted_logits,
                                                              doubled_temperature, two_classes};
    pmy_random random = {.seed = seed, .stream = round};
    question q = {.temperature = 1};
    kinds[round % (sizeof kinds / sizeof *kinds)](&q, &random);
    return q;
}

/* --- Asking --------------------------------------------------------------- */

typedef enum reply { REPLY_RIGHT, REPLY_WRONG, REPLY_UNREADABLE, REPLY_STOP } reply;

/* "0.25" or "1/4". */
static bool read_share(char *text, double *share)
{
    char *slash = strchr(text, '/');
    double below = 1;
    if (slash) {
        *slash = '\0';
        if (!pmy_number_read(slash + 1, strlen(slash + 1), &below) || below == 0)
            return false;
    }
    if (!pmy_number_read(text, strlen(text), share))
        return false;
    *share /= below;
    return isfinite(*share);
}

static reply ask(const question *q)
{
    char line[LINE];
    (void)printf("> ");
    (void)fflush(stdout);
    bool there = fgets(line, sizeof line, stdin) != NULL;
    if (!there || !terminal_is(stdin)) /* where nobody's Enter ended the line */
        (void)putchar('\n');
    if (!there)
        return REPLY_STOP;
    size_t length = strlen(line);
    bool whole = length > 0 && line[length - 1] == '\n';
    for (int c = 0; !whole && c != '\n' && c != EOF;)
        c = getchar();
    char *word = line + strspn(line, " \t\r\n");
    word[strcspn(word, " \t\r\n")] = '\0';
    if (strcmp(word, "q") == 0)
        return REPLY_STOP;
    double given;
    if (!read_share(word, &given))
        return REPLY_UNREADABLE;
    return fabs(given - q->p[q->asked]) <= tolerance ? REPLY_RIGHT : REPLY_WRONG;
}

/* The last reply is that to the question, or REPLY_STOP. */
static reply play_round(const question *q, size_t round, size_t rounds)
{
    (void)printf("\n%zu of %zu: %s\n", round + 1, rounds, q->kind);
    paragraph_print(stdout, q->text, 0, 0);
    reply got;
    while ((got = ask(q)) == REPLY_UNREADABLE)
        (void)printf("A number, please, such as 0.25 or 1/4; q stops.\n");
    if (got == REPLY_STOP)
        return got;
    char text[2 * TEXT];
    (void)snprintf(text, sizeof text, "%s: p[%zu] = %.6g. %s", got == REPLY_RIGHT ? "Right" : "No", q->asked,
                   q->p[q->asked], q->reason);
    paragraph_print(stdout, text, 0, 0);
    return got;
}

static void play(size_t rounds, uint64_t seed)
{
    char text[TEXT];
    (void)snprintf(
        text, sizeof text,
        "p = softmax(z/T), and T = 1 unless said otherwise. Answers within %g of the truth are right; "
        "q stops. --seed %llu asks the same again.",
        tolerance, (unsigned long long)seed);
    paragraph_print(stdout, text, 0, 0);
    size_t right = 0, asked = 0;
    for (; asked < rounds; asked++) {
        question q = make_question(asked, seed);
        reply got = play_round(&q, asked, rounds);
        if (got == REPLY_STOP)
            break;
        right += got == REPLY_RIGHT;
    }
    (void)printf("\n%zu of %zu right\n", right, asked);
}

static bool print_json(size_t rounds, uint64_t seed)
{
    for (size_t round = 0; round < rounds; round++) {
        question q = make_question(round, seed);
        json_line line = json_begin();
        json_text(&line, "kind", q.kind);
        json_text(&line, "question", q.text);
        json_reals(&line, "z", q.z, q.classes, PMY_NUMBER_DOUBLE);
        json_real(&line, "temperature", q.temperature, PMY_NUMBER_DOUBLE);
        json_whole(&line, "class", (long long)q.asked);
        json_real(&line, "answer", q.p[q.asked], PMY_NUMBER_DOUBLE);
        json_text(&line, "reason", q.reason);
        if (!json_end(&line, stdout))
            return false;
    }
    return true;
}

int quiz_run(int argc, char **argv)
{
    long long rounds = 8, seed = -1;
    bool json = false;
    const option_row rows[] = {
        {OPTION_WHOLE("rounds", "N", &rounds, 1, 1000, "how many questions")},
        {OPTION_SEED(&seed), .shown_default = "the time"},
        {OPTION_FLAG("json", &json, "print questions, answers and reasons, and ask nothing"),
         .presentation = true},
    };
    const options command = {
        .name = "softmax quiz",
        .summary = "Asks what softmax gives for logits of which one can tell, and says why.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows,
    };
    options_result result = options_parse(&command, argc, argv, NULL);
    if (result != OPTIONS_RUN)
        return result == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    if (seed < 0)
        seed = (long long)time(NULL);
    if (!json) {
        play((size_t)rounds, (uint64_t)seed);
    } else if (!print_json((size_t)rounds, (uint64_t)seed)) {
        options_wrong(&command, "could not print the questions");
        return PROGRAM_WRONG;
    }
    return PROGRAM_FINE;
}
