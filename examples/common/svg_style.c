#include "common/svg_style.h"

#define TEXT_OF(number) #number
#define TEXT(macro) TEXT_OF(macro)

/* Each has a contrast of at least 4.5 (WCAG 2) with its paper, and so has what is
 * written on a cell with its colour, however strong that is. */
#define SERIES(number, colour) \
    ".pmy-plot .stroke-" #number "{stroke:" colour "}.pmy-plot .fill-" #number "{fill:" colour "}\n"

#define COLOURS(paper, ink, faint, grid, cell, positive, negative, unknown)                         \
    ".pmy-plot .paper{fill:" paper "}.pmy-plot text{fill:" ink "}.pmy-plot .tick{fill:" faint "}\n" \
    ".pmy-plot .halo{stroke:" paper "}.pmy-plot .ring{stroke:" ink "}\n"                            \
    ".pmy-plot .axis,.pmy-plot .reference{stroke:" faint "}.pmy-plot .grid{stroke:" grid "}\n"      \
    ".pmy-plot .cell{fill:" cell "}.pmy-plot .unknown{fill:" unknown "}\n"                          \
    ".pmy-plot .positive{fill:" positive "}.pmy-plot .negative{fill:" negative "}\n"

/* clang-format off */
const char svg_style_sheet[] =
    ".pmy-plot{font:" TEXT(SVG_LABEL_SIZE) "px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',"
    "'DejaVu Sans',Arial,sans-serif;font-variant-numeric:tabular-nums}\n"
    ".pmy-plot .heading{font-size:14px;font-weight:600}\n"
    ".pmy-plot .tick,.pmy-plot .cell,.pmy-plot .on-strong{font-size:" TEXT(SVG_TICK_SIZE) "px}\n"
    ".pmy-plot .halo{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}\n"
    ".pmy-plot path,.pmy-plot .ring{fill:none;stroke-width:2px;stroke-linejoin:round;stroke-linecap:round}\n"
    ".pmy-plot rect{shape-rendering:crispEdges}\n"
    ".pmy-plot .reference{stroke-width:1.5px;stroke-dasharray:2 4}\n"
    ".pmy-plot .dashed{stroke-dasharray:7 5}.pmy-plot .faint{stroke-width:1px;stroke-opacity:0.45}\n"
    COLOURS("#ffffff", "#1f2328", "#59636e", "#dfe4ea", "#000000", "#0a4a96", "#8c3000", "#6a727c")
    SERIES(0, "#0a66b7") SERIES(1, "#b34700") SERIES(2, "#14795a")
    SERIES(3, "#a3328c") SERIES(4, "#7a6100") SERIES(5, "#5a4fcf")
    "@media (prefers-color-scheme:dark){\n"
    COLOURS("#0d1117", "#e6edf3", "#9aa4af", "#2a3139", "#ffffff", "#1f74d6", "#c45210", "#6a727c")
    SERIES(0, "#63b0ff") SERIES(1, "#ff9d57") SERIES(2, "#4ecb9f")
    SERIES(3, "#f08ad6") SERIES(4, "#e3c34a") SERIES(5, "#aea6ff")
    "}\n"
    ".pmy-plot .on-strong{fill:#ffffff}\n";
/* clang-format on */

const char *svg_series_stroke(size_t series)
{
    static const char *const names[SVG_SERIES] = {"stroke-0", "stroke-1", "stroke-2",
                                                  "stroke-3", "stroke-4", "stroke-5"};
    return names[series % SVG_SERIES];
}

const char *svg_series_dashed(size_t series)
{
    static const char *const names[SVG_SERIES] = {"stroke-0 dashed", "stroke-1 dashed", "stroke-2 dashed",
                                                  "stroke-3 dashed", "stroke-4 dashed", "stroke-5 dashed"};
    return names[series % SVG_SERIES];
}

const char *svg_series_faint(size_t series)
{
    static const char *const names[SVG_SERIES] = {"stroke-0 faint", "stroke-1 faint", "stroke-2 faint",
                                                  "stroke-3 faint", "stroke-4 faint", "stroke-5 faint"};
    return names[series % SVG_SERIES];
}

const char *svg_series_fill(size_t series)
{
    static const char *const names[SVG_SERIES] = {"fill-0", "fill-1", "fill-2", "fill-3", "fill-4", "fill-5"};
    return names[series % SVG_SERIES];
}
