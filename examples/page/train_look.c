/* What a training run has come to: its first layer's filters, and what the last test found. */
#include "page/train.h"

#include "mnist/filters.h"
#include "page/answer.h"
#include "page/export.h"
#include "page/pictures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_FILTERS = 32, MOST_MISTAKES = 24 };

/* --- Filters ---------------------------------------------------------------- */

static void say_range(const pmy_real *weights, size_t count)
{
    char text[100];
    double low = (double)weights[0], high = low;
    for (size_t i = 1; i < count; i++) {
        low = fmin(low, (double)weights[i]);
        high = fmax(high, (double)weights[i]);
    }
    (void)snprintf(text, sizeof text, "weights from %.3g to %.3g", low, high);
    answer_next_text(text);
}

static void answer_filters(const filters *all, const size_t *order)
{
    size_t shown = all->count < MOST_FILTERS ? all->count : MOST_FILTERS, size = all->height * all->width;
    float *weights = calloc(shown * size + 1, sizeof *weights); /* [shown, height, width] */
    for (size_t i = 0; weights && i < shown * size; i++)
        weights[i] = (float)all->weights[order[i / size] * size + i % size];
    answer_number("count", (double)all->count);
    answer_number("height", (double)all->height);
    answer_number("width", (double)all->width);
    answer_reals("weights", weights ? shown * size : 0, weights);
    answer_texts("about");
    for (size_t i = 0; weights && i < shown; i++)
        say_range(weights + i * size, size);
    free(weights);
}

/* Those of the largest norm; count 0 where the first layer does not look at pictures. */
PAGE_EXPORT(page_train_filters)(void)
{
    const train_run *run = train_run_now();
    filters all = {0};
    answer_begin();
    if (run->training)
        all = filters_of(run->training->classifier->graph, run->training->dataset);
    size_t *order = filters_order(&all);
    answer_filters(&all, order);
    free(order);
}

/* --- The last test ------------------------------------------------------------ */

/* The last whole test's: how many of a label [row] had a prediction [column]. */
enum { CLASSES = 10 };
static double confusion[CLASSES * CLASSES];

static void say_confusion(origin *to, const void *panel, size_t i)
{
    size_t label = i / CLASSES, prediction = i % CLASSES;
    double examples = 0;
    (void)panel;
    for (size_t k = 0; k < CLASSES; k++)
        examples += confusion[label * CLASSES + k];
    count_text count = count_print((size_t)confusion[i]), of = count_print((size_t)examples);
    if (label != prediction)
        origin_say(to, "%zu taken for %zu: %s of the %s test pictures of a %zu", label, prediction,
                   count.text, of.text, label);
    else
        origin_say(to, "%zu taken for what it is: %s of the %s test pictures of a %zu", label, count.text,
                   of.text, label);
}

origin_column train_confusion_column(void)
{
    return (origin_column){ORIGIN_NAME("confusion"), .symbol = "taken[#][#]", .rows = CLASSES,
                           .columns = CLASSES,       .values = confusion,     .words = say_confusion};
}

static void answer_confusion(const pmy_assessment *test)
{
    origin_column column = train_confusion_column();
    for (size_t i = 0; i < CLASSES * CLASSES; i++)
        confusion[i] = (double)test->confusion[i];
    origin_numbers(&(origin_table){&column, 1, NULL});
}

static void answer_mistakes(const pmy_assessment *test, const pmy_dataset *pictures)
{
    char text[120];
    double index[MOST_MISTAKES];
    size_t wrong = test->count - test->correct, shown = wrong < MOST_MISTAKES ? wrong : MOST_MISTAKES;
    size_t pixels = pmy_dataset_features(pictures);
    uint8_t *images = malloc(shown * pixels + 1); /* [shown, height, width] */
    for (size_t i = 0; i < shown; i++) {
        index[i] = (double)test->mistakes[i].index;
        if (images)
            pmy_dataset_pixels(pictures, test->mistakes[i].index, images + i * pixels);
    }
    answer_number("wrong", (double)wrong);
    answer_numbers("mistake", shown, index);
    answer_bytes("mistake_pixels", images ? shown * pixels : 0, images);
    answer_texts("mistake_said");
    for (size_t i = 0; i < shown; i++) {
        const pmy_mistake *m = &test->mistakes[i];
        (void)snprintf(text, sizeof text, "%d taken for %d, p[%d] = %.4f, p[%d] = %.2g", (int)m->label,
                       (int)m->prediction, (int)m->prediction, m->p, (int)m->label, m->label_p);
        answer_next_text(text);
    }
    answer_texts("mistake_text");
    for (size_t i = 0; i < shown; i++) {
        (void)snprintf(text, sizeof text, "%d → %d", (int)test->mistakes[i].label,
                       (int)test->mistakes[i].prediction);
        answer_next_text(text);
    }
    free(images);
}

/* The confusion matrix and the most confident mistakes of a test that is whole. */
PAGE_EXPORT(page_train_tested)(void)
{
    const train_run *run = train_run_now();
    pmy_error error = {0};
    answer_begin();
    if (run->test && !run->testing && run->tested_at != UINT64_MAX) {
        answer_confusion(run->test);
        answer_mistakes(run->test, pictures_test());
    } else {
        (void)pmy_fail(&error, PMY_BAD_ARGUMENT, "there was no test yet");
        answer_error(&error);
    }
}
