#include "numerics/convolution_errors.h"

#include "base/random.h"
#include "pmy64/tests/convolution_plain.h"

#include <math.h>
#include <stdlib.h>

/* Floats of a normal distribution; behind_relu: 0 where that is negative, as a layer's input mostly is. */
static double *draw(size_t count, uint64_t seed, bool behind_relu)
{
    double *made = malloc(count * sizeof *made);
    pmy_random random = {.seed = seed};
    for (size_t i = 0; made && i < count; i++) {
        double drawn = (double)(float)pmy_random_normal(&random);
        made[i] = behind_relu ? fmax(drawn, 0) : drawn;
    }
    return made;
}

bool convolution_truth_new(pmy64_convolution sizes, size_t images, convolution_truth *truth)
{
    size_t x_size = images * pmy64_convolution_x_size(&sizes),
           y_size = images * pmy64_convolution_y_size(&sizes);
    size_t weight_size = pmy64_convolution_weight_size(&sizes);
    *truth = (convolution_truth){.sizes = sizes,
                                 .images = images,
                                 .x = draw(x_size, 1, true),
                                 .weight = draw(weight_size, 2, false),
                                 .dy = draw(y_size, 3, false),
                                 .y = calloc(y_size, sizeof(double)),
                                 .dx = calloc(x_size, sizeof(double)),
                                 .dw = calloc(weight_size, sizeof(double))};
    if (!truth->x || !truth->weight || !truth->dy || !truth->y || !truth->dx || !truth->dw)
        return false;
    pmy64_convolution_plain(&sizes, images, truth->x, truth->weight, truth->y);
    pmy64_convolution_plain_backward(&sizes, images, truth->x, truth->dy, truth->weight, truth->dx,
                                     truth->dw);
    return true;
}

void convolution_truth_free(convolution_truth *truth)
{
    double *const each[] = {truth->x, truth->weight, truth->dy, truth->y, truth->dx, truth->dw};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        free(each[i]);
}
