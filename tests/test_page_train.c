/* The page's training: the same losses as the library's loop, whatever is asked between two slices; what is
 * wrong says so; memory stays what it is. */
#include "page_answer.h"

#include "allocations.h"
#include "common/preset_recipe.h"
#include "mnist/presets.h"
#include "mnist/train_options.h"
#include "page/export.h"
#include "page/pictures.h"
#include "page/train.h"
#include "base/random.h"

#include <malloc.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

PAGE_EXPORT(page_pictures_train_labels)(uint8_t *bytes, size_t size);
PAGE_EXPORT(page_pictures_train_images)(uint8_t *bytes, size_t size);
PAGE_EXPORT(page_pictures_test_labels)(uint8_t *bytes, size_t size);
PAGE_EXPORT(page_pictures_test_images)(uint8_t *bytes, size_t size);
PAGE_EXPORT(page_train_presets)(void);
PAGE_EXPORT(page_train_begin)
(const char *preset_name, const char *net, const char *rate, const char *batch, const char *pictures,
 const char *epochs, const char *seed);
PAGE_EXPORT(page_train_check)
(const char *preset_name, const char *net, const char *rate, const char *batch, const char *pictures,
 const char *epochs, const char *seed);
PAGE_EXPORT(page_train_rate)(const char *rate);
PAGE_EXPORT(page_train_go)(double steps);
PAGE_EXPORT(page_train_go_slice)(void);
PAGE_EXPORT(page_train_test)(void);
PAGE_EXPORT(page_train_stop)(void);
PAGE_EXPORT(page_train_filters)(void);
PAGE_EXPORT(page_train_tested)(void);
PAGE_EXPORT(page_train_drawn)(const uint8_t *ink, size_t count, double target);
PAGE_EXPORT(page_train_picture)(double index, double target);
PAGE_EXPORT(page_train_look)(double target);
PAGE_EXPORT(page_train_origin)(const char *column, double i);

enum { TRAIN = 320, TEST = 300, CLASSES = 10, SIDE = 28, PIXELS = SIDE * SIDE, STEPS = 20 };

static const char net[] =
    "conv 4 5 stride 2, batchnorm, relu, maxpool 2, linear 24, relu, dropout 0.2, linear 10";

/* --- Pictures that can be told apart --------------------------------------------- */

static const uint8_t image_header[] = {0, 0, 8, 3}, label_header[] = {0, 0, 8, 1};

static uint8_t *put_size(uint8_t *at, size_t size)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        *at++ = (uint8_t)(size >> shift);
    return at;
}

/* Labels of examples in a file of IDX, which the page frees. */
static uint8_t *labels_of(size_t count, size_t *size)
{
    uint8_t *bytes = malloc(*size = 8 + count);
    memcpy(bytes, label_header, 4);
    uint8_t *at = put_size(bytes + 4, count);
    for (size_t i = 0; i < count; i++)
        *at++ = (uint8_t)(i * 7 % CLASSES);
    return bytes;
}

/* Class c has its ink in the rows around 2 c + 4. */
static uint8_t *images_of(size_t count, uint64_t seed, size_t *size)
{
    pmy_random random = {.seed = seed};
    uint8_t *bytes = calloc(1, *size = 16 + count * PIXELS);
    memcpy(bytes, image_header, 4);
    uint8_t *at = put_size(put_size(put_size(bytes + 4, count), SIDE), SIDE);
    for (size_t i = 0; i < count; i++, at += PIXELS)
        for (size_t y = 0; y < 4; y++)
            for (size_t x = 5; x < SIDE - 5; x++)
                at[(2 * (i * 7 % CLASSES) + 4 + y) * SIDE + x] = (uint8_t)pmy_random_below(&random, 256);
    return bytes;
}

/* --- Answers ------------------------------------------------------------------------- */

static void expect_no_error(void)
{
    if (answered("error"))
        fail_msg("%s", answered_text("error"));
}

