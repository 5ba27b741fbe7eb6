/* One row of logits on both ways from z to ∂L/∂z: the long one through p and the Jacobian of softmax, and
 * the fused one that trains, with every number in between.
 *
 *   pmy_explanation row;
 *   if (pmy_explanation_new(3, &row, &error) == PMY_OK) {
 *       row.z[0] = 2, row.z[1] = 1, row.z[2] = -1;
 *       row.target = 1;                           or row.soft = true and row.y[…]
 *       if (pmy64_explain(&row, &error) == PMY_OK)
 *           ... row.p[i], row.jacobian[i * 3 + j], row.fused[i] ...
 *       pmy_explanation_free(&row);
 *   }
 *
 * pmy64_explain computes in double, pmy_explain in float (gradcheck/explain.h). Either way the numbers are
 * given as doubles, which hold floats as they are, so that both can be laid side by side. */
#ifndef PMY_GRADCHECK_EXPLANATION_H
#define PMY_GRADCHECK_EXPLANATION_H

#include "base/number.h"
#include "base/status.h"

#include <float.h>
#include <stdbool.h>
#include <stddef.h>

enum { PMY_EXPLANATION_CLASSES = 1000 }; /* at most */

/* What a temperature may be, and a class's share of the target: 0, or from the least to the most. Shares
 * beyond, times a share of softmax's, leave the range of a float. */
#define PMY_EXPLANATION_LEAST_TEMPERATURE ((double)FLT_MIN)
#define PMY_EXPLANATION_MOST_TEMPERATURE ((double)FLT_MAX)
#define PMY_EXPLANATION_LEAST_SHARE 1e-30
#define PMY_EXPLANATION_MOST_SHARE 1e6

typedef struct pmy_explanation {
    /* What it is about, set before. z and y are rounded to the precision. */
    size_t classes;
    double *z; /* [classes] finite, or −inf, which masks its class */
    double temperature;
    bool soft;     /* y is given; otherwise it is 1 at the target and 0 elsewhere */
    size_t target; /* of a row that is not soft; not masked */
    double *y;     /* [classes] shares, not all 0, and 0 for a masked class; they need not sum to 1 */

    /* What it was computed in. */
    pmy_number_precision precision;
    double unit_roundoff;    /* how far rounding moves a number at most, relative to it */
    double smallest_spacing; /* of the smallest numbers there are */
    double relative_error;   /* see pmy_explanation_error */

    /* From z to p. */
    double *scaled;      /* [classes] z/T */
    double *shifted;     /* [classes] (z − max)/T */
    double *exponential; /* [classes] of shifted */
    double sum;          /* of the exponentials */
    double *p;           /* [classes] */

    /* The loss L = −Σ y log p, and the logarithms as a formula without care gives them. */
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
    bool breaks;      /* the long way misses the fused one by more than rounding explains */
} pmy_explanation;

/* Room for a row: z and y are zeros, the temperature 1, the target 0. PMY_BAD_ARGUMENT: classes are not from
 * 1 to PMY_EXPLANATION_CLASSES; PMY_NO_MEMORY. */
pmy_status pmy_explanation_new(size_t classes, pmy_explanation *row, pmy_error *error);
void pmy_explanation_free(pmy_explanation *row);

/* What a row is about, into another of as many classes. */
void pmy_explanation_copy(pmy_explanation *row, const pmy_explanation *from);

/* PMY_BAD_ARGUMENT: a number is out of its range, or the target, or a class with a share of it, is masked.
 * pmy_explain sees to it itself. */
pmy_status pmy_explanation_check(const pmy_explanation *row, pmy_error *error);

/* The formula of `fused`, which Σy = 1 makes shorter: "(p - y)/T". */
const char *pmy_explanation_formula(const pmy_explanation *row);

/* |value − truth| in units in the last place of the truth, in the row's precision. */
double pmy_explanation_ulps(const pmy_explanation *row, double value, double truth);

/* How far a number of a row that is explained is from the truth, at most. Of exponential, sum, p, log_p and
 * loss, which are sums and products of numbers of one sign, it is a share of the value; z/T and (z − max)/T
 * may not have been rounded at all; dloss_dp and jacobian are made from rounded p; and in fused and
 * log_sum_exp terms of both signs meet. */
double pmy_explanation_error(const pmy_explanation *row, double value);
double pmy_explanation_scaled_error(const pmy_explanation *row, size_t i);
double pmy_explanation_shifted_error(const pmy_explanation *row, size_t i);
double pmy_explanation_slope_error(const pmy_explanation *row, size_t i); /* of dloss_dp */
double pmy_explanation_jacobian_error(const pmy_explanation *row, size_t i, size_t j);
double pmy_explanation_fused_error(const pmy_explanation *row, size_t i);
double pmy_explanation_log_sum_exp_error(const pmy_explanation *row);

#endif
