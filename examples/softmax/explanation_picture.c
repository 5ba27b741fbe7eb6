#include "softmax/explanation_picture.h"

#include "common/svg_bars.h"
#include "common/svg_heat_map.h"
#include "softmax/names.h"

#include <math.h>

enum { MOST_CLASSES = 24, LEAST_WIDTH = 560, MAP_ROOM = 76, BARS_HEIGHT = 260, BAR_ROOM = 72, MARGIN = 16 };

static void draw_jacobian(svg *picture, svg_box box, const pmy_explanation *row)
{
    names p, z;
    names_make(&p, "p", row->classes);
    names_make(&z, "z", row->classes);
    const svg_heat_map map = {.title = "Jacobian of softmax, dp[i]/dz[j]",
                              .row_names = p.list,
                              .column_names = z.list,
                              .values = row->jacobian,
                              .rows = row->classes,
                              .columns = row->classes};
    svg_heat_map_draw(picture, box, &map);
}

static void draw_bars(svg *picture, svg_box box, const pmy_explanation *row)
{
    double difference[MOST_CLASSES];
    for (size_t i = 0; i < row->classes; i++) /* as training has it, without its 1/T */
        difference[i] = row->fused[i] * row->temperature;
    names classes;
    names_make(&classes, "", row->classes);
    double sum = 0;
    for (size_t i = 0; i < row->classes; i++)
        sum += row->y[i];
    const char *name = fabs(sum - 1) < 1e-6 ? "p - y" : "p sum(y) - y";
    const svg_bar_series series[] = {{"p", row->p}, {"y", row->y}, {name, difference}};
    const svg_bars bars = {.title = "Shares, target and their difference",
                           .category_label = "class",
                           .categories = classes.list,
                           .category_count = row->classes,
                           .series = series,
                           .series_count = sizeof series / sizeof *series};
    svg_bars_draw(picture, box, &bars);
}

pmy_status explanation_picture(const pmy_explanation *row, const char *path, pmy_error *error)
{
    if (row->classes > MOST_CLASSES)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "--svg can draw at most %d classes, not %zu", MOST_CLASSES,
                        row->classes);
    double width = fmax(LEAST_WIDTH, (double)(BAR_ROOM * row->classes));
    double map_height = MAP_ROOM + names_cell(row->classes) * (double)row->classes;
    svg *picture =
        svg_new(width, map_height + BARS_HEIGHT, "softmax: its Jacobian, p, y and p - y",
                "A heat map of the Jacobian of softmax and, below, bars of p, y and p - y by class.");
    draw_jacobian(picture, (svg_box){MARGIN, MARGIN, width - 2 * MARGIN, map_height - 2 * MARGIN}, row);
    draw_bars(picture, (svg_box){MARGIN, map_height, width - 2 * MARGIN, BARS_HEIGHT - MARGIN}, row);
    pmy_status status = svg_write(picture, path, error);
    svg_free(picture);
    return status;
}
