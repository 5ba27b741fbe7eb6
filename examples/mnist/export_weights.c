#include "mnist/export_weights.h"

#include "base/number.h"
#include "tensor/op.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

export_name export_name_of(const pmy_layer *layer)
{
    export_name name;
    memcpy(name.text, layer->name, sizeof name.text);
    for (char *dot = name.text; (dot = strchr(dot, '.'));)
        *dot = '_';
    return name;
}

/* A parameter of a layer in the built graph; NULL: it has none of that name. */
static const pmy_real *numbers_of(const pmy_graph *graph, const pmy_layer *layer, const char *which)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s.%s", layer->name, which);
    const pmy_node *node = pmy_find(graph, name);
    return node ? pmy_value(node).data : NULL;
}

/* --- Arrays ----------------------------------------------------------------- */

static void write_float(FILE *file, float value)
{
    pmy_number_text number = pmy_number_print((double)value, PMY_NUMBER_FLOAT);
    /* 1f is no constant of C; 1.0f and 1e9f are. */
    (void)fprintf(file, "%s%s", number.text, strpbrk(number.text, ".e") ? "f" : ".0f");
}

static pmy_status write_array(FILE *file, const char *what, const pmy_layer *layer, size_t count,
                              const pmy_real *values /* [count] */, pmy_error *error)
{
    enum { IN_A_LINE = 8 };
    (void)fprintf(file, "static const float %s_%s[%zu] = {", what, export_name_of(layer).text, count);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            return pmy_fail(error, PMY_BAD_DATA, "a %s of layer %s (%s) is not finite once normalised", what,
                            layer->name, pmy_layer_word(layer));
        (void)fputs(i % IN_A_LINE ? " " : "\n    ", file);
        write_float(file, values[i]);
        (void)fputc(',', file);
    }
    (void)fputs("\n};\n", file);
    return PMY_OK;
}

/* --- An affine function of each channel --------------------------------------------------- */

/* The node that is affine in each channel and has the layer's weight. */
static const pmy_node *affine_node(const pmy_graph *graph, const pmy_layer *layer)
{
    const pmy_real *weight = numbers_of(graph, layer, "weight");
    for (size_t i = 0; i < pmy_node_count(graph); i++) {
        const pmy_node *node = pmy_node_at(graph, i);
        if (node->op->affine && pmy_value(node->input[1]).data == weight)
            return node;
    }
    return NULL;
}

/* y = x scale + shift of each channel [channels]; two halves of one piece of memory, which the caller frees.
 */
typedef struct affine {
    pmy_real *scale, *shift;
} affine;

static pmy_status take_affine(const pmy_graph *graph, const pmy_layer *layer, size_t channels, affine *of,
                              pmy_error *error)
{
    const pmy_node *node = affine_node(graph, layer);
    pmy_channel_affine by = node->op->affine(node);
    of->scale = calloc(2 * channels, sizeof *of->scale);
    if (!of->scale)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the scales of %zu channels", channels);
    of->shift = of->scale + channels;
    for (size_t c = 0; c < channels; c++) {
        of->scale[c] = by.scale[c];
        of->shift[c] = (pmy_real)((double)by.shift[c] - (double)by.mean[c] * (double)by.scale[c]);
    }
    return PMY_OK;
}

static pmy_status write_batchnorm(FILE *file, const export_step *step, const pmy_graph *graph,
                                  pmy_error *error)
{
    affine of;
    size_t channels = step->input.dim[1];
    pmy_status status = take_affine(graph, step->layer, channels, &of, error);
    if (status != PMY_OK)
        return status;
    status = write_array(file, "scale", step->layer, channels, of.scale, error);
    if (status == PMY_OK)
        status = write_array(file, "shift", step->layer, channels, of.shift, error);
    free(of.scale);
    return status;
}

/* weight · scale and bias · scale + shift of a layer with `outputs` rows of weights. */
static pmy_status write_folded(FILE *file, const export_step *step, const pmy_graph *graph, pmy_error *error)
{
    affine of = {.scale = NULL};
    size_t outputs = step->biases, count = step->weights;
    const pmy_real *weight = numbers_of(graph, step->layer, "weight"); /* [outputs, count / outputs] */
    const pmy_real *bias = numbers_of(graph, step->layer, "bias");     /* [outputs], or NULL */
    pmy_real *product = calloc(count, sizeof *product);                /* [outputs, count / outputs] */
    pmy_status status = product ? take_affine(graph, step->batchnorm, outputs, &of, error)
                                : pmy_fail(error, PMY_NO_MEMORY, "no memory for %zu weights", count);
    if (status == PMY_OK) {
        for (size_t i = 0; i < count; i++)
            product[i] = weight[i] * of.scale[i / (count / outputs)];
        for (size_t o = 0; bias && o < outputs; o++)
            of.shift[o] = (pmy_real)((pmy_accum)bias[o] * (pmy_accum)of.scale[o] + (pmy_accum)of.shift[o]);
        status = write_array(file, "weight", step->layer, count, product, error);
    }
    if (status == PMY_OK)
        status = write_array(file, "bias", step->layer, outputs, of.shift, error);
    free(of.scale);
    free(product);
    return status;
}

/* --- A step ----------------------------------------------------------------- */

pmy_status export_weights(FILE *file, const export_step *step, const pmy_graph *graph, pmy_error *error)
{
    const pmy_layer *layer = step->layer;
    if (step->weights == 0)
        return PMY_OK;
    (void)fprintf(file, "\n/* Of layer %s, %s%s. */\n", layer->name, pmy_layer_print(layer).text,
                  step->batchnorm ? ", with its batchnorm" : "");
    if (step->batchnorm)
        return write_folded(file, step, graph, error);
    if (export_is(layer, "batchnorm"))
        return write_batchnorm(file, step, graph, error);
    pmy_status status =
        write_array(file, "weight", layer, step->weights, numbers_of(graph, layer, "weight"), error);
    if (status == PMY_OK && step->biases)
        status = write_array(file, "bias", layer, step->biases, numbers_of(graph, layer, "bias"), error);
    return status;
}
