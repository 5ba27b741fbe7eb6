#include "optim/schedule.h"

#include "base/portable_math.h"

#include <assert.h>
#include <string.h>

/* --- The kinds ---------------------------------------------------------- */

/* Falls from `start` to `end` (or rises), along half a cosine, as x goes from 0 to 1. */
static double along_cosine(double start, double end, double x)
{
    const double pi = 3.14159265358979323846;
    return end + (start - end) * ((1 + PMY_DOUBLE_MATH(cos)(pi * x)) / 2);
}

static double constant_rate(const pmy_schedule *schedule, double step, double steps)
{
    (void)step;
    (void)steps;
    return schedule->rate;
}

static pmy_status step_check(const pmy_schedule *schedule, pmy_error *error)
{
    if (schedule->step_every == 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "step: the rate cannot fall every 0 steps");
    if (!(schedule->factor > 0 && schedule->factor <= 1))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "step: factor %g is not above 0 and at most 1",
                        schedule->factor);
    return PMY_OK;
}

static double step_rate(const pmy_schedule *schedule, double step, double steps)
{
    (void)steps;
    return schedule->rate *
           PMY_DOUBLE_MATH(pow)(schedule->factor, floor(step / (double)schedule->step_every));
}

static double cosine_rate(const pmy_schedule *schedule, double step, double steps)
{
    return along_cosine(schedule->rate, schedule->last_rate, step / steps);
}

static double linear_rate(const pmy_schedule *schedule, double step, double steps)
{
    return schedule->rate + (schedule->last_rate - schedule->rate) * (step / steps);
}

static double trapezoid_rate(const pmy_schedule *schedule, double step, double steps)
{
    double falling = fmax(schedule->fall * steps, 1), before = steps - falling;
    return step <= before ? schedule->rate : linear_rate(schedule, step - before, falling);
}

static pmy_status trapezoid_check(const pmy_schedule *schedule, pmy_error *error)
{
    if (!(schedule->fall >= 0 && schedule->fall <= 1))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "trapezoid: the fall %g is not a share between 0 and 1",
                        schedule->fall);
    return PMY_OK;
}

static pmy_status onecycle_check(const pmy_schedule *schedule, pmy_error *error)
{
    const double divisors[] = {schedule->start_divisor, schedule->end_divisor};
    if (schedule->warm_up != 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "onecycle: its rise is its warm-up, it takes no other");
    if (!(schedule->rise >= 0 && schedule->rise <= 1))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "onecycle: the rise %g is not a share between 0 and 1",
                        schedule->rise);
    for (int i = 0; i < 2; i++)
        if (!isfinite(divisors[i]) || divisors[i] < 1)
            return pmy_fail(error, PMY_BAD_ARGUMENT, "onecycle: the divisor %g is not a number from 1 on",
                            divisors[i]);
    return PMY_OK;
}

static double onecycle_rate(const pmy_schedule *schedule, double step, double steps)
{
    double first = schedule->rate / schedule->start_divisor, last = first / schedule->end_divisor;
    double peak = fmax(schedule->rise * steps - 1, 0), end = steps - 1;
    if (step < peak)
        return along_cosine(first, schedule->rate, step / peak);
    if (step == peak)
        return schedule->rate;
    return along_cosine(schedule->rate, last, (step - peak) / (end - peak));
}

static const pmy_schedule_kind kinds[] = {
    {.name = "constant", .rate = constant_rate},
    {.name = "step", .check = step_check, .rate = step_rate},
    {.name = "cosine", .has_last_rate = true, .rate = cosine_rate},
    {.name = "onecycle", .check = onecycle_check, .rate = onecycle_rate},
    {.name = "linear", .has_last_rate = true, .rate = linear_rate},
    {.name = "trapezoid", .has_last_rate = true, .check = trapezoid_check, .rate = trapezoid_rate},
};

const pmy_schedule_kind *pmy_schedule_kind_at(size_t index)
{
    return index < sizeof kinds / sizeof *kinds ? &kinds[index] : NULL;
}

const pmy_schedule_kind *pmy_schedule_find(const char *name)
{
    const pmy_schedule_kind *kind;
    for (size_t i = 0; (kind = pmy_schedule_kind_at(i)) && strcmp(kind->name, name) != 0;)
        i++;
    return kind;
}

/* --- A schedule --------------------------------------------------------- */

pmy_schedule pmy_schedule_make(const pmy_schedule_kind *kind, double rate, uint64_t total)
{
    return (pmy_schedule){.kind = kind,
                          .rate = rate,
                          .total = total,
                          .factor = 0.1,
                          .fall = 0.2,
                          .rise = 0.3,
                          .start_divisor = 25,
                          .end_divisor = 1e4};
}

pmy_status pmy_schedule_check(const pmy_schedule *schedule, pmy_error *error)
{
    if (!isfinite(schedule->rate) || schedule->rate <= 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "learning rate %g is not a number above 0", schedule->rate);
    if (schedule->total == 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a schedule needs at least one step");
    if (schedule->warm_up >= schedule->total)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%ju steps of warm-up leave nothing of a run of %ju",
                        (uintmax_t)schedule->warm_up, (uintmax_t)schedule->total);
    const pmy_schedule_kind *kind = schedule->kind;
    if (!kind->has_last_rate && schedule->last_rate != 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: it falls to no last rate", kind->name);
    if (!(schedule->last_rate >= 0 && schedule->last_rate <= schedule->rate))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: the last rate %g is not between 0 and %g", kind->name,
                        schedule->last_rate, schedule->rate);
    return kind->check ? kind->check(schedule, error) : PMY_OK;
}

double pmy_schedule_rate(const pmy_schedule *schedule, uint64_t step)
{
    assert(step < schedule->total);
    if (step < schedule->warm_up)
        return schedule->rate * ((double)(step + 1) / (double)(schedule->warm_up + 1));
    return schedule->kind->rate(schedule, (double)(step - schedule->warm_up),
                                (double)(schedule->total - schedule->warm_up));
}
