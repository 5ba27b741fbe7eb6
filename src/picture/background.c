#include "picture/background.h"

#include "picture/levels.h"

#include <math.h>
#include <string.h>

enum { TERMS = 6, SMALL = 64 };

/* Σ term[i] · (1, x, y, x², xy, y²)[i], x and y going from −1 to 1 over the picture. */
typedef struct surface {
    double term[TERMS];
} surface;

static void powers(const pmy_grey *grey, size_t column, size_t row, double power[TERMS])
{
    double x = (2 * (double)column + 1) / (double)grey->width - 1;
    double y = (2 * (double)row + 1) / (double)grey->height - 1;
    memcpy(power, (const double[TERMS]){1, x, y, x * x, x * y, y * y}, TERMS * sizeof *power);
}

static double height_of(const surface *s, const pmy_grey *grey, size_t column, size_t row)
{
    double power[TERMS], sum = 0;
    powers(grey, column, row, power);
    for (size_t i = 0; i < TERMS; i++)
        sum += s->term[i] * power[i];
    return sum;
}

/* Solves the normal equations, symmetric and positive definite, by elimination. */
static surface solve(double matrix[TERMS][TERMS], double right[TERMS])
{
    for (size_t i = 0; i < TERMS; i++)
        for (size_t row = i + 1; row < TERMS; row++) {
            double factor = matrix[row][i] / matrix[i][i];
            for (size_t column = i; column < TERMS; column++)
                matrix[row][column] -= factor * matrix[i][column];
            right[row] -= factor * right[i];
        }
    surface s = {{0}};
    for (size_t i = TERMS; i-- > 0;) {
        double sum = right[i];
        for (size_t column = i + 1; column < TERMS; column++)
            sum -= matrix[i][column] * s.term[column];
        s.term[i] = sum / matrix[i][i];
    }
    return s;
}

/* The surface with the least squared distance from the picture; what is above the surface *before by more
 * than `most` does not count. A NULL before: all counts. */
static surface fit(const pmy_grey *grey, const surface *before, double most)
{
    const double ridge = 1e-6; /* a picture of few pixels does not say all the terms */
    double matrix[TERMS][TERMS] = {{0}}, right[TERMS] = {0}, power[TERMS];
    for (size_t row = 0; row < grey->height; row++)
        for (size_t column = 0; column < grey->width; column++) {
            double value = (double)grey->values[row * grey->width + column];
            if (before && value > height_of(before, grey, column, row) + most)
                continue;
            powers(grey, column, row, power);
            for (size_t i = 0; i < TERMS; i++) {
                for (size_t j = 0; j < TERMS; j++)
                    matrix[i][j] += power[i] * power[j];
                right[i] += power[i] * value;
            }
        }
    for (size_t i = 0; i < TERMS; i++)
        matrix[i][i] += ridge * (double)(grey->width * grey->height);
    return solve(matrix, right);
}

static void subtract(const pmy_grey *from, const surface *s, const pmy_grey *difference)
{
    for (size_t row = 0; row < from->height; row++)
        for (size_t column = 0; column < from->width; column++) {
            size_t i = row * from->width + column;
            difference->values[i] = from->values[i] - (float)height_of(s, from, column, row);
        }
}

/* Fits the paper below bright ink: at first to all, then again and again to what does not stand out as ink.
 * Leaves the ink in *ink [grey's shape]. */
static surface fit_paper(const pmy_grey *grey, const pmy_grey *ink)
{
    enum { ROUNDS = 6 };
    surface paper = fit(grey, NULL, 0);
    for (int i = 0; i < ROUNDS; i++) {
        subtract(grey, &paper, ink);
        paper = fit(grey, &paper, (double)pmy_levels_of(ink).threshold);
    }
    subtract(grey, &paper, ink);
    return paper;
}

/* How much of the picture's edge is ink, and of the whole, between 0 and 1 each. */
static double ink_at_edge(const pmy_grey *ink)
{
    float threshold = pmy_levels_of(ink).threshold;
    size_t edge = 0, edge_ink = 0, all_ink = 0;
    for (size_t row = 0; row < ink->height; row++)
        for (size_t column = 0; column < ink->width; column++) {
            bool is_ink = ink->values[row * ink->width + column] > threshold;
            bool at_edge = row == 0 || column == 0 || row == ink->height - 1 || column == ink->width - 1;
            all_ink += is_ink;
            edge += at_edge;
            edge_ink += at_edge && is_ink;
        }
    return (double)edge_ink / (double)edge + (double)all_ink / (double)(ink->width * ink->height);
}

static void negate(const pmy_grey *grey)
{
    for (size_t i = 0; i < grey->width * grey->height; i++)
        grey->values[i] = -grey->values[i];
}

/* Leaves ink in *grey, given the paper's surface below the ink. */
static void remove_paper(const pmy_grey *grey, const surface *paper, bool is_light)
{
    const float darkest = 0.1f;
    for (size_t row = 0; row < grey->height; row++)
        for (size_t column = 0; column < grey->width; column++) {
            float *value = grey->values + row * grey->width + column;
            float background = (float)height_of(paper, grey, column, row);
            *value = is_light ? (-background - *value) / fmaxf(-background, darkest) : *value - background;
        }
}

void pmy_background_remove(pmy_grey *grey, bool *paper_is_light)
{
    double step;
    pmy_grey small = pmy_grey_thumbnail(grey, SMALL, &step), ink = pmy_grey_new(small.width, small.height);
    if (ink.values) {
        surface dark_paper = fit_paper(&small, &ink);
        double if_dark = ink_at_edge(&ink);
        negate(&small);
        surface light_paper = fit_paper(&small, &ink);
        *paper_is_light = ink_at_edge(&ink) <= if_dark;
        remove_paper(grey, *paper_is_light ? &light_paper : &dark_paper, *paper_is_light);
    } else {
        pmy_grey_free(grey);
    }
    pmy_grey_free(&ink);
    pmy_grey_free(&small);
}
