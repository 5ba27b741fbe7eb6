#include "picture/components.h"

#include <math.h>
#include <stdlib.h>

typedef struct search {
    const pmy_grey *ink;
    float low;
    uint32_t *label; /* [height, width] */
    size_t *stack;   /* [height · width]: pixels whose neighbours are still to be looked at */
    size_t depth;
} search;

static void visit(search *s, size_t pixel, uint32_t label)
{
    if (s->ink->values[pixel] > s->low && s->label[pixel] == 0) {
        s->label[pixel] = label;
        s->stack[s->depth++] = pixel;
    }
}

static void include(pmy_component *c, const pmy_grey *ink, size_t column, size_t row)
{
    float value = ink->values[row * ink->width + column];
    c->left = column < c->left ? column : c->left;
    c->right = column >= c->right ? column + 1 : c->right;
    c->top = row < c->top ? row : c->top;
    c->bottom = row >= c->bottom ? row + 1 : c->bottom;
    c->mass += (double)value;
    c->peak = fmaxf(c->peak, value);
    c->at_edge += column == 0 || row == 0 || column == ink->width - 1 || row == ink->height - 1;
}

/* Labels what hangs together with the pixel. */
static pmy_component follow(search *s, size_t pixel, uint32_t label)
{
    size_t width = s->ink->width, height = s->ink->height;
    pmy_component found = {.left = width, .top = height};
    visit(s, pixel, label);
    while (s->depth > 0) {
        size_t at = s->stack[--s->depth], column = at % width, row = at / width;
        include(&found, s->ink, column, row);
        for (size_t y = row ? row - 1 : 0; y <= row + 1 && y < height; y++)
            for (size_t x = column ? column - 1 : 0; x <= column + 1 && x < width; x++)
                visit(s, y * width + x, label);
    }
    return found;
}

/* Each search begins at a pixel above `high`, so that pieces without one are not found. False: no memory. */
static bool find_all(search *s, float high, pmy_components *components)
{
    size_t capacity = 0;
    for (size_t i = 0; i < s->ink->width * s->ink->height; i++) {
        if (s->label[i] != 0 || !(s->ink->values[i] > high))
            continue;
        if (components->count == capacity) {
            capacity = 2 * capacity + 16;
            pmy_component *list = realloc(components->list, capacity * sizeof *list);
            if (!list)
                return false;
            components->list = list;
        }
        components->list[components->count] = follow(s, i, (uint32_t)components->count + 1);
        components->count++;
    }
    return true;
}

pmy_components pmy_components_find(const pmy_grey *ink, float low, float high)
{
    size_t pixels = ink->width * ink->height;
    pmy_components components = {.label = calloc(pixels, sizeof *components.label)};
    search s = {.ink = ink, .low = low, .label = components.label, .stack = calloc(pixels, sizeof *s.stack)};
    if (!s.label || !s.stack || !find_all(&s, high, &components))
        pmy_components_free(&components);
    free(s.stack);
    return components;
}

void pmy_components_free(pmy_components *components)
{
    free(components->list);
    free(components->label);
    *components = (pmy_components){0};
}
