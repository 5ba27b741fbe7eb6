#include "text/attention_picture.h"

#include "common/svg_heat_map.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MARGIN = 16, BESIDE = 190, ABOVE = 120, LEAST_WIDTH = 400 };

/* Of the many: a small matrix, its name above it. */
enum { SMALL = 150, GAP = 18, TITLE = 30 };

static const char about[] =
    "Each row is a token, each column one that it may look at; the darker, the larger "
    "the share of its attention.";

/* A token's name in the width of a character, if it can be. */
static const char *short_name(const passage *looked, size_t index)
{
    const char *name = looked->name[index].text;
    return strcmp(name, "space") == 0 ? "␣" : name;
}

svg *attention_picture_one(const heads *of, const passage *looked, size_t layer, size_t head)
{
    char title[80];
    const char *names[PASSAGE_MOST];
    for (size_t i = 0; i < of->tokens; i++)
        names[i] = short_name(looked, i);
    (void)snprintf(title, sizeof title, "layer %zu, head %zu", layer, head);
    const svg_heat_map map = {.title = title,
                              .row_label = "from",
                              .column_label = "to",
                              .row_names = names,
                              .column_names = names,
                              .values = heads_of(of, layer, head),
                              .rows = of->tokens,
                              .columns = of->tokens};
    double cell = of->tokens <= 12 ? 48 : 24, side = cell * (double)of->tokens;
    double width = fmax(LEAST_WIDTH, BESIDE + side), height = ABOVE + side;
    svg *picture = svg_new(width, height, title, about);
    svg_heat_map_draw(picture, (svg_box){MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN}, &map);
    return picture;
}

static void draw_small(svg *picture, const heads *of, const passage *looked, size_t layer, size_t head,
                       double left, double top)
{
    char text[160];
    double cell = (double)SMALL / (double)of->tokens;
    const double *shares = heads_of(of, layer, head); /* [tokens, tokens] */
    (void)snprintf(text, sizeof text, "layer %zu, head %zu", layer, head);
    svg_text(picture, left, top - 8, SVG_START, "label", text);
    for (size_t query = 0; query < of->tokens; query++)
        for (size_t key = 0; key <= query; key++) {
            double share = shares[query * of->tokens + key];
            if (share < 0.01)
                continue;
            (void)snprintf(text, sizeof text, "from %s to %s: %.0f %%", short_name(looked, query),
                           short_name(looked, key), 100 * share);
            svg_rectangle(picture,
                          (svg_box){left + cell * (double)key, top + cell * (double)query, cell, cell},
                          "positive", share, text);
        }
    const double right = left + SMALL, bottom = top + SMALL;
    const double x[] = {left, right, right, left, left}, y[] = {top, top, bottom, bottom, top};
    svg_path(picture, x, y, sizeof x / sizeof *x, "grid");
}

svg *attention_picture_all(const heads *of, const passage *looked)
{
    double width = 2 * MARGIN + (double)of->most * (SMALL + GAP) - GAP;
    double height = 2 * MARGIN + (double)of->layers * (SMALL + TITLE);
    svg *picture = svg_new(width, height, "Where each head looks", about);
    for (size_t layer = 0; layer < of->layers; layer++)
        for (size_t head = 0; head < of->count[layer]; head++)
            draw_small(picture, of, looked, layer, head, MARGIN + (double)head * (SMALL + GAP),
                       MARGIN + TITLE + (double)layer * (SMALL + TITLE));
    return picture;
}
