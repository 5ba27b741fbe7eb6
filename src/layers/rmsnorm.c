/* rmsnorm: over the n numbers x_i of each vector of the last axis, with w = weight,
 *
 *   s = Σ x_i²/n,  r = 1/√(s + ε)
 *   y_i = x_i r w_i
 *
 *   d_i = dy_i w_i
 *   dx_i = r (d_i − x_i r² Σ d x/n)
 *   dw_i = Σ_vectors dy_i x_i r
 *
 * All but r is in normalisation.c, where m is 0. */
#include "layers/rmsnorm.h"

#include "kernels/channels.h"
#include "kernels/reduce.h"
#include "layers/normalisation.h"

enum { X, WEIGHT };

static bool moments_of(size_t n, const pmy_real *x /* [n] */, pmy_group_moments *moments)
{
    pmy_accum mean, squares; /* around the mean, so that long sums lose nothing */
    pmy_channel_moments(1, n, x, &mean, &squares);
    pmy_accum square = squares / (pmy_accum)n + mean * mean, epsilon = (pmy_accum)PMY_REAL_EPSILON;
    *moments = (pmy_group_moments){0, 1 / PMY_ACCUM_MATH(sqrt)(square + epsilon)};
    return pmy_is_finite((pmy_real)square);
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    pmy_normalisation_forward(node, piece, moments_of);
}

static void backward_x(const pmy_node *node, pmy_piece piece)
{
    pmy_normalisation_backward_x(node, piece, false);
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        pmy_shape x;
    } instance[] = {
        {NULL, {{5, 7}}},
        {"three numbers", {{5, 3}}},
        {"one row", {{1, 17}}},
        {"sequences", {{3, 4, 7}}},
        {"of rank 4", {{2, 3, 2, 5}}},
        {"more columns than a tile", {{3, PMY_COLUMN_TILE + 1}}},
        {"vectors longer than a span", {{3, PMY_NORMALISATION_SPAN + 13}}},
    };
    if (index >= sizeof instance / sizeof *instance)
        return NULL;
    s->note = instance[index].note;
    pmy_node *x = pmy_sample_input(s, instance[index].x, -1, 2);
    return pmy_rmsnorm_with(s->graph, x,
                            pmy_sample_constant(s, pmy_last_axes(instance[index].x, 1), 0.5, 1.5));
}

const pmy_op pmy_op_rmsnorm = {
    .name = "rmsnorm",
    .checks.formula = "y = x / sqrt(mean of x^2 + epsilon) w, the mean over the last axis",
    .infer = pmy_normalisation_infer,
    .take = pmy_normalisation_take,
    .forward = {{.run = forward}},
    .whole = 1 << WEIGHT,
    .backward =
        {{.run = backward_x, .gives = 1 << X},
         {.run = pmy_normalisation_backward_parts, .tiles = pmy_normalisation_parts, .prepares = 1 << WEIGHT},
         {.run = pmy_normalisation_backward_weights, .tiles = pmy_normalisation_tiles, .gives = 1 << WEIGHT}},
    .checks.sample = sample,
};

pmy_node *pmy_rmsnorm_with(pmy_graph *graph, pmy_node *x, pmy_node *weight)
{
    return pmy_append(graph, &pmy_op_rmsnorm, 2, (pmy_node *[]){x, weight}, NULL, 0);
}

pmy_node *pmy_rmsnorm(pmy_graph *graph, pmy_node *x)
{
    if (!pmy_recorded(x))
        return pmy_append(graph, &pmy_op_rmsnorm, 1, &x, NULL, 0);
    if (!pmy_has_groups(x->shape, 1))
        return pmy_refuse(graph, PMY_BAD_SHAPE, "rmsnorm: needs [batch, ..., d], not %s",
                          pmy_shape_print(x->shape).text);
    return pmy_rmsnorm_with(
        graph, x, pmy_layer_parameter(graph, "rmsnorm", "weight", pmy_last_axes(x->shape, 1), PMY_ONES, 0));
}