/* An error whose message has these words, of that field of the panel (NULL: of any), of the word at that
 * place of the field's text (length 0: of none). */
static void expect_error(const char *words, const char *field, size_t position, size_t length)
{
    if (!strstr(answered_text("error"), words))
        fail_msg("'%s' does not say '%s'", answered_text("error"), words);
    if (field)
        assert_string_equal(answered_text("field"), field);
    assert_int_equal(answered_numbers("error_place", NULL)[0], position);
    assert_int_equal(answered_numbers("error_place", NULL)[1], length);
}

/* --- Running ------------------------------------------------------------------------- */

static void begin(const char *rate)
{
    page_train_begin("mlp", net, rate, "32", "320", "2", "3");
    expect_no_error();
}

/* Losses of steps, as their slices answer them. */
typedef struct losses {
    float loss[STEPS];
    size_t count;
} losses;

/* How many a slice had. */
static size_t losses_of_slice(const float **loss)
{
    for (size_t i = 0; i < answer_column_count(); i++)
        if (strcmp(answer_columns()[i].name, "loss") == 0) {
            if (loss)
                *loss = answer_columns()[i].values;
            return answer_columns()[i].count;
        }
    fail_msg("no losses");
    return 0;
}

static void go(double steps, losses *to)
{
    page_train_go(steps);
    expect_no_error();
    do {
        page_train_go_slice();
        expect_no_error();
        const float *loss = NULL;
        size_t count = losses_of_slice(&loss);
        assert_true(to->count + count <= STEPS);
        if (count)
            assert_int_equal(answered_number("first"), to->count + 1);
        memcpy(to->loss + to->count, loss, count * sizeof *loss);
        to->count += count;
    } while (!answered("done"));
}

static losses run_whole(void)
{
    losses all = {.count = 0};
    begin("0.05");
    go((double)INFINITY, &all);
    return all;
}

static const uint8_t *stroke(void)
{
    enum { SHEET = 112 };
    static uint8_t ink[SHEET * SHEET];
    for (size_t y = 20; y < 90; y++)
        for (size_t x = 52; x < 60; x++)
            ink[y * SHEET + x] = 255;
    return ink;
}

/* --- Before there is anything ---------------------------------------------------------- */

static void without_pictures_nothing_begins_and_nothing_breaks(void **state)
{
    (void)state;
    page_train_begin("fast", net, "0.05", "32", "320", "2", "3");
    expect_error("not unpacked yet", "pictures", 0, 0);
    page_train_go(1);
    expect_error("no net yet", NULL, 0, 0);
    page_train_go_slice();
    expect_error("no net yet", NULL, 0, 0);
    page_train_rate("0.1");
    expect_error("no net yet", NULL, 0, 0);
    page_train_tested();
    expect_error("no test yet", NULL, 0, 0);
    page_train_drawn(stroke(), 112 * 112, -1);
    expect_error("no net yet", NULL, 0, 0);
    page_train_picture(0, -1);
    expect_error("no test pictures yet", NULL, 0, 0);
    page_train_filters();
    assert_int_equal(answered_number("count"), 0);
}

static void bytes_that_are_no_idx_say_so_and_the_right_ones_are_taken_after(void **state)
{
    (void)state;
    size_t size;
    uint8_t *bytes = labels_of(TEST, &size);
    page_pictures_test_labels(bytes, size - 1);
    expect_error("test labels: truncated", NULL, 0, 0);
    bytes = labels_of(TEST, &size);
    bytes[8] = CLASSES;
    page_pictures_test_labels(bytes, size);
    expect_error("the label in row 0 (the first is 0) is 10", NULL, 0, 0);
    bytes = labels_of(TEST, &size);
    page_pictures_test_labels(bytes, size);
    assert_int_equal(answered_number("count"), TEST);
    bytes = images_of(TEST - 1, 1, &size);
    page_pictures_test_images(bytes, size);
    expect_error("holds 299 images, but test labels holds 300", NULL, 0, 0);
    assert_int_equal(pictures_test()->count, 0);
    bytes = images_of(TEST, 1, &size);
    page_pictures_test_images(bytes, size);
    assert_int_equal(answered_number("count"), TEST);
    bytes = labels_of(TRAIN, &size);
    page_pictures_train_labels(bytes, size);
    bytes = images_of(TRAIN, 2, &size);
    page_pictures_train_images(bytes, size);
    assert_int_equal(answered_number("count"), TRAIN);
    assert_int_equal(pictures_train()->images[PIXELS * 5], 0);
}

