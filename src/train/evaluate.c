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
    if (!classifier->labels)
        return 0;
    pmy_tensor logits = pmy_value(classifier->logits);            /* [rows, classes] */
    const int32_t *labels = pmy_integer_data(classifier->labels); /* [rows] */
    size_t classes = logits.shape.dim[1], correct = 0;
    for (size_t r = 0; r < logits.shape.dim[0]; r++)
        correct += argmax(classes, logits.data + r * classes) == (size_t)labels[r];
    return correct;
}

static pmy_status check_examples(const pmy_model_facts *facts, const pmy_dataset *dataset, pmy_error *error)
{
    pmy_shape taken = pmy_shape_of_row(facts->net.input), given = pmy_dataset_shape(dataset);
    if (!pmy_shape_equal(given, taken))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "examples of %s, but the model takes %s",
                        pmy_shape_print(given).text, pmy_shape_print(taken).text);
    return PMY_OK;
}

/* Whether it can be said how well the model does. */
static pmy_status check_truth(const pmy_model_facts *facts, const pmy_dataset *dataset, pmy_error *error)
{
    pmy_shape taken = pmy_shape_of_row(facts->net.input), given = pmy_dataset_shape(dataset);
    size_t targets = dataset->targets ? dataset->target_width : 0;
    if (targets != facts->targets)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "examples with %zu targets, but the model has %zu", targets,
                        facts->targets);
    if (targets)
        return PMY_OK;
    if (!dataset->labels)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "examples without labels, but the model has %zu classes",
                        facts->classes);
    if (!pmy_shape_equal(given, taken) || dataset->classes != facts->classes)
        return pmy_fail(
            error, PMY_BAD_ARGUMENT, "pictures of %s in %zu classes, but the model takes %s in %zu",
            pmy_shape_print(given).text, dataset->classes, pmy_shape_print(taken).text, facts->classes);
    /* A class is a class by its name, where both say what that is. */
    for (size_t k = 0; facts->names && dataset->names && k < facts->classes; k++)
        if (strcmp(facts->names[k], dataset->names[k]) != 0)
            return pmy_fail(error, PMY_BAD_ARGUMENT,
                            "class %zu of the pictures is '%.100s', but the model's '%.100s'", k,
                            dataset->names[k], facts->names[k]);
    return PMY_OK;
}

/* The logits of examples first … first + count − 1, or what is predicted, in the targets' units. */
static pmy_status ask(pmy_classifier *classifier, const pmy_dataset *dataset, size_t first, size_t count,
                      pmy_error *error)
{
    const pmy_model_facts *facts = &classifier->facts;
    uint32_t indices[PMY_EVALUATED];
    for (size_t i = 0; i < count; i++)
        indices[i] = (uint32_t)(first + i);
    pmy_status status = check_examples(facts, dataset, error);
    if (status == PMY_OK)
        status = pmy_dataset_check(dataset, first, count, error);
    if (status == PMY_OK)
        status = pmy_classifier_feed(classifier, dataset, indices, count, NULL, 0, error);
    if (status == PMY_OK)
        status = pmy_forward(classifier->graph, PMY_EVAL, error);
    if (status == PMY_OK && facts->target)
        pmy_restore_columns(facts->target, count, facts->targets, pmy_value(classifier->logits).data);
    return status;
}

/* How many examples are asked at a time, after the first ones. */
static size_t next_count(const pmy_classifier *classifier, const pmy_dataset *dataset, size_t first)
{
    return pmy_at_most(dataset->count - first, pmy_at_most(classifier->options.batch, PMY_EVALUATED));
}

static double squared_error(size_t count, const pmy_real *predicted /* [count] */,
                            const float *targets /* [count] */)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double off = (double)predicted[i] - (double)targets[i];
        sum += off * off;
    }
    return sum;
}

pmy_status pmy_classifier_evaluate_next(pmy_classifier *classifier, const pmy_dataset *dataset,
                                        pmy_predictions_watcher watcher, pmy_score *score, pmy_error *error)
{
    size_t first = score->count, count = next_count(classifier, dataset, first);
    size_t width = classifier->facts.targets;
    pmy_status status = check_truth(&classifier->facts, dataset, error);
    if (status == PMY_OK)
        status = ask(classifier, dataset, first, count, error);
    if (status != PMY_OK)
        return status;
    const pmy_real *outputs = pmy_value(classifier->logits).data; /* [count, classes or width] */
    pmy_predictions seen = {.first = first, .count = count};
    if (width) {
        seen.target_width = width;
        seen.predicted = outputs;
        seen.targets = dataset->targets + first * width;
        score->squared_error += squared_error(count * width, outputs, seen.targets);
    } else {
        seen.classes = dataset->classes;
        seen.logits = outputs;
        seen.labels = pmy_integer_data(classifier->labels);
        score->correct += pmy_count_correct(classifier);
    }
    if (watcher.see)
        watcher.see(watcher.context, &seen);
    score->count += count;
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

double pmy_root_mean_squared_error(const pmy_score *score, const pmy_dataset *dataset)
{
    return sqrt(score->squared_error / ((double)score->count * (double)dataset->target_width));
}

double pmy_r_squared(const pmy_score *score, const pmy_dataset *dataset)
{
    double around = 0; /* Σ (target − mean)² */
    size_t width = dataset->target_width;
    for (size_t i = 0; i < width; i++) {
        double mean = 0;
        for (size_t row = 0; row < dataset->count; row++)
            mean += ((double)dataset->targets[row * width + i] - mean) / (double)(row + 1);
        for (size_t row = 0; row < dataset->count; row++) {
            double off = (double)dataset->targets[row * width + i] - mean;
            around += off * off;
        }
    }
    return around > 0 ? 1 - score->squared_error / around : (double)NAN;
}

pmy_status pmy_classifier_predict(pmy_classifier *classifier, const pmy_dataset *dataset,
                                  pmy_real *outputs /* [count, n] */, pmy_error *error)
{
    size_t n = pmy_model_outputs(&classifier->facts);
    pmy_status status = PMY_OK;
    for (size_t first = 0, count; status == PMY_OK && first < dataset->count; first += count) {
        count = next_count(classifier, dataset, first);
        status = ask(classifier, dataset, first, count, error);
        if (status == PMY_OK)
            memcpy(outputs + first * n, pmy_value(classifier->logits).data, count * n * sizeof *outputs);
    }
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
