#include "kernels/panels.h"

#include "kernels/lane_product.h"
#include "kernels/lanes_transpose.h"

size_t pmy_panel_count(size_t out)
{
    return out < PMY_PANEL ? 1 : out / PMY_PANEL;
}

pmy_panel pmy_panel_at(size_t index, size_t out)
{
    size_t first = index * PMY_PANEL;
    return (pmy_panel){first, index + 1 == pmy_panel_count(out) ? out - first : PMY_PANEL};
}

void pmy_panel_turn(pmy_panel panel, size_t in, const pmy_real *weight, pmy_real *turned)
{
    pmy_lanes_transpose(panel.width, in, weight + panel.first * in, in, turned);
}

void pmy_panel_product(pmy_panel panel, size_t count, size_t in, const pmy_real *x, const pmy_real *turned,
                       pmy_real *z, size_t next)
{
    pmy_lane_gemm(PMY_PLAIN, count, panel.width, in, x, in, turned, pmy_lanes_round(panel.width),
                  z + panel.first, next);
}
