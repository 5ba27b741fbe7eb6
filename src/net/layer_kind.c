#include "net/layer_kind.h"

#include "base/number.h"
#include "layers/avgpool2d.h"
#include "layers/batchnorm.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/embedding.h"
#include "layers/global_average_pool.h"
#include "layers/layernorm.h"
#include "layers/linear.h"
#include "layers/maxpool2d.h"
#include "layers/rmsnorm.h"
#include "layers/self_attention.h"
#include "tensor/ops/ops.h"

#include <stdio.h>
#include <string.h>

/* The window whose kernel, stride and padding these numbers are. */
static pmy_window window_of(const double n[3])
{
    return (pmy_window){(size_t)n[0], (size_t)n[1], (size_t)n[2]};
}

static pmy_node *flatten(pmy_graph *graph, pmy_node *x)
{
    pmy_shape shape = pmy_node_shape(x);
    if (pmy_shape_rank(shape) == 2)
        return x;
    return pmy_reshape(graph, x, PMY_SHAPE(shape.dim[0], pmy_shape_size(shape) / shape.dim[0]));
}

static pmy_node *layernorm(pmy_graph *graph, pmy_node *x, bool biased)
{
    unsigned axes = pmy_shape_rank(pmy_node_shape(x)) == 4 ? 3 : 1;
    return (biased ? pmy_layernorm : pmy_layernorm_nobias)(graph, x, axes);
}

static pmy_node *embed(pmy_recording *into, pmy_node *x, size_t dim)
{
    pmy_graph *graph = into->graph;
    into->table =
        pmy_layer_parameter(graph, "embedding", "weight", PMY_SHAPE(into->vocabulary, dim), PMY_NORMAL, 1);
    return pmy_embedding_with(graph, x, into->table);
}

/* x + a learned table [time, d], or its beginning. */
static pmy_node *add_positions(pmy_recording *into, pmy_node *x)
{
    pmy_graph *graph = into->graph;
    size_t time = pmy_node_shape(x).dim[1];
    pmy_shape shape = PMY_SHAPE(into->time, pmy_shape_last(pmy_node_shape(x)));
    pmy_node *table = pmy_layer_parameter(graph, "positions", "weight", shape, PMY_NORMAL, 1);
    if (into->past)
        table = pmy_embedding_with(graph, into->past->position, table);
    else if (time < into->time)
        table = pmy_slice(graph, table, 0, 0, time);
    return pmy_add(graph, x, table);
}

static pmy_node *attend(pmy_recording *into, pmy_node *x, const double n[3])
{
    pmy_self_attention_options options = {
        .heads = (size_t)n[0], .causal = true, .rotary = n[1] > 0, .nobias = n[2] > 0};
    pmy_net_past *past = into->past;
    if (!past)
        return pmy_self_attention(into->graph, x, &options);
    pmy_attention_past *layer = &past->layer[past->layers++];
    *layer = (pmy_attention_past){.position = past->position, .mask = past->mask};
    return pmy_self_attention_step(into->graph, x, &options, layer);
}

/* build_WORD, which appends a layer of the numbers n to a graph whose x it takes. An activation is fused into
 * it afterwards. */
#define BUILD(word, call)                                                                   \
    static pmy_node *build_##word(const pmy_layer *layer, pmy_recording *into, pmy_node *x) \
    {                                                                                       \
        const double *n = layer->number;                                                    \
        pmy_graph *graph = into->graph;                                                     \
        (void)n, (void)graph;                                                               \
        return call;                                                                        \
    }
BUILD(linear, (n[1] > 0 ? pmy_linear_nobias : pmy_linear)(graph, x, (size_t)n[0], PMY_NONE))
BUILD(conv, (n[4] > 0 ? pmy_conv2d_nobias : pmy_conv2d)(graph, x, (size_t)n[0], window_of(n + 1), PMY_NONE))
BUILD(maxpool, pmy_maxpool2d(graph, x, window_of(n)))
BUILD(avgpool, pmy_avgpool2d(graph, x, window_of(n)))
BUILD(gap, pmy_global_average_pool(graph, x))
BUILD(batchnorm, pmy_batchnorm(graph, x, PMY_NONE))
BUILD(layernorm, layernorm(graph, x, !(n[0] > 0)))
BUILD(rmsnorm, pmy_rmsnorm(graph, x))
BUILD(dropout, pmy_dropout(graph, x, n[0]))
BUILD(flatten, flatten(graph, x))
BUILD(activation, pmy_activate(graph, x, layer->kind->activation))
BUILD(embed, embed(into, x, (size_t)n[0]))
BUILD(positions, add_positions(into, x))
BUILD(attention, attend(into, x, n))
BUILD(tied, pmy_linear_with(graph, x, into->table, NULL, PMY_NONE))
#undef BUILD

/* --- The table -------------------------------------------------------------- */

#define POOLING_WINDOW                                                     \
    {                                                                      \
        {PMY_COUNT, "K", "", 0}, {PMY_COUNT, "S", "stride", PMY_AS_FIRST}, \
        {                                                                  \
            PMY_WHOLE, "P", "pad", 0                                       \
        }                                                                  \
    }

