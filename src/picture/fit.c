#include "picture/fit.h"

#include <math.h>

pmy_grey pmy_fit_crop(const pmy_grey *ink, float least)
{
    size_t left = ink->width, right = 0, top = ink->height, bottom = 0;
    for (size_t row = 0; row < ink->height; row++)
        for (size_t column = 0; column < ink->width; column++) {
            if (!(ink->values[row * ink->width + column] > least))
                continue;
            left = column < left ? column : left;
            right = column >= right ? column + 1 : right;
            top = row < top ? row : top;
            bottom = row + 1;
        }
    if (right == 0)
        return pmy_grey_window(ink, -1, -1, 1, 1);
    return pmy_grey_window(ink, (long)left, (long)top, right - left, bottom - top);
}

pmy_grey pmy_fit_scale(const pmy_grey *ink)
{
    double step = pmy_grey_longest(ink) / PMY_FIT_BOX;
    /* The shorter side in the middle, but beginning with a whole pixel: what is of the right size already
     * shall not be blurred. */
    double left = floor((PMY_FIT_BOX - (double)ink->width / step) / 2);
    double top = floor((PMY_FIT_BOX - (double)ink->height / step) / 2);
    return pmy_grey_resample(ink, (pmy_resampling){-left * step, -top * step, step}, PMY_AROUND_ZERO,
                             PMY_FIT_BOX, PMY_FIT_BOX);
}

/* Where the box must begin so that the centre of mass, so far inside the box, comes into pixel 14 of 0 … 27,
 * which is MNIST's middle; but no ink may get lost. */
static long begin_for(double centre)
{
    double begin = floor(PMY_FIT_SIDE / 2 + 1 - centre);
    return (long)fmin(fmax(begin, 0), PMY_FIT_SIDE - PMY_FIT_BOX);
}

pmy_grey pmy_fit_centre(const pmy_grey *ink)
{
    double mass = 0, across = 0, down = 0;
    for (size_t row = 0; row < ink->height; row++)
        for (size_t column = 0; column < ink->width; column++) {
            double value = (double)ink->values[row * ink->width + column];
            mass += value;
            across += value * ((double)column + 0.5);
            down += value * ((double)row + 0.5);
        }
    mass = mass > 0 ? mass : 1;
    return pmy_grey_window(ink, -begin_for(across / mass), -begin_for(down / mass), PMY_FIT_SIDE,
                           PMY_FIT_SIDE);
}
