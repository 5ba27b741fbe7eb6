#include "common/svg_heat_map.h"

#include "common/svg_axis.h"
#include "common/svg_label.h"
#include "common/svg_legend.h"
#include "common/svg_style.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#define LARGEST_CELL 72
#define BESIDE 6         /* between the cells and the names of rows and columns */
#define LABEL_DISTANCE 9 /* from those to what the rows or columns are */
#define LABEL_ROOM 22    /* for that */
#define SHORT_NAME 32    /* names of columns up to this width are never turned */
#define LETTERS_HEIGHT 8
#define LETTERS_BELOW 4 /* from a text's middle down to its base line */
#define LEAST_HEIGHT 13 /* of a cell with a value or a row with a name */
#define KEY_DISTANCE 24 /* from the cells to the key */
#define KEY_WIDTH 14
#define KEY_LEAST_HEIGHT 80
#define KEY_STEPS 32
#define KEY_ROOM 90 /* for the key, its distance and its numbers */

/* On a cell more strongly coloured than this, white is read better than ink, on light
 * paper and on dark. */
#define STRONG 0.75

typedef struct map_area {
    svg *picture;
    const svg_heat_map *map;
    double left, top; /* of the first cell */
    double cell;      /* width and height of each */
    double largest;   /* the size that has the full colour */
    int decimals;     /* of the values; −1: as powers of ten */
    bool upward;      /* names of columns, which are wider than the columns */
    double row_names_width, column_names_width;
} map_area;

/* The largest size of a value that is finite; 0 if there is none. */
static double largest_size(const svg_heat_map *map, bool *any_negative)
{
    double largest = 0;
    *any_negative = false;
    for (size_t i = 0; i < map->rows * map->columns; i++) {
        double value = map->values[i];
        largest = isfinite(value) ? fmax(largest, fabs(value)) : largest;
        *any_negative = *any_negative || (isfinite(value) && value < 0);
    }
    return largest;
}

/* Decimals that give the largest value three digits. */
static int decimals_for(double largest)
{
    if (largest > 0 && (largest < 1e-4 || largest >= 1e6))
        return -1;
    int before = largest > 0 ? (int)floor(log10(largest)) : 0;
    return before >= 2 ? 0 : 2 - before;
}

static svg_label value_label(const map_area *area, double value)
{
    return area->decimals < 0 ? svg_label_power(value, 1) : svg_label_fixed(value, area->decimals);
}

/* How strongly a value is coloured, −1 … 1. */
static double strength_of(const map_area *area, double value)
{
    if (isinf(value))
        return value < 0 ? -1 : 1;
    return area->largest > 0 ? value / area->largest : 0;
}

static double strength(const map_area *area, size_t row, size_t column)
{
    size_t cell = row * area->map->columns + column;
    return area->map->strengths ? area->map->strengths[cell] : strength_of(area, area->map->values[cell]);
}

static bool has_key(const map_area *area)
{
    return area->largest > 0 && !area->map->strengths;
}

static void draw_cell(const map_area *area, size_t row, size_t column)
{
    const svg_heat_map *map = area->map;
    double value = map->values[row * map->columns + column];
    double signed_strength = strength(area, row, column), strong = fabs(signed_strength);
    svg_box box = {area->left + (double)column * area->cell, area->top + (double)row * area->cell, area->cell,
                   area->cell};
    char tooltip[256];
    (void)snprintf(tooltip, sizeof tooltip, "%s, %s: %.17g", map->row_names[row], map->column_names[column],
                   value);
    if (isnan(value))
        svg_rectangle(area->picture, box, "unknown", 1, tooltip);
    else
        svg_rectangle(area->picture, box, signed_strength < 0 ? "negative" : "positive", strong, tooltip);

    svg_label label = value_label(area, value);
    if ((map->counts && value == 0) || area->cell < LEAST_HEIGHT ||
        svg_text_width(label.text, SVG_TICK_SIZE) + 4 > area->cell)
        return;
    svg_text(area->picture, box.left + area->cell / 2, box.top + area->cell / 2 + LETTERS_BELOW, SVG_MIDDLE,
             isnan(value) || strong > STRONG ? "on-strong" : "cell", label.text);
}

static double widest_name(const char *const *names, size_t count)
{
    double widest = 0;
    for (size_t i = 0; i < count; i++)
        widest = fmax(widest, svg_text_width(svg_label_name(names[i]).text, SVG_TICK_SIZE));
    return widest;
}

/* Every how many cells can have a name that needs so much room. */
static size_t name_every(const map_area *area, double room)
{
    return (size_t)fmax(1, ceil(room / area->cell));
}

