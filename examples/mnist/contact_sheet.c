#include "mnist/contact_sheet.h"

#include "mnist/class_text.h"
#include "mnist/saliency.h"
#include "mnist/tiles.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PIXELS = PMY_FIT_SIDE * PMY_FIT_SIDE };

static size_t readable(const prediction *pictures, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += pictures[i].read;
    return sum;
}

/* --- Stages ------------------------------------------------------------------ */

/* The file's name without its folders, and the answer. */
static void caption_answer(const tiles *onto, size_t row, const prediction *picture, const char *const *names)
{
    char text[512];
    const char *slash = strrchr(picture->name, '/'), *name = slash ? slash + 1 : picture->name;
    if (prediction_has_digit(picture))
        (void)snprintf(text, sizeof text, "%.200s: %s, with %.2f %%", name,
                       class_text_of(names, picture->best).text, 100 * picture->p[picture->best]);
    else
        (void)snprintf(text, sizeof text, "%.200s: no digit found", name);
    tiles_caption(onto, 0, row, onto->columns, text);
}

pmy_status contact_sheet_of_stages(const prediction *pictures, size_t count, const char *const *names,
                                   const char *path, pmy_error *error)
{
    tiles stages;
    size_t row = 0;
    pmy_status status = tiles_new(PMY_DIGIT_STAGES, readable(pictures, count), 0, &stages, error);
    if (status != PMY_OK)
        return status;
    for (size_t stage = 0; stage < PMY_DIGIT_STAGES; stage++)
        tiles_head(&stages, stage, pmy_digit_stage_name((pmy_digit_stage)stage));
    for (size_t i = 0; status == PMY_OK && i < count; i++) {
        if (!pictures[i].read)
            continue;
        for (size_t stage = 0; status == PMY_OK && stage < PMY_DIGIT_STAGES; stage++)
            status = tiles_draw_grey(&stages, stage, row, &pictures[i].digit.stage[stage], error);
        caption_answer(&stages, row++, &pictures[i], names);
    }
    if (status == PMY_OK)
        status = tiles_write(&stages, path, error);
    tiles_free(&stages);
    return status;
}

/* --- Saliency ----------------------------------------------------------------- */

enum { DIGIT, MORE_INK, THIS_INK, SALIENCY_COLUMNS };

/* The colour of a value's share, −1 … 1, of the largest: blue for what is positive, red for what is negative;
 * faintly below it, the digit. */
static void put_colour(uint8_t *pixel, double share, double digit)
{
    static const double blue[] = {40, 110, 255}, red[] = {255, 60, 40}, faint = 0.35;
    double background = faint * digit;
    const double *colour = share > 0 ? blue : red;
    for (size_t c = 0; c < 3; c++)
        pixel[c] = (uint8_t)(background + fabs(share) * (colour[c] - background) + 0.5);
}

/* Values [28, 28], and under them what full colour stands for. */
static void draw_signed(const tiles *onto, size_t column, size_t row, const double *values,
                        const uint8_t *digit)
{
    double most = 0;
    for (size_t i = 0; i < PIXELS; i++)
        most = fmax(most, fabs(values[i]));
    for (size_t y = 0; y < TILES_SIDE; y++)
        for (size_t x = 0; x < TILES_SIDE; x++) {
            size_t at = y * PMY_FIT_SIDE / TILES_SIDE * PMY_FIT_SIDE + x * PMY_FIT_SIDE / TILES_SIDE;
            put_colour(tiles_pixel(onto, column, row, x, y), most > 0 ? values[at] / most : 0, digit[at]);
        }
    char text[32];
    (void)snprintf(text, sizeof text, "full: %.2g", most);
    tiles_caption(onto, column, row, 1, text);
}

static pmy_status draw_saliency(const tiles *onto, size_t row, const prediction *picture,
                                pmy_classifier *classifier, pmy_error *error)
{
    double saliency[PIXELS], does[PIXELS];
    const double full = 255;
    const uint8_t *pixels = picture->digit.pixels;
    pmy_status status = saliency_of(classifier, pixels, picture->best, saliency, error);
    if (status == PMY_OK)
        status = tiles_draw_grey(onto, DIGIT, row, &picture->digit.stage[PMY_STAGE_CENTRED], error);
    if (status != PMY_OK)
        return status;
    for (size_t i = 0; i < PIXELS; i++)
        does[i] = saliency[i] * pixels[i] / full;
    draw_signed(onto, MORE_INK, row, saliency, pixels);
    draw_signed(onto, THIS_INK, row, does, pixels);
    char text[PMY_LONGEST_CLASS_NAME + 32];
    if (prediction_has_digit(picture))
        (void)snprintf(text, sizeof text, "%.1f %% %s", 100 * picture->p[picture->best],
                       class_text_of(classifier->facts.names, picture->best).text);
    else
        (void)snprintf(text, sizeof text, "no digit");
    tiles_caption(onto, DIGIT, row, 1, text);
    return PMY_OK;
}

/* What the colours, in a bar above, and the columns mean. */
static const char *const legend[] = {
    "against it        0      speaks for it",
    "more ink: how steeply a pixel of it",
    "adds to log p of the answer",
    "this ink: that times the ink there",
    "full: what the full colour stands for",
};
enum { LEGEND_LINES = sizeof legend / sizeof *legend, BAR = 14, FOOT = BAR + LEGEND_LINES * LETTERING_LINE };

static void draw_legend(const tiles *onto)
{
    size_t width = onto->ground.width - 2 * TILES_GAP;
    for (size_t y = 0; y < BAR; y++)
        for (size_t x = 0; x < width; x++)
            put_colour(onto->ground.pixels + ((onto->foot + y) * onto->ground.width + TILES_GAP + x) * 3,
                       2 * (double)x / (double)(width - 1) - 1, 0);
    for (size_t line = 0; line < LEGEND_LINES; line++)
        tiles_foot(onto, BAR + line * LETTERING_LINE, legend[line]);
}

pmy_status contact_sheet_of_saliency(const prediction *pictures, size_t count, pmy_classifier *classifier,
                                     const char *path, pmy_error *error)
{
    static const char *const heads[SALIENCY_COLUMNS] = {"digit", "more ink", "this ink"};
    tiles maps;
    size_t row = 0;
    pmy_status status = tiles_new(SALIENCY_COLUMNS, readable(pictures, count), FOOT, &maps, error);
    if (status != PMY_OK)
        return status;
    for (size_t column = 0; column < SALIENCY_COLUMNS; column++)
        tiles_head(&maps, column, heads[column]);
    for (size_t i = 0; status == PMY_OK && i < count; i++)
        if (pictures[i].read)
            status = draw_saliency(&maps, row++, &pictures[i], classifier, error);
    draw_legend(&maps);
    if (status == PMY_OK)
        status = tiles_write(&maps, path, error);
    tiles_free(&maps);
    return status;
}