/* --- The same as the library ------------------------------------------------------------ */

static void losses_are_those_of_the_library_run_directly(void **state)
{
    (void)state;
    pmy_training *direct;
    pmy_recipe recipe =
        preset_recipe(&mnist_presets, preset_for(&mnist_presets, "mlp"), PMY_RECIPE_OF_PICTURES);
    recipe.net = net;
    recipe.learning_rate = 0.05;
    recipe.batch = 32;
    recipe.epochs = 2;
    recipe.seed = 3;
    assert_int_equal(pmy_training_new(&recipe, pictures_train(), NULL, &direct, NULL), PMY_OK);
    losses all = run_whole();
    assert_int_equal(all.count, STEPS);
    for (size_t i = 0; i < STEPS; i++) {
        pmy_step_report report;
        assert_int_equal(pmy_training_step(direct, &report, NULL), PMY_OK);
        assert_true(all.loss[i] == (float)report.loss);
    }
    pmy_score score;
    assert_int_equal(pmy_evaluate(direct, pictures_test(), (pmy_predictions_watcher){0}, &score, NULL),
                     PMY_OK);
    assert_int_equal(train_run_now()->score.correct, score.correct);
    assert_int_equal(train_run_now()->score.count, TEST);
    assert_true(train_run_now()->score.loss == score.loss);
    pmy_training_free(direct);
}

static void pausing_and_looking_change_no_bit(void **state)
{
    (void)state;
    losses whole = run_whole(), parts = {.count = 0};
    begin("0.05");
    while (parts.count < STEPS) {
        go(3, &parts);
        if (parts.count % 2)
            page_train_test();
        page_train_drawn(stroke(), 112 * 112, 4);
        page_train_filters();
        page_train_look(-1);
        page_train_picture(7, -1);
        expect_no_error();
    }
    assert_memory_equal(parts.loss, whole.loss, sizeof whole.loss);
}

static void presets_are_those_of_the_command_line(void **state)
{
    (void)state;
    page_train_presets();
    assert_int_equal(answered_texts("name"), mnist_presets.count);
    for (size_t i = 0; i < mnist_presets.count; i++) {
        const preset *p = &mnist_presets.presets[i];
        char name[32];
        (void)strncpy(name, p->name, sizeof name - 1);
        name[sizeof name - 1] = '\0';
        char *argv[] = {"train", "--net", name, NULL};
        train_options typed;
        assert_int_equal(train_options_read(&typed, 3, argv), OPTIONS_RUN);
        pmy_recipe recipe = preset_recipe(&mnist_presets, p, PMY_RECIPE_OF_PICTURES);
        const pmy_recipe_field *field;
        for (size_t f = 0; (field = pmy_recipe_field_at(PMY_RECIPE_OF_PICTURES, f)); f++)
            assert_string_equal(pmy_recipe_print(&recipe, field).text,
                                pmy_recipe_print(&typed.usual.recipe, field).text);
        training_options_free(&typed.usual);
    }
}

/* --- What is heard between slices ----------------------------------------------------------- */

