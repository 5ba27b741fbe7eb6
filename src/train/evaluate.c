#include "train/training_state.h"

#include <math.h>

/* The first of the largest of n > 0 numbers. */
static size_t argmax(size_t n, const pmy_real *x)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > x[best])
            best = i;
    return best;
}

size_t pmy_count_correct(const pmy_training *training)
{
    pmy_tensor logits = pmy_value(training->logits);          /* [rows, classes] */
    const int32_t *labels = pmy_label_data(training->labels); /* [rows] */
    size_t classes = logits.shape.dim[1], correct = 0;
    for (size_t r = 0; r < logits.shape.dim[0]; r++)
        correct += argmax(classes, logits.data + r * classes) == (size_t)labels[r];
    return correct;
}

pmy_status pmy_evaluate(pmy_training *training, const pmy_dataset *dataset, pmy_score *score,
                        pmy_error *error)
{
    return pmy_evaluate_watched(training, dataset, (pmy_predictions_watcher){0}, score, error);
}

pmy_status pmy_evaluate_watched(pmy_training *training, const pmy_dataset *dataset,
                                pmy_predictions_watcher watcher, pmy_score *score, pmy_error *error)
{
    *score = (pmy_score){.count = dataset->count};
    if (!pmy_shape_equal(pmy_image_shape(dataset), pmy_image_shape(training->dataset)) ||
        dataset->classes != training->dataset->classes)
        return pmy_fail(error, PMY_BAD_ARGUMENT,
                        "pictures of %s in %zu classes, but the model takes %s in %zu",
                        pmy_shape_print(pmy_image_shape(dataset)).text, dataset->classes,
                        pmy_shape_print(pmy_image_shape(training->dataset)).text, training->dataset->classes);
    uint32_t indices[256];
    size_t largest = training->recipe.batch < 256 ? training->recipe.batch : 256;
    for (size_t first = 0; first < dataset->count; first += largest) {
        size_t count = dataset->count - first < largest ? dataset->count - first : largest;
        for (size_t i = 0; i < count; i++)
            indices[i] = (uint32_t)(first + i);
        pmy_status status = pmy_feed(training, dataset, indices, count, error);
        if (status == PMY_OK)
            status = pmy_forward(training->graph, PMY_EVAL, error);
        if (status != PMY_OK)
            return status;
        pmy_tensor logits = pmy_value(training->logits); /* [count, classes] */
        if (watcher.see)
            watcher.see(watcher.context, &(pmy_predictions){.first = first,
                                                            .count = count,
                                                            .classes = logits.shape.dim[1],
                                                            .logits = logits.data,
                                                            .labels = pmy_label_data(training->labels)});
        score->correct += pmy_count_correct(training);
        score->loss += (double)pmy_item(training->loss) * (double)count / (double)dataset->count;
    }
    return PMY_OK;
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
