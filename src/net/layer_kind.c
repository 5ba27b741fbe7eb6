#include "net/layer_kind.h"

#include "layers/avgpool2d.h"
#include "layers/batchnorm.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/global_average_pool.h"
#include "layers/layernorm.h"
#include "layers/linear.h"
#include "layers/maxpool2d.h"
#include "kernels/gemm.h"
#include "tensor/ops/ops.h"

#include <stdio.h>
#include <string.h>

static pmy_status measure_linear(pmy_layer *layer, pmy_shape input, pmy_error *error)
{
    size_t in = input.dim[1], out = (size_t)layer->number[0];
    if (in > PMY_GEMM_MAX || !pmy_shape_valid(PMY_SHAPE(out + 1, in + 1)))
        return pmy_fail(error, PMY_BAD_NET, "%zu outputs of %zu inputs are too many weights", out, in);
    layer->output = PMY_SHAPE(input.dim[0], out);
    layer->parameters = out * in + out;
    layer->flops = 2.0 * (double)out * (double)in;
    return PMY_OK;
}

static pmy_node *build_linear(const pmy_layer *layer, pmy_graph *graph, pmy_node *x,
                              pmy_activation activation)
{
    return pmy_linear(graph, x, (size_t)layer->number[0], activation);
}

static pmy_status measure_same(pmy_layer *layer, pmy_shape input, pmy_error *error)
{
    (void)error;
    layer->output = input;
    return PMY_OK;
}

static pmy_node *build_activation(const pmy_layer *layer, pmy_graph *graph, pmy_node *x,
                                  pmy_activation activation)
{
    (void)activation;
    return pmy_activate(graph, x, layer->kind->activation);
}

static pmy_node *build_dropout(const pmy_layer *layer, pmy_graph *graph, pmy_node *x,
                               pmy_activation activation)
{
    (void)activation;
    return pmy_dropout(graph, x, layer->number[0]);
}

static pmy_status measure_flatten(pmy_layer *layer, pmy_shape input, pmy_error *error)
{
    (void)error;
    layer->output = PMY_SHAPE(input.dim[0], pmy_shape_size(input) / input.dim[0]);
    return PMY_OK;
}

static pmy_node *build_flatten(const pmy_layer *layer, pmy_graph *graph, pmy_node *x,
                               pmy_activation activation)
{
    (void)activation;
    size_t batch = pmy_node_shape(x).dim[0];
    if (pmy_shape_rank(pmy_node_shape(x)) == 2)
        return x;
    return pmy_reshape(graph, x, PMY_SHAPE(batch, layer->output.dim[1]));
}

/* --- Windows over images ------------------------------------------------------ */

/* The numbers of a layer's window, of which the kernel is the first-th. */
static pmy_window window_of(const pmy_layer *layer, size_t first)
{
    return (pmy_window){.kernel = (size_t)layer->number[first],
                        .stride = (size_t)layer->number[first + 1],
                        .padding = (size_t)layer->number[first + 2]};
}

/* *output = [batch, channels, rows, columns] of a window that slides over input. */
static pmy_status measure_window(pmy_window window, pmy_shape input, size_t channels, pmy_shape *output,
                                 pmy_error *error)
{
    *output = PMY_SHAPE(input.dim[0], channels);
    pmy_status status = pmy_window_measure(window, input.dim[2], &output->dim[2], error);
    return status == PMY_OK ? pmy_window_measure(window, input.dim[3], &output->dim[3], error) : status;
}

static pmy_status measure_conv(pmy_layer *layer, pmy_shape input, pmy_error *error)
{
    size_t out = (size_t)layer->number[0], fan_in;
    pmy_window window = window_of(layer, 1);
    if (!pmy_size_multiply(window.kernel, window.kernel, &fan_in) ||
        !pmy_size_multiply(input.dim[1], fan_in, &fan_in) || fan_in > PMY_GEMM_MAX ||
        !pmy_shape_valid(PMY_SHAPE(out + 1, fan_in + 1)))
        return pmy_fail(error, PMY_BAD_NET, "%zu outputs of %zux%zux%zu inputs are too many weights", out,
                        input.dim[1], window.kernel, window.kernel);
    pmy_status status = measure_window(window, input, out, &layer->output, error);
    layer->parameters = out * fan_in + out;
    layer->flops =
        2.0 * (double)fan_in * (double)out * (double)layer->output.dim[2] * (double)layer->output.dim[3];
    return status;
}

