#include "softmax/layer_example.h"

#include "softmax/drawn.h"

void layer_example_draw(layer_example *of, uint64_t seed)
{
    pmy_random random = {.seed = seed};
    draw_short_numbers(&random, of->inputs, of->x);
    draw_short_numbers(&random, of->classes * of->inputs, of->w);
    draw_short_numbers(&random, of->classes, of->b);
    of->target = pmy_random_below(&random, (uint32_t)of->classes);
}
