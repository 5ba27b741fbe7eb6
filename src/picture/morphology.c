#include "picture/morphology.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Room for one line: its values, and the most from each block's begin on and to its end. */
typedef struct line {
    float *value, *from_begin, *to_end; /* [length] each */
} line;

/* Each of values [count, `stride` apart] becomes the most (sign 1) or the least (−1) of those within the
 * radius, with three comparisons whatever the radius (van Herk, Pattern Recognition Letters 13, 1992). */
static void spread_line(float *values, size_t count, size_t stride, size_t radius, float sign,
                        const line *room)
{
    size_t block = 2 * radius + 1;
    for (size_t i = 0; i < count; i++) {
        room->value[i] = sign * values[i * stride];
        room->from_begin[i] = i % block ? fmaxf(room->from_begin[i - 1], room->value[i]) : room->value[i];
    }
    for (size_t i = count; i-- > 0;) {
        bool last = i == count - 1 || i % block == block - 1;
        room->to_end[i] = last ? room->value[i] : fmaxf(room->to_end[i + 1], room->value[i]);
    }
    for (size_t i = 0; i < count; i++) {
        size_t first = i > radius ? i - radius : 0, last = i + radius < count ? i + radius : count - 1;
        float most = i > radius ? room->to_end[first] : room->from_begin[last];
        if (first / block != last / block)
            most = fmaxf(most, room->from_begin[last]);
        values[i * stride] = sign * most;
    }
}

/* The same over squares; *grey is empty where there is no memory for it. */
static void spread(pmy_grey *grey, size_t radius, float sign)
{
    enum { LINES = 3 };
    size_t longest = (size_t)pmy_grey_longest(grey);
    float *memory = grey->values ? calloc(LINES * longest, sizeof *memory) : NULL;
    if (!memory) {
        pmy_grey_free(grey);
        return;
    }
    line room = {memory, memory + longest, memory + 2 * longest};
    for (size_t y = 0; y < grey->height; y++)
        spread_line(grey->values + y * grey->width, grey->width, 1, radius, sign, &room);
    for (size_t x = 0; x < grey->width; x++)
        spread_line(grey->values + x, grey->height, grey->width, radius, sign, &room);
    free(memory);
}

static pmy_grey spread_copy(const pmy_grey *grey, size_t radius, float sign)
{
    pmy_grey copy = pmy_grey_window(grey, 0, 0, grey->width, grey->height);
    spread(&copy, radius, sign);
    return copy;
}

/* One way and back, in a picture that is larger by the radius on each side. */
static pmy_grey spread_twice(const pmy_grey *grey, size_t radius, float first)
{
    double margin = (double)radius;
    pmy_grey larger = pmy_grey_resample(grey, (pmy_resampling){-margin, -margin, 1}, PMY_AROUND_EDGE,
                                        grey->width + 2 * radius, grey->height + 2 * radius);
    spread(&larger, radius, first);
    spread(&larger, radius, -first);
    pmy_grey back = pmy_grey_window(&larger, (long)radius, (long)radius, grey->width, grey->height);
    pmy_grey_free(&larger);
    return back;
}

pmy_grey pmy_grey_brightest(const pmy_grey *grey, size_t radius)
{
    return spread_copy(grey, radius, 1);
}

pmy_grey pmy_grey_darkest(const pmy_grey *grey, size_t radius)
{
    return spread_copy(grey, radius, -1);
}

pmy_grey pmy_grey_opening(const pmy_grey *grey, size_t radius)
{
    return spread_twice(grey, radius, -1);
}

pmy_grey pmy_grey_closing(const pmy_grey *grey, size_t radius)
{
    return spread_twice(grey, radius, 1);
}
