/* x Wᵀ, with W turned some outputs at a time: a panel of turned weights suits a lane product's columns, and
 * fits a small cache.
 *
 * Outputs are in panels of PMY_PANEL; the last has those that are left, too: none has less than lanes, if
 * there are as many. */
#ifndef PMY_KERNELS_PANELS_H
#define PMY_KERNELS_PANELS_H

#include "base/lanes.h"

enum { PMY_PANEL = 4 * PMY_LANES };

typedef struct pmy_panel {
    size_t first, width; /* outputs */
} pmy_panel;

size_t pmy_panel_count(size_t out);
pmy_panel pmy_panel_at(size_t index, size_t out);

/* turned [in, width rounded up to lanes], of W [out, in]. */
void pmy_panel_turn(pmy_panel panel, size_t in, const pmy_real *weight, pmy_real *turned);

/* The panel's outputs z [count, width], in rows `next` apart, of x [count, in]. */
void pmy_panel_product(pmy_panel panel, size_t count, size_t in, const pmy_real *x, const pmy_real *turned,
                       pmy_real *z, size_t next);

#endif
