#include "mnist/reasons.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIXELS = PMY_FIT_SIDE * PMY_FIT_SIDE, STEP = 8 }; /* a step of 8/255 */

/* Picture 2 i has pixel i brighter, 2 i + 1 darker, as far as there is room. */
static void move_pixels(const uint8_t *pixels, uint8_t *images)
{
    for (size_t i = 0; i < PIXELS; i++) {
        uint8_t *brighter = images + 2 * i * PIXELS, *darker = brighter + PIXELS;
        memcpy(brighter, pixels, PIXELS);
        memcpy(darker, pixels, PIXELS);
        brighter[i] = (uint8_t)(pixels[i] > UINT8_MAX - STEP ? UINT8_MAX : pixels[i] + STEP);
        darker[i] = (uint8_t)(pixels[i] < STEP ? 0 : pixels[i] - STEP);
    }
}

typedef struct losses {
    size_t answer;
    double *loss; /* [2 · PIXELS] */
} losses;

/* −log p(answer) = most − z(answer) + log(1 + Σ exp(z − most) over the others), where the largest z, `most`,
 * is the answer's as a rule: so it keeps its digits where it is small, and no exponential overflows. A logit
 * of −∞ is as good as one far away, of which differences can still be taken. */
static void see_losses(void *context, const pmy_predictions *batch)
{
    const double far_away = 1e40; /* beyond every difference of floats */
    losses *to = context;
    for (size_t row = 0; row < batch->count; row++) {
        const pmy_real *z = batch->logits + row * batch->classes;
        size_t best = to->answer;
        double others = 0;
        for (size_t k = 0; k < batch->classes; k++)
            best = z[k] > z[best] ? k : best;
        for (size_t k = 0; k < batch->classes; k++)
            others += k == best ? 0 : exp((double)z[k] - (double)z[best]);
        double behind = fmin((double)z[best] - (double)z[to->answer], far_away);
        to->loss[batch->first + row] = behind + log1p(others);
    }
}

pmy_status reasons_for(pmy_classifier *classifier, const uint8_t *pixels, size_t answer,
                       double speaks[PIXELS], pmy_error *error)
{
    const size_t count = 2 * PIXELS;
    uint8_t *images = malloc(count * PIXELS);
    int32_t *labels = calloc(count, sizeof *labels);
    losses to = {answer, calloc(count, sizeof *to.loss)};
    pmy_status status =
        images && labels && to.loss ? PMY_OK : pmy_fail(error, PMY_NO_MEMORY, "no memory to explain");
    if (status == PMY_OK) {
        move_pixels(pixels, images);
        pmy_dataset moved = {.images = images,
                             .labels = labels,
                             .count = count,
                             .channels = 1,
                             .height = PMY_FIT_SIDE,
                             .width = PMY_FIT_SIDE,
                             .classes = classifier->facts.classes};
        pmy_score score;
        status = pmy_classifier_evaluate(classifier, &moved, (pmy_predictions_watcher){&to, see_losses},
                                         &score, error);
    }
    for (size_t i = 0; status == PMY_OK && i < PIXELS; i++) {
        int distance = images[2 * i * PIXELS + i] - images[(2 * i + 1) * PIXELS + i];
        speaks[i] = (to.loss[2 * i + 1] - to.loss[2 * i]) / distance;
    }
    free(images);
    free(labels);
    free(to.loss);
    return status;
}
