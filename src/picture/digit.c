#include "picture/digit.h"

#include "picture/background.h"
#include "picture/levels.h"
#include "picture/morphology.h"
#include "picture/pieces.h"
#include "picture/rules.h"
#include "picture/stroke.h"
#include "picture/top_hat.h"

#include <math.h>

enum { LONGEST = 512, SMOOTHINGS = 4 };

static const float least_contrast = 0.06f; /* of what counts as ink, white to black being 1 */
static const float clear = 5;              /* ink that is less than so many times the noise is none */
static const float smooth_enough = 12;     /* and from here on noise need not be smoothed away */
static const float faintest = 0.2f;        /* share of full ink that still belongs to a stroke's soft edge */

const char *pmy_digit_stage_name(pmy_digit_stage stage)
{
    static const char *const names[] = {"grey", "ink", "no rules", "digit", "cropped", "fitted", "centred"};
    return names[stage];
}

/* --- Ink --------------------------------------------------------------------- */

/* Takes noise away while there is some, and scales what is ink to 1. False: there is no ink. */
static bool make_ink(const pmy_grey *ink, pmy_levels *levels)
{
    *levels = pmy_levels_of(ink);
    for (int i = 0; i < SMOOTHINGS && levels->ink < smooth_enough * levels->noise; i++) {
        pmy_grey_smooth(ink);
        *levels = pmy_levels_of(ink);
    }
    bool any = levels->ink >= least_contrast && levels->ink >= clear * levels->noise;
    float full = any ? levels->ink : 1;
    for (size_t i = 0; i < ink->width * ink->height; i++)
        ink->values[i] /= full;
    levels->noise /= full;
    return any;
}

/* --- One digit -------------------------------------------------------------------- */

/* Is the pixel of a chosen piece, or beside one? */
static bool is_chosen(const pmy_grey *ink, const pmy_components *components, size_t column, size_t row)
{
    for (size_t y = row ? row - 1 : 0; y <= row + 1 && y < ink->height; y++)
        for (size_t x = column ? column - 1 : 0; x <= column + 1 && x < ink->width; x++) {
            uint32_t label = components->label[y * ink->width + x];
            if (label > 0 && components->list[label - 1].chosen)
                return true;
        }
    return false;
}

/* The chosen pieces' ink, cut to 0 … 1. */
static pmy_grey chosen_ink(const pmy_grey *ink, const pmy_components *components, float noise)
{
    pmy_grey digit = pmy_grey_new(ink->width, ink->height);
    for (size_t row = 0; row < digit.height; row++)
        for (size_t column = 0; column < digit.width; column++) {
            size_t i = row * ink->width + column;
            float value = ink->values[i];
            if (value > 2 * noise && is_chosen(ink, components, column, row))
                digit.values[i] = fminf(value, 1);
        }
    return digit;
}

static double share_above(const pmy_grey *ink, float least)
{
    size_t above = 0;
    for (size_t i = 0; i < ink->width * ink->height; i++)
        above += ink->values[i] > least;
    return (double)above / (double)(ink->width * ink->height);
}

/* No blot, no bar, and not too small to be meant. *digit is emptied where there is no memory to say so. */
static bool is_digit(pmy_grey *digit)
{
    const double blot = 0.38, lying = 2.5, least = 0.04, small_picture = 100, half = 0.5;
    pmy_grey cropped = pmy_fit_crop(digit, (float)half);
    double width = (double)cropped.width, height = (double)cropped.height, longest = pmy_grey_longest(digit);
    bool large = longest < small_picture || height >= least * longest;
    double square = pmy_stroke_largest_square(&cropped, (float)half);
    bool fine = large && width <= lying * height && square < blot * pmy_grey_longest(&cropped);
    if (!cropped.values || square < 0)
        pmy_grey_free(digit);
    pmy_grey_free(&cropped);
    return fine;
}

static void find_digit(const pmy_grey *ink, float noise, bool page, size_t which, pmy_digit *digit)
{
    const float high = 0.5f;
    pmy_components components = pmy_components_find(ink, fmaxf(faintest, 4 * noise), high);
    digit->digits = pmy_pieces_choose(ink, page, which, &components);
    digit->ink_share = share_above(ink, high);
    if (components.label) {
        digit->stage[PMY_STAGE_DIGIT] = chosen_ink(ink, &components, noise);
        digit->found = digit->digits > 0 && is_digit(&digit->stage[PMY_STAGE_DIGIT]);
    }
    pmy_components_free(&components);
}

/* --- As MNIST has it ------------------------------------------------------------- */

/* Strokes thinner than nearly all of MNIST's become as thick as most of them. */
static void thicken_thin(pmy_grey *cropped)
{
    const double thin = 1.8, usual = 2.3; /* pixels of the fitted picture; MNIST's 5th and 35th percentile */
    double step = pmy_grey_longest(cropped) / PMY_FIT_BOX, width = pmy_stroke_width(cropped) / step;
    if (width < thin)
        pmy_stroke_thicken(cropped, (usual - width) / 2 * step);
}

