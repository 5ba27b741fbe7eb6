/* softmax quiz: what does softmax give? With the reason for each answer. */
#include "common/json.h"
#include "common/options.h"
#include "common/paragraph.h"
#include "common/program.h"
#include "common/terminal.h"
#include "softmax/commands.h"
#include "softmax/questions.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TEXT = 500, LINE = 200 };

/* --- Asking --------------------------------------------------------------- */

typedef enum reply { REPLY_RIGHT, REPLY_WRONG, REPLY_UNREADABLE, REPLY_STOP } reply;

static reply ask(const question *q, double *given)
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
    if (!question_read(word, given))
        return REPLY_UNREADABLE;
    return question_is_right(q, *given) ? REPLY_RIGHT : REPLY_WRONG;
}

/* The last reply is that to the question, or REPLY_STOP. */
static reply play_round(const question *q, size_t round, size_t rounds)
{
    (void)printf("\n%zu of %zu: %s\n", round + 1, rounds, q->kind);
    paragraph_print(stdout, q->text, 0, 0);
    reply got;
    double given;
    while ((got = ask(q, &given)) == REPLY_UNREADABLE)
        (void)printf("A number, please, such as 0.25 or 1/4; q stops.\n");
    if (got == REPLY_STOP)
        return got;
    char text[3 * QUESTION_TEXT], slip[QUESTION_TEXT];
    question_step step;
    bool slipped = got == REPLY_WRONG && question_slip(q, given, &step, slip);
    (void)snprintf(text, sizeof text, "%s: %s = %.6g. %s%s%s", got == REPLY_RIGHT ? "Right" : "No", q->name,
                   q->answer, slipped ? slip : "", slipped ? " " : "", q->reason);
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
        question_tolerance, (unsigned long long)seed);
    paragraph_print(stdout, text, 0, 0);
    size_t right = 0, asked = 0;
    for (; asked < rounds; asked++) {
        question q = question_of_round(asked, seed);
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
        question q = question_of_round(round, seed);
        json_line line = json_begin();
        json_text(&line, "kind", q.kind);
        json_text(&line, "question", q.text);
        json_reals(&line, "z", q.z, q.classes, PMY_NUMBER_DOUBLE);
        json_real(&line, "temperature", q.temperature, PMY_NUMBER_DOUBLE);
        json_whole(&line, "class", (long long)q.asked);
        json_real(&line, "answer", q.answer, PMY_NUMBER_DOUBLE);
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
