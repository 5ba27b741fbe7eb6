/* probabilities MODEL [DATA]: what a model says of the first test pictures, or (no DATA) of windows of
 * tokens, for tests/export/onnx_parity.py. On standard output, in the machine's order of bytes: how many
 * examples, numbers an example and probabilities an example there are, int64; the examples, floats or int64;
 * the probabilities, doubles. */
#include "train/classifier.h"
#include "train/language.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PICTURES = 1000, WINDOWS = 5 };

static void put(const void *numbers, size_t size, size_t count)
{
    (void)fwrite(numbers, size, count, stdout);
}

static void put_sizes(size_t examples, size_t numbers, size_t probabilities)
{
    int64_t sizes[] = {(int64_t)examples, (int64_t)numbers, (int64_t)probabilities};
    put(sizes, sizeof *sizes, 3);
}

static void put_softmax(const pmy_real *logits /* [classes] */, size_t classes)
{
    double most = -HUGE_VAL, sum = 0;
    for (size_t k = 0; k < classes; k++)
        most = fmax(most, (double)logits[k]);
    for (size_t k = 0; k < classes; k++)
        sum += exp((double)logits[k] - most);
    for (size_t k = 0; k < classes; k++) {
        double p = exp((double)logits[k] - most) / sum;
        put(&p, sizeof p, 1);
    }
}

static pmy_status of_pictures(const char *model, const char *folder, pmy_error *error)
{
    static uint32_t indices[PICTURES];
    pmy_dataset data;
    pmy_classifier *c;
    pmy_classifier_options options = {.batch = PICTURES};
    pmy_status status = pmy_classifier_load(model, NULL, &options, NULL, &c, error);
    if (status == PMY_OK)
        status = pmy_dataset_load(folder, PMY_DATASET_TEST, c->facts.classes, &data, error);
    for (uint32_t i = 0; i < PICTURES; i++)
        indices[i] = i;
    if (status == PMY_OK)
        status = pmy_classifier_feed(c, &data, indices, PICTURES, NULL, 0, error);
    if (status == PMY_OK)
        status = pmy_forward(c->graph, PMY_EVAL, error);
    if (status != PMY_OK)
        return status;
    size_t pixels = pmy_shape_size(c->facts.net.input), classes = c->facts.classes;
    put_sizes(PICTURES, pixels, classes);
    for (size_t i = 0; i < PICTURES * pixels; i++) {
        float pixel = (float)data.images[i] / 255;
        put(&pixel, sizeof pixel, 1);
    }
    for (size_t i = 0; i < PICTURES; i++)
        put_softmax(pmy_value(c->logits).data + i * classes, classes);
    pmy_classifier_free(c);
    pmy_dataset_free(&data);
    return PMY_OK;
}

static pmy_status of_windows(const char *model, pmy_error *error)
{
    pmy_language *l;
    pmy_language_options options = {.batch = WINDOWS};
    pmy_status status = pmy_language_load(model, &options, NULL, &l, error);
    if (status != PMY_OK)
        return status;
    size_t count = WINDOWS * l->block, classes = l->vocabulary.count;
    int32_t *tokens = pmy_integer_data(l->tokens);   /* [WINDOWS, block] */
    int32_t *targets = pmy_integer_data(l->targets); /* [WINDOWS, block] */
    put_sizes(WINDOWS, l->block, l->block * classes);
    for (size_t i = 0; i < count; i++) {
        int64_t token = (int64_t)((i * i * 7 + 3 * i + i / l->block) % classes);
        tokens[i] = (int32_t)token;
        targets[i] = 0;
        put(&token, sizeof token, 1);
    }
    status = pmy_forward(l->graph, PMY_EVAL, error);
    for (size_t i = 0; i < count; i++)
        put_softmax(pmy_value(l->logits).data + i * classes, classes);
    pmy_language_free(l);
    return status;
}

int main(int argc, char **argv)
{
    pmy_error error = {.code = PMY_OK};
    if (argc < 2 ||
        (argc > 2 ? of_pictures(argv[1], argv[2], &error) : of_windows(argv[1], &error)) != PMY_OK) {
        fprintf(stderr, "probabilities: %s\n", error.message);
        return 2;
    }
    return fflush(stdout) != 0;
}
