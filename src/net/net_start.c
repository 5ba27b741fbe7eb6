#include "net/net_start.h"

#include "net/layer_kind.h"
#include "tensor/op.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const pmy_net_start_kind kinds[] = {
    {"default", "each layer as in PyTorch", false},
    {"gpt2", "weights normal 0.02, less where a residual group ends; biases 0", true},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const pmy_net_start_kind *pmy_net_start_at(size_t index)
{
    return index < KINDS ? &kinds[index] : NULL;
}

const pmy_net_start_kind *pmy_net_start_find(const char *name)
{
    const pmy_net_start_kind *kind;
    for (size_t i = 0; (kind = pmy_net_start_at(i)) && strcmp(kind->name, name) != 0;)
        i++;
    return kind;
}

/* The parts of layers whose weights start random. */
static const struct {
    const char *name;
    /* An only weight is an output where its layer ends a residual group. */
    enum { BIAS, ONLY_WEIGHT, INNER_WEIGHT, OUTPUT } as;
} parts[] = {
    {"weight", ONLY_WEIGHT},          {"bias", BIAS},
    {"in_proj_weight", INNER_WEIGHT}, {"in_proj_bias", BIAS},
    {"out_proj.weight", OUTPUT},      {"out_proj.bias", BIAS},
};

static void start_layer(const pmy_layer *layer, pmy_graph *graph, bool ends, double of_outputs)
{
    const char *outer = pmy_current_prefix(graph);
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        char name[2 * PMY_MAX_NAME];
        (void)snprintf(name, sizeof name, "%s%s%s.%s", outer, outer[0] ? "." : "", layer->name,
                       parts[p].name);
        pmy_node *parameter = pmy_find(graph, name);
        bool output = parts[p].as == OUTPUT || (parts[p].as == ONLY_WEIGHT && ends);
        if (parameter && parts[p].as == BIAS)
            pmy_set_start(parameter, PMY_ZEROS, 0);
        else if (parameter)
            pmy_set_start(parameter, PMY_NORMAL, output ? of_outputs : 0.02);
    }
}

/* Of the layers begin … end − 1 of a residual group, the last that has weights which start random; `end`:
 * there is none. */
static size_t last_with_weights(const pmy_net *net, size_t begin, size_t end)
{
    size_t at = end;
    while (at > begin && !net->layer[at - 1].kind->random)
        at--;
    return at > begin ? at - 1 : end;
}

void pmy_net_start(const pmy_net *net, pmy_graph *graph, const pmy_net_start_kind *kind)
{
    bool ends[PMY_MAX_LAYERS] = {false};
    size_t attentions = 0;
    for (size_t i = 0; i < net->count; i++) {
        const pmy_layer *layer = &net->layer[i];
        size_t begin = i + 1, end = begin + layer->inner;
        size_t last = layer->kind->group == ']' ? last_with_weights(net, begin, end) : end;
        if (last < end)
            ends[last] = true;
        attentions += layer->kind->attends;
    }
    double of_outputs = 0.02 / sqrt(attentions ? 2 * (double)attentions : 1);
    for (size_t i = 0; kind->gpt2 && i < net->count; i++)
        if (net->layer[i].kind->random)
            start_layer(&net->layer[i], graph, ends[i], of_outputs);
}
