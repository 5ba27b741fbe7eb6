/* From pictures to digits as MNIST's are: each stage by itself, and all of them. */
#include "picture/digit.h"

#include "picture/background.h"
#include "data/dataset.h"
#include "picture/levels.h"
#include "picture/pieces.h"
#include "picture/stroke.h"
#include "pictures.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = PMY_FIT_SIDE, BOX = PMY_FIT_BOX };

static void assert_between(double value, double least, double most)
{
    if (!(value >= least && value <= most))
        fail_msg("%.9g is not between %.9g and %.9g", value, least, most);
}

static pmy_grey blank(size_t width, size_t height)
{
    pmy_grey grey = pmy_grey_new(width, height);
    assert_non_null(grey.values);
    return grey;
}

static void fill(const pmy_grey *grey, size_t left, size_t top, size_t right, size_t bottom, float value)
{
    for (size_t y = top; y < bottom; y++)
        for (size_t x = left; x < right; x++)
            grey->values[y * grey->width + x] = value;
}

/* The rows and columns in which something is above `least`, and the centre of mass. */
typedef struct extent {
    size_t left, top, right, bottom;
    double x, y, mass;
} extent;

static extent extent_of(const float *values, size_t width, size_t height, float least)
{
    extent e = {.left = width, .top = height};
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            float value = values[y * width + x];
            e.mass += (double)value;
            e.x += (double)value * ((double)x + 0.5);
            e.y += (double)value * ((double)y + 0.5);
            if (!(value > least))
                continue;
            e.left = x < e.left ? x : e.left;
            e.right = x + 1 > e.right ? x + 1 : e.right;
            e.top = y < e.top ? y : e.top;
            e.bottom = y + 1;
        }
    e.x /= e.mass;
    e.y /= e.mass;
    return e;
}

/* --- Levels and background -------------------------------------------------------- */

static void levels_split_ink_from_noisy_paper(void **state)
{
    (void)state;
    pmy_grey grey = blank(100, 100);
    pmy_random random = {.seed = 1};
    for (size_t i = 0; i < 10000; i++)
        grey.values[i] = (float)(0.2 + 0.03 * pmy_random_normal(&random) + (i % 20 == 0 ? 0.7 : 0));
    pmy_levels levels = pmy_levels_of(&grey);
    assert_between((double)levels.threshold, 0.35, 0.75);
    assert_between((double)levels.ink, 0.89, 0.91);
    assert_between((double)levels.noise, 0.028, 0.035);
    fill(&grey, 0, 0, 100, 100, 0.5f);
    levels = pmy_levels_of(&grey);
    assert_true(levels.threshold == 0.5f && levels.ink == 0.5f && levels.noise == 0);
    pmy_grey_free(&grey);
}

/* Paper under a lamp, with a cross on it whose ink takes away or adds a share of the light. */
static pmy_grey lit_cross(bool light_paper, size_t thickness)
{
    enum { LENGTH = 120 };
    pmy_grey grey = blank(LENGTH, LENGTH);
    for (size_t y = 0; y < LENGTH; y++)
        for (size_t x = 0; x < LENGTH; x++) {
            double u = (double)x / LENGTH, v = (double)y / LENGTH;
            double light = 0.9 - 0.5 * u - 0.2 * v * v + 0.1 * u * v;
            bool ink = (x + thickness >= 60 && x < 60 + thickness && y > 20 && y < 100) ||
                       (y + thickness >= 60 && y < 60 + thickness && x > 20 && x < 100);
            grey.values[y * LENGTH + x] =
                (float)(light_paper ? light * (ink ? 0.5 : 1) : light / 3 + (ink ? 0.5 : 0));
        }
    return grey;
}

static void background_is_taken_away(void **state)
{
    (void)state;
    for (size_t thickness = 1; thickness <= 20; thickness += 6)
        for (int light = 0; light < 2; light++) {
            pmy_grey grey = lit_cross(light, thickness);
            bool paper_is_light = !light;
            pmy_background_remove(&grey, &paper_is_light);
            assert_int_equal(paper_is_light, light);
            for (size_t y = 0; y < 120; y++)
                for (size_t x = 0; x < 120; x++) {
                    bool ink = (x + thickness >= 60 && x < 60 + thickness && y > 20 && y < 100) ||
                               (y + thickness >= 60 && y < 60 + thickness && x > 20 && x < 100);
                    assert_between((double)grey.values[y * 120 + x], ink ? 0.4 : -0.06, ink ? 0.6 : 0.06);
                }
            pmy_grey_free(&grey);
        }
}

