/* One row of logits on both ways from z to ∂L/∂z: the long one through p and the Jacobian of softmax, and
 * the fused one that trains, with every number in between. */
#ifndef SOFTMAX_DERIVATION_H
#define SOFTMAX_DERIVATION_H

#include "base/status.h"
#include "common/number.h"

#include <stdbool.h>
#include <stddef.h>

enum { DERIVATION_MOST_CLASSES = 1000 };

/* What a row's numbers may be: a temperature, a logit (−inf masks its class), and a class's share of the
 * target, which is 0 or DERIVATION_LEAST_SHARE at least. Shares beyond, times a share of softmax's, leave the
 * range of a float. */
extern const number_range derivation_temperatures, derivation_logits, derivation_shares;
#define DERIVATION_LEAST_SHARE 1e-30

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
    double *naive_exponential;    /* [classes] exp(z/T) */
    double *naive_negative_log_p; /* [classes] −log(exp(z/T)/Σ exp(z/T)) */
    double log_sum_exp, naive_sum, naive_log_sum_exp;
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

/* PMY_BAD_ARGUMENT: a number is out of its range, or the target, or a class with a share of it, is masked. */
pmy_status derivation_check(const derivation *row, pmy_error *error);

/* Fills in all that follows from z, temperature, y or target, and in_float. */
pmy_status derivation_run(derivation *row, pmy_error *error);

/* The formula of `fused`, which Σy = 1 makes shorter: "(p - y)/T". */
const char *derivation_fused_formula(const derivation *row);

/* |value − truth| in units in the last place of the truth, in the row's precision. */
double derivation_ulps(const derivation *row, double value, double truth);

/* For derivation_run and derivation_ulps: the same in one precision. */
pmy_status pmy_derivation_run(derivation *row, pmy_error *error);
pmy_status pmy64_derivation_run(derivation *row, pmy_error *error);
double pmy_derivation_ulps(double value, double truth);
double pmy64_derivation_ulps(double value, double truth);

/* ±error of a number for figure_text: of one that relative_error holds for; of z/T and (z − max)/T, where
 * nothing may have been rounded; of what is made from rounded p; and of fused and log_sum_exp, where terms of
 * both signs meet. */
double derivation_error(const derivation *row, double value);
double derivation_scaled_error(const derivation *row, size_t i);
double derivation_shifted_error(const derivation *row, size_t i);
double derivation_slope_error(const derivation *row, size_t i); /* of dloss_dp */
double derivation_jacobian_error(const derivation *row, size_t i, size_t j);
double derivation_fused_error(const derivation *row, size_t i);
double derivation_log_sum_exp_error(const derivation *row);

#endif
