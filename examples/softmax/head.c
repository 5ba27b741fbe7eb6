#include "softmax/head.h"

#include "softmax/drawn.h"

void head_draw(head *of, pmy_random *random)
{
    draw_short_numbers(random, of->queries * of->dim, of->q);
    draw_short_numbers(random, of->keys * of->dim, of->k);
    draw_short_numbers(random, of->keys * of->width, of->v);
}