static void a_rate_is_heard_at_the_next_step_and_the_course_scales_it(void **state)
{
    (void)state;
    losses all = {.count = 0};
    begin("0.05");
    go(10, &all);
    double before = train_run_now()->report.learning_rate;
    page_train_rate("0.1");
    expect_no_error();
    go(1, &all);
    const pmy_schedule *schedule = &train_run_now()->training->run.schedule;
    assert_true(train_run_now()->report.learning_rate == pmy_schedule_rate(schedule, 10));
    assert_true(train_run_now()->report.learning_rate > before);
    static const char *const wrong[] = {"nan", "0", "-1", "inf", "fast", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        page_train_rate(wrong[i]);
        expect_error("is not a number above 0", "lr", 0, 0);
        assert_true(schedule->rate == 0.1);
    }
    go((double)INFINITY, &all);
    assert_int_equal(all.count, STEPS);
}

static void a_run_that_is_stopped_is_tested_and_takes_no_more_steps(void **state)
{
    (void)state;
    losses all = {.count = 0};
    begin("0.05");
    go(7, &all);
    page_train_stop();
    go(0, &all);
    assert_int_equal(all.count, 7);
    assert_int_equal(answered_number("ended"), 1);
    assert_int_equal(train_run_now()->tested_at, 7);
    page_train_go((double)INFINITY);
    page_train_go_slice();
    assert_int_equal(answered_number("done"), 1);
    assert_int_equal(answered_number("step"), 7);
}

static void a_test_counts_what_is_taken_for_what(void **state)
{
    (void)state;
    (void)run_whole();
    page_train_tested();
    double all = 0, right = 0;
    for (size_t i = 0; i < CLASSES * CLASSES; i++) {
        all += answered_numbers("confusion", NULL)[i];
        right += i % (CLASSES + 1) ? 0 : answered_numbers("confusion", NULL)[i];
    }
    assert_int_equal(all, TEST);
    assert_int_equal(TEST - right, answered_number("wrong"));
    assert_true(right > TEST * 9 / 10);
    page_train_origin("confusion", 33);
    assert_non_null(strstr(answered_text_of("text", 0), "3 taken for what it is"));
    char said[200];
    (void)snprintf(said, sizeof said, "%s", answered_text_of("text", 0));
    page_train_test(); /* another, which has counted nothing yet */
    page_train_origin("confusion", 33);
    assert_string_equal(answered_text_of("text", 0), said);
    page_train_filters();
    assert_int_equal(answered_number("count"), 4);
    assert_int_equal(answered_texts("about"), 4);
}

/* --- A digit ------------------------------------------------------------------------------------ */

static void a_drawing_has_p_and_p_minus_y(void **state)
{
    (void)state;
    static uint8_t sheet[112 * 112];
    (void)run_whole();
    page_train_drawn(sheet, 112 * 112, -1);
    assert_int_equal(answered_number("any"), 0);
    assert_string_equal(answered_text("note"), "Nothing is drawn");
    memset(sheet + 112 * 50, 255, 112 * 8); /* from edge to edge */
    page_train_drawn(sheet, 112 * 112, -1);
    assert_int_equal(answered_number("any"), 0);
    assert_non_null(strstr(answered_text("note"), "no digit"));
    page_train_drawn(stroke(), 112 * 112, 4);
    assert_int_equal(answered_number("any"), 1);
    assert_int_equal(answered_number("target"), 4);
    double sum = 0, slopes = 0;
    for (size_t k = 0; k < CLASSES; k++) {
        sum += answered_numbers("p", NULL)[k];
        slopes += answered_numbers("p_minus_y", NULL)[k];
        assert_true(fabs(answered_numbers("p_minus_y", NULL)[k] -
                         (answered_numbers("p", NULL)[k] - (k == 4))) < 1e-12);
    }
    assert_true(fabs(sum - 1) < 1e-6);
    assert_true(fabs(slopes) < 1e-6);
    assert_true(fabs(*answered_numbers("loss", NULL) + log(answered_numbers("p", NULL)[4])) < 1e-6);
    double answer = answered_number("answer");
    page_train_look(-1);
    assert_true(answered_number("target") == answer);
    page_train_picture(5, -1);
    assert_int_equal(answered_number("target"), 5 * 7 % CLASSES);
    page_train_picture(TEST, -1);
    expect_error("number 0 to 299", NULL, 0, 0);
}

