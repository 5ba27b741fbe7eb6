/* The first losses of a few nets, bit for bit: what must be the same in every build with PORTABLE=1, whatever
 * the compiler, the processor and the C library. The pictures are made here, so that no file is read. Not a
 * test by itself: tests/test_portable.sh holds what builds print against each other. */
#include "mnist/presets.h"
#include "base/random.h"
#include "kernels/blas.h"
#include "train/training.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 100, BATCH = 128, SIDE = 28, CLASSES = 10, COUNT = STEPS * BATCH };

/* Class c has a bright square at its own place, of noise, in noise. */
static void draw(uint8_t *images /* [COUNT, SIDE, SIDE] */, int32_t *labels /* [COUNT] */)
{
    enum { SQUARE = 6, IN_A_ROW = 4 };
    pmy_random random = {.seed = 1};
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t *image = images + i * SIDE * SIDE;
        labels[i] = (int32_t)pmy_random_below(&random, CLASSES);
        size_t top = 2 + (size_t)labels[i] / IN_A_ROW * (SQUARE + 2),
               left = 1 + (size_t)labels[i] % IN_A_ROW * (SQUARE + 1);
        for (size_t y = 2; y < SIDE - 2; y++)
            for (size_t x = 2; x < SIDE - 2; x++) {
                bool inside = y - top < SQUARE && x - left < SQUARE;
                image[y * SIDE + x] = (uint8_t)pmy_random_below(&random, inside ? 256 : 160);
            }
    }
}

static bool fail(const char *name, const pmy_error *error)
{
    fprintf(stderr, "losses: %s: %s\n", name, error->message);
    return false;
}

/* Options of a command line into the recipe, pair by pair. */
static bool take_options(pmy_recipe *recipe, const char *name, char *const *options, pmy_error *error)
{
    for (; *options; options += 2) {
        const pmy_recipe_field *field = NULL;
        for (size_t i = 0; (field = pmy_recipe_field_at(PMY_RECIPE_OF_PICTURES, i)); i++)
            if (field->option && strcmp(field->option, options[0] + 2) == 0)
                break;
        if (!field) {
            (void)pmy_fail(error, PMY_BAD_ARGUMENT, "no field of a recipe is %s", options[0]);
            return fail(name, error);
        }
        if (pmy_recipe_set(recipe, field, options[1], error) != PMY_OK)
            return fail(name, error);
    }
    return true;
}

static bool print_losses(const preset *p, const pmy_dataset *dataset)
{
    pmy_error error;
    pmy_recipe recipe = {.net = p->net};
    pmy_training *training;
    if (!take_options(&recipe, p->name, mnist_presets.usual, &error) ||
        !take_options(&recipe, p->name, p->options, &error))
        return false;
    if (pmy_training_new(&recipe, dataset, NULL, &training, &error) != PMY_OK)
        return fail(p->name, &error);
    pmy_status status = PMY_OK;
    for (int step = 0; step < STEPS && status == PMY_OK; step++) {
        pmy_step_report report;
        status = pmy_training_step(training, &report, &error);
        uint64_t bits;
        memcpy(&bits, &report.loss, sizeof bits);
        if (status == PMY_OK)
            printf("%s %llu %.9g %016" PRIx64 "\n", p->name, (unsigned long long)report.step, report.loss,
                   bits);
    }
    pmy_training_free(training);
    return status == PMY_OK || fail(p->name, &error);
}

/* What the presets do not have. */
static const preset smooth = {
    .name = "smooth",
    .net =
        "conv 8 3, tanh, conv 16 3 pad 1, batchnorm, gelu, maxpool 2, flatten, linear 64, silu, dropout 0.2, "
        "linear 32, sigmoid, linear 10",
    .options = {"--optim", "adam", "--schedule", "cosine", "--epochs", "1", "--batch", "128", "--lr",
                "0.001"}};

int main(void)
{
    pmy_blas_single_threaded();
    uint8_t *images = calloc(COUNT, SIDE * SIDE);
    int32_t *labels = calloc(COUNT, sizeof *labels);
    if (!images || !labels)
        return EXIT_FAILURE;
    draw(images, labels);
    const pmy_dataset dataset = {.images = images,
                                 .labels = labels,
                                 .count = COUNT,
                                 .channels = 1,
                                 .height = SIDE,
                                 .width = SIDE,
                                 .classes = CLASSES};
    bool fine = print_losses(preset_for(&mnist_presets, "mlp"), &dataset) &&
                print_losses(preset_for(&mnist_presets, "fast"), &dataset) && print_losses(&smooth, &dataset);
    free(labels);
    free(images);
    return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
