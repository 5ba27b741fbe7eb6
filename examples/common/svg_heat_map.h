/* Heat maps: a matrix as coloured cells, one colour for what is positive, one for what is
 * negative, the paper's for zero. */
#ifndef COMMON_SVG_HEAT_MAP_H
#define COMMON_SVG_HEAT_MAP_H

#include "common/svg.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct svg_heat_map {
    const char *title, *row_label, *column_label;       /* each may be NULL */
    const char *const *row_names, *const *column_names; /* [rows], [columns] */
    const double *values;                               /* [rows, columns] */
    size_t rows, columns;
    bool counts;             /* the values are counts: whole, and where there is a 0 nothing is written */
    const double *strengths; /* [rows, columns]: how a cell is coloured instead of by its value, −1 … 1, and
                                then there is no key; NULL: by its value */
} svg_heat_map;

/* Draws the map into the box, with square cells, the values in them where there is
 * room, and a key to the colours on its right. */
void svg_heat_map_draw(svg *picture, svg_box box, const svg_heat_map *map);

#endif
