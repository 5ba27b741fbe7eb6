/* Rows of logits on which the numbers of softmax and its cross-entropy are
 * measured: every kind of logits, many numbers of classes, temperatures from 1e-6 to 1e6. */
#ifndef TESTS_SOFTMAX_ROWS_H
#define TESTS_SOFTMAX_ROWS_H

#include <stddef.h>
#include <stdint.h>

typedef struct softmax_rows {
    const char *kind; /* of logits, in a few words */
    size_t rows, classes;
    double temperature;
    float *z;        /* [rows, classes] */
    int32_t *labels; /* [rows]; never a masked class */
    float *y;        /* [rows, classes] shares; 0 for a masked class */
} softmax_rows;

/* How many kinds of logits there are. */
size_t softmax_kinds(void);

/* The index-th batch of `rows` rows: kind index % softmax_kinds(), and all else drawn from it. NULL
 * pointers: no memory. */
softmax_rows softmax_rows_new(size_t index, size_t rows);

/* A batch of that many classes at that temperature. */
softmax_rows softmax_rows_of(size_t index, size_t rows, size_t classes, double temperature);
void softmax_rows_free(softmax_rows *batch);

#endif
