/* Learning-rate schedules: PyTorch's numbers, their ends, and what is refused. */
#include "optim/schedule.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static pmy_schedule make(const char *kind, double rate, uint64_t total)
{
    const pmy_schedule_kind *found = pmy_schedule_find(kind);
    assert_non_null(found);
    pmy_schedule schedule = pmy_schedule_make(found, rate, total);
    schedule.step_every = 3;
    return schedule;
}

/* --- PyTorch (tests/record/optim.py) ------------------------------------ */

enum { RECORDED_SCHEDULES = 11 };

static void set_options(pmy_schedule *schedule, const double options[3])
{
    if (strcmp(schedule->kind->name, "step") == 0) {
        schedule->step_every = (uint64_t)options[0];
        schedule->factor = options[1];
    } else if (strcmp(schedule->kind->name, "cosine") == 0 || strcmp(schedule->kind->name, "linear") == 0) {
        schedule->last_rate = options[0];
    } else if (strcmp(schedule->kind->name, "trapezoid") == 0) {
        schedule->fall = options[0];
        schedule->last_rate = options[1];
    } else if (strcmp(schedule->kind->name, "onecycle") == 0) {
        schedule->rise = options[0];
        schedule->start_divisor = options[1];
        schedule->end_divisor = options[2];
    }
}

/* PyTorch computes most rates from the one before, so roundings add up there. */
static void expect_recorded(const pmy_schedule *schedule, FILE *file)
{
    pmy_error error;
    if (pmy_schedule_check(schedule, &error))
        fail_msg("%s", error.message);
    for (uint64_t step = 0; step < schedule->total; step++) {
        double recorded, rate = pmy_schedule_rate(schedule, step);
        assert_int_equal(fscanf(file, "%la", &recorded), 1);
        if (!(fabs(rate - recorded) <= 1e-12 * recorded + 1e-15 * schedule->rate))
            fail_msg("%s, step %d: %a, recorded %a", schedule->kind->name, (int)step, rate, recorded);
    }
}

static void rates_are_as_recorded(void **state)
{
    (void)state;
    FILE *file = fopen("tests/data/optim_pytorch.txt", "r");
    assert_non_null(file);
    char line[256];
    int schedules = 0;
    while (fgets(line, sizeof line, file)) {
        char kind[16];
        unsigned total, warm_up, count;
        double rate, options[3];
        int read = sscanf(line, "schedule %15s %u %u %lf %u %lf %lf %lf", kind, &total, &warm_up, &rate,
                          &count, &options[0], &options[1], &options[2]);
        if (read < 5)
            continue;
        assert_int_equal(read, 5 + count);
        pmy_schedule schedule = make(kind, rate, total);
        schedule.warm_up = warm_up;
        set_options(&schedule, options);
        expect_recorded(&schedule, file);
        schedules++;
    }
    assert_int_equal(schedules, RECORDED_SCHEDULES);
    (void)fclose(file);
}

/* --- Shapes ------------------------------------------------------------- */

static double at(const pmy_schedule *schedule, uint64_t step)
{
    return pmy_schedule_rate(schedule, step);
}

static void warm_up_is_a_straight_line(void **state)
{
    (void)state;
    const char *const kinds[] = {"constant", "step", "cosine", "linear", "trapezoid"};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        pmy_schedule schedule = make(kinds[k], 0.5, 20);
        schedule.warm_up = 4;
        assert_int_equal(pmy_schedule_check(&schedule, NULL), PMY_OK);
        for (uint64_t step = 0; step <= 4; step++)
            assert_true(fabs(at(&schedule, step) - 0.1 * (double)(step + 1)) < 1e-15);
        schedule.warm_up = 0;
        assert_true(at(&schedule, 0) == 0.5);
    }
}

static void the_defaults_are_pytorchs(void **state)
{
    (void)state;
    pmy_schedule step = make("step", 1, 10), cosine = make("cosine", 1, 1000000),
                 onecycle = make("onecycle", 1, 100), linear = make("linear", 1, 100),
                 trapezoid = make("trapezoid", 1, 100);
    assert_true(fabs(at(&linear, 99) - 0.01) < 1e-15);
    assert_true(at(&trapezoid, 80) == 1 && fabs(at(&trapezoid, 81) - 0.95) < 1e-15);
    assert_true(at(&step, 2) == 1 && fabs(at(&step, 3) - 0.1) < 1e-15 && fabs(at(&step, 9) - 1e-3) < 1e-15);
    assert_true(at(&cosine, 0) == 1 && fabs(at(&cosine, 500000) - 0.5) < 1e-12);
    assert_true(at(&cosine, 999999) < 1e-11);
    assert_true(fabs(at(&onecycle, 0) - 0.04) < 1e-15);
    assert_true(fabs(at(&onecycle, 29) - 1) < 1e-15);
    assert_true(fabs(at(&onecycle, 99) - 4e-6) < 1e-15);
}

