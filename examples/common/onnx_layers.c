#include "common/onnx_layers.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- Parameters --------------------------------------------------------------- */

onnx_value onnx_parameter(onnx_net *net, const pmy_layer *layer, const char *which)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s.%s", layer->name, which);
    const pmy_node *node = pmy_find(net->numbers, name);
    if (!node)
        return NULL;
    pmy_tensor tensor = pmy_value(node);
    return onnx_tensor(net->graph, name, tensor.shape, tensor.data);
}

static onnx_value weight_of(onnx_net *net, const pmy_layer *layer)
{
    return onnx_parameter(net, layer, "weight");
}

static onnx_value bias_of(onnx_net *net, const pmy_layer *layer)
{
    return onnx_parameter(net, layer, "bias");
}

/* --- Activations ---------------------------------------------------------------- */

static onnx_value write_relu(onnx_graph *g, onnx_value x)
{
    return ONNX(g, "Relu", x);
}

static onnx_value write_leaky_relu(onnx_graph *g, onnx_value x)
{
    onnx_value y = ONNX(g, "LeakyRelu", x);
    onnx_real(g, "alpha", 0.01);
    return y;
}

static onnx_value write_tanh(onnx_graph *g, onnx_value x)
{
    return ONNX(g, "Tanh", x);
}

static onnx_value write_sigmoid(onnx_graph *g, onnx_value x)
{
    return ONNX(g, "Sigmoid", x);
}

/* x (1 + erf(x/√2))/2 */
static onnx_value write_gelu(onnx_graph *g, onnx_value x)
{
    onnx_value error = ONNX(g, "Erf", ONNX(g, "Mul", x, onnx_constant(g, sqrt(0.5))));
    onnx_value share = ONNX(g, "Add", error, onnx_constant(g, 1));
    return ONNX(g, "Mul", ONNX(g, "Mul", x, onnx_constant(g, 0.5)), share);
}

static onnx_value write_silu(onnx_graph *g, onnx_value x)
{
    return ONNX(g, "Mul", x, write_sigmoid(g, x));
}

/* --- Products ------------------------------------------------------------------- */

onnx_value onnx_product(onnx_net *net, onnx_value x, onnx_value weight, onnx_value bias)
{
    onnx_graph *g = net->graph;
    if (pmy_shape_rank(net->shape) == 2) {
        onnx_value y = bias ? ONNX(g, "Gemm", x, weight, bias) : ONNX(g, "Gemm", x, weight);
        onnx_whole(g, "transB", 1);
        return y;
    }
    onnx_value turned = ONNX(g, "Transpose", weight);
    onnx_wholes(g, "perm", 2, (const int64_t[]){1, 0});
    onnx_value y = ONNX(g, "MatMul", x, turned);
    return bias ? ONNX(g, "Add", y, bias) : y;
}

static onnx_value write_linear(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    return onnx_product(net, x, weight_of(net, layer), bias_of(net, layer));
}

static onnx_value write_tied(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    (void)layer;
    return onnx_product(net, x, net->table, NULL);
}

/* --- Windows over images -------------------------------------------------------- */

/* Kernel, stride and padding of the newest operator: the layer's numbers from `first` on. */
static void add_window(onnx_graph *g, const pmy_layer *layer, size_t first)
{
    int64_t kernel = (int64_t)layer->number[first], stride = (int64_t)layer->number[first + 1];
    int64_t pad = (int64_t)layer->number[first + 2];
    onnx_wholes(g, "kernel_shape", 2, (const int64_t[]){kernel, kernel});
    onnx_wholes(g, "strides", 2, (const int64_t[]){stride, stride});
    onnx_wholes(g, "pads", 4, (const int64_t[]){pad, pad, pad, pad});
}

static onnx_value write_conv(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    onnx_value weight = weight_of(net, layer), bias = bias_of(net, layer);
    onnx_value y = bias ? ONNX(net->graph, "Conv", x, weight, bias) : ONNX(net->graph, "Conv", x, weight);
    add_window(net->graph, layer, 1);
    return y;
}

static onnx_value write_maxpool(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    onnx_value y = ONNX(net->graph, "MaxPool", x);
    add_window(net->graph, layer, 0);
    return y;
}

static onnx_value write_avgpool(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    onnx_value y = ONNX(net->graph, "AveragePool", x);
    add_window(net->graph, layer, 0);
    onnx_whole(net->graph, "count_include_pad", 1);
    return y;
}

static onnx_value flatten(onnx_graph *g, onnx_value x)
{
    onnx_value y = ONNX(g, "Flatten", x);
    onnx_whole(g, "axis", 1);
    return y;
}

static onnx_value write_gap(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    (void)layer;
    return flatten(net->graph, ONNX(net->graph, "GlobalAveragePool", x));
}

static onnx_value write_flatten(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    (void)layer;
    return pmy_shape_rank(net->shape) == 2 ? x : flatten(net->graph, x);
}

