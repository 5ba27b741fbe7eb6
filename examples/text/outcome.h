/* How well a model says what comes next in a text. */
#ifndef TEXT_OUTCOME_H
#define TEXT_OUTCOME_H

#include "common/json.h"
#include "train/language.h"

/* What a text of these tokens is counted in: "character" or "byte". */
const char *outcome_unit(const pmy_vocabulary *vocabulary);

/* Nats as bits. */
double outcome_bits(double nats);

/* Between loss − this and loss + this the true loss is with 95 % confidence; 0: one window cannot say. */
double outcome_margin(const pmy_language_score *score);

/* The loss, in nats, under this name; and bits, perplexity, tokens and windows, and between which losses the
 * true one is with 95 % confidence, where more than one window says so. */
void outcome_add(json_line *line, const char *loss_name, const pmy_language_score *score);

/* The same in a line of text that begins with `label`. */
void outcome_print(const char *label, const pmy_language_score *score, const pmy_vocabulary *vocabulary);

#endif
