#include "picture/fit.h"

#include <math.h>
#include <string.h>

pmy_status pmy_fit_crop(const pmy_grey *ink, float least, pmy_grey *cropped, pmy_error *error)
{
    size_t left = ink->width, right = 0, top = ink->height, bottom = 0;
    *cropped = (pmy_grey){0};
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
        return PMY_OK;
    pmy_status status = pmy_grey_new(right - left, bottom - top, cropped, error);
    for (size_t row = 0; !status && row < cropped->height; row++)
        memcpy(cropped->values + row * cropped->width, ink->values + (top + row) * ink->width + left,
               cropped->width * sizeof *cropped->values);
    return status;
}

pmy_status pmy_fit_scale(const pmy_grey *ink, pmy_grey *fitted, pmy_error *error)
{
    size_t longer = ink->width > ink->height ? ink->width : ink->height;
    double step = (double)longer / PMY_FIT_BOX;
    /* The shorter side in the middle, but beginning with a whole pixel: what is of the right size already
     * shall not be blurred. */
    double left = floor((PMY_FIT_BOX - (double)ink->width / step) / 2);
    double top = floor((PMY_FIT_BOX - (double)ink->height / step) / 2);
    pmy_status status = pmy_grey_new(PMY_FIT_BOX, PMY_FIT_BOX, fitted, error);
    if (status)
        return status;
    status = pmy_grey_resample(ink, (pmy_sampling){-left * step, -top * step, step}, PMY_AROUND_ZERO, fitted,
                               error);
    if (status)
        pmy_grey_free(fitted);
    return status;
}

/* Where the box must begin so that the centre of mass, so far inside the box, comes into pixel 14 of 0 … 27,
 * which is MNIST's middle; but no ink may get lost. */
static size_t begin_for(double centre)
{
    double begin = floor(PMY_FIT_SIDE / 2 + 1 - centre);
    return (size_t)fmin(fmax(begin, 0), PMY_FIT_SIDE - PMY_FIT_BOX);
}

pmy_status pmy_fit_centre(const pmy_grey *ink, pmy_grey *centred, pmy_error *error)
{
    double mass = 0, across = 0, down = 0;
    for (size_t row = 0; row < ink->height; row++)
        for (size_t column = 0; column < ink->width; column++) {
            double value = (double)ink->values[row * ink->width + column];
            mass += value;
            across += value * ((double)column + 0.5);
            down += value * ((double)row + 0.5);
        }
    pmy_status status = pmy_grey_new(PMY_FIT_SIDE, PMY_FIT_SIDE, centred, error);
    if (status || !(mass > 0))
        return status;
    size_t left = begin_for(across / mass), top = begin_for(down / mass);
    for (size_t row = 0; row < ink->height; row++)
        memcpy(centred->values + (top + row) * centred->width + left, ink->values + row * ink->width,
               ink->width * sizeof *ink->values);
    return PMY_OK;
}
