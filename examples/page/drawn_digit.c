/* A digit that is drawn, or one of the test pictures, before the training run's model as it is: p of the ten
 * classes, and p − y carried down to the pixels. */
#include "page/origin.h"
#include "page/train.h"

#include "kernels/softmax_row.h"
#include "mnist/saliency.h"
#include "page/answer.h"
#include "page/export.h"
#include "page/pictures.h"
#include "picture/digit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 10, PIXELS = PMY_FIT_SIDE * PMY_FIT_SIDE, NO_TARGET = -1 };

typedef struct look {
    uint8_t pixels[PIXELS];
    bool any;       /* there is a digit to look at */
    int label;      /* what a test picture is; NO_TARGET: nobody knows */
    char note[200]; /* on how the drawing was read */
    pmy_classifier
        *model;      /* a copy of the run's for one picture, which gives pixels a gradient; NULL: none */
    uint64_t of_run; /* which run's net it is */
    size_t target, answer;
    double z[CLASSES], p[CLASSES], y[CLASSES], p_minus_y[CLASSES], loss;
    double pixel[PIXELS], speaks[PIXELS]; /* 0 … 1; minus the loss's slope */
} look;

static look now = {.label = NO_TARGET};

/* --- The model -------------------------------------------------------------- */

static void copy_numbers(const pmy_graph *from, const pmy_graph *to)
{
    pmy_parameters parameters = pmy_graph_parameters(from);
    pmy_statistics statistics = pmy_graph_statistics(from);
    memcpy(pmy_graph_parameters(to).values, parameters.values, parameters.size * sizeof *parameters.values);
    if (statistics.size)
        memcpy(pmy_graph_statistics(to).values, statistics.values,
               statistics.size * sizeof *statistics.values);
}

/* The run's model, or its average where the run has one, as it is now. */
static pmy_status take_model(const train_run *run, pmy_error *error)
{
    pmy_training *training = run->training;
    pmy_status status = PMY_OK;
    if (!training)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "there is no net yet");
    if (!now.model || now.of_run != run->begun) {
        const pmy_classifier_options options = {.batch = 1, .pictures_gradient = true};
        pmy_classifier_free(now.model);
        status = pmy_classifier_new(&training->classifier->facts, &options, NULL, &now.model, error);
        now.of_run = run->begun;
    }
    if (status != PMY_OK)
        return status;
    bool swapped = pmy_run_take_average(&training->run);
    copy_numbers(training->classifier->graph, now.model->graph);
    if (swapped)
        pmy_average_swap(training->run.average);
    return PMY_OK;
}

/* --- Its numbers -------------------------------------------------------------- */

static void take_answer(void)
{
    const pmy_real *z = pmy_value(now.model->logits).data; /* [1, 10] */
    pmy_softmax_row row;
    (void)pmy_softmax_exponentials(CLASSES, z, 1, NULL, &row);
    now.answer = row.argmax;
    now.loss = (double)pmy_negative_log_probability(&row, z[now.target], 1);
    for (size_t k = 0; k < CLASSES; k++) {
        bool is_target = k == now.target;
        now.z[k] = (double)z[k];
        now.p[k] = (double)pmy_probability(&row, z[k], 1);
        now.y[k] = is_target;
        now.p_minus_y[k] = now.p[k] - now.y[k];
    }
    /* The target's own is minus the others' sum, which keeps the digits that p − 1 loses. */
    now.p_minus_y[now.target] = 0;
    for (size_t k = 0; k < CLASSES; k++)
        if (k != now.target)
            now.p_minus_y[now.target] -= now.p[k];
}

/* For the target, or for the model's own answer. */
static pmy_status ask(double target, pmy_error *error)
{
    pmy_status status = take_model(train_run_now(), error);
    for (size_t i = 0; i < PIXELS; i++)
        now.pixel[i] = now.pixels[i] / 255.0;
    now.target = target >= 0 && target < CLASSES ? (size_t)target : now.label >= 0 ? (size_t)now.label : 0;
    if (status == PMY_OK)
        status = saliency_of(now.model, now.pixels, now.target, now.speaks, error);
    if (status != PMY_OK)
        return status;
    take_answer();
    if (target >= 0 || now.label >= 0 || now.answer == now.target)
        return PMY_OK;
    now.target = now.answer;
    status = saliency_of(now.model, now.pixels, now.target, now.speaks, error);
    take_answer();
    return status;
}

/* --- Where its numbers come from -------------------------------------------------- */

static void say_z(origin *to, const void *panel, size_t k)
{
    const look *l = panel;
    origin_say(to, "Logit of class %zu: what the net’s last layer gives for these pixels", k);
    origin_say(to, "z[%zu] = %.7g", k, l->z[k]);
}

static void parts_z(origin *to, const void *panel, size_t k)
{
    (void)panel, (void)k;
    origin_parts(to, "pixel");
}

