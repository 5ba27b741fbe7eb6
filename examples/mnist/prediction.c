#include "mnist/prediction.h"

#include "io/file.h"
#include "kernels/softmax_row.h"
#include "mnist/class_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pmy_status read_picture(const char *name, pmy_picture *picture, pmy_error *error)
{
    if (strcmp(name, "-") != 0)
        return pmy_picture_read(name, picture, error);
    pmy_file file;
    const char *input = "standard input";
    pmy_status status = pmy_file_read_stream(STDIN_FILENO, input, PMY_PICTURE_LARGEST_FILE, &file, error);
    if (status == PMY_OK)
        status = pmy_picture_decode(input, file.bytes, file.size, picture, error);
    pmy_file_free(&file);
    return status;
}

/* Room for one more, which is empty but for its name; NULL: no memory. */
static prediction *add(predictions *to, const char *name, pmy_error *error)
{
    prediction *list = realloc(to->list, (to->count + 1) * sizeof *list);
    if (!list) {
        (void)pmy_fail(error, PMY_NO_MEMORY, "no memory for %zu pictures", to->count + 1);
        return NULL;
    }
    to->list = list;
    list[to->count] = (prediction){.name = name};
    return &list[to->count++];
}

/* All but the stage that is shown beside what speaks for an answer. */
static void forget_stages(const predictions *of, pmy_digit *digit)
{
    for (size_t stage = 0; !of->keep_stages && stage < PMY_STAGE_CENTRED; stage++)
        pmy_grey_free(&digit->stage[stage]);
}

/* More things are no row of digits but a pattern, and each would be looked for alone. */
static pmy_status check_digits(const char *name, size_t digits, pmy_error *error)
{
    enum { MOST_DIGITS = 100 };
    if (digits <= MOST_DIGITS)
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_FILE, "%s: shows %zu separate things, but a row is of %d digits at most",
                    name, digits, MOST_DIGITS);
}

pmy_status predictions_read(predictions *to, const char *name, bool all, pmy_error *error)
{
    pmy_picture file = {0};
    prediction *one = add(to, name, error);
    if (!one)
        return PMY_NO_MEMORY;
    pmy_status status = read_picture(name, &file, error);
    if (status == PMY_OK)
        status = all ? pmy_digit_make_nth(&file, 0, &one->digit, error)
                     : pmy_digit_make(&file, &one->digit, error);
    if (status == PMY_OK && all)
        status = check_digits(name, one->digit.digits, error);
    one->read = status == PMY_OK;
    forget_stages(to, &one->digit);
    size_t digits = all && one->read ? one->digit.digits : 1;
    one->place = digits > 1;
    for (size_t i = 1; status == PMY_OK && i < digits; i++) {
        one = add(to, name, error);
        status = one ? pmy_digit_make_nth(&file, i, &one->digit, error) : PMY_NO_MEMORY;
        if (one) {
            one->read = status == PMY_OK;
            one->place = i + 1;
            forget_stages(to, &one->digit);
        }
    }
    pmy_picture_free(&file);
    return status;
}

void predictions_free(predictions *of)
{
    for (size_t i = 0; i < of->count; i++)
        prediction_free(&of->list[i]);
    free(of->list);
    *of = (predictions){0};
}

bool prediction_has_digit(const prediction *picture)
{
    return picture->read && picture->digit.found;
}

void prediction_free(prediction *picture)
{
    pmy_digit_free(&picture->digit);
    free(picture->p);
    *picture = (prediction){0};
}

/* --- Asking the model --------------------------------------------------------- */

/* A classifier with the file's numbers, for `count` pictures at a time: making one for many takes longer than
 * asking it about one. */
static pmy_status load(const char *path, size_t count, bool explains, pmy_classifier **classifier,
                       pmy_error *error)
{
    pmy_classifier_options options = {.batch = count < PMY_EVALUATED ? count : PMY_EVALUATED,
                                      .pictures_gradient = explains};
    pmy_status status = pmy_classifier_load(path, NULL, &options, NULL, classifier, error);
    if (status != PMY_OK)
        return status;
    const pmy_model_facts *facts = &(*classifier)->facts;
    pmy_shape taken = pmy_shape_of_row(facts->net.input);
    if (!pmy_shape_equal(taken, PMY_SHAPE(1, PMY_FIT_SIDE, PMY_FIT_SIDE)))
        return pmy_fail(error, PMY_BAD_FILE, "%s: takes pictures of %s, not of 1x%dx%d", path,
                        pmy_shape_print(taken).text, PMY_FIT_SIDE, PMY_FIT_SIDE);
    if (facts->classes < 2)
        return pmy_fail(error, PMY_BAD_FILE, "%s: knows one class: there is nothing to tell apart", path);
    return PMY_OK;
}

