#include "picture/top_hat.h"

#include "picture/levels.h"
#include "picture/morphology.h"

#include <math.h>

enum { WIDE = 12 }; /* half of a sixth */

static size_t wide_radius(const pmy_grey *grey)
{
    return (size_t)pmy_grey_longest(grey) / WIDE;
}

static size_t count_of(const pmy_grey *grey)
{
    return grey->width * grey->height;
}

/* --- Is it needed? ------------------------------------------------------------------ */

bool pmy_has_wide_ink(pmy_grey *ink, float full)
{
    enum { SMALL = 128 };
    const float faint = 0.15f; /* of a stroke's ink */
    const double some_edge = 0.04, much = 0.4;
    double step;
    pmy_grey small = pmy_grey_thumbnail(ink, SMALL, &step),
             wide = pmy_grey_opening(&small, wide_radius(&small));
    size_t edge = 0, edge_wide = 0, all_wide = 0;
    for (size_t row = 0; row < wide.height; row++)
        for (size_t column = 0; column < wide.width; column++) {
            bool at_edge = row == 0 || column == 0 || row == wide.height - 1 || column == wide.width - 1;
            bool is_wide = wide.values[row * wide.width + column] > faint * full;
            edge += at_edge;
            edge_wide += at_edge && is_wide;
            all_wide += is_wide;
        }
    bool any =
        (double)edge_wide > some_edge * (double)edge || (double)all_wide > much * (double)count_of(&wide);
    if (!wide.values)
        pmy_grey_free(ink);
    pmy_grey_free(&wide);
    pmy_grey_free(&small);
    return any;
}

/* --- Ink ------------------------------------------------------------------------------ */

/* What stands out from what is behind it. Noise alone would, too, so that its median is 0. */
static pmy_grey stand_out(const pmy_grey *grey, const pmy_grey *behind, bool paper_is_light)
{
    const float darkest = 0.1f;
    pmy_grey ink = behind->values ? pmy_grey_new(grey->width, grey->height) : (pmy_grey){0};
    for (size_t i = 0; i < count_of(&ink); i++) {
        float b = behind->values[i], g = grey->values[i];
        ink.values[i] = paper_is_light ? (b - g) / fmaxf(b, darkest) : g - b;
    }
    float usual = ink.values ? pmy_levels_of(&ink).median : 0;
    for (size_t i = 0; i < count_of(&ink); i++)
        ink.values[i] -= usual;
    return ink;
}

/* How much there is that would be ink on such paper. What is as bright or as dark as something wide close by
 * is none: it is what the ink of the other kind encloses. Nor is what there is much of: that is between close
 * lines. */
static double strength_on(const pmy_grey *grey, const pmy_grey *behind, bool paper_is_light)
{
    const double most = 0.25;
    size_t near = 2 * wide_radius(grey);
    pmy_grey close_by = paper_is_light ? pmy_grey_darkest(behind, near) : pmy_grey_brightest(behind, near);
    pmy_grey ink = stand_out(grey, &close_by, paper_is_light);
    for (size_t i = 0; i < count_of(&ink); i++)
        ink.values[i] = fmaxf(ink.values[i], 0); /* beside a step it may be far below */
    float half = ink.values ? pmy_levels_of(&ink).ink / 2 : 0;
    double sum = 0, above = 0;
    for (size_t i = 0; i < count_of(&ink); i++) {
        float value = ink.values[i] > half ? ink.values[i] : 0;
        above += value > 0;
        sum += (double)(value * value * value); /* little ink is clearer than much that is faint */
    }
    bool known = ink.values, too_much = above > most * (double)count_of(&ink);
    pmy_grey_free(&ink);
    pmy_grey_free(&close_by);
    return !known ? (double)NAN : too_much ? 0 : sum;
}

void pmy_top_hat(pmy_grey *grey, bool *paper_is_light, pmy_grey *background)
{
    size_t radius = wide_radius(grey);
    pmy_grey_smooth(grey);
    pmy_grey light = pmy_grey_closing(grey, radius), dark = pmy_grey_opening(grey, radius);
    double strength = strength_on(grey, &light, true), other = strength_on(grey, &dark, false);
    *paper_is_light = strength >= other;
    *background = *paper_is_light ? light : dark;
    pmy_grey_free(*paper_is_light ? &dark : &light);
    bool computed = !isnan(strength + other);
    pmy_grey_replace(grey, computed ? stand_out(grey, background, *paper_is_light) : (pmy_grey){0});
}