static void parts_p(origin *to, const void *panel, size_t k)
{
    (void)panel, (void)k;
    origin_parts(to, "z");
}

static void say_p(origin *to, const void *panel, size_t k)
{
    const look *l = panel;
    double sum = 0;
    for (size_t i = 0; i < CLASSES; i++)
        sum += exp(l->z[i] - l->z[l->answer]);
    origin_say(to, "Probability of class %zu: softmax of the logits", k);
    origin_say(to, "p[%zu] = exp(z[%zu] − max z) / Σ exp(z[i] − max z)", k, k);
    origin_say(
        to, l->z[l->answer] < 0 ? "= exp(%.7g − (%.7g)) / %.7g = %.6g" : "= exp(%.7g − %.7g) / %.7g = %.6g",
        l->z[k], l->z[l->answer], sum, l->p[k]);
}

static void say_y(origin *to, const void *panel, size_t k)
{
    const look *l = panel;
    origin_say(to, "y[%zu] = %g: the answer that is asked for is %zu", k, l->y[k], l->target);
}

static void parts_p_minus_y(origin *to, const void *panel, size_t k)
{
    (void)panel;
    origin_part(to, "p", k);
    origin_part(to, "y", k);
}

static void say_p_minus_y(origin *to, const void *panel, size_t k)
{
    const look *l = panel;
    origin_say(to, "Gradient of the loss by logit %zu: all that the whole net learns from begins here", k);
    origin_say(to, "∂loss/∂z[%zu] = p[%zu] − y[%zu] = %.6g − %g = %.6g", k, k, k, l->p[k], l->y[k],
               l->p_minus_y[k]);
    if (k == l->target)
        origin_say(to,
                   "It is computed as minus the sum of the other p, so that a p close to 1 keeps its digits");
}

static void parts_loss(origin *to, const void *panel, size_t i)
{
    (void)i;
    origin_part(to, "p", ((const look *)panel)->target);
    origin_parts(to, "y");
}

static void say_loss(origin *to, const void *panel, size_t i)
{
    const look *l = panel;
    (void)i;
    origin_say(to, "Loss, if the answer should be %zu", l->target);
    origin_say(to, "−log p[%zu] = −log %.6g = %.6g", l->target, l->p[l->target], l->loss);
    origin_say(to,
               "It is computed from what the others add to the sum, so that a p close to 1 keeps its digits");
}

static void say_pixel(origin *to, const void *panel, size_t i)
{
    const look *l = panel;
    origin_say(to, "Ink of the pixel in row %zu, column %zu: %d of 255", i / PMY_FIT_SIDE, i % PMY_FIT_SIDE,
               (int)l->pixels[i]);
    origin_say(to, "x = %.4f", l->pixel[i]);
}

static void parts_speaks(origin *to, const void *panel, size_t i)
{
    (void)panel, (void)i;
    origin_parts(to, "p_minus_y");
}

static void say_speaks(origin *to, const void *panel, size_t i)
{
    const look *l = panel;
    double s = l->speaks[i];
    origin_say(to, "Pixel in row %zu, column %zu, ink %.2f: more ink here makes %zu %s", i / PMY_FIT_SIDE,
               i % PMY_FIT_SIDE, l->pixel[i], l->target,
               s > 0   ? "surer"
               : s < 0 ? "less sure"
                       : "neither surer nor less sure");
    origin_say(to, "−∂loss/∂x = −Σ (p[k] − y[k]) · ∂z[k]/∂x = %.4g", s);
    origin_say(to, "p − y goes down through every layer by its backward pass, to this pixel");
}

/* Those that are shown come first; what the pixels have is drawn. */
enum { SHOWN = 5 };
#define COLUMN(name_, symbol_, rows_, columns_, values_) \
    ORIGIN_NAME(name_), .symbol = (symbol_), .rows = (rows_), .columns = (columns_), .values = (values_)
static const origin_column columns[] = {
    {COLUMN("z", "z[#]", CLASSES, 1, now.z), .digits = 4, .parts = parts_z, .words = say_z},
    {COLUMN("p", "p[#]", CLASSES, 1, now.p), .digits = 3, .parts = parts_p, .words = say_p},
    {COLUMN("y", "y[#]", CLASSES, 1, now.y), .words = say_y},
    {COLUMN("p_minus_y", "(p − y)[#]", CLASSES, 1, now.p_minus_y), .digits = 3, .parts = parts_p_minus_y,
     .words = say_p_minus_y},
    {COLUMN("loss", "loss", 1, 1, &now.loss), .digits = 4, .parts = parts_loss, .words = say_loss},
    {COLUMN("pixel", "x[#][#]", PMY_FIT_SIDE, PMY_FIT_SIDE, now.pixel), .words = say_pixel},
    {COLUMN("speaks", "−∂loss/∂x[#][#]", PMY_FIT_SIDE, PMY_FIT_SIDE, now.speaks), .parts = parts_speaks,
     .words = say_speaks},
};

