#include "softmax/attention_picture.h"

#include "common/svg_heat_map.h"
#include "softmax/names.h"

#include <math.h>

enum { LEAST_WIDTH = 400, BESIDE = 190, ABOVE = 120, MARGIN = 16 };

pmy_status attention_picture(const head *of, const char *path, pmy_error *error)
{
    names queries, keys;
    names_make(&queries, "", of->queries);
    names_make(&keys, "", of->keys);
    const svg_heat_map map = {.title = of->causal ? "Causal attention, P = softmax(QKᵀ/√d)"
                                                  : "Attention, P = softmax(QKᵀ/√d)",
                              .row_label = "query",
                              .column_label = "key",
                              .row_names = queries.list,
                              .column_names = keys.list,
                              .values = of->p,
                              .rows = of->queries,
                              .columns = of->keys};
    size_t longest = of->queries > of->keys ? of->queries : of->keys;
    double cell = names_cell(longest);
    double width = fmax(LEAST_WIDTH, BESIDE + cell * (double)of->keys),
           height = ABOVE + cell * (double)of->queries;
    svg *picture = svg_new(width, height, "The attention matrix",
                           "A heat map: what share of its attention each query gives to each key.");
    svg_heat_map_draw(picture, (svg_box){MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN}, &map);
    pmy_status status = svg_write(picture, path, error);
    svg_free(picture);
    return status;
}
