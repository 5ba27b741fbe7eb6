#include "papers/pen.h"

#include <math.h>

enum { LIFT = -1, MOST_KNOTS = 24, STEPS = 12, MOST_SHAPES = 3 };

/* A shape: the points (x, y) through which its strokes go, in hundredths of its height; LIFT ends a stroke
 * and another the shape. */
typedef struct shape {
    signed char knots[MOST_KNOTS][2];
} shape;
#define LIFTED     \
    {              \
        LIFT, LIFT \
    }

/* clang-format off */
static const struct {
    size_t shapes;
    shape shape[MOST_SHAPES];
} digits[] = {
    {2, {{{{40, 2}, {18, 14}, {7, 45}, {14, 82}, {34, 98}, {56, 84}, {64, 50}, {56, 15}, {38, 1}, LIFTED, LIFTED}},
         {{{58, 8}, {34, 0}, {12, 20}, {4, 55}, {18, 92}, {42, 97}, {62, 74}, {66, 38}, {52, 8}, {36, 2}, LIFTED, LIFTED}}}},
    {3, {{{{30, 0}, {29, 50}, {28, 100}, LIFTED, LIFTED}},
         {{{8, 26}, {22, 14}, {34, 0}, LIFTED, {34, 0}, {33, 50}, {31, 100}, LIFTED, LIFTED}},
         {{{12, 22}, {32, 0}, LIFTED, {32, 0}, {31, 50}, {31, 98}, LIFTED, {10, 98}, {32, 99}, {54, 98}, LIFTED, LIFTED}}}},
    {2, {{{{6, 24}, {18, 5}, {40, 1}, {57, 15}, {54, 38}, {34, 66}, {6, 97}, LIFTED, {6, 97}, {34, 96}, {66, 97}, LIFTED, LIFTED}},
         {{{8, 20}, {24, 2}, {48, 4}, {56, 26}, {42, 56}, {20, 84}, {8, 92}, {10, 82}, {24, 84}, {44, 96}, {66, 90}, LIFTED, LIFTED}}}},
    {2, {{{{8, 12}, {30, 0}, {54, 10}, {54, 32}, {28, 46}, LIFTED, {28, 46}, {56, 54}, {62, 76}, {42, 98}, {16, 98}, {4, 86}, LIFTED, LIFTED}},
         {{{8, 2}, {34, 1}, {58, 2}, LIFTED, {58, 2}, {42, 22}, {28, 42}, LIFTED, {28, 42}, {54, 46}, {64, 70}, {46, 96}, {20, 98}, {4, 88}, LIFTED, LIFTED}}}},
    {3, {{{{26, 0}, {16, 32}, {6, 62}, LIFTED, {6, 62}, {36, 60}, {66, 62}, LIFTED, {52, 14}, {48, 56}, {44, 100}, LIFTED, LIFTED}},
         {{{48, 0}, {26, 32}, {2, 66}, LIFTED, {2, 66}, {34, 67}, {66, 66}, LIFTED, {48, 0}, {48, 50}, {47, 100}, LIFTED, LIFTED}},
         {{{12, 2}, {10, 28}, {10, 48}, LIFTED, {10, 48}, {34, 50}, {58, 48}, LIFTED, {54, 0}, {53, 50}, {50, 100}, LIFTED, LIFTED}}}},
    {2, {{{{58, 1}, {36, 2}, {14, 2}, LIFTED, {14, 2}, {12, 22}, {9, 44}, LIFTED, {9, 44}, {34, 36}, {58, 48}, {62, 74}, {42, 97}, {18, 98}, {4, 88}, LIFTED, LIFTED}},
         {{{16, 2}, {14, 24}, {12, 42}, LIFTED, {12, 42}, {38, 38}, {58, 56}, {56, 82}, {34, 98}, {6, 94}, LIFTED, {16, 2}, {36, 3}, {58, 0}, LIFTED, LIFTED}}}},
    {2, {{{{50, 1}, {26, 22}, {9, 52}, {10, 82}, {30, 98}, {54, 90}, {58, 68}, {42, 52}, {22, 58}, {10, 74}, LIFTED, LIFTED}},
         {{{38, 0}, {18, 30}, {6, 64}, {16, 92}, {40, 98}, {56, 80}, {48, 60}, {28, 56}, {10, 68}, LIFTED, LIFTED}}}},
    {2, {{{{4, 4}, {32, 3}, {62, 2}, LIFTED, {62, 2}, {44, 44}, {28, 100}, LIFTED, LIFTED}},
         {{{6, 3}, {34, 4}, {64, 2}, LIFTED, {64, 2}, {46, 40}, {30, 100}, LIFTED, {22, 50}, {42, 48}, {60, 49}, LIFTED, LIFTED}}}},
    {2, {{{{54, 14}, {34, 1}, {12, 14}, {20, 36}, {42, 52}, {60, 74}, {44, 96}, {20, 97}, {8, 78}, {24, 54}, {46, 38}, {56, 18}, {48, 8}, LIFTED, LIFTED}},
         {{{34, 48}, {14, 32}, {16, 8}, {36, 0}, {56, 12}, {52, 34}, {34, 48}, {12, 66}, {10, 88}, {34, 100}, {58, 88}, {56, 66}, {34, 48}, LIFTED, LIFTED}}}},
    {2, {{{{56, 18}, {38, 2}, {16, 10}, {9, 32}, {22, 50}, {44, 44}, {56, 20}, LIFTED, {56, 20}, {54, 60}, {50, 100}, LIFTED, LIFTED}},
         {{{58, 16}, {38, 1}, {14, 10}, {8, 34}, {26, 50}, {48, 40}, {58, 16}, LIFTED, {58, 16}, {58, 56}, {50, 84}, {32, 99}, {12, 93}, LIFTED, LIFTED}}}},
};
/* clang-format on */