/* --- Pieces -------------------------------------------------------------------------- */

/* How many digits are seen, and whether the chosen ones are exactly those with this value. */
static void expect_pieces_of(const pmy_grey *ink, size_t which, size_t digits, float chosen)
{
    pmy_components components = pmy_components_find(ink, 0.2f, 0.5f);
    assert_int_equal(pmy_pieces_choose(ink, false, which, &components), digits);
    for (size_t i = 0; i < ink->width * ink->height; i++) {
        uint32_t label = components.label[i];
        bool is_chosen = label > 0 && components.list[label - 1].chosen;
        if (is_chosen != (ink->values[i] == chosen))
            fail_msg("pixel %zu, %zu", i % ink->width, i / ink->width);
    }
    pmy_components_free(&components);
}

static void expect_pieces(const pmy_grey *ink, size_t digits, float chosen)
{
    expect_pieces_of(ink, PMY_LARGEST_DIGIT, digits, chosen);
}

static void components_need_a_peak_and_touch_at_corners(void **state)
{
    (void)state;
    static const float values[] = {0.3f,   0, 0,    0, 0.9f, /**/ 0, 0.6f, 0, 0,    0,
                                   /**/ 0, 0, 0.3f, 0, 0.4f, 0,      0,    0, 0.3f, 0.4f};
    pmy_grey ink = grey_of(5, 4, values);
    pmy_components components = pmy_components_find(&ink, 0.2f, 0.5f);
    assert_int_equal(components.count, 2);
    assert_int_equal(components.list[0].right - components.list[0].left, 1);
    const pmy_component *c = &components.list[1];
    assert_true(c->left == 0 && c->right == 5 && c->top == 0 && c->bottom == 4 && c->at_edge == 4);
    assert_between(c->mass, 0.3 + 0.6 + 0.3 + 0.3 + 0.4 + 0.4 - 1e-6, 2.3 + 1e-6);
    assert_true(c->peak == 0.6f);
    pmy_components_free(&components);
    pmy_grey_free(&ink);
}

static void pieces_of_one_digit_stay_together(void **state)
{
    (void)state;
    pmy_grey ink = blank(200, 200);
    fill(&ink, 80, 60, 100, 150, 1);
    fill(&ink, 75, 30, 120, 40, 1); /* a bar above, that does not touch */
    fill(&ink, 104, 130, 120, 140, 1);
    fill(&ink, 20, 20, 23, 23, 0.9f); /* a speck */
    expect_pieces(&ink, 1, 1);
    pmy_grey_free(&ink);
}

static void of_several_digits_the_largest_is_chosen(void **state)
{
    (void)state;
    pmy_grey ink = blank(300, 200);
    fill(&ink, 40, 60, 60, 140, 0.8f);
    fill(&ink, 140, 40, 170, 160, 1);
    expect_pieces(&ink, 2, 1);
    fill(&ink, 230, 60, 250, 140, 0.8f);
    expect_pieces(&ink, 3, 1);
    pmy_grey_free(&ink);
}

static void each_digit_has_a_place(void **state)
{
    (void)state;
    pmy_grey ink = blank(200, 300);
    fill(&ink, 40, 20, 60, 100, 0.8f);
    fill(&ink, 40, 160, 60, 240, 1); /* begins as far left */
    expect_pieces_of(&ink, 0, 2, 0.8f);
    expect_pieces_of(&ink, 1, 2, 1);
    pmy_grey_free(&ink);
}

static void a_frame_is_left_out(void **state)
{
    (void)state;
    pmy_grey ink = blank(200, 200);
    fill(&ink, 0, 0, 200, 30, 0.8f);
    fill(&ink, 0, 0, 30, 200, 0.8f);
    fill(&ink, 100, 80, 120, 150, 1);
    expect_pieces(&ink, 1, 1);
    pmy_grey_free(&ink);
    /* But not if there is nothing else. */
    ink = blank(60, 100);
    fill(&ink, 0, 0, 60, 20, 1);
    fill(&ink, 40, 0, 60, 100, 1);
    expect_pieces(&ink, 1, 1);
    pmy_grey_free(&ink);
}

static void no_ink_is_no_digit(void **state)
{
    (void)state;
    pmy_grey ink = blank(9, 9);
    expect_pieces(&ink, 0, 1);
    pmy_grey_free(&ink);
}

/* --- Strokes ----------------------------------------------------------------------- */