static pmy_node *build_conv(const pmy_layer *layer, pmy_graph *graph, pmy_node *x, pmy_activation activation)
{
    return pmy_conv2d(graph, x, (size_t)layer->number[0], window_of(layer, 1), activation);
}

static pmy_status measure_pool(pmy_layer *layer, pmy_shape input, pmy_error *error)
{
    pmy_window window = window_of(layer, 0);
    if (window.padding > window.kernel / 2)
        return pmy_fail(error, PMY_BAD_NET, "a padding of %zu is more than half of the kernel of %zu",
                        window.padding, window.kernel);
    return measure_window(window, input, input.dim[1], &layer->output, error);
}

static pmy_node *build_maxpool(const pmy_layer *layer, pmy_graph *graph, pmy_node *x,
                               pmy_activation activation)
{
    (void)activation;
    return pmy_maxpool2d(graph, x, window_of(layer, 0));
}

static pmy_node *build_avgpool(const pmy_layer *layer, pmy_graph *graph, pmy_node *x,
                               pmy_activation activation)
{
    (void)activation;
    return pmy_avgpool2d(graph, x, window_of(layer, 0));
}

static pmy_status measure_gap(pmy_layer *layer, pmy_shape input, pmy_error *error)
{
    (void)error;
    layer->output = PMY_SHAPE(input.dim[0], input.dim[1]);
    return PMY_OK;
}

static pmy_node *build_gap(const pmy_layer *layer, pmy_graph *graph, pmy_node *x, pmy_activation activation)
{
    (void)layer, (void)activation;
    return pmy_global_average_pool(graph, x);
}

/* --- Normalisations -------------------------------------------------------------- */

static pmy_status measure_batchnorm(pmy_layer *layer, pmy_shape input, pmy_error *error)
{
    layer->parameters = 2 * input.dim[1];
    return measure_same(layer, input, error);
}

static pmy_node *build_batchnorm(const pmy_layer *layer, pmy_graph *graph, pmy_node *x,
                                 pmy_activation activation)
{
    (void)layer;
    return pmy_batchnorm(graph, x, activation);
}

static pmy_status measure_layernorm(pmy_layer *layer, pmy_shape input, pmy_error *error)
{
    size_t normalised = pmy_shape_rank(input) == 4 ? pmy_shape_size(input) : pmy_shape_last(input);
    if (!pmy_size_multiply(2, normalised, &layer->parameters))
        return pmy_fail(error, PMY_BAD_NET, "%s are too many weights", pmy_shape_print(input).text);
    return measure_same(layer, input, error);
}

static pmy_node *build_layernorm(const pmy_layer *layer, pmy_graph *graph, pmy_node *x,
                                 pmy_activation activation)
{
    (void)layer, (void)activation;
    /* All of an image, each vector of a sequence. */
    unsigned rank = pmy_shape_rank(pmy_node_shape(x));
    return pmy_layernorm(graph, x, rank == 4 ? 3 : 1);
}

/* --- The table -------------------------------------------------------------- */

