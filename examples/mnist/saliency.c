#include "mnist/saliency.h"

enum { PIXELS = PMY_FIT_SIDE * PMY_FIT_SIDE };

pmy_status saliency_of(pmy_classifier *classifier, const uint8_t *pixels, size_t answer,
                       double saliency[PIXELS], pmy_error *error)
{
    const int32_t label = (int32_t)answer;
    const pmy_dataset picture = {.images = pixels,
                                 .labels = &label,
                                 .count = 1,
                                 .channels = 1,
                                 .height = PMY_FIT_SIDE,
                                 .width = PMY_FIT_SIDE,
                                 .classes = classifier->facts.classes};
    pmy_status status = pmy_classifier_feed(classifier, &picture, &(uint32_t){0}, 1, NULL, 0, error);
    if (status == PMY_OK)
        status = pmy_forward(classifier->graph, PMY_FROZEN, error);
    if (status != PMY_OK)
        return status;
    pmy_backward(classifier->graph);
    const pmy_real *slope = pmy_gradient(classifier->images).data; /* [1, 1, 28, 28], by normalized pixels */
    for (size_t i = 0; i < PIXELS; i++) {
        if (!pmy_is_finite(slope[i]))
            return pmy_fail(error, PMY_BAD_DATA, "no saliency: the gradient of the model is not finite");
        const pmy_normalization *own = classifier->facts.columns;
        saliency[i] = -(double)slope[i] / (double)(own ? own[i] : classifier->facts.normalization).deviation;
    }
    return PMY_OK;
}
