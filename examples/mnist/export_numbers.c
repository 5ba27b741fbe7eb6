#include "mnist/export_numbers.h"

#include "tensor/op.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A parameter of a layer in the built graph; NULL: it has none of that name. */
static const pmy_real *parameter_of(const pmy_graph *graph, const pmy_layer *layer, const char *which)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s.%s", layer->name, which);
    const pmy_node *node = pmy_find(graph, name);
    return node ? pmy_value(node).data : NULL;
}

/* The node that is affine in each channel and has the layer's weight. */
static const pmy_node *affine_node(const pmy_graph *graph, const pmy_layer *layer)
{
    const pmy_real *weight = parameter_of(graph, layer, "weight");
    for (size_t i = 0; i < pmy_node_count(graph); i++) {
        const pmy_node *node = pmy_node_at(graph, i);
        if (node->op->affine && pmy_value(node->input[1]).data == weight)
            return node;
    }
    return NULL;
}

/* What a batchnorm does to a channel: y = x scale + shift. */
typedef struct affine {
    pmy_real scale, shift;
} affine;
static affine affine_at(pmy_channel_affine by, size_t channel)
{
    double shift = (double)by.shift[channel] - (double)by.mean[channel] * (double)by.scale[channel];
    return (affine){by.scale[channel], (pmy_real)shift};
}

/* weight · scale and bias · scale + shift of a layer with `outputs` rows of weights. */
static void fold(const export_step *step, const pmy_graph *graph, export_numbers *numbers)
{
    const pmy_node *node = affine_node(graph, step->batchnorm);
    pmy_channel_affine by = node->op->affine(node);
    size_t outputs = step->biases, inputs = step->weights / outputs;
    for (size_t o = 0; o < outputs; o++) {
        affine a = affine_at(by, o);
        for (size_t i = 0; i < inputs; i++)
            numbers->weight[o * inputs + i] *= a.scale;
        numbers->bias[o] = (pmy_real)((pmy_accum)numbers->bias[o] * (pmy_accum)a.scale + (pmy_accum)a.shift);
    }
}

static void take_batchnorm(const export_step *step, const pmy_graph *graph, export_numbers *numbers)
{
    const pmy_node *node = affine_node(graph, step->layer);
    pmy_channel_affine by = node->op->affine(node);
    for (size_t c = 0; c < step->weights; c++) {
        affine a = affine_at(by, c);
        numbers->weight[c] = a.scale;
        numbers->bias[c] = a.shift;
    }
}

static void copy(pmy_real *to, const pmy_real *from /* NULL: none */, size_t count)
{
    if (from)
        memcpy(to, from, count * sizeof *to);
}

static bool are_finite(const pmy_real *numbers, size_t count)
{
    size_t i = 0;
    while (i < count && isfinite(numbers[i]))
        i++;
    return i == count;
}

pmy_status export_numbers_take(const export_step *step, const pmy_graph *graph, export_numbers *numbers,
                               pmy_error *error)
{
    const pmy_layer *layer = step->layer;
    *numbers = (export_numbers){.weight = NULL};
    if (step->weights == 0)
        return PMY_OK;
    numbers->weight = calloc(step->weights, sizeof *numbers->weight);
    numbers->bias = step->biases ? calloc(step->biases, sizeof *numbers->bias) : NULL;
    if (!numbers->weight || (step->biases && !numbers->bias)) {
        export_numbers_free(numbers);
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for %zu weights", step->weights);
    }
    if (export_is(layer, "batchnorm")) {
        take_batchnorm(step, graph, numbers);
    } else {
        copy(numbers->weight, parameter_of(graph, layer, "weight"), step->weights);
        copy(numbers->bias, parameter_of(graph, layer, "bias"), step->biases);
    }
    if (step->batchnorm)
        fold(step, graph, numbers);
    if (are_finite(numbers->weight, step->weights) && are_finite(numbers->bias, step->biases))
        return PMY_OK;
    export_numbers_free(numbers);
    return pmy_fail(error, PMY_BAD_DATA, "a weight of layer %s (%s) is not finite once normalised",
                    layer->name, pmy_layer_word(layer));
}

void export_numbers_free(export_numbers *numbers)
{
    free(numbers->weight);
    free(numbers->bias);
    *numbers = (export_numbers){.weight = NULL};
}
