/* Learning-rate schedules: the rate of every step of a run, as a function of the step's number.
 *
 * All but onecycle begin with a linear warm-up of W = warm_up steps, in which step s has
 * rate · (s + 1)/(W + 1); their own formulas then begin, with t = s − W and T = total − W:
 *
 *   constant   rate
 *   step       rate · factor^⌊t / step_every⌋
 *   cosine     last_rate + (rate − last_rate) · (1 + cos(π t/T))/2
 *   linear     rate + (last_rate − rate) · t/T
 *   trapezoid  rate until t = (1 − fall) · T, then along a straight line to last_rate at t = T (warm-up,
 *              stable, decay: Hägele et al., arXiv:2405.18392)
 *   onecycle   two half cosines: from rate/start_divisor up to rate at t = rise · T − 1, then down
 *              to rate/start_divisor/end_divisor at t = T − 1; its rise is its warm-up, and one
 *              that would end before t = 0 is left out
 *
 * They are PyTorch's StepLR (step_size, gamma), CosineAnnealingLR (T_max = T, eta_min = last_rate),
 * LinearLR (start_factor = 1, end_factor = last_rate/rate, total_iters = T)
 * and OneCycleLR (pct_start = rise, div_factor, final_div_factor; it leaves momentum alone), each
 * called once a step, after a LinearLR (start_factor = 1/(W + 1), total_iters = W) in a
 * SequentialLR. */
#ifndef PMY_OPTIM_SCHEDULE_H
#define PMY_OPTIM_SCHEDULE_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct pmy_schedule pmy_schedule;

typedef struct pmy_schedule_kind {
    const char *name;
    bool has_last_rate;
    /* Whether it can work with its own numbers, NULL: it has none; those of all kinds have been looked at. */
    pmy_status (*check)(const pmy_schedule *schedule, pmy_error *error);
    /* The rate at t = `step` of T = `steps`, after the warm-up. */
    double (*rate)(const pmy_schedule *schedule, double step, double steps);
} pmy_schedule_kind;

struct pmy_schedule {
    const pmy_schedule_kind *kind;
    double rate;          /* the highest, above 0 */
    uint64_t total;       /* steps of the run, at least 1 */
    uint64_t warm_up;     /* steps, fewer than total; 0 for onecycle */
    uint64_t step_every;  /* step: steps between two falls, at least 1 */
    double factor;        /* step: what a fall multiplies the rate by, above 0, at most 1 */
    double last_rate;     /* cosine, linear, trapezoid: what it falls to, 0 to rate; 0 for the others */
    double fall;          /* trapezoid: the share of the steps that fall, 0 to 1 */
    double rise;          /* onecycle: the share of the steps that rise, 0 to 1 */
    double start_divisor; /* onecycle: at least 1 */
    double end_divisor;   /* onecycle: at least 1 */
};

/* The index-th kind, or NULL after the last. */
const pmy_schedule_kind *pmy_schedule_kind_at(size_t index);

/* The kind of that name, or NULL. */
const pmy_schedule_kind *pmy_schedule_find(const char *name);

/* A schedule without warm-up and with PyTorch's defaults (factor 0.1, last_rate 0, rise 0.3,
 * divisors 25 and 10⁴; fall 0.2); step_every is 0 and must be set for a step schedule. */
pmy_schedule pmy_schedule_make(const pmy_schedule_kind *kind, double rate, uint64_t total);

/* PMY_BAD_ARGUMENT where a number is out of its range. */
pmy_status pmy_schedule_check(const pmy_schedule *schedule, pmy_error *error);

/* The rate of step 0 … total − 1 of a schedule that passed the check. */
double pmy_schedule_rate(const pmy_schedule *schedule, uint64_t step);

#endif
