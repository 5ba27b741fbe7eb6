/* Runs of numbers, copied or added at their steps, and axes swapped. */
#include "kernels/runs.h"
#include "running.h"

enum { MOST = 4096 };

static void numbers(pmy_real *x, double first)
{
    for (size_t i = 0; i < MOST; i++)
        x[i] = (pmy_real)(first + (double)i);
}

static void runs_go_where_they_should_and_nowhere_else(void **state)
{
    (void)state;
    static const struct {
        size_t runs, length, from_step, to_step;
    } cases[] = {{1, 1, 1, 1}, {7, 1, 3, 1}, {5, 4, 4, 9}, {3, 33, 40, 33}, {64, 17, 17, 17}};
    for (size_t c = 0; c < ROOM(cases); c++)
        for (int adds = 0; adds < 2; adds++) {
            static pmy_real from[MOST], to[MOST];
            numbers(from, 0.5);
            numbers(to, -2000);
            pmy_copy_runs(cases[c].runs, cases[c].length, from, cases[c].from_step, to, cases[c].to_step,
                          adds);
            for (size_t i = 0; i < MOST; i++) {
                size_t run = i / cases[c].to_step, at = i % cases[c].to_step;
                bool written = run < cases[c].runs && at < cases[c].length;
                double before = -2000 + (double)i, value = 0.5 + (double)(run * cases[c].from_step + at);
                assert_true((double)to[i] == (written ? value + (adds ? before : 0) : before));
            }
        }
}

static void axes_are_swapped(void **state)
{
    (void)state;
    static const struct {
        size_t rows, middle, columns, length;
    } cases[] = {{1, 1, 1, 1}, {5, 1, 7, 1}, {16, 1, 33, 1}, {31, 2, 17, 1}, {3, 1, 4, 5}, {17, 3, 18, 2}};
    for (size_t c = 0; c < ROOM(cases); c++)
        for (int adds = 0; adds < 2; adds++) {
            static pmy_real from[MOST], to[MOST];
            size_t rows = cases[c].rows, middle = cases[c].middle, columns = cases[c].columns;
            size_t length = cases[c].length;
            numbers(from, 0.5);
            numbers(to, -2000);
            pmy_swap_axes(rows, middle, columns, length, from, to, adds);
            for (size_t i = 0; i < rows * middle * columns * length; i++) {
                size_t at = i % length, column = i / length % columns, m = i / length / columns % middle,
                       row = i / length / columns / middle;
                size_t place = ((column * middle + m) * rows + row) * length + at;
                double before = adds ? -2000 + (double)place : 0;
                assert_true((double)to[place] == (double)from[i] + before);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_go_where_they_should_and_nowhere_else),
        cmocka_unit_test(axes_are_swapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
