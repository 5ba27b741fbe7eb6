/* Digits on papers of many kinds: what is wide and what is printed, taken away each by itself, and all of it.
 */
#include "papers/camera.h"
#include "picture/digit.h"
#include "picture/morphology.h"
#include "picture/rules.h"
#include "picture/top_hat.h"
#include "pictures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 300, HEIGHT = 240 };

static pmy_grey blank(size_t width, size_t height, float value)
{
    pmy_grey grey = pmy_grey_new(width, height);
    assert_non_null(grey.values);
    for (size_t i = 0; i < width * height; i++)
        grey.values[i] = value;
    return grey;
}

static void fill(const pmy_grey *grey, long left, long top, long right, long bottom, float value)
{
    for (long y = top; y < bottom; y++)
        for (long x = left; x < right; x++)
            grey->values[(size_t)y * grey->width + (size_t)x] = value;
}

/* --- What is narrow and what is wide --------------------------------------------- */

/* The least or most over each square, looked at one by one. */
static float plain_extreme(const pmy_grey *grey, long column, long row, long radius, bool brightest)
{
    float found = grey->values[(size_t)row * grey->width + (size_t)column];
    for (long y = row - radius; y <= row + radius; y++)
        for (long x = column - radius; x <= column + radius; x++) {
            if (x < 0 || y < 0 || x >= (long)grey->width || y >= (long)grey->height)
                continue;
            float value = pmy_grey_at(grey, x, y);
            found = (value > found) == brightest ? value : found;
        }
    return found;
}

static void extremes_are_those_of_squares(void **state)
{
    (void)state;
    static const size_t radii[] = {0, 1, 2, 5, 9, 40};
    pmy_random random = {.seed = 1};
    pmy_grey grey = blank(31, 23, 0);
    for (size_t i = 0; i < grey.width * grey.height; i++)
        grey.values[i] = (float)pmy_random_uniform(&random);
    for (size_t i = 0; i < sizeof radii / sizeof *radii; i++) {
        pmy_grey most = pmy_grey_brightest(&grey, radii[i]), least = pmy_grey_darkest(&grey, radii[i]);
        for (size_t at = 0; at < grey.width * grey.height; at++) {
            long x = (long)(at % grey.width), y = (long)(at / grey.width), radius = (long)radii[i];
            assert_true(most.values[at] == plain_extreme(&grey, x, y, radius, true));
            assert_true(least.values[at] == plain_extreme(&grey, x, y, radius, false));
        }
        pmy_grey_free(&most);
        pmy_grey_free(&least);
    }
    pmy_grey_free(&grey);
}

static void openings_keep_what_holds_a_square(void **state)
{
    (void)state;
    pmy_grey grey = blank(60, 50, 0.25f);
    fill(&grey, 0, 10, 3, 40, 1);   /* narrow, but at the edge, beyond which it goes on */
    fill(&grey, 20, 10, 27, 17, 1); /* a square of 7 */
    fill(&grey, 40, 10, 46, 40, 1); /* 6 wide */
    pmy_grey opened = pmy_grey_opening(&grey, 3);
    for (size_t y = 0; y < 50; y++)
        for (size_t x = 0; x < 60; x++) {
            float expected = x >= 40 ? 0.25f : grey.values[y * 60 + x];
            assert_true(opened.values[y * 60 + x] == expected);
        }
    for (size_t i = 0; i < 60 * 50; i++)
        grey.values[i] = 1 - grey.values[i];
    pmy_grey closed = pmy_grey_closing(&grey, 3);
    for (size_t i = 0; i < 60 * 50; i++)
        assert_true(closed.values[i] == 1 - opened.values[i]);
    pmy_grey_free(&opened);
    pmy_grey_free(&closed);
    pmy_grey_free(&grey);
}

/* A sheet on a desk, and on it a ring whose ink is darker or brighter. */
static void a_top_hat_sees_ink_alone(void **state)
{
    (void)state;
    for (int light = 0; light < 2; light++) {
        pmy_grey grey = blank(WIDTH, HEIGHT, light ? 0.3f : 0.6f);
        float paper = light ? 0.9f : 0.1f, ink = light ? 0.1f : 0.9f;
        fill(&grey, 20, 15, WIDTH, HEIGHT, paper);
        fill(&grey, 140, 90, 180, 150, ink);
        fill(&grey, 150, 100, 170, 140, paper);
        bool paper_is_light = !light;
        pmy_grey background;
        pmy_top_hat(&grey, &paper_is_light, &background);
        assert_int_equal(paper_is_light, light);
        for (long y = 2; y < HEIGHT - 2; y++)
            for (long x = 2; x < WIDTH - 2; x++) {
                bool ring = x >= 138 && x < 182 && y >= 88 && y < 152;
                assert_true(ring || pmy_grey_at(&grey, x, y) < 0.05f);
            }
        assert_true(pmy_grey_at(&grey, 145, 120) > 0.75f && pmy_grey_at(&grey, 160, 120) < 0.05f);
        pmy_grey_free(&background);
        pmy_grey_free(&grey);
    }
}

