#include "common/svg_axis.h"

#include <math.h>

/* Pixels that a label along an axis should have for itself. */
#define LABEL_SPACING 50
#define SHORT_LABEL_SPACING 30
#define LONG_LABEL_SPACING 66
#define LEAST_LABELS 2
#define MOST_LABELS 12

/* Beyond these, differences and quotients of two values would overflow. */
#define LARGEST 1e300
#define SMALLEST 1e-300

/* Forgives what rounding adds to a number that should be whole. */
#define SLACK 1e-9

/* A logarithmic axis over fewer powers of ten begins and ends with 1, 2 or 5 times them. */
#define FEW_DECADES 3

svg_range svg_range_empty(void)
{
    return (svg_range){HUGE_VAL, -HUGE_VAL};
}

void svg_range_add(svg_range *range, double value, svg_scale scale)
{
    if (!isfinite(value) || (scale == SVG_LOG && value < SMALLEST))
        return;
    value = fmax(-LARGEST, fmin(LARGEST, value));
    range->least = fmin(range->least, value);
    range->most = fmax(range->most, value);
}

/* The smallest of 1, 2 and 5 times a power of ten that is at least `size`. */
static double round_up(double size)
{
    double power = pow(10, floor(log10(size) + SLACK)), factor = size / power;
    return power * (factor <= 1 + SLACK ? 1 : factor <= 2 + SLACK ? 2 : factor <= 5 + SLACK ? 5 : 10);
}

/* The largest of them that is at most `size`. */
static double round_down(double size)
{
    double power = pow(10, floor(log10(size) + SLACK)), factor = size / power;
    return power * (factor >= 5 - SLACK ? 5 : factor >= 2 - SLACK ? 2 : 1);
}

/* How many labels there is room for. */
static double label_count(const svg_axis *axis)
{
    double count = floor(fabs(axis->end - axis->start) / LABEL_SPACING);
    return fmax(LEAST_LABELS, fmin(MOST_LABELS, count));
}

/* Widens a range too narrow for its ends to be told apart. */
static void widen(svg_axis *axis)
{
    double size = fmax(fabs(axis->least), fabs(axis->most));
    if (axis->most - axis->least > fmax(SLACK * size, SMALLEST))
        return;
    double room = size > SMALLEST ? 0.1 * size : 1;
    axis->least -= room;
    axis->most += room;
}

static void round_ends_linear(svg_axis *axis, double least_step)
{
    widen(axis);
    axis->step = fmax(least_step, round_up((axis->most - axis->least) / label_count(axis)));
    axis->least = axis->step * floor(axis->least / axis->step + SLACK);
    axis->most = axis->step * ceil(axis->most / axis->step - SLACK);
}

static double decades(const svg_axis *axis)
{
    return log10(axis->most) - log10(axis->least);
}

static void round_ends_log(svg_axis *axis)
{
    if (axis->most / axis->least < 1 + SLACK) {
        axis->least /= 2;
        axis->most *= 2;
    }
    bool few = decades(axis) < FEW_DECADES;
    axis->least = few ? round_down(axis->least) : pow(10, floor(log10(axis->least) + SLACK));
    axis->most = few ? round_up(axis->most) : pow(10, ceil(log10(axis->most) - SLACK));
}

svg_axis svg_axis_over(svg_range range, svg_scale scale, double start, double end)
{
    if (range.least > range.most)
        range = scale == SVG_LOG ? (svg_range){1, 10} : (svg_range){0, 1};
    svg_axis axis = {.scale = scale, .least = range.least, .most = range.most, .start = start, .end = end};
    if (scale == SVG_LOG)
        round_ends_log(&axis);
    else
        round_ends_linear(&axis, 0);
    return axis;
}

svg_axis svg_axis_over_whole(svg_range range, double start, double end)
{
    svg_axis axis = svg_axis_over(range, SVG_LINEAR, start, end);
    round_ends_linear(&axis, 1);
    return axis;
}

double svg_axis_place(const svg_axis *axis, double value)
{
    double share = 0;
    if (axis->scale == SVG_LOG)
        share = value > 0 ? (log10(value) - log10(axis->least)) / decades(axis) : (double)NAN;
    else
        share = (value - axis->least) / (axis->most - axis->least);
    return axis->start + share * (axis->end - axis->start);
}

/* ---- ticks ---------------------------------------------------------------- */

static void add_tick(svg_tick *ticks, size_t *count, svg_tick tick)
{
    if (*count < SVG_MOST_TICKS)
        ticks[(*count)++] = tick;
}

static size_t linear_ticks(const svg_axis *axis, svg_tick *ticks)
{
    double step = axis->step, size = fmax(fabs(axis->least), fabs(axis->most));
    bool power = size >= 1e6 || step < 1e-4;
    /* In powers, as many decimals as tell the largest number from the one a step below. */
    double digits = floor(log10(power ? size : 1) + SLACK) - floor(log10(step) + SLACK);
    int decimals = digits > 0 ? (int)digits : 0;
    double apart = fabs(svg_axis_place(axis, step) - svg_axis_place(axis, 0));
    double every = power && apart < LONG_LABEL_SPACING ? 2 : 1;
    size_t count = 0;
    double last = floor(axis->most / step + SLACK);
    for (double i = ceil(axis->least / step - SLACK); i <= last; i++) {
        double value = i * step;
        svg_label label = power ? svg_label_power(value, decimals) : svg_label_fixed(value, decimals);
        add_tick(ticks, &count, (svg_tick){.value = value, .labelled = fmod(i, every) == 0, .label = label});
    }
    return count;
}

static svg_label log_label(double value, bool power)
{
    double decimals = -floor(log10(value) + SLACK);
    return power ? svg_label_power(value, 0) : svg_label_fixed(value, decimals > 0 ? (int)decimals : 0);
}

static size_t log_ticks(const svg_axis *axis, svg_tick *ticks)
{
    double first = floor(log10(axis->least) + SLACK), last = floor(log10(axis->most) + SLACK);
    double every = fmax(1, ceil((last - first) / label_count(axis)));
    /* Plain decimals if all of them are short. */
    bool power = first < -3 || last > 4;
    /* The factors 1, 2, 5 and 10 are 0.3 or 0.4 powers of ten apart. */
    double apart = 0.3 * fabs(axis->end - axis->start) / decades(axis);
    bool roomy = apart >= (power ? LABEL_SPACING : SHORT_LABEL_SPACING);
    size_t count = 0;
    for (double exponent = first; exponent <= last; exponent++) {
        /* Between powers of ten there is room if each of these has a label. */
        int most_factor = every > 1 || last - first > 8 ? 1 : 9;
        for (int factor = 1; factor <= most_factor; factor++) {
            double value = factor * pow(10, exponent);
            if (value < axis->least * (1 - SLACK) || value > axis->most * (1 + SLACK))
                continue;
            bool labelled = factor == 1 ? fmod(exponent, every) == 0 : roomy && (factor == 2 || factor == 5);
            if (!labelled && every > 10)
                continue;
            svg_tick tick = {.value = value, .labelled = labelled};
            if (labelled)
                tick.label = log_label(value, power);
            add_tick(ticks, &count, tick);
        }
    }
    return count;
}

size_t svg_axis_ticks(const svg_axis *axis, svg_tick ticks[SVG_MOST_TICKS])
{
    return axis->scale == SVG_LOG ? log_ticks(axis, ticks) : linear_ticks(axis, ticks);
}
