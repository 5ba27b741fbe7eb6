#include "kernels/channels_last.h"

#include "base/parts.h"
#include "kernels/turn.h"

#include <string.h>

/* --- Where pixels are ------------------------------------------------------ */

/* PMY_LANES pixels in reading order, from one on. */
typedef struct pixels {
    size_t offset[PMY_LANES]; /* in the padded image */
} pixels;

static size_t offset_of(const pmy_channels_last *form, size_t pixel)
{
    size_t row = pixel / form->width + form->padding, column = pixel % form->width + form->padding;
    return (row * form->padded_width + column) * form->pixel;
}

PMY_INLINED void find_pixels(const pmy_channels_last *form, size_t first, pixels *found)
{
    size_t column = first % form->width, offset = offset_of(form, first);
    size_t to_next_row = (form->padded_width - form->width) * form->pixel;
    for (size_t l = 0; l < PMY_LANES; l++) {
        found->offset[l] = offset;
        offset += form->pixel;
        if (++column == form->width) {
            column = 0;
            offset += to_next_row;
        }
    }
}

static size_t pixel_count(const pmy_channels_last *form)
{
    return form->height * form->width;
}

/* --- To channels last ------------------------------------------------------ */

/* So many pixels ahead a channel's numbers are asked for: there are more channels than streams that a
 * processor follows by itself. By measurement. */
enum { AHEAD = 64 };

/* Pixels first … first + PMY_LANES − 1, all channels. The last channels come first, so that what they write
 * too much is overwritten by the next pixel's. */
PMY_INLINED void turn_to(const pmy_channels_last *form, size_t first, const pmy_real *x, pmy_real *image)
{
    pixels to;
    find_pixels(form, first, &to);
    for (size_t end = pmy_lanes_round(form->channels); end > 0; end -= PMY_LANES) {
        size_t channel = end - PMY_LANES;
        pmy_lanes square[PMY_LANES];
        for (size_t l = 0; l < PMY_LANES; l++)
            if (channel + l < form->channels) {
                const pmy_real *from = x + (channel + l) * pixel_count(form) + first;
                PMY_PREFETCH(from + AHEAD);
                square[l] = PMY_LANES_AT(from);
            } else
                square[l] = (pmy_lanes){0};
        PMY_TURN(square);
        for (size_t l = 0; l < PMY_LANES; l++)
            PMY_LANES_AT(image + to.offset[l] + channel) = square[l];
    }
}

PMY_LANE_CLONES
static void pmy_turn_all_to(const pmy_channels_last *form, const pmy_real *x, pmy_real *image)
{
    size_t count = pixel_count(form), first = 0;
    for (; first + PMY_LANES <= count; first += PMY_LANES)
        turn_to(form, first, x, image);
    if (first < count) /* once more some of those before */
        turn_to(form, count - PMY_LANES, x, image);
}

static void copy_to(const pmy_channels_last *form, const pmy_real *x, pmy_real *image)
{
    size_t rest = pmy_at_most(pmy_lanes_round(form->channels), form->pixel);
    for (size_t pixel = 0; pixel < pixel_count(form); pixel++) {
        pmy_real *to = image + offset_of(form, pixel);
        for (size_t channel = 0; channel < form->channels; channel++)
            to[channel] = x[channel * pixel_count(form) + pixel];
        for (size_t channel = form->channels; channel < rest; channel++)
            to[channel] = 0;
    }
}

static void copy_rows(const pmy_channels_last *form, const pmy_real *x, pmy_real *image)
{
    for (size_t row = 0; row < form->height; row++)
        memcpy(image + offset_of(form, row * form->width), x + row * form->width, form->width * sizeof *x);
}

static void pad(const pmy_channels_last *form, pmy_real *image)
{
    size_t row = form->padded_width * form->pixel, used = form->width * form->pixel;
    size_t left = form->padding * form->pixel, above = form->padding * row;
    memset(image, 0, (above + left) * sizeof *image);
    for (size_t r = 0; r + 1 < form->height; r++)
        memset(image + above + r * row + left + used, 0, (row - used) * sizeof *image);
    size_t end = above + (form->height - 1) * row + left + used;
    memset(image + end, 0, (pmy_channels_last_size(form) - end) * sizeof *image);
}

void pmy_channels_to_last(const pmy_channels_last *form, const pmy_real *x, pmy_real *image)
{
    if (form->channels == 1 && form->pixel == 1)
        copy_rows(form, x, image);
    else if (pixel_count(form) < PMY_LANES)
        copy_to(form, x, image);
    else
        pmy_turn_all_to(form, x, image);
    pad(form, image);
}

/* --- And back --------------------------------------------------------------- */

PMY_INLINED void turn_from(const pmy_channels_last *form, size_t first, const pmy_real *image,
                           bool accumulate, pmy_real *y)
{
    pixels from;
    find_pixels(form, first, &from);
    for (size_t channel = 0; channel < form->channels; channel += PMY_LANES) {
        pmy_lanes square[PMY_LANES];
        for (size_t l = 0; l < PMY_LANES; l++)
            square[l] = PMY_LANES_AT(image + from.offset[l] + channel);
        PMY_TURN(square);
        for (size_t l = 0; l < PMY_LANES && channel + l < form->channels; l++) {
            pmy_real *to = y + (channel + l) * pixel_count(form) + first;
            if (accumulate)
                PMY_LANES_AT(to) += square[l];
            else
                PMY_LANES_AT(to) = square[l];
        }
    }
}

PMY_LANE_CLONES
static size_t pmy_turn_all_from(const pmy_channels_last *form, const pmy_real *image, bool accumulate,
                                pmy_real *y)
{
    size_t count = pixel_count(form), first = 0;
    for (; first + PMY_LANES <= count; first += PMY_LANES)
        turn_from(form, first, image, accumulate, y);
    if (first < count && first > 0 && !accumulate) {
        turn_from(form, count - PMY_LANES, image, false, y);
        first = count;
    }
    return first;
}

void pmy_channels_from_last(const pmy_channels_last *form, const pmy_real *image, bool accumulate,
                            pmy_real *y)
{
    size_t done = pmy_turn_all_from(form, image, accumulate, y);
    for (size_t pixel = done; pixel < pixel_count(form); pixel++)
        for (size_t channel = 0; channel < form->channels; channel++)
            pmy_put(&y[channel * pixel_count(form) + pixel], image[offset_of(form, pixel) + channel],
                    accumulate);
}
