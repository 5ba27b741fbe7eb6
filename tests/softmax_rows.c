#include "softmax_rows.h"

#include "base/random.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A row of logits: `t` is its label, T the temperature they will be divided by. */
typedef void fill_row(pmy_random *random, size_t classes, size_t t, double temperature, float *z);

static double between(pmy_random *random, double low, double high)
{
    return low + (high - low) * pmy_random_uniform(random);
}

static void scaled_normal(pmy_random *random, size_t classes, size_t t, double temperature, float *z)
{
    (void)t;
    double spread = temperature * pow(10, between(random, -3, 1.5));
    for (size_t i = 0; i < classes; i++)
        z[i] = (float)(spread * pmy_random_normal(random));
}

static void plain_normal(pmy_random *random, size_t classes, size_t t, double temperature, float *z)
{
    (void)t, (void)temperature;
    for (size_t i = 0; i < classes; i++)
        z[i] = (float)pmy_random_normal(random);
}

static void shifted_normal(pmy_random *random, size_t classes, size_t t, double temperature, float *z)
{
    (void)t;
    double shift = temperature * between(random, -2000, 2000);
    for (size_t i = 0; i < classes; i++)
        z[i] = (float)(shift + temperature * 5 * pmy_random_normal(random));
}

static void uniform_88(pmy_random *random, size_t classes, size_t t, double temperature, float *z)
{
    (void)t, (void)temperature;
    for (size_t i = 0; i < classes; i++)
        z[i] = (float)between(random, -88, 88);
}

static void uniform_10000(pmy_random *random, size_t classes, size_t t, double temperature, float *z)
{
    (void)t, (void)temperature;
    for (size_t i = 0; i < classes; i++)
        z[i] = (float)between(random, -1e4, 1e4);
}

/* The label leads by up to 104 temperatures: losses down to the smallest float. */
static void confident(pmy_random *random, size_t classes, size_t t, double temperature, float *z)
{
    double lead = between(random, 0, 104);
    for (size_t i = 0; i < classes; i++)
        z[i] = (float)(temperature * (pmy_random_normal(random) - (i == t ? 0 : lead)));
}

/* And as far after. */
static void mistaken(pmy_random *random, size_t classes, size_t t, double temperature, float *z)
{
    double lag = between(random, 0, 200);
    for (size_t i = 0; i < classes; i++)
        z[i] = (float)(temperature * (pmy_random_normal(random) - (i == t ? lag : 0)));
}

static void ties(pmy_random *random, size_t classes, size_t t, double temperature, float *z)
{
    (void)t;
    double spread = temperature * between(random, 0, 40);
    for (size_t i = 0; i < classes; i++)
        z[i] = (float)(spread * pmy_random_below(random, 3));
}

/* A few units in the last place apart. */
static void neighbours(pmy_random *random, size_t classes, size_t t, double temperature, float *z)
{
    (void)t;
    float centre = (float)(temperature * between(random, -1e5, 1e5));
    for (size_t i = 0; i < classes; i++) {
        z[i] = centre;
        for (uint32_t steps = pmy_random_below(random, 20); steps > 0; steps--)
            z[i] = nextafterf(z[i], FLT_MAX);
    }
}

static void any_finite_float(pmy_random *random, size_t classes, size_t t, double temperature, float *z)
{
    (void)t, (void)temperature;
    for (size_t i = 0; i < classes; i++)
        do {
            uint32_t bits = pmy_random_word(random);
            memcpy(&z[i], &bits, sizeof bits);
        } while (!(fabsf(z[i]) <= FLT_MAX));
}

static void largest_floats(pmy_random *random, size_t classes, size_t t, double temperature, float *z)
{
    (void)t, (void)temperature;
    static const float extreme[] = {FLT_MAX, -FLT_MAX, FLT_MAX / 2, -FLT_MAX / 2, 0, 1, -1, FLT_MIN};
    for (size_t i = 0; i < classes; i++)
        z[i] = extreme[pmy_random_below(random, sizeof extreme / sizeof *extreme)];
}

static void masked(pmy_random *random, size_t classes, size_t t, double temperature, float *z)
{
    scaled_normal(random, classes, t, temperature, z);
    for (size_t i = 0; i < classes; i++)
        if (i != t && pmy_random_below(random, 2))
            z[i] = -INFINITY;
}

static const struct {
    const char *name;
    fill_row *fill;
} kinds[] = {
    {"normal × 10^-3…1.5 T", scaled_normal},
    {"normal", plain_normal},
    {"normal, shifted ±2000 T", shifted_normal},
    {"uniform ±88", uniform_88},
    {"uniform ±1e4", uniform_10000},
    {"confident by 0…104 T", confident},
    {"mistaken by 0…200 T", mistaken},
    {"ties", ties},
    {"a few ulp apart", neighbours},
    {"any finite float", any_finite_float},
    {"±FLT_MAX and others", largest_floats},
    {"half of them masked", masked},
};

size_t softmax_kinds(void)
{
    return sizeof kinds / sizeof *kinds;
}

/* Shares of three sorts: of any size, few that are not 0, and such as sum to 1. */
static void fill_shares(pmy_random *random, size_t classes, const float *z, float *y)
{
    uint32_t sort = pmy_random_below(random, 3);
    double sum = 0;
    for (size_t i = 0; i < classes; i++) {
        bool none = z[i] < -FLT_MAX || (sort == 1 && pmy_random_below(random, 4));
        y[i] = none ? 0 : (float)pmy_random_uniform(random);
        sum += (double)y[i];
    }
    for (size_t i = 0; sort == 2 && i < classes; i++)
        y[i] = (float)((double)y[i] / sum);
}

softmax_rows softmax_rows_of(size_t index, size_t rows, size_t classes, double temperature)
{
    size_t kind = index % softmax_kinds();
    pmy_random random = {.seed = index, .stream = 77};
    softmax_rows batch = {.kind = kinds[kind].name,
                          .rows = rows,
                          .classes = classes,
                          .temperature = temperature,
                          .z = malloc(rows * classes * sizeof(float)),
                          .labels = malloc(rows * sizeof(int32_t)),
                          .y = malloc(rows * classes * sizeof(float))};
    if (!batch.z || !batch.labels || !batch.y) {
        softmax_rows_free(&batch);
        return batch;
    }
    for (size_t r = 0; r < rows; r++) {
        size_t t = pmy_random_below(&random, (uint32_t)classes);
        batch.labels[r] = (int32_t)t;
        kinds[kind].fill(&random, classes, t, temperature, batch.z + r * classes);
        fill_shares(&random, classes, batch.z + r * classes, batch.y + r * classes);
    }
    return batch;
}

softmax_rows softmax_rows_new(size_t index, size_t rows)
{
    static const size_t classes[] = {1, 2, 2, 3, 3, 4, 5, 7, 10, 10, 10, 16, 17, 31, 33, 50};
    static const double temperatures[] = {1, 1, 1, 1, 0.5, 2.5, 0.07, 1e-6, 1e-3, 1e3, 1e6};
    pmy_random random = {.seed = index, .stream = 78};
    size_t n = classes[pmy_random_below(&random, sizeof classes / sizeof *classes)];
    double temperature = temperatures[pmy_random_below(&random, sizeof temperatures / sizeof *temperatures)];
    return softmax_rows_of(index, rows, n, temperature);
}

void softmax_rows_free(softmax_rows *batch)
{
    free(batch->z);
    free(batch->labels);
    free(batch->y);
    batch->z = batch->y = NULL;
    batch->labels = NULL;
}
