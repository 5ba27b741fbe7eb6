/* layernorm: over the n numbers x_i of each group, which is what the last axes hold, with w = weight and b =
 * bias, where there is one,
 *
 *   m = Σ x_i/n,  v = Σ (x_i − m)²/n,  r = 1/√(v + ε)
 *   y_i = (x_i − m) r w_i + b_i
 *
 *   d_i = dy_i w_i
 *   dx_i = r (d_i − Σ d/n − (x_i − m) r² Σ d (x − m)/n)
 *   dw_i = Σ_groups dy_i (x_i − m) r,  db_i = Σ_groups dy_i
 *
 * All but m and r is in normalisation.c. */
#include "layers/layernorm.h"

#include "kernels/channels.h"
#include "kernels/reduce.h"
#include "layers/normalisation.h"

enum { X, WEIGHT, BIAS };

static bool moments_of(size_t n, const pmy_real *x /* [n] */, pmy_group_moments *moments)
{
    pmy_accum squares;
    pmy_channel_moments(1, n, x, &moments->mean, &squares);
    moments->reciprocal = pmy_reciprocal_deviation(squares / (pmy_accum)n);
    return pmy_is_finite((pmy_real)squares);
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    pmy_normalisation_forward(node, piece, moments_of);
}

static void backward_x(const pmy_node *node, pmy_piece piece)
{
    pmy_normalisation_backward_x(node, piece, true);
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        pmy_shape x;
        unsigned axes;
        bool biasless;
    } instance[] = {
        {NULL, {{5, 7}}, 1, false},
        {"three numbers", {{5, 3}}, 1, false},
        {"one row", {{1, 17}}, 1, false},
        {"images", {{3, 2, 5, 7}}, 3, false},
        {"sequences", {{3, 4, 7}}, 1, false},
        {"images by rows and columns", {{2, 3, 3, 5}}, 2, false},
        {"more columns than a tile", {{3, PMY_COLUMN_TILE + 1}}, 1, false},
        {"groups longer than a span", {{3, PMY_NORMALISATION_SPAN + 13}}, 1, false},
        {"no bias", {{3, 4, 7}}, 1, true},
    };
    if (index >= sizeof instance / sizeof *instance)
        return NULL;
    s->note = instance[index].note;
    pmy_shape shape = pmy_last_axes(instance[index].x, instance[index].axes);
    pmy_node *x = pmy_sample_input(s, instance[index].x, -1, 2);
    pmy_node *weight = pmy_sample_constant(s, shape, 0.5, 1.5);
    pmy_node *bias = instance[index].biasless ? NULL : pmy_sample_constant(s, shape, -0.5, 0.5);
    return pmy_layernorm_with(s->graph, x, weight, bias);
}

const pmy_op pmy_op_layernorm = {
    .name = "layernorm",
    .checks.formula = "y = (x - mean) / sqrt(variance + 1e-5) w + b, mean and variance over the last axes",
    .infer = pmy_normalisation_infer,
    .take = pmy_normalisation_take,
    .forward = {{.run = forward}},
    .whole = 1 << WEIGHT | 1 << BIAS,
    .backward = {{.run = backward_x, .gives = 1 << X},
                 {.run = pmy_normalisation_backward_parts,
                  .tiles = pmy_normalisation_parts,
                  .prepares = 1 << WEIGHT | 1 << BIAS},
                 {.run = pmy_normalisation_backward_weights,
                  .tiles = pmy_normalisation_tiles,
                  .gives = 1 << WEIGHT | 1 << BIAS}},
    .checks.sample = sample,
};

pmy_node *pmy_layernorm_with(pmy_graph *graph, pmy_node *x, pmy_node *weight, pmy_node *bias)
{
    return pmy_append(graph, &pmy_op_layernorm, bias ? 3 : 2, (pmy_node *[]){x, weight, bias}, NULL, 0);
}

static pmy_node *layernorm(pmy_graph *graph, pmy_node *x, unsigned axes, bool biased)
{
    if (!pmy_recorded(x))
        return pmy_append(graph, &pmy_op_layernorm, 1, &x, NULL, 0);
    if (!pmy_has_groups(x->shape, axes))
        return pmy_refuse(graph, PMY_BAD_SHAPE,
                          "layernorm: needs [batch, ...] with more than %u axes, not %s", axes ? axes : 1,
                          pmy_shape_print(x->shape).text);
    pmy_shape shape = pmy_last_axes(x->shape, axes);
    pmy_node *weight = pmy_layer_parameter(graph, "layernorm", "weight", shape, PMY_ONES, 0);
    pmy_node *bias = biased ? pmy_layer_parameter(graph, "layernorm", "bias", shape, PMY_ZEROS, 0) : NULL;
    return pmy_layernorm_with(graph, x, weight, bias);
}

pmy_node *pmy_layernorm(pmy_graph *graph, pmy_node *x, unsigned axes)
{
    return layernorm(graph, x, axes, true);
}

pmy_node *pmy_layernorm_nobias(pmy_graph *graph, pmy_node *x, unsigned axes)
{
    return layernorm(graph, x, axes, false);
}