static void stroke_widths_are_measured(void **state)
{
    (void)state;
    pmy_picture picture = picture_blank(200, 200, 0);
    for (int thickness = 3; thickness <= 30; thickness += 9) {
        picture_fill(&picture, 0, 0, 200, 200, 0);
        picture_ring(&picture, 100, 100, 60, thickness, 255);
        pmy_grey ring = pmy_grey_of_picture(&picture);
        assert_between(pmy_stroke_width(&ring), 0.85 * thickness, 1.15 * thickness);
        double radius = 4.5;
        pmy_stroke_thicken(&ring, radius);
        assert_int_equal(ring.width, 210);
        assert_between(pmy_stroke_width(&ring), 0.85 * (thickness + 9), 1.15 * (thickness + 9));
        extent e = extent_of(ring.values, ring.width, ring.height, 0.5f);
        assert_between((double)(e.right - e.left), 120 + thickness + 9 - 2, 120 + thickness + 9 + 2);
        pmy_grey_free(&ring);
    }
    pmy_picture_free(&picture);
}

/* --- Fitting --------------------------------------------------------------------------- */

static void digits_fill_the_box_and_keep_their_shape(void **state)
{
    (void)state;
    static const size_t shapes[][2] = {{100, 100}, {30, 200}, {200, 60}, {7, 5}, {1, 1}, {3, 90}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size_t width = shapes[i][0], height = shapes[i][1];
        pmy_grey ink = blank(width + 40, height + 30);
        fill(&ink, 11, 13, 11 + width, 13 + height, 1);
        pmy_grey cropped = pmy_fit_crop(&ink, 0.5f);
        assert_int_equal(cropped.width, width);
        assert_int_equal(cropped.height, height);
        pmy_grey fitted = pmy_fit_scale(&cropped);
        assert_int_equal(fitted.width, BOX);
        extent e = extent_of(fitted.values, BOX, BOX, 0.01f);
        size_t longer = width > height ? width : height;
        double scale = (double)BOX / (double)longer, area = scale * scale * (double)(width * height);
        if (scale <= 1) /* else half a pixel's soft edge is beyond the box */
            assert_between(e.mass, 0.999 * area, 1.001 * area);
        assert_int_equal(width >= height ? e.right - e.left : e.bottom - e.top, BOX);
        pmy_grey centred = pmy_fit_centre(&fitted);
        e = extent_of(centred.values, SIDE, SIDE, 0.01f);
        assert_between(e.x, 14, 15);
        assert_between(e.y, 14, 15);
        pmy_grey_free(&centred);
        pmy_grey_free(&fitted);
        pmy_grey_free(&cropped);
        pmy_grey_free(&ink);
    }
}

static void nothing_is_cropped_to_a_black_pixel(void **state)
{
    (void)state;
    pmy_grey ink = blank(5, 5), cropped = pmy_fit_crop(&ink, 0.5f);
    assert_true(cropped.width == 1 && cropped.height == 1 && cropped.values[0] == 0);
    pmy_grey_free(&cropped);
    pmy_grey_free(&ink);
}

/* --- All of it ----------------------------------------------------------------------- */

static pmy_digit made_of(const pmy_picture *picture)
{
    pmy_digit digit;
    pmy_error error = {0};
    if (pmy_digit_make(picture, &digit, &error))
        fail_msg("%s", error.message);
    return digit;
}

static double mean_difference(const uint8_t *a, const uint8_t *b)
{
    double sum = 0;
    for (size_t i = 0; i < SIDE * SIDE; i++)
        sum += abs(a[i] - b[i]);
    return sum / (SIDE * SIDE) / 255;
}

/* The least there is if one of the two is moved by up to a pixel: a centre of mass between two pixels may
 * come into either. */
static double least_difference(const uint8_t *a, const uint8_t *b)
{
    double least = 1;
    for (long down = -1; down <= 1; down++)
        for (long right = -1; right <= 1; right++) {
            uint8_t moved[SIDE * SIDE] = {0};
            for (long at = SIDE + 1; at < SIDE * (SIDE - 1) - 1; at++)
                moved[at + down * SIDE + right] = b[at];
            least = fmin(least, mean_difference(a, moved));
        }
    return least;
}