/* What is said of p can be computed again from what is said. */
static void p_says_numbers_that_add_up(void **state)
{
    (void)state;
    static double p[CLASSES];
    (void)run_whole();
    page_train_picture(5, -1);
    memcpy(p, answered_numbers("p", NULL), sizeof p);
    for (unsigned k = 0; k < CLASSES; k++) {
        double z, largest, sum, said;
        page_train_origin("p", k);
        const char *text = answered_text_of("text", 2);
        assert_int_equal(sscanf(text,
                                strchr(text, '(') == strrchr(text, '(') ? "= exp(%lf − %lf) / %lf = %lf"
                                                                        : "= exp(%lf − (%lf)) / %lf = %lf",
                                &z, &largest, &sum, &said),
                         4);
        assert_true(fabs(said - p[k]) <= 1e-5 * p[k]);
        assert_true(fabs(exp(z - largest) / sum - p[k]) <= 1e-5 * p[k]);
    }
}

/* The loss falls along what speaks for the target, as fast as that says. */
static void pixels_speak_as_the_loss_falls(void **state)
{
    (void)state;
    static double speaks[PIXELS];
    uint8_t *picture = (uint8_t *)(uintptr_t)pictures_test()->images; /* the first, which is changed back */
    (void)run_whole();
    page_train_picture(0, 3);
    memcpy(speaks, answered_numbers("speaks", NULL), sizeof speaks);
    size_t most = 0;
    for (size_t i = 0; i < PIXELS; i++)
        if (fabs(speaks[i]) > fabs(speaks[most]) && picture[i] > 2 && picture[i] < 253)
            most = i;
    double loss[2];
    for (int side = 0; side < 2; side++) {
        picture[most] = (uint8_t)(picture[most] + (side ? 2 : -1));
        page_train_picture(0, 3);
        loss[side] = *answered_numbers("loss", NULL);
    }
    picture[most]--;
    double slope = -(loss[1] - loss[0]) / (2 / 255.0);
    assert_true(fabs(slope - speaks[most]) < 0.05 * fabs(speaks[most]) + 1e-4);
}

/* --- What is wrong --------------------------------------------------------------------------------- */

static void what_is_wrong_says_so_and_the_page_goes_on(void **state)
{
    (void)state;
    static const struct {
        const char *net, *rate, *batch, *pictures, *epochs, *words, *field;
        size_t position, length;
    } wrong[] = {
        {"linear 64, rellu, linear 10", "0.1", "32", "320", "1", "rellu", "net", 11, 5},
        {"linear 11", "0.1", "32", "320", "1", "11 outputs, but the data has 10 classes", "net", 0, 9},
        {"linear 1000000", "0.1", "32", "320", "1", "1000000 outputs", "net", 0, 14},
        {"linear 100000, linear 10", "0.1", "32", "320", "1", "79,500,010 parameters are too many", "net", 0,
         0},
        {"conv 64 9, conv 64 9, linear 10", "0.1", "320", "320", "1", "operations, more than a page", "net",
         0, 0},
        {"", "0.1", "32", "320", "1", "layer", "net", 0, 1},
        {"linear 10", "nan", "32", "320", "1", "learning rate of a run cannot be 'nan'", "lr", 0, 0},
        {"linear 10", "0", "32", "320", "1", "learning rate 0 is not a number above 0", "lr", 0, 0},
        {"linear 10", "0.1", "0", "320", "1", "batch of a run cannot be '0'", "batch", 0, 0},
        {"linear 10", "0.1", "1e3", "320", "1", "batch of a run cannot be '1e3'", "batch", 0, 0},
        {"linear 10", "0.1", "32", "321", "1", "1 to 320 pictures", "pictures", 0, 0},
        {"linear 10", "0.1", "32", "320", "0", "epochs of a run cannot be '0'", "epochs", 0, 0},
        {"linear 9, batchnorm, linear 10", "0.1", "1", "320", "1", "batchnorm needs 2", "batch", 0, 0},
    };
    losses all = {.count = 0};
    begin("0.05");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        page_train_begin("mlp", wrong[i].net, wrong[i].rate, wrong[i].batch, wrong[i].pictures,
                         wrong[i].epochs, "1");
        expect_error(wrong[i].words, wrong[i].field, wrong[i].position, wrong[i].length);
        page_train_check("mlp", wrong[i].net, wrong[i].rate, wrong[i].batch, wrong[i].pictures,
                         wrong[i].epochs, "1");
        expect_error(wrong[i].words, wrong[i].field, wrong[i].position, wrong[i].length);
        go(1, &all); /* the run that there is goes on */
    }
    page_train_begin("mlp", "linear 10", "0.1", "100000", "320", "1", "1");
    expect_error("batch of a run cannot be '100000'", "batch", 0, 0);
    page_train_begin("mlp", "linear 10", "0.1", "5000", "320", "1", "1");
    expect_no_error();
    assert_int_equal(answered_number("steps"), 1);
    page_train_origin("p", 10);
    expect_error("no number 10 of p", NULL, 0, 0);
}