static const pmy_layer_kind kinds[] = {
    {.word = "linear",
     .argument = {{PMY_COUNT, "N", NULL, 0}},
     .explanation = "fully connected, N outputs",
     .fuses = true,
     .flat = true,
     .measure = measure_linear,
     .build = build_linear},
    {.word = "conv",
     .argument = {{PMY_COUNT, "N", NULL, 0},
                  {PMY_COUNT, "K", NULL, 0},
                  {PMY_COUNT, "S", "stride", 1},
                  {PMY_WHOLE, "P", "pad", 0}},
     .explanation = "convolution, N outputs, KxK; left out, S: 1, P: 0",
     .fuses = true,
     .images = true,
     .measure = measure_conv,
     .build = build_conv},
    {.word = "maxpool",
     .argument = {{PMY_COUNT, "K", NULL, 0},
                  {PMY_COUNT, "S", "stride", PMY_AS_FIRST},
                  {PMY_WHOLE, "P", "pad", 0}},
     .explanation = "largest of KxK numbers; left out, S: K, P: 0",
     .images = true,
     .measure = measure_pool,
     .build = build_maxpool},
    {.word = "avgpool",
     .argument = {{PMY_COUNT, "K", NULL, 0},
                  {PMY_COUNT, "S", "stride", PMY_AS_FIRST},
                  {PMY_WHOLE, "P", "pad", 0}},
     .explanation = "mean of KxK numbers, in the same way",
     .images = true,
     .measure = measure_pool,
     .build = build_avgpool},
    {.word = "gap",
     .explanation = "global average pooling: the mean of each channel",
     .images = true,
     .indices = 2,
     .measure = measure_gap,
     .build = build_gap},
    {.word = "batchnorm",
     .explanation = "each channel to mean 0, variance 1 in the batch",
     .fuses = true,
     .mixes_rows = true,
     .measure = measure_batchnorm,
     .build = build_batchnorm},
    {.word = "layernorm",
     .explanation = "all numbers of an example to mean 0, variance 1",
     .measure = measure_layernorm,
     .build = build_layernorm},
    {.word = "dropout",
     .argument = {{PMY_RATE, "P", NULL, 0}},
     .explanation = "zeroes a share P while training",
     .measure = measure_same,
     .build = build_dropout},
    {.word = "flatten",
     .explanation = "all axes but the batch into one",
     .measure = measure_flatten,
     .build = build_flatten},
#define ACTIVATION_WORD(activation_, op) \
    {.word = #op, .activation = activation_, .measure = measure_same, .build = build_activation},
    PMY_ACTIVATION_LIST(ACTIVATION_WORD)
#undef ACTIVATION_WORD
        {.word = "[", .explanation = "its input plus what its layers make of it", .group = true},
};

const pmy_layer_kind *pmy_layer_kind_at(size_t index)
{
    return index < sizeof kinds / sizeof *kinds ? &kinds[index] : NULL;
}

const pmy_layer_kind *pmy_layer_kind_of(const char *word)
{
    const pmy_layer_kind *kind = kinds;
    while (strcmp(kind->word, word) != 0)
        kind++;
    return kind;
}

const char *pmy_layer_word(const pmy_layer *layer)
{
    return layer->kind->word;
}

pmy_activation pmy_layer_activation(const pmy_layer *layer)
{
    return layer->kind->activation;
}

bool pmy_net_word(size_t index, pmy_layer_text *usage, const char **explanation)
{
    const pmy_layer_kind *kind = pmy_layer_kind_at(index);
    if (!kind)
        return false;
    (void)snprintf(usage->text, sizeof usage->text, "%s", kind->group ? "[LAYERS]" : kind->word);
    for (size_t i = 0; i < pmy_argument_count(kind->argument); i++) {
        const pmy_layer_argument *argument = &kind->argument[i];
        size_t used = strlen(usage->text);
        (void)snprintf(usage->text + used, sizeof usage->text - used,
                       argument->name ? " [%s%s%s]" : " %s%s%s", argument->name ? argument->name : "",
                       argument->name ? " " : "", argument->symbol);
    }
    *explanation = kind->activation ? pmy_activation_op(kind->activation)->checks.formula : kind->explanation;
    return true;
}

pmy_layer_text pmy_layer_print(const pmy_layer *layer)
{
    pmy_layer_text out;
    const pmy_layer_argument *argument = layer->kind->argument;
    (void)snprintf(out.text, sizeof out.text, "%s", layer->kind->group ? "[...]" : layer->kind->word);
    for (size_t i = 0; i < pmy_argument_count(argument); i++) {
        const char *name = argument[i].name;
        if (name && layer->number[i] == pmy_argument_default(&argument[i], layer->number[0]))
            continue;
        size_t used = strlen(out.text);
        (void)snprintf(out.text + used, sizeof out.text - used, "%s%s %s", name ? " " : "", name ? name : "",
                       pmy_argument_print(&argument[i], layer->number[i]).text);
    }
    return out;
}
