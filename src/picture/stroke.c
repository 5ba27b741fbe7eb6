#include "picture/stroke.h"

#include <math.h>
#include <stdbool.h>

double pmy_stroke_width(const pmy_grey *ink)
{
    /* The outline's length is ∫ |∇ink|, by Roberts' cross, which sees all directions nearly alike. */
    double area = 0, outline = 0;
    for (long row = -1; row < (long)ink->height; row++)
        for (long column = -1; column < (long)ink->width; column++) {
            double falling = (double)(pmy_grey_at(ink, column, row) - pmy_grey_at(ink, column + 1, row + 1));
            double rising = (double)(pmy_grey_at(ink, column + 1, row) - pmy_grey_at(ink, column, row + 1));
            outline += sqrt((falling * falling + rising * rising) / 2);
            area += (double)pmy_grey_at(ink, column, row);
        }
    return outline > 0 ? 2 * area / outline : 0;
}

double pmy_stroke_largest_square(const pmy_grey *ink, float least)
{
    /* The largest with its last corner at a pixel is one more than the least of those at its three
     * neighbours. */
    pmy_grey row_before = pmy_grey_new(ink->width, 1);
    float largest = row_before.values ? 0 : -1;
    for (size_t row = 0; row_before.values && row < ink->height; row++) {
        float left = 0, above_left = 0;
        for (size_t column = 0; column < ink->width; column++) {
            float above = row_before.values[column];
            bool is_ink = ink->values[row * ink->width + column] > least;
            left = is_ink ? 1 + fminf(left, fminf(above, above_left)) : 0;
            row_before.values[column] = left;
            above_left = above;
            largest = fmaxf(largest, left);
        }
    }
    pmy_grey_free(&row_before);
    return (double)largest;
}

/* Is something beside the pixel fainter? The others' discs lie within those of these. */
static bool is_outline(const pmy_grey *ink, long column, long row)
{
    float here = pmy_grey_at(ink, column, row);
    return pmy_grey_at(ink, column - 1, row) < here || pmy_grey_at(ink, column + 1, row) < here ||
           pmy_grey_at(ink, column, row - 1) < here || pmy_grey_at(ink, column, row + 1) < here;
}

/* Lays a disc of the pixel's ink around it; its edge is one pixel wide. */
static void lay_disc(const pmy_grey *onto, size_t column, size_t row, float ink, double radius)
{
    long reach = (long)ceil(radius);
    for (long dy = -reach; dy <= reach; dy++)
        for (long dx = -reach; dx <= reach; dx++) {
            double cover = fmin(1, radius + 0.5 - sqrt((double)(dx * dx + dy * dy)));
            float *value =
                onto->values + ((size_t)((long)row + dy) * onto->width + (size_t)((long)column + dx));
            if (cover > 0)
                *value = fmaxf(*value, ink * (float)cover);
        }
}

void pmy_stroke_thicken(pmy_grey *ink, double radius)
{
    size_t margin = (size_t)ceil(radius);
    pmy_grey thick =
        pmy_grey_window(ink, -(long)margin, -(long)margin, ink->width + 2 * margin, ink->height + 2 * margin);
    for (size_t row = 0; thick.values && row < ink->height; row++)
        for (size_t column = 0; column < ink->width; column++) {
            float value = ink->values[row * ink->width + column];
            if (value > 0 && is_outline(ink, (long)column, (long)row))
                lay_disc(&thick, column + margin, row + margin, value, radius);
        }
    pmy_grey_replace(ink, thick);
}