/* MNIST's own digits, as pictures of whatever size and colours, come out as they are. */
static void mnist_comes_out_as_it_is(void **state)
{
    (void)state;
    enum { DIGITS = 500 };
    pmy_dataset test;
    pmy_error error;
    if (pmy_dataset_load("data/mnist", PMY_DATASET_TEST, 10, &test, &error))
        fail_msg("%s", error.message);
    for (size_t zoom = 1; zoom <= 4; zoom += 3)
        for (int paper = 0; paper <= 255; paper += 255) {
            double sum = 0;
            for (size_t i = 0; i < DIGITS; i++) {
                const uint8_t *pixels = test.images + i * SIDE * SIDE;
                pmy_picture picture = picture_blank(SIDE * zoom, SIDE * zoom, 0);
                for (size_t at = 0; at < SIDE * SIDE * zoom * zoom; at++) {
                    size_t x = at % (SIDE * zoom) / zoom, y = at / (SIDE * zoom) / zoom;
                    memset(picture.pixels + 4 * at, abs(paper - pixels[y * SIDE + x]), 3);
                }
                pmy_digit digit = made_of(&picture);
                assert_int_equal(digit.paper_was_light, paper == 255);
                sum += mean_difference(digit.pixels, pixels);
                pmy_digit_free(&digit);
                pmy_picture_free(&picture);
            }
            assert_between(sum / DIGITS, 0, zoom == 1 ? 0.01 : 0.025); /* large pixels have sharp corners */
        }
    pmy_dataset_free(&test);
}

static void place_size_and_colour_make_no_difference(void **state)
{
    (void)state;
    static const struct {
        size_t width, height;
        double x, y, radius;
        uint8_t paper, ink;
    } views[] = {{200, 200, 100, 100, 60, 255, 0},  {200, 200, 100, 100, 60, 0, 255},
                 {400, 300, 120, 200, 60, 200, 90}, {900, 700, 500, 300, 200, 30, 60},
                 {140, 145, 70, 75, 60, 255, 0},    {64, 64, 32, 32, 20, 128, 255}};
    pmy_digit first = {0};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        pmy_picture picture = picture_blank(views[i].width, views[i].height, views[i].paper);
        picture_ring(&picture, views[i].x, views[i].y, views[i].radius, views[i].radius / 4, views[i].ink);
        pmy_digit digit = made_of(&picture);
        pmy_picture_free(&picture);
        assert_int_equal(digit.digits, 1);
        assert_int_equal(digit.paper_was_light, views[i].paper > views[i].ink);
        if (i == 0) {
            first = digit;
            continue;
        }
        assert_between(least_difference(digit.pixels, first.pixels), 0, 0.03);
        pmy_digit_free(&digit);
    }
    pmy_digit_free(&first);
}

static void it_is_turned_as_exif_says(void **state)
{
    (void)state;
    pmy_picture picture = picture_blank(100, 150, 255);
    picture_fill(&picture, 40, 40, 50, 110, 0);
    picture_fill(&picture, 40, 40, 80, 50, 0); /* a foot, up and to the right */
    picture.orientation = 3;
    pmy_digit digit = made_of(&picture);
    assert_int_equal(digit.stage[PMY_STAGE_GREY].width, 100);
    extent e = extent_of(digit.stage[PMY_STAGE_FITTED].values, BOX, BOX, 0.5f);
    assert_true(digit.stage[PMY_STAGE_FITTED].values[(e.bottom - 2) * BOX + e.left + 1] > 0.5f);
    assert_true(digit.stage[PMY_STAGE_FITTED].values[(e.top + 1) * BOX + e.left + 1] < 0.5f);
    pmy_digit_free(&digit);
    picture.orientation = 6;
    digit = made_of(&picture);
    assert_int_equal(digit.stage[PMY_STAGE_GREY].width, 150);
    pmy_digit_free(&digit);
    pmy_picture_free(&picture);
}

static void noise_and_blank_paper_are_no_ink(void **state)
{
    (void)state;
    pmy_random random = {.seed = 3};
    for (int noise = 0; noise <= 40; noise += 20)
        for (size_t side = 1; side <= 181; side += 60) {
            pmy_picture picture = picture_blank(side, side, 128);
            for (size_t i = 0; i < side * side; i++)
                memset(picture.pixels + 4 * i, (int)(128 + noise * (pmy_random_uniform(&random) - 0.5)), 3);
            pmy_digit digit = made_of(&picture);
            assert_int_equal(digit.digits, 0);
            for (size_t i = 0; i < SIDE * SIDE; i++)
                assert_int_equal(digit.pixels[i], 0);
            pmy_digit_free(&digit);
            pmy_picture_free(&picture);
        }
}

