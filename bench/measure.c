#include "measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double measure_median(double *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(numbers[i]))
            return (double)NAN;
    qsort(numbers, n, sizeof *numbers, compare);
    return n % 2 ? numbers[n / 2] : (numbers[n / 2 - 1] + numbers[n / 2]) / 2;
}

double measure_ratio(const double *a, const double *b, size_t n)
{
    double ratio[MEASURE_ROUNDS];
    for (size_t i = 0; i < n; i++)
        ratio[i] = a[i] / b[i];
    return measure_median(ratio, n);
}

bool measure_json(void)
{
    const char *json = getenv("JSON");
    return json && strcmp(json, "1") == 0;
}
