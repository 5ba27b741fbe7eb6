/* parity MODEL DATA: holds the pmy_predict that this is linked with to the model it was exported from, on all
 * test pictures. Prints the number of pictures, how many are of another class although the model's top two
 * are 2e-5 or more apart, and the largest difference of a probability. */
#include "train/classifier.h"

#include <math.h>
#include <stdio.h>

enum { CLASSES = 10, PIXELS = 28 * 28 };

void pmy_predict(const float pixels[PIXELS], float probabilities[CLASSES]);

typedef struct comparison {
    const pmy_dataset *data;
    size_t count, other_class;
    double largest;
} comparison;

static void softmax(const pmy_real *logits /* [CLASSES] */, double *p /* [CLASSES] */)
{
    double most = -HUGE_VAL, sum = 0;
    for (size_t k = 0; k < CLASSES; k++)
        most = fmax(most, (double)logits[k]);
    for (size_t k = 0; k < CLASSES; k++)
        sum += p[k] = exp((double)logits[k] - most);
    for (size_t k = 0; k < CLASSES; k++)
        p[k] /= sum;
}

static void compare(comparison *c, const double *expected /* [CLASSES] */, const float *got /* [CLASSES] */)
{
    size_t best = 0, got_best = 0;
    double second = 0;
    for (size_t k = 0; k < CLASSES; k++) {
        double difference = fabs((double)got[k] - expected[k]);
        if (!(difference <= c->largest))
            c->largest = difference;
        if (expected[k] > expected[best])
            best = k;
        if (got[k] > got[got_best])
            got_best = k;
    }
    for (size_t k = 0; k < CLASSES; k++)
        if (k != best && expected[k] > second)
            second = expected[k];
    c->other_class += best != got_best && expected[best] - second >= 2e-5;
    c->count++;
}

static void see(void *context, const pmy_predictions *batch)
{
    comparison *c = context;
    for (size_t row = 0; row < batch->count; row++) {
        float pixels[PIXELS], got[CLASSES];
        double expected[CLASSES];
        for (size_t i = 0; i < PIXELS; i++)
            pixels[i] = (float)c->data->images[(batch->first + row) * PIXELS + i] / 255;
        pmy_predict(pixels, got);
        softmax(batch->logits + row * CLASSES, expected);
        compare(c, expected, got);
    }
}

int main(int argc, char **argv)
{
    pmy_error error = {.code = PMY_OK};
    pmy_dataset data;
    pmy_classifier *classifier;
    pmy_score score;
    comparison c = {.data = &data};
    if (argc != 3 || pmy_dataset_load(argv[2], PMY_DATASET_TEST, CLASSES, &data, &error) != PMY_OK ||
        pmy_classifier_load(argv[1], NULL, NULL, NULL, &classifier, &error) != PMY_OK ||
        pmy_classifier_evaluate(classifier, &data, (pmy_predictions_watcher){&c, see}, &score, &error) !=
            PMY_OK) {
        fprintf(stderr, "parity: %s\n", error.message);
        return 2;
    }
    printf("%zu %zu %.3g\n", c.count, c.other_class, c.largest);
    pmy_classifier_free(classifier);
    pmy_dataset_free(&data);
    return c.count == 0 || c.other_class > 0 || !(c.largest <= 1e-5);
}