static void noise_does_not_hide_a_digit(void **state)
{
    (void)state;
    pmy_random random = {.seed = 4};
    pmy_picture picture = picture_blank(240, 240, 200);
    picture_ring(&picture, 100, 130, 70, 16, 60);
    pmy_digit clean = made_of(&picture);
    for (size_t i = 0; i < 240 * 240; i++) {
        double value = picture.pixels[4 * i] + 25 * pmy_random_normal(&random);
        memset(picture.pixels + 4 * i, (int)fmin(fmax(value, 0), 255), 3);
    }
    pmy_digit noisy = made_of(&picture);
    assert_int_equal(noisy.digits, 1);
    assert_between(least_difference(noisy.pixels, clean.pixels), 0, 0.03);
    pmy_digit_free(&noisy);
    pmy_digit_free(&clean);
    pmy_picture_free(&picture);
}

/* A faint digit beside the edge of a hand's shadow, which no surface of second degree describes. */
static void a_shadow_does_not_hide_a_digit(void **state)
{
    (void)state;
    pmy_random random = {.seed = 5};
    pmy_picture picture = picture_blank(300, 300, 200);
    picture_ring(&picture, 210, 90, 40, 6, 100);
    for (size_t i = 0; i < 300 * 300; i++) {
        double beyond = ((double)(i % 300) - (double)(i / 300)) / 20;
        double light = 1 - 0.35 / (1 + exp(beyond));
        double value = picture.pixels[4 * i] * light + 6 * pmy_random_normal(&random);
        memset(picture.pixels + 4 * i, (int)fmin(fmax(value, 0), 255), 3);
    }
    pmy_digit digit = made_of(&picture);
    assert_int_equal(digit.digits, 1);
    extent e = extent_of(digit.stage[PMY_STAGE_DIGIT].values, 300, 300, 0.5f);
    assert_between((double)e.left, 162, 170);
    assert_between((double)e.right, 250, 258);
    pmy_digit_free(&digit);
    pmy_picture_free(&picture);
}

static void thin_pens_are_thickened(void **state)
{
    (void)state;
    pmy_picture picture = picture_blank(300, 300, 255);
    picture_ring(&picture, 150, 150, 100, 3, 0);
    pmy_digit digit = made_of(&picture);
    double width = pmy_stroke_width(&digit.stage[PMY_STAGE_FITTED]);
    assert_between(width, 1.9, 2.9);
    pmy_digit_free(&digit);
    pmy_picture_free(&picture);
}

static void several_digits_and_much_ink_are_told(void **state)
{
    (void)state;
    pmy_picture picture = picture_blank(400, 200, 255);
    picture_ring(&picture, 100, 100, 50, 15, 0);
    picture_fill(&picture, 280, 40, 300, 160, 0);
    pmy_digit digit = made_of(&picture);
    assert_int_equal(digit.digits, 2);
    assert_between(digit.ink_share, 0.05, 0.2);
    pmy_digit_free(&digit);
    pmy_picture_free(&picture);
    picture = picture_blank(100, 100, 255);
    for (long line = 4; line < 92; line += 9)
        picture_fill(&picture, 3, line, 97, line + 7, 0);
    digit = made_of(&picture);
    assert_true(digit.ink_share > PMY_DIGIT_MOST_INK);
    pmy_digit_free(&digit);
    pmy_picture_free(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_split_ink_from_noisy_paper),
        cmocka_unit_test(background_is_taken_away),
        cmocka_unit_test(components_need_a_peak_and_touch_at_corners),
        cmocka_unit_test(pieces_of_one_digit_stay_together),
        cmocka_unit_test(of_several_digits_the_largest_is_chosen),
        cmocka_unit_test(each_digit_has_a_place),
        cmocka_unit_test(a_frame_is_left_out),
        cmocka_unit_test(no_ink_is_no_digit),
        cmocka_unit_test(stroke_widths_are_measured),
        cmocka_unit_test(digits_fill_the_box_and_keep_their_shape),
        cmocka_unit_test(nothing_is_cropped_to_a_black_pixel),
        cmocka_unit_test(mnist_comes_out_as_it_is),
        cmocka_unit_test(place_size_and_colour_make_no_difference),
        cmocka_unit_test(it_is_turned_as_exif_says),
        cmocka_unit_test(noise_and_blank_paper_are_no_ink),
        cmocka_unit_test(noise_does_not_hide_a_digit),
        cmocka_unit_test(a_shadow_does_not_hide_a_digit),
        cmocka_unit_test(thin_pens_are_thickened),
        cmocka_unit_test(several_digits_and_much_ink_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