static void wide_ink_is_a_desk_or_a_shadow(void **state)
{
    (void)state;
    pmy_grey ink = blank(WIDTH, HEIGHT, 0);
    fill(&ink, 100, 40, 130, 200, 1); /* a bold stroke */
    assert_false(pmy_has_wide_ink(&ink, 1));
    fill(&ink, 0, 0, 60, HEIGHT, 0.3f);
    assert_true(pmy_has_wide_ink(&ink, 1));
    pmy_grey_free(&ink);
}

/* --- Rules ---------------------------------------------------------------------------- */

static const pmy_grey whole_sheet = {0};

static double ink_in(const pmy_grey *ink, long left, long top, long right, long bottom)
{
    double sum = 0;
    for (long y = top; y < bottom; y++)
        for (long x = left; x < right; x++)
            sum += (double)pmy_grey_at(ink, x, y);
    return sum;
}

static void draw_rules(const pmy_grey *ink, float level, bool squared)
{
    for (long y = 20; y < HEIGHT; y += 25)
        for (long x = 0; x < WIDTH; x++)
            fill(ink, x, y + x / 40, x + 1, y + x / 40 + 2, level);
    for (long x = 15; squared && x < WIDTH; x += 25)
        fill(ink, x, 0, x + 2, HEIGHT, level);
}

static void rules_go_and_what_crosses_them_stays(void **state)
{
    (void)state;
    for (int squared = 0; squared < 2; squared++)
        for (float level = 0.3f; level < 1.1f; level += 0.7f) {
            pmy_grey ink = blank(WIDTH, HEIGHT, 0);
            draw_rules(&ink, level, squared);
            fill(&ink, 120, 60, 138, 180, 1);
            fill(&ink, 120, 160, 190, 180, 1); /* an L */
            double thickness = pmy_rules_remove(&ink, 0.12f, &whole_sheet);
            assert_true(thickness >= 2 && thickness <= 4);
            assert_true(ink_in(&ink, 120, 60, 138, 180) == 18 * 120);
            assert_true(ink_in(&ink, 138, 160, 190, 180) == 52 * 20);
            double beside = ink_in(&ink, 0, 0, WIDTH, HEIGHT) - 18 * 120 - 52 * 20;
            assert_true(beside < 100); /* stubs where rules meet the strokes */
            pmy_grey_free(&ink);
        }
}

static void strokes_are_no_rules(void **state)
{
    (void)state;
    pmy_grey ink = blank(WIDTH, HEIGHT, 0);
    fill(&ink, 100, 40, 104, 200, 1); /* a 4 of a thin pen */
    fill(&ink, 60, 150, 130, 154, 1);
    fill(&ink, 60, 60, 64, 154, 1);
    double before = ink_in(&ink, 0, 0, WIDTH, HEIGHT);
    assert_true(pmy_rules_remove(&ink, 0.12f, &whole_sheet) == 0);
    assert_true(ink_in(&ink, 0, 0, WIDTH, HEIGHT) == before);
    pmy_grey_free(&ink);
}

static void a_bow_is_no_rule(void **state)
{
    (void)state;
    pmy_picture picture = picture_blank(512, 512, 0);
    picture_ring(&picture, 256, 256, 150, 4, 255);
    pmy_grey ring = pmy_grey_of_picture(&picture);
    assert_true(pmy_rules_remove(&ring, 0.12f, &whole_sheet) == 0);
    pmy_grey_free(&ring);
    pmy_picture_free(&picture);
}

/* Its edges are found as two runs, neither of which goes on where the other ends. */
static void a_leaning_stroke_is_no_rule(void **state)
{
    (void)state;
    pmy_grey ink = blank(WIDTH, HEIGHT, 0);
    for (long y = 50; y < 190; y++)
        fill(&ink, 150 - y / 6, y, 158 - y / 6, y + 1, 1);
    assert_true(pmy_rules_remove(&ink, 0.12f, &whole_sheet) == 0);
    pmy_grey_free(&ink);
}

static void a_box_is_rules(void **state)
{
    (void)state;
    pmy_grey ink = blank(WIDTH, HEIGHT, 0);
    fill(&ink, 90, 40, 210, 200, 0.8f);
    fill(&ink, 93, 43, 207, 197, 0);
    fill(&ink, 140, 70, 150, 170, 1);
    assert_true(pmy_rules_remove(&ink, 0.12f, &whole_sheet) == 3);
    assert_true(ink_in(&ink, 140, 70, 150, 170) == 1000 && ink_in(&ink, 0, 0, WIDTH, HEIGHT) < 1010);
    pmy_grey_free(&ink);
}

/* Where a sheet ends on a desk, its rules do. */
static void rules_end_where_the_paper_does(void **state)
{
    (void)state;
    pmy_grey ink = blank(WIDTH, HEIGHT, 0), background = blank(WIDTH, HEIGHT, 0.3f);
    fill(&background, 40, 30, 260, 210, 0.9f);
    for (long y = 60; y < 200; y += 30)
        fill(&ink, 40, y, 260, y + 2, 0.5f);
    pmy_grey copy = pmy_grey_window(&ink, 0, 0, WIDTH, HEIGHT);
    assert_true(pmy_rules_remove(&copy, 0.12f, &whole_sheet) == 0);
    assert_true(pmy_rules_remove(&ink, 0.12f, &background) == 2);
    assert_true(ink_in(&ink, 0, 0, WIDTH, HEIGHT) == 0);
    pmy_grey_free(&copy);
    pmy_grey_free(&ink);
    pmy_grey_free(&background);
}

