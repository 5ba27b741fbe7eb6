/* JSON lines: one object on one line, through cJSON.
 *
 *   json_line line = json_begin();
 *   json_text(&line, "event", "epoch");
 *   json_real(&line, "train_loss", loss, PMY_NUMBER_FLOAT);
 *   if (!json_end(&line, stdout))
 *       …
 *
 * Members keep the order in which they were added. Reals have as many digits as
 * bring the same float or double back; one that is not finite is a string,
 * "NaN", "Infinity" or "-Infinity", since JSON has no such numbers. Bytes that are not UTF-8
 * become U+FFFD. If memory runs out, json_end says so. */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include "base/number.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct json_line {
    cJSON *object; /* for what has no function here */
    bool failed;
} json_line;

json_line json_begin(void);

void json_flag(json_line *line, const char *name, bool value);
void json_whole(json_line *line, const char *name, long long value);
void json_real(json_line *line, const char *name, double value, pmy_number_precision precision);

/* values [count] as an array */
void json_reals(json_line *line, const char *name, const double *values, size_t count,
                pmy_number_precision precision);

/* values [rows, columns] as an array of rows */
void json_matrix(json_line *line, const char *name, const double *values, size_t rows, size_t columns,
                 pmy_number_precision precision);

/* A NULL text becomes null. */
void json_text(json_line *line, const char *name, const char *value);

/* values [count] as an array */
void json_texts(json_line *line, const char *name, const char *const *values, size_t count);

/* Writes the object and a newline and frees it. False if memory ran out, now or before (then nothing
 * is written), or the file did not take it. */
bool json_end(json_line *line, FILE *file);

#endif
