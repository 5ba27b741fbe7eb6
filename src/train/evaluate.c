#include "train/classifier.h"

#include "base/parts.h"

#include <math.h>
#include <string.h>

/* The first of the largest of n > 0 numbers. */
static size_t argmax(size_t n, const pmy_real *x)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > x[best])
            best = i;
    return best;
}

size_t pmy_count_correct(const pmy_classifier *classifier)
{
    pmy_tensor logits = pmy_value(classifier->logits);            /* [rows, classes] */
    const int32_t *labels = pmy_integer_data(classifier->labels); /* [rows] */
    size_t classes = logits.shape.dim[1], correct = 0;
    for (size_t r = 0; r < logits.shape.dim[0]; r++)
        correct += argmax(classes, logits.data + r * classes) == (size_t)labels[r];
    return correct;
}

static pmy_status check_pictures(const pmy_model_facts *facts, const pmy_dataset *dataset, pmy_error *error)
{
    pmy_shape taken = pmy_shape_of_row(facts->net.input);
    if (!pmy_shape_equal(pmy_image_shape(dataset), taken) || dataset->classes != facts->classes)
        return pmy_fail(error, PMY_BAD_ARGUMENT,
                        "pictures of %s in %zu classes, but the model takes %s in %zu",
                        pmy_shape_print(pmy_image_shape(dataset)).text, dataset->classes,
                        pmy_shape_print(taken).text, facts->classes);
    /* A class is a class by its name, where both say what that is. */
    for (size_t k = 0; facts->names && dataset->names && k < facts->classes; k++)
        if (strcmp(facts->names[k], dataset->names[k]) != 0)
            return pmy_fail(error, PMY_BAD_ARGUMENT,
                            "class %zu of the pictures is '%.100s', but the model's '%.100s'", k,
                            dataset->names[k], facts->names[k]);
    return PMY_OK;
}

pmy_status pmy_classifier_evaluate_next(pmy_classifier *classifier, const pmy_dataset *dataset,
                                        pmy_predictions_watcher watcher, pmy_score *score, pmy_error *error)
{
    uint32_t indices[PMY_EVALUATED];
    size_t largest = pmy_at_most(classifier->options.batch, PMY_EVALUATED);
    size_t first = score->count, count = pmy_at_most(dataset->count - first, largest);
    pmy_status status = check_pictures(&classifier->facts, dataset, error);
    for (size_t i = 0; i < count; i++)
        indices[i] = (uint32_t)(first + i);
    if (status == PMY_OK)
        status = pmy_classifier_feed(classifier, dataset, indices, count, NULL, 0, error);
    if (status == PMY_OK)
        status = pmy_forward(classifier->graph, PMY_EVAL, error);
    if (status != PMY_OK)
        return status;
    if (watcher.see)
        watcher.see(watcher.context, &(pmy_predictions){.first = first,
                                                        .count = count,
                                                        .classes = dataset->classes,
                                                        .logits = pmy_value(classifier->logits).data,
                                                        .labels = pmy_integer_data(classifier->labels)});
    score->count += count;
    score->correct += pmy_count_correct(classifier);
    score->loss += (double)pmy_item(classifier->loss) * (double)count / (double)dataset->count;
    return PMY_OK;
}

pmy_status pmy_classifier_evaluate(pmy_classifier *classifier, const pmy_dataset *dataset,
                                   pmy_predictions_watcher watcher, pmy_score *score, pmy_error *error)
{
    pmy_status status = PMY_OK;
    *score = (pmy_score){0};
    while (status == PMY_OK && score->count < dataset->count)
        status = pmy_classifier_evaluate_next(classifier, dataset, watcher, score, error);
    return status;
}

void pmy_wilson95(size_t correct, size_t count, double *low, double *high)
{
    const double z = 1.959963984540054; /* 97.5 % of a normal distribution lie below */
    double n = (double)count, p = (double)correct / n;
    double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
    *low = middle - half;
    *high = middle + half;
}
