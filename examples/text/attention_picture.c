#include "text/attention_picture.h"

#include "common/svg_heat_map.h"

#include <math.h>
#include <stdio.h>

enum { MARGIN = 16, BESIDE = 190, ABOVE = 120, LEAST_WIDTH = 400 };

/* Of the many: a small matrix, its name above it. */
enum { SMALL = 150, GAP = 18, TITLE = 34 };

static const char about[] =
    "Each row is a token, each column one that it may look at; the darker, the larger "
    "the share of its attention.";

static pmy_status draw_one(const heads *of, const char *const *token, size_t layer, size_t head,
                           const char *path, pmy_error *error)
{
    char title[80];
    (void)snprintf(title, sizeof title, "layer %zu, head %zu", layer, head);
    const svg_heat_map map = {.title = title,
                              .row_label = "from",
                              .column_label = "to",
                              .row_names = token,
                              .column_names = token,
                              .values = heads_of(of, layer, head),
                              .rows = of->tokens,
                              .columns = of->tokens};
    double cell = of->tokens <= 12 ? 48 : 24, side = cell * (double)of->tokens;
    double width = fmax(LEAST_WIDTH, BESIDE + side), height = ABOVE + side;
    svg *picture = svg_new(width, height, title, about);
    svg_heat_map_draw(picture, (svg_box){MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN}, &map);
    pmy_status status = svg_write(picture, path, error);
    svg_free(picture);
    return status;
}

static void draw_small(svg *picture, const heads *of, const char *const *token, size_t layer, size_t head,
                       double left, double top)
{
    char text[160];
    double cell = (double)SMALL / (double)of->tokens;
    const double *shares = heads_of(of, layer, head); /* [tokens, tokens] */
    (void)snprintf(text, sizeof text, "layer %zu, head %zu", layer, head);
    svg_text(picture, left, top - 6, SVG_START, "label", text);
    svg_rectangle(picture, (svg_box){left, top, SMALL, SMALL}, "paper", 1, NULL);
    for (size_t query = 0; query < of->tokens; query++)
        for (size_t key = 0; key <= query; key++) {
            double share = shares[query * of->tokens + key];
            if (share < 0.01)
                continue;
            (void)snprintf(text, sizeof text, "from %s to %s: %.0f %%", token[query], token[key],
                           100 * share);
            svg_rectangle(picture,
                          (svg_box){left + cell * (double)key, top + cell * (double)query, cell, cell},
                          "positive", share, text);
        }
}

static pmy_status draw_all(const heads *of, const char *const *token, const char *path, pmy_error *error)
{
    double width = 2 * MARGIN + (double)of->heads * (SMALL + GAP) - GAP;
    double height = 2 * MARGIN + (double)of->layers * (SMALL + TITLE);
    svg *picture = svg_new(width, height, "Where each head looks", about);
    for (size_t layer = 0; layer < of->layers; layer++)
        for (size_t head = 0; head < of->heads; head++)
            draw_small(picture, of, token, layer, head, MARGIN + (double)head * (SMALL + GAP),
                       MARGIN + TITLE + (double)layer * (SMALL + TITLE));
    pmy_status status = svg_write(picture, path, error);
    svg_free(picture);
    return status;
}

pmy_status attention_picture(const heads *of, const char *const *token, size_t layer, size_t head,
                             const char *path, pmy_error *error)
{
    return layer == ALL_HEADS ? draw_all(of, token, path, error)
                              : draw_one(of, token, layer, head, path, error);
}
