/* Questions about what softmax gives, whose answers one can tell without computing, each with its reason, the
 * steps to its answer, and what slip leads to a wrong one. */
#ifndef SOFTMAX_QUESTIONS_H
#define SOFTMAX_QUESTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUESTION_MOST_CLASSES = 5, QUESTION_TEXT = 500, QUESTION_NAME = 16 };

/* The steps from logits to an answer, in their order; the last only where the gradient is asked for. */
typedef enum question_step {
    STEP_TEMPERATURE,
    STEP_EXP,
    STEP_SUM,
    STEP_TARGET,
    QUESTION_MOST_STEPS
} question_step;

typedef struct question {
    const char *kind;
    size_t classes, asked; /* the class that is asked about */
    double z[QUESTION_MOST_CLASSES], temperature;
    double p[QUESTION_MOST_CLASSES];
    bool gradient; /* asks for p - y, and not for p */
    size_t target; /* of a gradient */
    double answer;
    char name[QUESTION_NAME]; /* what is asked for: "p[1]" */
    char text[QUESTION_TEXT], reason[QUESTION_TEXT];
} question;

/* The question of a round: the same for the same seed. Kinds take turns. */
question question_of_round(size_t round, uint64_t seed);

/* Answers this close are right. */
extern const double question_tolerance;
bool question_is_right(const question *q, double given);

/* Reads an answer as one types it, "0.25" or "1/4", between blanks. False: it is no number. */
bool question_read(const char *text, double *given);

/* Writes each step with its numbers; returns how many there are. */
size_t question_steps(const question *q, char steps[QUESTION_MOST_STEPS][QUESTION_TEXT]);

/* Writes which slip a wrong answer comes from, and gives the step where it was made. False: none that is
 * known. */
bool question_slip(const question *q, double given, question_step *step, char text[QUESTION_TEXT]);

#endif