static void a_run_that_cannot_be_computed_ends_and_another_begins(void **state)
{
    (void)state;
    page_train_begin("mlp", "linear 64, linear 64, linear 64, linear 10", "1000", "32", "320", "40", "1");
    page_train_go((double)INFINITY);
    size_t steps = 0;
    while (page_train_go_slice(), !answered("error")) {
        steps += losses_of_slice(NULL);
        assert_false(answered("done"));
    }
    expect_error("step ", NULL, 0, 0);
    assert_true(steps > 0);
    assert_int_equal(run_whole().count, STEPS);
}

/* --- Memory ----------------------------------------------------------------------------------------- */

static void memory_is_the_same_run_after_run(void **state)
{
    (void)state;
    /* Answers are as long as slices are, and the C library keeps what they leave. */
    enum { RUNS = 8, WARM = 2, SLACK = 50000 };
    size_t taken[RUNS];
    if (!ALLOCATIONS_ARE_COUNTED)
        skip();
    for (size_t i = 0; i < RUNS; i++) {
        (void)run_whole();
        page_train_drawn(stroke(), 112 * 112, -1);
        page_train_tested();
        page_train_filters();
        answer_begin();
        taken[i] = mallinfo2().uordblks;
    }
    for (size_t i = WARM + 1; i < RUNS; i++)
        assert_true(taken[i] < taken[WARM] + SLACK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_pictures_nothing_begins_and_nothing_breaks),
        cmocka_unit_test(bytes_that_are_no_idx_say_so_and_the_right_ones_are_taken_after),
        cmocka_unit_test(losses_are_those_of_the_library_run_directly),
        cmocka_unit_test(pausing_and_looking_change_no_bit),
        cmocka_unit_test(presets_are_those_of_the_command_line),
        cmocka_unit_test(a_rate_is_heard_at_the_next_step_and_the_course_scales_it),
        cmocka_unit_test(a_run_that_is_stopped_is_tested_and_takes_no_more_steps),
        cmocka_unit_test(a_test_counts_what_is_taken_for_what),
        cmocka_unit_test(a_drawing_has_p_and_p_minus_y),
        cmocka_unit_test(p_says_numbers_that_add_up),
        cmocka_unit_test(pixels_speak_as_the_loss_falls),
        cmocka_unit_test(what_is_wrong_says_so_and_the_page_goes_on),
        cmocka_unit_test(a_run_that_cannot_be_computed_ends_and_another_begins),
        cmocka_unit_test(memory_is_the_same_run_after_run),
    };
    return cmocka_run_group_tests_name("page train", tests, NULL, NULL);
}