/* The shortest runs and every share of rise, for each step: nothing divides by zero. */
static void short_runs_have_rates(void **state)
{
    (void)state;
    const pmy_schedule_kind *kind;
    const double rises[] = {0, 0.1, 0.25, 0.3, 0.5, 0.9, 1};
    for (size_t k = 0; (kind = pmy_schedule_kind_at(k)); k++)
        for (uint64_t total = 1; total <= 12; total++)
            for (size_t r = 0; r < sizeof rises / sizeof rises[0]; r++) {
                pmy_schedule schedule = make(kind->name, 0.25, total);
                schedule.rise = schedule.fall = rises[r];
                assert_int_equal(pmy_schedule_check(&schedule, NULL), PMY_OK);
                double highest = 0;
                for (uint64_t step = 0; step < total; step++) {
                    double rate = at(&schedule, step);
                    assert_true(rate > 0 && rate <= 0.25);
                    highest = fmax(highest, rate);
                }
                /* A cycle may have its peak between two steps. */
                assert_true(strcmp(kind->name, "onecycle") == 0 || highest == 0.25);
            }
    pmy_schedule one = make("onecycle", 0.25, 1);
    assert_true(at(&one, 0) == 0.25);
}

static void long_runs_have_rates(void **state)
{
    (void)state;
    pmy_schedule schedule = make("constant", 0.25, UINT64_MAX);
    schedule.warm_up = UINT64_MAX - 1;
    assert_int_equal(pmy_schedule_check(&schedule, NULL), PMY_OK);
    assert_true(at(&schedule, 0) > 0);
    assert_true(at(&schedule, UINT64_MAX - 1) == 0.25);
}

/* --- Names and refusals ------------------------------------------------- */

static void kinds_have_names(void **state)
{
    (void)state;
    const char *const names[] = {"constant", "step", "cosine", "onecycle", "linear", "trapezoid"};
    enum { NAMES = sizeof names / sizeof *names };
    const pmy_schedule_kind *kind;
    size_t count = 0;
    for (; (kind = pmy_schedule_kind_at(count)); count++) {
        assert_true(count < NAMES);
        assert_string_equal(kind->name, names[count]);
        assert_ptr_equal(pmy_schedule_find(names[count]), kind);
    }
    assert_int_equal(count, NAMES);
    assert_null(pmy_schedule_find("triangle"));
    assert_null(pmy_schedule_find(""));
}

static void expect_refusal(pmy_schedule schedule, const char *words)
{
    pmy_error error = {0};
    assert_int_equal(pmy_schedule_check(&schedule, &error), PMY_BAD_ARGUMENT);
    assert_int_equal(error.code, PMY_BAD_ARGUMENT);
    if (!strstr(error.message, words))
        fail_msg("\"%s\" does not say \"%s\"", error.message, words);
}

static void numbers_of_all_kinds_are_checked(void **state)
{
    (void)state;
    const double rates[] = {0, -0.1, (double)NAN, (double)INFINITY};
    const pmy_schedule_kind *kind;
    for (size_t k = 0; (kind = pmy_schedule_kind_at(k)); k++) {
        for (size_t i = 0; i < 4; i++)
            expect_refusal(make(kind->name, rates[i], 10), "learning rate");
        expect_refusal(make(kind->name, 0.1, 0), "at least one step");
        pmy_schedule schedule = make(kind->name, 0.1, 10);
        schedule.warm_up = 10;
        expect_refusal(schedule, "10 steps of warm-up leave nothing of a run of 10");
    }
}

/* Refused if `number`, a member of `schedule`, is one of these. */
static void expect_none_of(pmy_schedule *schedule, double *number, const double wrong[4], const char *words)
{
    double right = *number;
    assert_int_equal(pmy_schedule_check(schedule, NULL), PMY_OK);
    for (size_t i = 0; i < 4; i++) {
        *number = wrong[i];
        expect_refusal(*schedule, words);
    }
    *number = right;
}

static void numbers_of_one_kind_are_checked(void **state)
{
    (void)state;
    const double nan = (double)NAN, infinity = (double)INFINITY;
    pmy_schedule step = make("step", 0.1, 10), cosine = make("cosine", 0.1, 10),
                 onecycle = make("onecycle", 0.1, 10), trapezoid = make("trapezoid", 0.1, 10);
    expect_none_of(&step, &step.factor, (double[4]){0, -0.5, 1.5, nan}, "step: factor");
    step.step_every = 0;
    expect_refusal(step, "step: the rate cannot fall every 0 steps");
    expect_none_of(&cosine, &cosine.last_rate, (double[4]){-0.1, 0.11, infinity, nan},
                   "cosine: the last rate");
    expect_none_of(&trapezoid, &trapezoid.last_rate, (double[4]){-0.1, 0.11, infinity, nan},
                   "trapezoid: the last rate");
    expect_none_of(&trapezoid, &trapezoid.fall, (double[4]){-0.1, 1.1, infinity, nan}, "trapezoid: the fall");
    expect_none_of(&onecycle, &onecycle.rise, (double[4]){-0.1, 1.1, infinity, nan}, "onecycle: the rise");
    expect_none_of(&onecycle, &onecycle.start_divisor, (double[4]){0, 0.5, infinity, nan},
                   "onecycle: the divisor");
    expect_none_of(&onecycle, &onecycle.end_divisor, (double[4]){0, 0.5, infinity, nan},
                   "onecycle: the divisor");
    onecycle.last_rate = 0.01;
    expect_refusal(onecycle, "onecycle: it falls to no last rate");
    onecycle.last_rate = 0;
    onecycle.warm_up = 2;
    expect_refusal(onecycle, "onecycle: its rise is its warm-up");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_as_recorded),
        cmocka_unit_test(warm_up_is_a_straight_line),
        cmocka_unit_test(the_defaults_are_pytorchs),
        cmocka_unit_test(short_runs_have_rates),
        cmocka_unit_test(long_runs_have_rates),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(numbers_of_all_kinds_are_checked),
        cmocka_unit_test(numbers_of_one_kind_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
