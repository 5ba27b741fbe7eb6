/* What layernorm and rmsnorm share: the n numbers x_i of each group, which is what the last axes hold, are
 * centred at m and scaled by r, then by w = weight, and b = bias is added where there is one,
 *
 *   y_i = (x_i − m) r w_i + b_i
 *
 * The ops differ in what m and r are; each is a number of the group's own. In pmy_real, m is rounded; what is
 * lost, m − (pmy_real)m, goes into what is added last. */
#ifndef PMY_LAYERS_NORMALISATION_H
#define PMY_LAYERS_NORMALISATION_H

#include "tensor/op.h"

/* The inputs: x [batch, …], weight [last axes] and maybe bias [last axes]. */

/* How many numbers of a group backward takes at a time. */
enum { PMY_NORMALISATION_SPAN = 1024 };

/* What forward leaves for backward of each group. */
typedef struct pmy_group_moments {
    pmy_accum mean, reciprocal; /* m, r */
} pmy_group_moments;

/* Of a group x [n]; false: they are not finite. */
typedef bool pmy_moments_of(size_t n, const pmy_real *x, pmy_group_moments *moments);

/* The shape of the last `axes` axes; whether groups of them are part of a row. */
pmy_shape pmy_last_axes(pmy_shape shape, unsigned axes);
bool pmy_has_groups(pmy_shape x, unsigned axes);

/* Members of the ops' tables. */
pmy_status pmy_normalisation_infer(pmy_node *node, pmy_error *error);
bool pmy_normalisation_take(pmy_node *node);

/* By rows. */
void pmy_normalisation_forward(const pmy_node *node, pmy_piece piece, pmy_moments_of *moments_of);

/* By rows, with d_i = dy_i w_i,
 *
 *   dx_i = r (d_i − Σ d/n − (x_i − m) r² Σ d (x − m)/n)
 *
 * where m is the mean (centred); without Σ d/n where it is always 0. */
void pmy_normalisation_backward_x(const pmy_node *node, pmy_piece piece, bool centred);

/* By rows, where a row has several groups: what it adds to the weights' gradients, while its numbers are in
 * the cache. */
void pmy_normalisation_backward_parts(const pmy_node *node, pmy_piece piece);
size_t pmy_normalisation_parts(const pmy_node *node);

/* By tiles of columns: dw_i = Σ_groups dy_i (x_i − m) r,  db_i = Σ_groups dy_i. */
void pmy_normalisation_backward_weights(const pmy_node *node, pmy_piece piece);
size_t pmy_normalisation_tiles(const pmy_node *node);

#endif
