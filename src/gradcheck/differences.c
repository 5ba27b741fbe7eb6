#include "gradcheck/differences.h"

#include "gradcheck/compare.h"
#include "gradcheck/derivative.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static pmy_status differentiate(pmy_probe *probe, pmy_node *leaf, const pmy_real *origin, pmy_real *numeric,
                                pmy_error *error)
{
    for (size_t i = 0; i < pmy_shape_size(leaf->shape); i++) {
        pmy_line line = {.tensor = leaf, .origin = origin, .element = i};
        pmy_derivative derivative;
        const pmy_real goal = 0; /* as well as it can be known */
        if (pmy_differentiate(probe, &line, &goal, &derivative) != PMY_SMOOTH)
            return pmy_fail(error, PMY_BAD_DATA, "no difference can be taken at element %zu of %s", i,
                            pmy_node_name(leaf));
        numeric[i] = derivative.estimate[0].value;
    }
    return PMY_OK;
}

pmy_status pmy_differences(pmy_graph *graph, pmy_node *root, const pmy_real *weight, pmy_node *leaf,
                           pmy_real *numeric, pmy_error *error)
{
    size_t outputs = pmy_shape_size(root->shape), size = pmy_shape_size(leaf->shape);
    pmy_real *room = calloc(2 * outputs + size, sizeof *room);
    if (!room)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for differences");
    pmy_real *weights = room + outputs, *origin = weights + outputs;
    memcpy(weights, weight, outputs * sizeof *weights);
    memcpy(origin, leaf->value, size * sizeof *origin);
    pmy_probe probe = {
        .graph = graph, .root = root, .outputs = outputs, .weights = 1, .weight = {weights}, .above = room};
    pmy_status status = PMY_BAD_DATA;
    if (pmy_probe_here(&probe) == PMY_SMOOTH)
        status = differentiate(&probe, leaf, origin, numeric, error);
    else
        (void)pmy_fail(error, status, "the loss is not finite here");
    free(room);
    return status;
}

double pmy_differences_error(size_t count, const pmy_real *analytic, const pmy_real *numeric)
{
    pmy_real largest = 0;
    double worst = 0;
    for (size_t i = 0; i < count; i++)
        largest = pmy_real_maximum(largest, pmy_real_fabs(analytic[i]));
    for (size_t i = 0; i < count; i++)
        worst = fmax(worst, pmy_gradient_error(analytic[i], numeric[i], largest));
    return worst;
}