/* Softmax of a row of logits, and the two classes that come first. */
static void take_answer(prediction *picture, size_t classes, const pmy_real *logits)
{
    pmy_softmax_row row;
    (void)pmy_softmax_exponentials(classes, logits, 1, NULL, &row);
    for (size_t i = 0; i < classes; i++)
        picture->p[i] = pmy_probability(&row, logits[i], 1);
    picture->best = row.argmax;
    picture->second = picture->best == 0;
    for (size_t i = 0; i < classes; i++)
        if (i != picture->best && picture->p[i] > picture->p[picture->second])
            picture->second = i;
}

typedef struct answers {
    prediction **pictures; /* in the order of the dataset */
} answers;

static void see_answers(void *context, const pmy_predictions *batch)
{
    answers *to = context;
    for (size_t i = 0; i < batch->count; i++)
        take_answer(to->pictures[batch->first + i], batch->classes, batch->logits + i * batch->classes);
}

static pmy_status ask(pmy_classifier *classifier, prediction **pictures, size_t count, pmy_error *error)
{
    enum { PIXELS = PMY_FIT_SIDE * PMY_FIT_SIDE };
    size_t classes = classifier->facts.classes;
    uint8_t *images = malloc(count * PIXELS);
    int32_t *labels = calloc(count, sizeof *labels); /* unknown, and not looked at */
    pmy_status status =
        images && labels ? PMY_OK : pmy_fail(error, PMY_NO_MEMORY, "no memory for the pictures");
    for (size_t i = 0; status == PMY_OK && i < count; i++) {
        memcpy(images + i * PIXELS, pictures[i]->digit.pixels, PIXELS);
        pictures[i]->p = calloc(classes, sizeof *pictures[i]->p);
        if (!pictures[i]->p)
            status = pmy_fail(error, PMY_NO_MEMORY, "no memory for the answers");
    }
    if (status == PMY_OK) {
        pmy_dataset dataset = {.images = images,
                               .labels = labels,
                               .count = count,
                               .channels = 1,
                               .height = PMY_FIT_SIDE,
                               .width = PMY_FIT_SIDE,
                               .classes = classes};
        answers to = {pictures};
        pmy_score score;
        status = pmy_classifier_evaluate(classifier, &dataset, (pmy_predictions_watcher){&to, see_answers},
                                         &score, error);
    }
    free(images);
    free(labels);
    return status;
}

pmy_status predictions_make(prediction *pictures, size_t count, const char *model, bool explains,
                            pmy_classifier **classifier, pmy_error *error)
{
    prediction **readable = calloc(count, sizeof *readable);
    if (!readable)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the pictures");
    size_t readable_count = 0;
    for (size_t i = 0; i < count; i++)
        if (pictures[i].read)
            readable[readable_count++] = &pictures[i];
    pmy_status status = load(model, readable_count ? readable_count : 1, explains, classifier, error);
    if (status == PMY_OK && readable_count > 0)
        status = ask(*classifier, readable, readable_count, error);
    free(readable);
    return status;
}

/* --- Doubts -------------------------------------------------------------------- */

const char *prediction_warning(const prediction *picture, const char *const *names, size_t index)
{
    static const double sure = 0.75, percent = 100;
    static char text[160 + PMY_LONGEST_CLASS_NAME];
    const pmy_digit *digit = &picture->digit;
    size_t at = 0;
    if (digit->ink_share > PMY_DIGIT_MOST_INK && index == at++) {
        (void)snprintf(text, sizeof text, "ink everywhere (%.0f %%): is it a digit on paper?",
                       percent * digit->ink_share);
        return text;
    }
    if (digit->digits > 1 && picture->place == 0 && index == at++) {
        (void)snprintf(text, sizeof text,
                       "%zu separate digits: only the one with most ink was looked at; --all reads them all",
                       digit->digits);
        return text;
    }
    if (picture->p[picture->best] < sure && index == at++) {
        (void)snprintf(text, sizeof text, "not sure: it may also be %s%s (%.1f %%)", names ? "" : "a ",
                       class_text_of(names, picture->second).text, percent * picture->p[picture->second]);
        return text;
    }
    return NULL;
}