static double between(pmy_random *random, double least, double most)
{
    return least + (most - least) * pmy_random_uniform(random);
}

static double spline(double before, double from, double to, double after, double t)
{
    return (2 * from + t * ((to - before) + t * ((2 * before - 5 * from + 4 * to - after) +
                                                 t * (3 * from - before - 3 * to + after)))) /
           2;
}

/* A stroke's knots as a Catmull-Rom spline through them. */
static void write_stroke(const double (*knot)[2], size_t count, pen_path *path)
{
    for (size_t i = 0; i + 1 < count; i++) {
        const double *before = knot[i ? i - 1 : 0], *after = knot[i + 2 < count ? i + 2 : count - 1];
        for (size_t step = i ? 1 : 0; step <= STEPS; step++) {
            double t = (double)step / STEPS;
            path->point[path->count++] =
                (pen_point){.x = spline(before[0], knot[i][0], knot[i + 1][0], after[0], t),
                            .y = spline(before[1], knot[i][1], knot[i + 1][1], after[1], t),
                            .lifted = i == 0 && step == 0};
        }
    }
}

/* Moves every knot a little; strokes that meet go on meeting. */
static void write_knots(const shape *of, pmy_random *random, pen_path *path)
{
    enum { WAYS = 101 };
    const double hundredth = 0.01, jitter = 0.014;
    const uint64_t seed = ((uint64_t)pmy_random_word(random) << 32) + pmy_random_word(random);
    double knot[MOST_KNOTS][2];
    size_t count = 0;
    path->count = 0;
    for (size_t i = 0;; i++) {
        int x = of->knots[i][0], y = of->knots[i][1];
        if (x == LIFT && count == 0)
            return;
        if (x == LIFT) {
            write_stroke((const double(*)[2])knot, count, path);
            count = 0;
            continue;
        }
        pmy_random here = {.seed = seed, .stream = (uint64_t)(x * WAYS + y)};
        knot[count][0] = hundredth * x + jitter * pmy_random_normal(&here);
        knot[count++][1] = hundredth * y + jitter * pmy_random_normal(&here);
    }
}

void pen_write(int digit, pmy_random *random, pen_path *path)
{
    size_t which = pmy_random_below(random, (uint32_t)digits[digit].shapes);
    write_knots(&digits[digit].shape[which], random, path);
    double slant = between(random, -0.08, 0.22), wider = between(random, 0.85, 1.25);
    double wave = between(random, 2, 5), phase = between(random, 0, 6), depth = between(random, 0, 0.12);
    double left = HUGE_VAL, right = -HUGE_VAL, top = HUGE_VAL, bottom = -HUGE_VAL;
    for (size_t i = 0; i < path->count; i++) {
        pen_point *p = &path->point[i];
        p->x = wider * p->x + slant * (1 - p->y);
        p->pressure = 1 + depth * sin(phase + wave * p->y);
        left = fmin(left, p->x);
        right = fmax(right, p->x);
        top = fmin(top, p->y);
        bottom = fmax(bottom, p->y);
    }
    double scale = 1 / (bottom - top);
    for (size_t i = 0; i < path->count; i++) {
        path->point[i].x = scale * (path->point[i].x - left);
        path->point[i].y = scale * (path->point[i].y - top);
    }
    path->width = scale * (right - left);
}