/* --- All of it ----------------------------------------------------------------------------- */

static pmy_digit made_of(const pmy_picture *picture, size_t which)
{
    pmy_digit digit;
    pmy_error error = {0};
    if (pmy_digit_make_nth(picture, which, &digit, &error))
        fail_msg("%s", error.message);
    return digit;
}

/* Of a few of each kind; how many a model reads, build/tests/papers counts. */
static void digits_are_found_where_there_are_some(void **state)
{
    (void)state;
    enum { EACH = 2 };
    size_t right = 0, all = 0;
    for (size_t kind = 0; kind < paper_kinds(); kind++)
        for (uint32_t number = 0; number < EACH; number++) {
            int label;
            pmy_picture picture = camera_take(kind, PAPERS_SEED_A, number, &label);
            pmy_digit digit = made_of(&picture, SIZE_MAX);
            bool fine = digit.found == (label >= 0);
            if (!fine)
                print_message("%s %u\n", paper_kind_at(kind).name, number);
            right += fine;
            all++;
            pmy_digit_free(&digit);
            pmy_picture_free(&picture);
        }
    assert_true(50 * right >= 49 * all);
}

static void a_row_is_read_from_the_left(void **state)
{
    (void)state;
    pmy_picture picture = picture_blank(400, 200, 255);
    picture_fill(&picture, 330, 50, 345, 150, 0);
    picture_ring(&picture, 200, 100, 45, 15, 0);
    picture_fill(&picture, 60, 60, 75, 140, 0);
    static const double fills[] = {0.2, 0.75, 0.2}; /* the width of each in its box, about */
    for (size_t i = 0; i < 3; i++) {
        pmy_digit digit = made_of(&picture, i);
        const pmy_grey *cropped = &digit.stage[PMY_STAGE_CROPPED];
        assert_true(digit.found && digit.digits == 3);
        assert_true(((double)cropped->width / (double)cropped->height > 0.5) == (fills[i] > 0.5));
        assert_true((cropped->height < 93) == (i == 0)); /* the left bar is the shorter one */
        pmy_digit_free(&digit);
    }
    pmy_picture_free(&picture);
}

static void blots_and_bars_are_no_digits(void **state)
{
    (void)state;
    pmy_picture picture = picture_blank(300, 300, 255);
    picture_ring(&picture, 150, 150, 20, 40, 0);
    pmy_digit digit = made_of(&picture, SIZE_MAX);
    assert_true(!digit.found && digit.digits == 1);
    pmy_digit_free(&digit);
    picture_fill(&picture, 0, 0, 300, 300, 255);
    picture_fill(&picture, 60, 140, 240, 150, 0);
    digit = made_of(&picture, SIZE_MAX);
    assert_false(digit.found);
    pmy_digit_free(&digit);
    pmy_picture_free(&picture);
}

static void white_ink_on_nothing_is_ink(void **state)
{
    (void)state;
    pmy_picture picture = picture_blank(120, 120, 255);
    picture_fill(&picture, 50, 30, 62, 90, 250);
    for (size_t i = 0; i < 120 * 120; i++)
        picture.pixels[4 * i + 3] = picture.pixels[4 * i] == 250 ? 255 : 0;
    pmy_digit digit = made_of(&picture, SIZE_MAX);
    assert_true(digit.found && !digit.paper_was_light);
    pmy_digit_free(&digit);
    /* A window with round corners is a picture on white all the same. */
    for (size_t i = 0; i < 120 * 120; i++)
        picture.pixels[4 * i + 3] = i < 6 ? 0 : 255;
    pmy_grey grey = pmy_grey_of_picture(&picture);
    assert_true(grey.values[0] == 1);
    pmy_grey_free(&grey);
    pmy_picture_free(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extremes_are_those_of_squares),
        cmocka_unit_test(openings_keep_what_holds_a_square),
        cmocka_unit_test(a_top_hat_sees_ink_alone),
        cmocka_unit_test(wide_ink_is_a_desk_or_a_shadow),
        cmocka_unit_test(rules_go_and_what_crosses_them_stays),
        cmocka_unit_test(strokes_are_no_rules),
        cmocka_unit_test(a_bow_is_no_rule),
        cmocka_unit_test(a_leaning_stroke_is_no_rule),
        cmocka_unit_test(a_box_is_rules),
        cmocka_unit_test(rules_end_where_the_paper_does),
        cmocka_unit_test(digits_are_found_where_there_are_some),
        cmocka_unit_test(a_row_is_read_from_the_left),
        cmocka_unit_test(blots_and_bars_are_no_digits),
        cmocka_unit_test(white_ink_on_nothing_is_ink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
