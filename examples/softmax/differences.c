#include "softmax/differences.h"

#include "pmy64/gradcheck/derivative.h"
#include "pmy64/gradcheck/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static pmy_status differentiate(pmy64_probe *probe, pmy64_node *leaf, const double *origin, double *numeric,
                                pmy_error *error)
{
    for (size_t i = 0; i < pmy_shape_size(leaf->shape); i++) {
        pmy64_line line = {.tensor = leaf, .origin = origin, .element = i};
        pmy64_derivative derivative;
        const double goal = 0; /* as well as it can be known */
        if (pmy64_differentiate(probe, &line, &goal, &derivative) != PMY64_SMOOTH)
            return pmy_fail(error, PMY_BAD_DATA, "no difference can be taken at element %zu of %s", i,
                            pmy64_node_name(leaf));
        numeric[i] = derivative.estimate[0].value;
    }
    return PMY_OK;
}

pmy_status differences_of(pmy64_graph *graph, pmy64_node *root, const double *weight, pmy64_node *leaf,
                          double *numeric, pmy_error *error)
{
    size_t outputs = pmy_shape_size(root->shape), size = pmy_shape_size(leaf->shape);
    double *room = calloc(2 * outputs + size, sizeof *room);
    if (!room)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for differences");
    double *weights = room + outputs, *origin = weights + outputs;
    memcpy(weights, weight, outputs * sizeof *weights);
    memcpy(origin, leaf->value, size * sizeof *origin);
    pmy64_probe probe = {
        .graph = graph, .root = root, .outputs = outputs, .weights = 1, .weight = {weights}, .above = room};
    pmy_status status = PMY_BAD_DATA;
    if (pmy64_probe_here(&probe) == PMY64_SMOOTH)
        status = differentiate(&probe, leaf, origin, numeric, error);
    else
        (void)pmy_fail(error, status, "the loss is not finite here");
    free(room);
    return status;
}

double differences_error(size_t count, const double *analytic, const double *numeric)
{
    double largest = 0, worst = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(analytic[i]));
    for (size_t i = 0; i < count; i++)
        worst = fmax(worst, pmy64_gradient_error(analytic[i], numeric[i], largest));
    return worst;
}