const pmy_layer_kind pmy_layer_kinds[] = {
    {.word = "linear",
     .argument = {{PMY_COUNT, "N", "", 0}, {PMY_FLAG, "", "nobias", 0}},
     .explanation = "fully connected, N outputs; nobias: no bias",
     .fuses = true,
     .flat = true,
     .random = true,
     .build = build_linear},
    {.word = "conv",
     .argument = {{PMY_COUNT, "N", "", 0},
                  {PMY_COUNT, "K", "", 0},
                  {PMY_COUNT, "S", "stride", 1},
                  {PMY_WHOLE, "P", "pad", 0},
                  {PMY_FLAG, "", "nobias", 0}},
     .explanation = "convolution, N outputs, KxK; left out, S: 1, P: 0",
     .fuses = true,
     .images = true,
     .random = true,
     .build = build_conv},
    {.word = "maxpool",
     .argument = POOLING_WINDOW,
     .explanation = "largest of KxK numbers; left out, S: K, P: 0",
     .images = true,
     .build = build_maxpool},
    {.word = "avgpool",
     .argument = POOLING_WINDOW,
     .explanation = "mean of KxK numbers, in the same way",
     .images = true,
     .build = build_avgpool},
    {.word = "gap",
     .explanation = "global average pooling: the mean of each channel",
     .images = true,
     .indices = 2,
     .build = build_gap},
    {.word = "batchnorm",
     .explanation = "each channel to mean 0, variance 1 in the batch",
     .fuses = true,
     .channels = true,
     .build = build_batchnorm},
    {.word = "layernorm",
     .argument = {{PMY_FLAG, "", "nobias", 0}},
     .explanation = "an image, or a sequence's last axis, likewise",
     .build = build_layernorm},
    {.word = "rmsnorm",
     .explanation = "the last axis to a mean square of 1",
     .flat = true,
     .build = build_rmsnorm},
    {.word = "dropout",
     .argument = {{PMY_RATE, "P", "", 0}},
     .explanation = "zeroes a share P while training",
     .build = build_dropout},
    {.word = "embed",
     .argument = {{PMY_COUNT, "N", "", 0}},
     .explanation = "first, where examples are tokens: N numbers each",
     .tokens = true,
     .random = true,
     .table = true,
     .build = build_embed},
    {.word = "positions",
     .explanation = "adds learned numbers to each place of a sequence",
     .sequences = true,
     .random = true,
     .table = true,
     .build = build_positions},
    {.word = "attention",
     .argument = {{PMY_COUNT, "H", "", 0}, {PMY_FLAG, "", "rotary", 0}, {PMY_FLAG, "", "nobias", 0}},
     .explanation = "H heads, causal; rotary: places turn the vectors",
     .sequences = true,
     .attends = true,
     .random = true,
     .build = build_attention},
    {.word = "tied",
     .explanation = "a number for each token, by embed's own weights",
     .sequences = true,
     .tied = true,
     .build = build_tied},
    {.word = "flatten", .explanation = "all axes but the batch into one", .build = build_flatten},
#define ACTIVATION_WORD(activation_, op) {.word = #op, .activation = activation_, .build = build_activation},
    PMY_ACTIVATION_LIST(ACTIVATION_WORD)
#undef ACTIVATION_WORD
        {.word = "[", .explanation = "its input plus what its layers make of it", .group = ']'},
    {.word = "(", .explanation = "its layers; N: as often, each with weights of its own", .group = ')'},
    {.word = NULL},
};

const pmy_layer_kind *pmy_layer_kind_of(const char *word, size_t length)
{
    const pmy_layer_kind *kind = pmy_layer_kinds;
    while (kind->word && (strlen(kind->word) != length || memcmp(kind->word, word, length) != 0))
        kind++;
    return kind->word ? kind : NULL;
}

const char *pmy_layer_word(const pmy_layer *layer)
{
    return layer->kind->word;
}

pmy_activation pmy_layer_activation(const pmy_layer *layer)
{
    return layer->kind->activation;
}

/* Adds " stride 2"; one that may be left out in the brackets. */
static void add_argument(pmy_layer_text *to, const pmy_layer_argument *argument, const char *number,
                         const char *open, const char *close)
{
    size_t used = strlen(to->text);
    const char *space = argument->name[0] && number[0] ? " " : "";
    (void)snprintf(to->text + used, sizeof to->text - used, " %s%s%s%s%s", open, argument->name, space,
                   number, close);
}

bool pmy_net_word(size_t index, pmy_layer_text *usage, const char **explanation)
{
    if (index + 1 >= sizeof pmy_layer_kinds / sizeof *pmy_layer_kinds)
        return false;
    const pmy_layer_kind *kind = &pmy_layer_kinds[index];
    (void)snprintf(usage->text, sizeof usage->text, "%s",
                   kind->group == ']' ? "[LAYERS]"
                   : kind->group      ? "N (LAYERS)"
                                      : kind->word);
    for (const pmy_layer_argument *argument = kind->argument; argument->type; argument++) {
        bool optional = argument->name[0] != 0;
        add_argument(usage, argument, argument->symbol, optional ? "[" : "", optional ? "]" : "");
    }
    *explanation = kind->activation ? pmy_activation_op(kind->activation)->checks.formula : kind->explanation;
    return true;
}

pmy_layer_text pmy_layer_print(const pmy_layer *layer)
{
    pmy_layer_text out;
    const pmy_layer_argument *argument = layer->kind->argument;
    const pmy_layer_kind *kind = layer->kind;
    (void)snprintf(out.text, sizeof out.text, "%s%s", kind->word,
                   kind->group == ']' ? "...]"
                   : kind->group      ? "...)"
                                      : "");
    if (kind->group && layer->number[0] > 0)
        (void)snprintf(out.text, sizeof out.text, "%.0f (...)", layer->number[0]);
    for (size_t i = 0; argument[i].type; i++) {
        double number = layer->number[i];
        if (!argument[i].name[0] || number != pmy_argument_default(&argument[i], layer->number[0]))
            add_argument(&out, &argument[i],
                         argument[i].type == PMY_FLAG ? "" : pmy_number_print(number, PMY_NUMBER_DOUBLE).text,
                         "", "");
    }
    return out;
}
