/* One row of logits on both ways from z to ∂L/∂z: the long one through p and the Jacobian of softmax, and
 * the fused one that trains, with every number in between. */
#ifndef SOFTMAX_DERIVATION_H
#define SOFTMAX_DERIVATION_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

enum { DERIVATION_MOST_CLASSES = 1000 };

/* All numbers as the chosen precision holds them. */
typedef struct derivation {
    /* What it is about. */
    size_t classes;
    double *z; /* [classes] */
    double temperature;
    bool soft;     /* y is given; otherwise it is 1 at the target */
    size_t target; /* of a row that is not soft */
    double *y;     /* [classes] */
    bool in_float; /* otherwise in double */

    /* From z to p. */
    double *scaled;      /* [classes] z/T */
    double *shifted;     /* [classes] (z − max)/T */
    double *exponential; /* [classes] of shifted */
    double sum;          /* of the exponentials */
    double *p;           /* [classes] */

    /* The loss, and the logarithms as a formula without care gives them. */
    double *log_p;                /* [classes] */
    double *naive_negative_log_p; /* [classes] −log(exp(z/T)/Σ exp(z/T)) */
    double log_sum_exp, naive_log_sum_exp;
    double loss;

    /* From the loss back to z. */
    double *dloss_dp; /* [classes] −y/p */
    double *jacobian; /* [classes, classes] ∂p_i/∂z_j */
    double *chain;    /* [classes] Jᵀ · dloss_dp */
    double *fused;    /* [classes] (p Σy − y)/T, from softmax_xent */
    double *steps;    /* [classes] |chain − fused| in units in the last place of fused */

    /* How far a number is from the truth, at most: a share of itself for all that are sums and products of
     * numbers of one sign, and the spacing of the smallest numbers there are. */
    double relative_error, smallest_spacing;
    double unit_roundoff; /* of the precision */
} derivation;

/* Room for a row, its z and y zeros. False: no memory. */
bool derivation_new(derivation *row, size_t classes);
void derivation_free(derivation *row);

/* Fills in all that follows from z, temperature, y or target, and in_float. */
pmy_status derivation_run(derivation *row, pmy_error *error);

/* For derivation_run: the same in one precision. */
pmy_status pmy_derivation_run(derivation *row, pmy_error *error);
pmy_status pmy64_derivation_run(derivation *row, pmy_error *error);

/* ±error of a number for figure_text: of one that relative_error holds for; of what is made from rounded
 * p; and of fused and log_sum_exp, where terms of both signs meet. */
double derivation_error(const derivation *row, double value);
double derivation_slope_error(const derivation *row, size_t i); /* of dloss_dp */
double derivation_jacobian_error(const derivation *row, size_t i, size_t j);
double derivation_fused_error(const derivation *row, size_t i);
double derivation_log_sum_exp_error(const derivation *row);

#endif