/* --- Normalisations --------------------------------------------------------------- */

static onnx_value write_batchnorm(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    onnx_value y =
        ONNX(net->graph, "BatchNormalization", x, weight_of(net, layer), bias_of(net, layer),
             onnx_parameter(net, layer, "running_mean"), onnx_parameter(net, layer, "running_var"));
    onnx_real(net->graph, "epsilon", 1e-5);
    return y;
}

static onnx_value write_layernorm(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    onnx_graph *g = net->graph;
    onnx_value weight = weight_of(net, layer), bias = bias_of(net, layer);
    onnx_value y =
        bias ? ONNX(g, "LayerNormalization", x, weight, bias) : ONNX(g, "LayerNormalization", x, weight);
    onnx_whole(g, "axis", pmy_shape_rank(net->shape) == 4 ? 1 : -1);
    onnx_real(g, "epsilon", 1e-5);
    return y;
}

static onnx_value write_rmsnorm(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    onnx_graph *g = net->graph;
    onnx_value mean = ONNX(g, "ReduceMean", ONNX(g, "Mul", x, x));
    onnx_wholes(g, "axes", 1, (const int64_t[]){-1});
    onnx_value root = ONNX(g, "Sqrt", ONNX(g, "Add", mean, onnx_constant(g, (double)FLT_EPSILON)));
    return ONNX(g, "Mul", ONNX(g, "Div", x, root), weight_of(net, layer));
}

/* --- Tokens ----------------------------------------------------------------------- */

onnx_value onnx_time(onnx_net *net)
{
    if (net->time)
        return net->time;
    net->time = ONNX(net->graph, "Shape", net->input);
    onnx_whole(net->graph, "start", 1);
    onnx_whole(net->graph, "end", 2);
    return net->time;
}

static onnx_value write_embed(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    net->table = weight_of(net, layer);
    return ONNX(net->graph, "Gather", net->table, x);
}

static onnx_value write_positions(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    onnx_graph *g = net->graph;
    onnx_value begin = ONNX_LIST(g, 0);
    return ONNX(g, "Add", x, ONNX(g, "Slice", weight_of(net, layer), begin, onnx_time(net)));
}

/* --- The words -------------------------------------------------------------------- */

static const struct {
    const char *word;
    onnx_value (*write)(onnx_net *net, const pmy_layer *layer, onnx_value x);
    onnx_value (*activation)(onnx_graph *graph, onnx_value x);
} writers[] = {
    {"linear", .write = write_linear},
    {"conv", .write = write_conv},
    {"maxpool", .write = write_maxpool},
    {"avgpool", .write = write_avgpool},
    {"gap", .write = write_gap},
    {"batchnorm", .write = write_batchnorm},
    {"layernorm", .write = write_layernorm},
    {"rmsnorm", .write = write_rmsnorm},
    {"embed", .write = write_embed},
    {"positions", .write = write_positions},
    {"attention", .write = onnx_attention},
    {"tied", .write = write_tied},
    {"flatten", .write = write_flatten},
    {"relu", .activation = write_relu},
    {"leaky_relu", .activation = write_leaky_relu},
    {"tanh", .activation = write_tanh},
    {"sigmoid", .activation = write_sigmoid},
    {"gelu", .activation = write_gelu},
    {"silu", .activation = write_silu},
};

static bool is(const pmy_layer *layer, const char *word)
{
    return strcmp(pmy_layer_word(layer), word) == 0;
}

/* NULL: nobody knows the layer. */
static onnx_value write_layer(onnx_net *net, const pmy_layer *layer, onnx_value x)
{
    if (is(layer, "dropout"))
        return x;
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++)
        if (is(layer, writers[i].word))
            return writers[i].write ? writers[i].write(net, layer, x) : writers[i].activation(net->graph, x);
    return NULL;
}

/* Layers begin … end − 1, which are all of a group, or of the net. */
static onnx_value write_layers(onnx_net *net, size_t begin, size_t end, onnx_value x, pmy_error *error)
{
    for (size_t i = begin; x && i < end; i++) {
        const pmy_layer *layer = &net->net->layer[i];
        if (is(layer, "(")) /* its layers follow as if it were not there */
            continue;
        if (is(layer, "[")) {
            onnx_value inner = write_layers(net, i + 1, i + 1 + layer->inner, x, error);
            x = inner ? ONNX(net->graph, "Add", x, inner) : NULL;
            i += layer->inner;
            continue;
        }
        x = write_layer(net, layer, x);
        if (!x)
            (void)pmy_fail(error, PMY_BAD_NET, "layer %s, %s, cannot be written as ONNX", layer->name,
                           pmy_layer_print(layer).text);
        net->shape = layer->output;
    }
    return x;
}

onnx_value onnx_layers(onnx_net *net, pmy_error *error)
{
    net->shape = net->net->input;
    return write_layers(net, 0, net->net->count, net->input, error);
}