static void fit(pmy_grey stage[PMY_DIGIT_STAGES], float noise)
{
    const float least = 0.05f;
    stage[PMY_STAGE_CROPPED] = pmy_fit_crop(&stage[PMY_STAGE_DIGIT], fmaxf(least, 4 * noise));
    thicken_thin(&stage[PMY_STAGE_CROPPED]);
    stage[PMY_STAGE_FITTED] = pmy_fit_scale(&stage[PMY_STAGE_CROPPED]);
    stage[PMY_STAGE_CENTRED] = pmy_fit_centre(&stage[PMY_STAGE_FITTED]);
}

static pmy_grey copy_of(const pmy_grey *grey)
{
    return pmy_grey_window(grey, 0, 0, grey->width, grey->height);
}

/* Takes the paper away. Where a smooth surface does not describe it, the paper is what is wide: *background
 * is then what is behind the ink. */
static bool find_ink(const pmy_grey *grey, pmy_grey *ink, bool *paper_is_light, pmy_grey *background,
                     pmy_levels *levels)
{
    *background = (pmy_grey){0};
    *ink = copy_of(grey);
    pmy_background_remove(ink, paper_is_light);
    bool any = make_ink(ink, levels), wide = any && pmy_has_wide_ink(ink, 1);
    if (!ink->values || (any && !wide))
        return ink->values;
    pmy_grey_replace(ink, copy_of(grey));
    pmy_top_hat(ink, paper_is_light, background);
    return make_ink(ink, levels);
}

/* Finds the digit in *unruled, from which rules are taken. False: they were all the ink there was. */
static bool find_on_page(pmy_grey *unruled, const pmy_grey *background, size_t which, pmy_levels *levels,
                         pmy_digit *digit)
{
    const float faintest_rule = 0.12f;
    double thickness = pmy_rules_remove(unruled, fmaxf(faintest_rule, 4 * levels->noise), background);
    bool page = background->values || thickness > 0;
    if (!unruled->values || (thickness > 0 && !make_ink(unruled, levels)))
        return false;
    find_digit(unruled, levels->noise, page, which, digit);
    if (thickness > 0 && !digit->found && digit->stage[PMY_STAGE_DIGIT].values) {
        /* A rest of a rule may join the digit to the picture's edge. What is no thicker goes, strokes as
         * well. */
        pmy_grey_replace(unruled, pmy_grey_opening(unruled, (size_t)(thickness / 2) + 1));
        pmy_grey_free(&digit->stage[PMY_STAGE_DIGIT]);
        if (unruled->values)
            find_digit(unruled, levels->noise, page, which, digit);
    }
    return true;
}

static void make(const pmy_picture *picture, size_t which, pmy_digit *digit)
{
    pmy_grey *grey = &digit->stage[PMY_STAGE_GREY], *ink = &digit->stage[PMY_STAGE_INK],
             *unruled = &digit->stage[PMY_STAGE_UNRULED], background;
    pmy_levels levels;
    *grey = pmy_grey_of_picture(picture);
    pmy_grey_shrink(grey, LONGEST);
    pmy_grey_orient(grey, picture->orientation);
    bool any = find_ink(grey, ink, &digit->paper_was_light, &background, &levels);
    *unruled = copy_of(ink);
    any = any && unruled->values && find_on_page(unruled, &background, which, &levels, digit);
    pmy_grey_free(&background);
    if (any)
        fit(digit->stage, levels.noise);
    for (size_t stage = PMY_STAGE_DIGIT; stage < PMY_DIGIT_STAGES && !any; stage++)
        digit->stage[stage] = pmy_grey_new(PMY_FIT_SIDE, PMY_FIT_SIDE);
}

pmy_status pmy_digit_make(const pmy_picture *picture, pmy_digit *digit, pmy_error *error)
{
    return pmy_digit_make_nth(picture, PMY_LARGEST_DIGIT, digit, error);
}

pmy_status pmy_digit_make_nth(const pmy_picture *picture, size_t which, pmy_digit *digit, pmy_error *error)
{
    const float full = 255;
    *digit = (pmy_digit){0};
    make(picture, which, digit);
    for (size_t stage = 0; stage < PMY_DIGIT_STAGES; stage++)
        if (!digit->stage[stage].values) {
            pmy_digit_free(digit);
            return pmy_fail(error, PMY_NO_MEMORY, "no memory to make a digit of a picture of %zux%zu",
                            picture->width, picture->height);
        }
    for (size_t i = 0; i < sizeof digit->pixels; i++)
        digit->pixels[i] = (uint8_t)(full * fminf(digit->stage[PMY_STAGE_CENTRED].values[i], 1) + 0.5f);
    return PMY_OK;
}

void pmy_digit_free(pmy_digit *digit)
{
    for (size_t stage = 0; stage < PMY_DIGIT_STAGES; stage++)
        pmy_grey_free(&digit->stage[stage]);
    *digit = (pmy_digit){0};
}
