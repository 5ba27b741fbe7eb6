/* The page's exercise panel: the questions of softmax quiz, and what is made of an answer. */
#include "page/answer.h"
#include "page/export.h"
#include "softmax/figure.h"
#include "softmax/questions.h"

#include <math.h>

static const double most_whole = 0x1p53; /* up to which a double holds each whole number */

static pmy_status find_question(double round, double seed, question *q, pmy_error *error)
{
    if (!(seed >= 0 && seed < most_whole && seed == floor(seed)))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the seed must be a whole number from 0 to 2^53");
    *q = question_of_round((size_t)round, (uint64_t)seed);
    return PMY_OK;
}

/* Answers a round's question: its kind, its text, the name of what is asked for, and the row it is about. */
PAGE_EXPORT(page_exercise)(double round, double seed)
{
    question q;
    pmy_error error = {0};
    pmy_status status = find_question(round, seed, &q, &error);
    answer_begin();
    if (status != PMY_OK) {
        answer_error(&error);
        return;
    }
    answer_text("kind", q.kind);
    answer_text("text", q.text);
    answer_text("name", q.name);
    answer_numbers("z", q.classes, q.z);
    answer_number("temperature", q.temperature);
    answer_number("target", (double)(q.gradient ? q.target : q.asked));
}

/* Answers what `given` is as an answer to it: whether it is right, the truth, the reason, the steps to it,
 * and of a wrong one the slip it comes from ("": none that is known) and the step where it was made (-1). */
PAGE_EXPORT(page_exercise_judge)(double round, double seed, const char *given)
{
    question q;
    pmy_error error = {0};
    double value;
    pmy_status status = find_question(round, seed, &q, &error);
    if (status == PMY_OK && !question_read(given, &value))
        status = pmy_fail(&error, PMY_BAD_ARGUMENT, "a number, please, such as 0.25 or 1/4");
    answer_begin();
    if (status != PMY_OK) {
        answer_error(&error);
        return;
    }
    char text[FIGURE_TEXT], slip[QUESTION_TEXT] = "", steps[QUESTION_MOST_STEPS][QUESTION_TEXT];
    question_step step;
    bool right = question_is_right(&q, value), slipped = !right && question_slip(&q, value, &step, slip);
    answer_number("right", right);
    answer_text("truth", figure_text(q.answer, 0, text));
    answer_text("reason", q.reason);
    answer_text("slip", slip);
    answer_number("slip_step", slipped ? (double)step : -1);
    answer_texts("steps");
    size_t count = question_steps(&q, steps);
    for (size_t i = 0; i < count; i++)
        answer_next_text(steps[i]);
}
