/* int8_parity MODEL DATA: holds the pmy_classify that this is linked with to the model it was exported from,
 * on all test pictures. Prints the number of pictures, how many each of the two gets right and how many they
 * disagree on; the pictures go into the file "pictures", and the logits, which are the same on every machine,
 * into "answers". */
#include "train/classifier.h"

#include <stdio.h>

enum { CLASSES = 10, PIXELS = 28 * 28 };

int pmy_classify(const uint8_t pixels[PIXELS], int16_t logits[CLASSES]);

typedef struct comparison {
    const pmy_dataset *data;
    size_t count, right, model_right, different;
    FILE *pictures, *answers;
} comparison;

static void see(void *context, const pmy_predictions *batch)
{
    comparison *c = context;
    for (size_t row = 0; row < batch->count; row++, c->count++) {
        int16_t logits[CLASSES];
        int best = 0, got = pmy_classify(c->data->images + c->count * PIXELS, logits);
        (void)fwrite(c->data->images + c->count * PIXELS, 1, PIXELS, c->pictures);
        for (int k = 0; k < CLASSES; k++) {
            (void)fputc(logits[k] & 255, c->answers);
            (void)fputc((logits[k] >> 8) & 255, c->answers);
            if (batch->logits[row * CLASSES + (size_t)k] > batch->logits[row * CLASSES + (size_t)best])
                best = k;
        }
        c->right += got == c->data->labels[c->count];
        c->model_right += best == c->data->labels[c->count];
        c->different += best != got;
    }
}

int main(int argc, char **argv)
{
    pmy_error error = {.code = PMY_OK};
    pmy_dataset data;
    pmy_classifier *classifier;
    pmy_score score;
    comparison c = {.data = &data, .pictures = fopen("pictures", "wb"), .answers = fopen("answers", "wb")};
    if (argc != 3 || !c.pictures || !c.answers ||
        pmy_dataset_load(argv[2], PMY_DATASET_TEST, CLASSES, &data, &error) != PMY_OK ||
        pmy_classifier_load(argv[1], NULL, NULL, NULL, &classifier, &error) != PMY_OK ||
        pmy_classifier_evaluate(classifier, &data, (pmy_predictions_watcher){&c, see}, &score, &error) !=
            PMY_OK) {
        fprintf(stderr, "int8_parity: %s\n", error.message);
        return 2;
    }
    printf("%zu %zu %zu %zu\n", c.count, c.right, c.model_right, c.different);
    if (fclose(c.pictures) != 0 || fclose(c.answers) != 0)
        return 2;
    pmy_classifier_free(classifier);
    pmy_dataset_free(&data);
    return 0;
}
