#include "picture/digit.h"

#include "picture/background.h"
#include "picture/levels.h"
#include "picture/pieces.h"
#include "picture/shadow.h"
#include "picture/stroke.h"

#include <math.h>
#include <string.h>

enum { LONGEST = 512, SMOOTHINGS = 4 };

static const float least_contrast = 0.06f; /* of what counts as ink, white to black being 1 */
static const float clear = 5;              /* ink that is less than so many times the noise is none */
static const float smooth_enough = 12;     /* and from here on noise need not be smoothed away */
static const float faintest = 0.2f;        /* share of full ink that still belongs to a stroke's soft edge */

const char *pmy_digit_stage_name(pmy_digit_stage stage)
{
    static const char *const names[] = {"grey", "ink", "digit", "cropped", "fitted", "centred"};
    return names[stage];
}

static pmy_status copy(const pmy_grey *from, pmy_grey *to, pmy_error *error)
{
    pmy_status status = pmy_grey_new(from->width, from->height, to, error);
    if (!status)
        memcpy(to->values, from->values, from->width * from->height * sizeof *to->values);
    return status;
}

/* --- Ink --------------------------------------------------------------------- */

/* Takes noise away while there is some, and scales what is ink to 1. *any: there is ink. */
static pmy_status make_ink(pmy_grey *ink, bool *any, pmy_levels *levels, pmy_error *error)
{
    *levels = pmy_levels_of(ink);
    pmy_status status = PMY_OK;
    for (int i = 0; !status && i < SMOOTHINGS && levels->ink < smooth_enough * levels->noise; i++) {
        status = pmy_grey_smooth(ink, error);
        *levels = pmy_levels_of(ink);
    }
    *any = levels->ink >= least_contrast && levels->ink >= clear * levels->noise;
    float full = *any ? levels->ink : 1;
    for (size_t i = 0; i < ink->width * ink->height; i++)
        ink->values[i] /= full;
    levels->noise /= full;
    return status;
}

/* --- One digit -------------------------------------------------------------------- */

/* Is the pixel of a chosen piece, or beside one? */
static bool is_chosen(const pmy_grey *ink, const pmy_components *components, const pmy_pieces *pieces,
                      size_t column, size_t row)
{
    for (size_t y = row ? row - 1 : 0; y <= row + 1 && y < ink->height; y++)
        for (size_t x = column ? column - 1 : 0; x <= column + 1 && x < ink->width; x++) {
            uint32_t label = components->label[y * ink->width + x];
            if (label > 0 && pieces->chosen[label - 1])
                return true;
        }
    return false;
}

/* Copies the chosen pieces' ink, cut to 0 … 1, to *digit. */
static void keep_chosen(const pmy_grey *ink, const pmy_components *components, const pmy_pieces *pieces,
                        float noise, const pmy_grey *digit)
{
    for (size_t row = 0; row < ink->height; row++)
        for (size_t column = 0; column < ink->width; column++) {
            size_t i = row * ink->width + column;
            float value = ink->values[i];
            if (value > 2 * noise && is_chosen(ink, components, pieces, column, row))
                digit->values[i] = fminf(value, 1);
        }
}

static double share_above(const pmy_grey *ink, float least)
{
    size_t above = 0;
    for (size_t i = 0; i < ink->width * ink->height; i++)
        above += ink->values[i] > least;
    return (double)above / (double)(ink->width * ink->height);
}

static pmy_status find_digit(const pmy_grey *ink, float noise, pmy_digit *digit, pmy_error *error)
{
    const float high = 0.5f;
    pmy_components components = {0};
    pmy_pieces pieces = {0};
    pmy_grey *found = &digit->stage[PMY_STAGE_DIGIT];
    pmy_status status = pmy_grey_new(ink->width, ink->height, found, error);
    if (!status)
        status = pmy_components_find(ink, fmaxf(faintest, 4 * noise), high, &components, error);
    if (!status)
        status = pmy_pieces_choose(ink, &components, &pieces, error);
    if (!status) {
        keep_chosen(ink, &components, &pieces, noise, found);
        digit->digits = pieces.digits;
        digit->ink_share = share_above(ink, high);
    }
    pmy_pieces_free(&pieces);
    pmy_components_free(&components);
    return status;
}

/* --- As MNIST has it ------------------------------------------------------------- */

/* Strokes thinner than nearly all of MNIST's become as thick as most of them. */
static pmy_status thicken_thin(pmy_grey *cropped, pmy_error *error)
{
    const double thin = 1.8, usual = 2.3; /* pixels of the fitted picture; MNIST's 5th and 35th percentile */
    size_t longer = cropped->width > cropped->height ? cropped->width : cropped->height;
    double step = (double)longer / PMY_FIT_BOX, width = pmy_stroke_width(cropped) / step;
    return width < thin ? pmy_stroke_thicken(cropped, (usual - width) / 2 * step, error) : PMY_OK;
}

static pmy_status fit(pmy_digit *digit, float noise, pmy_error *error)
{
    const float least = 0.05f;
    pmy_grey *stage = digit->stage;
    pmy_status status =
        pmy_fit_crop(&stage[PMY_STAGE_DIGIT], fmaxf(least, 4 * noise), &stage[PMY_STAGE_CROPPED], error);
    if (!status)
        status = thicken_thin(&stage[PMY_STAGE_CROPPED], error);
    if (!status)
        status = pmy_fit_scale(&stage[PMY_STAGE_CROPPED], &stage[PMY_STAGE_FITTED], error);
    if (!status)
        status = pmy_fit_centre(&stage[PMY_STAGE_FITTED], &stage[PMY_STAGE_CENTRED], error);
    return status;
}

static pmy_status leave_black(pmy_digit *digit, pmy_error *error)
{
    pmy_status status = PMY_OK;
    for (int stage = PMY_STAGE_DIGIT; !status && stage < PMY_DIGIT_STAGES; stage++)
        status = pmy_grey_new(PMY_FIT_SIDE, PMY_FIT_SIDE, &digit->stage[stage], error);
    return status;
}

static pmy_status make(const pmy_picture *picture, pmy_digit *digit, pmy_error *error)
{
    bool any = false;
    pmy_levels levels = {0};
    pmy_grey *grey = &digit->stage[PMY_STAGE_GREY], *ink = &digit->stage[PMY_STAGE_INK];
    pmy_status status = pmy_grey_of_picture(picture, grey, error);
    if (!status)
        status = pmy_grey_shrink(grey, LONGEST, error);
    if (!status)
        status = pmy_grey_orient(grey, picture->orientation, error);
    if (!status)
        status = copy(grey, ink, error);
    if (!status)
        status = pmy_background_remove(ink, &digit->paper_was_light, error);
    if (!status)
        status = make_ink(ink, &any, &levels, error);
    /* What is not clear may be so in another light. */
    if (!status && !any)
        status = pmy_shadow_remove(ink, error);
    if (!status && !any)
        status = make_ink(ink, &any, &levels, error);
    if (status)
        return status;
    if (any)
        status = find_digit(ink, levels.noise, digit, error);
    if (!status)
        status = any ? fit(digit, levels.noise, error) : leave_black(digit, error);
    return status;
}

pmy_status pmy_digit_make(const pmy_picture *picture, pmy_digit *digit, pmy_error *error)
{
    const float full = 255;
    *digit = (pmy_digit){0};
    pmy_status status = make(picture, digit, error);
    if (status) {
        pmy_digit_free(digit);
        return status;
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
