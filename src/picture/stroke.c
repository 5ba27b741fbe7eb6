#include "picture/stroke.h"

#include <math.h>
#include <stdbool.h>

static float ink_at(const pmy_grey *ink, long column, long row)
{
    bool inside = column >= 0 && row >= 0 && column < (long)ink->width && row < (long)ink->height;
    return inside ? ink->values[(size_t)row * ink->width + (size_t)column] : 0;
}

double pmy_stroke_width(const pmy_grey *ink)
{
    /* The outline's length is ∫ |∇ink|, by Roberts' cross, which sees all directions nearly alike. */
    double area = 0, outline = 0;
    for (long row = -1; row < (long)ink->height; row++)
        for (long column = -1; column < (long)ink->width; column++) {
            double falling = (double)(ink_at(ink, column, row) - ink_at(ink, column + 1, row + 1));
            double rising = (double)(ink_at(ink, column + 1, row) - ink_at(ink, column, row + 1));
            outline += sqrt((falling * falling + rising * rising) / 2);
            area += (double)ink_at(ink, column, row);
        }
    return outline > 0 ? 2 * area / outline : 0;
}

/* Is something beside the pixel fainter? The others' discs lie within those of these. */
static bool is_outline(const pmy_grey *ink, long column, long row)
{
    float here = ink_at(ink, column, row);
    return ink_at(ink, column - 1, row) < here || ink_at(ink, column + 1, row) < here ||
           ink_at(ink, column, row - 1) < here || ink_at(ink, column, row + 1) < here;
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

pmy_status pmy_stroke_thicken(pmy_grey *ink, double radius, pmy_error *error)
{
    size_t margin = (size_t)ceil(radius);
    pmy_grey thick;
    pmy_status status = pmy_grey_new(ink->width + 2 * margin, ink->height + 2 * margin, &thick, error);
    if (status)
        return status;
    for (size_t row = 0; row < ink->height; row++)
        for (size_t column = 0; column < ink->width; column++) {
            float value = ink->values[row * ink->width + column];
            float *there = thick.values + (row + margin) * thick.width + column + margin;
            *there = fmaxf(*there, value);
            if (value > 0 && is_outline(ink, (long)column, (long)row))
                lay_disc(&thick, column + margin, row + margin, value, radius);
        }
    pmy_grey_free(ink);
    *ink = thick;
    return PMY_OK;
}