/* --- The answer -------------------------------------------------------------------- */

static double largest_of(size_t count, const double *values)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(values[i]));
    return largest;
}

static void answer_look(double target)
{
    pmy_error error = {0};
    char text[200];
    answer_begin();
    if (now.any && ask(target, &error) != PMY_OK) {
        answer_error(&error);
        return;
    }
    answer_number("any", now.any);
    answer_text("note", now.note);
    answer_bytes("digit", PIXELS, now.pixels);
    if (!now.any)
        return;
    answer_number("answer", (double)now.answer);
    answer_number("target", (double)now.target);
    answer_number("label", now.label);
    origin_numbers(&(origin_table){columns, SHOWN, &now});
    answer_numbers("speaks", PIXELS, now.speaks);
    answer_number("strongest", largest_of(PIXELS, now.speaks));
    (void)snprintf(text, sizeof text, "The model takes it for %zu", now.answer);
    answer_text("taken", text);
    (void)snprintf(text, sizeof text, "The model takes it for %zu, with p[%zu] = %.4f", now.answer,
                   now.answer, now.p[now.answer]);
    answer_text("said", text);
}

/* --- What is looked at ---------------------------------------------------------- */

static void read_drawing(const uint8_t *ink, size_t side, pmy_status *status, pmy_error *error)
{
    const uint8_t white = 255;
    pmy_picture picture = {
        .width = side, .height = side, .pixels = malloc(side * side * 4), .orientation = 1};
    pmy_digit digit;
    *status = picture.pixels ? PMY_OK : pmy_fail(error, PMY_NO_MEMORY, "no memory for the drawing");
    for (size_t i = 0; *status == PMY_OK && i < side * side * 4; i++)
        picture.pixels[i] = i % 4 == 3 ? white : (uint8_t)(white - ink[i / 4]);
    if (*status == PMY_OK)
        *status = pmy_digit_make(&picture, &digit, error);
    free(picture.pixels);
    if (*status != PMY_OK)
        return;
    memcpy(now.pixels, digit.pixels, PIXELS);
    now.any = digit.found;
    now.label = NO_TARGET;
    if (!now.any)
        (void)snprintf(now.note, sizeof now.note, "%s",
                       digit.digits ? "That is no digit: it is a blot, a bar, or very small"
                                    : "Nothing is drawn");
    else if (digit.digits > 1)
        (void)snprintf(now.note, sizeof now.note, "There are %zu things; the one with most ink is looked at",
                       digit.digits);
    else
        (void)snprintf(now.note, sizeof now.note,
                       "Fitted into 20×20, its centre of mass in the middle of 28×28, as MNIST’s are");
    pmy_digit_free(&digit);
}

/* A drawing of ink [side, side], 255 where the pen was; `target` −1: the model's own answer. */
PAGE_EXPORT(page_train_drawn)(const uint8_t *ink, size_t count, double target)
{
    pmy_error error = {0};
    pmy_status status;
    read_drawing(ink, (size_t)sqrt((double)count), &status, &error);
    if (status == PMY_OK) {
        answer_look(target);
    } else {
        answer_begin();
        answer_error(&error);
    }
}

/* A test picture, whose label is the target where none is chosen. */
PAGE_EXPORT(page_train_picture)(double index, double target)
{
    const pmy_dataset *test = pictures_test();
    pmy_error error = {0};
    if (!(index >= 0 && index < (double)test->count)) {
        (void)(test->count == 0 ? pmy_fail(&error, PMY_BAD_ARGUMENT, "there are no test pictures yet")
                                : pmy_fail(&error, PMY_BAD_ARGUMENT, "the test pictures are number 0 to %zu",
                                           test->count - 1));
        answer_begin();
        answer_error(&error);
        return;
    }
    pmy_dataset_pixels(test, (size_t)index, now.pixels);
    now.any = true;
    now.label = test->labels[(size_t)index];
    (void)snprintf(now.note, sizeof now.note, "Test picture %zu, a %d", (size_t)index, now.label);
    answer_look(target);
}

/* The same again, by what the model is now. */
PAGE_EXPORT(page_train_look)(double target)
{
    answer_look(target);
}

/* Where number i of a column comes from, of the digit's or of the last test's. */
PAGE_EXPORT(page_train_origin)(const char *column, double i)
{
    enum { COUNT = sizeof columns / sizeof *columns };
    origin_column all[COUNT + 1];
    memcpy(all, columns, sizeof columns);
    all[COUNT] = train_confusion_column();
    origin_answer(&(origin_table){all, COUNT + 1, &now}, column, (size_t)i);
}
