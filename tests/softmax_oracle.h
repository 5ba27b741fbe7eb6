/* What softmax and its cross-entropy are to more digits than any float result can
 * show, from MPFR, and how far results are from it. */
#ifndef TESTS_SOFTMAX_ORACLE_H
#define TESTS_SOFTMAX_ORACLE_H

#include "softmax_rows.h"

#include <stdbool.h>

/* What is measured of a batch of rows: float results of softmax(z/T) and of the loss of
 * each row, with labels and with targets, and its gradients. */
typedef struct softmax_results {
    float *p, *log_p;           /* [rows, classes] */
    float *log_sum_exp;         /* [rows] */
    float *loss, *dz;           /* [rows], [rows, classes], for the labels */
    float *soft_loss, *soft_dz; /* the same for the targets */
} softmax_results;

/* False: no memory. */
bool softmax_results_new(const softmax_rows *batch, softmax_results *results);
void softmax_results_free(softmax_results *results);

/* pmy's own: false if something failed. */
bool softmax_results_of_pmy(const softmax_rows *batch, softmax_results *results);

/* The largest errors, in units in the last place: the spacing of floats at the true value, never less
 * than 2^-149. Where the truth exceeds FLT_MAX only an infinity is right (error 0), and an
 * infinity elsewhere is infinitely wrong, as is a NaN. */
typedef struct softmax_errors {
    size_t rows;
    double p, log_p;
    double log_sum_exp; /* less the 2^-24 that a result near 0 may be off */
    double loss;
    double dz_target, dz_others;
    double soft_loss;
    double soft_dz; /* in units in the last place of max(p, y)/T, or of max(p Σy, y)/T where Σy > 1 */
} softmax_errors;

/* Raises the errors to those of the batch. */
void softmax_measure(const softmax_rows *batch, const softmax_results *results, softmax_errors *errors);

#endif
