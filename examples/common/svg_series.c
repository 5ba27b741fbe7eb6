#include "common/svg_series.h"

#include <stdlib.h>

svg_series svg_series_new(svg *picture, size_t count)
{
    svg_series s = {svg_take(picture, count, sizeof *s.x), svg_take(picture, count, sizeof *s.y), count};
    if (!s.x || !s.y)
        s.count = 0;
    return s;
}

void svg_series_free(svg_series *series)
{
    free(series->x);
    free(series->y);
}

svg_curve svg_series_curve(const char *name, const svg_series *series, svg_look look)
{
    return (svg_curve){.name = name, .x = series->x, .y = series->y, .count = series->count, .look = look};
}