static void draw_row_names(const map_area *area)
{
    const svg_heat_map *map = area->map;
    size_t every = name_every(area, LEAST_HEIGHT);
    double x = area->left - BESIDE;
    for (size_t row = 0; row < map->rows; row += every) {
        double middle = area->top + ((double)row + 0.5) * area->cell;
        svg_text(area->picture, x, middle + LETTERS_BELOW, SVG_END, "tick",
                 svg_label_name(map->row_names[row]).text);
    }
    if (map->row_label)
        svg_text_upward(area->picture, x - area->row_names_width - LABEL_DISTANCE,
                        area->top + (double)map->rows * area->cell / 2, SVG_MIDDLE, "label", map->row_label);
}

static void draw_column_names(const map_area *area)
{
    const svg_heat_map *map = area->map;
    size_t every = name_every(area, area->upward ? LEAST_HEIGHT : area->column_names_width + 4);
    double y = area->top - BESIDE, height = area->upward ? area->column_names_width : SVG_TICK_SIZE;
    for (size_t column = 0; column < map->columns; column += every) {
        double middle = area->left + ((double)column + 0.5) * area->cell;
        svg_label name = svg_label_name(map->column_names[column]);
        if (area->upward)
            svg_text_upward(area->picture, middle + LETTERS_BELOW, y, SVG_START, "tick", name.text);
        else
            svg_text(area->picture, middle, y, SVG_MIDDLE, "tick", name.text);
    }
    if (map->column_label)
        svg_text(area->picture, area->left + (double)map->columns * area->cell / 2,
                 y - height - LABEL_DISTANCE, SVG_MIDDLE, "label", map->column_label);
}

/* A column of colours from the largest value down to zero or to the most negative. */
static void draw_key(const map_area *area, bool any_negative)
{
    double height = (double)area->map->rows * area->cell;
    svg_box box = {area->left + (double)area->map->columns * area->cell + KEY_DISTANCE, area->top, KEY_WIDTH,
                   fmax(height, KEY_LEAST_HEIGHT)};
    double least = any_negative ? -area->largest : 0, step = box.height / KEY_STEPS;
    for (int i = 0; i < KEY_STEPS; i++) {
        double value = area->largest + (least - area->largest) * (i + 0.5) / KEY_STEPS;
        svg_box part = {box.left, box.top + i * step, KEY_WIDTH, step};
        svg_rectangle(area->picture, part, value < 0 ? "negative" : "positive",
                      fabs(strength_of(area, value)), NULL);
    }
    double x = box.left + KEY_WIDTH + BESIDE;
    svg_label most = value_label(area, area->largest), lowest = svg_label_fixed(0, 0);
    if (any_negative) {
        svg_text(area->picture, x, box.top + box.height / 2 + LETTERS_BELOW, SVG_START, "tick", lowest.text);
        lowest = value_label(area, least);
    }
    svg_text(area->picture, x, box.top + LETTERS_HEIGHT, SVG_START, "tick", most.text);
    svg_text(area->picture, x, box.top + box.height, SVG_START, "tick", lowest.text);
}

/* Makes the cells as large as what the title leaves of the box allows. */
static void lay_out(map_area *area, svg_box box)
{
    const svg_heat_map *map = area->map;
    area->row_names_width = widest_name(map->row_names, map->rows);
    area->column_names_width = widest_name(map->column_names, map->columns);
    double left_room = area->row_names_width + BESIDE + (map->row_label ? LABEL_ROOM : 0);
    double cell_width = (box.width - left_room - (has_key(area) ? KEY_ROOM : 0)) / (double)map->columns;
    /* Short names, numbers mostly, rather go to every second column than stand on their heads. */
    area->upward = area->column_names_width + 4 > cell_width && area->column_names_width > SHORT_NAME;
    double top_room = (area->upward ? area->column_names_width : SVG_TICK_SIZE) + BESIDE +
                      (map->column_label ? LABEL_ROOM : 0);
    double cell_height = (box.height - top_room) / (double)map->rows;
    area->cell = fmin(LARGEST_CELL, fmin(cell_width, cell_height));
    area->left = box.left + left_room;
    area->top = box.top + top_room;
}

void svg_heat_map_draw(svg *picture, svg_box box, const svg_heat_map *map)
{
    bool any_negative;
    map_area area = {.picture = picture, .map = map, .largest = largest_size(map, &any_negative)};
    area.decimals = map->counts ? 0 : decimals_for(area.largest);
    lay_out(&area, svg_legend_draw(picture, box, map->title, NULL, 0));
    for (size_t row = 0; row < map->rows; row++)
        for (size_t column = 0; column < map->columns; column++)
            draw_cell(&area, row, column);
    draw_row_names(&area);
    draw_column_names(&area);
    if (has_key(&area))
        draw_key(&area, any_negative);
}
