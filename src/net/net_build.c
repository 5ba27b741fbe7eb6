#include "net/layer_kind.h"
#include "net/recording.h"
#include "tensor/ops/ops.h"

#include <stdio.h>

typedef struct builder {
    const pmy_net *net;
    pmy_recording into;
    char outer[PMY_MAX_NAME]; /* the graph's prefix */
} builder;

/* Layers begin … end − 1, which are all of a group, or of the net. */
static pmy_node *build_layers(builder *b, size_t begin, size_t end, pmy_node *x)
{
    for (size_t i = begin; i < end && i < b->into.end; i++) {
        const pmy_layer *layer = &b->net->layer[i];
        if (layer->kind->group == ')')
            continue; /* its layers follow as if it were not there */
        if (layer->kind->group) {
            pmy_node *inner = build_layers(b, i + 1, i + 1 + layer->inner, x);
            i += layer->inner;
            if (i >= b->into.end)
                return inner; /* the layers that give it the shape of x are left out, too */
            x = pmy_add(b->into.graph, x, inner);
            continue;
        }
        char name[sizeof b->outer + sizeof layer->name];
        (void)snprintf(name, sizeof name, "%s%s%s", b->outer, b->outer[0] ? "." : "", layer->name);
        pmy_prefix(b->into.graph, name);
        x = layer->kind->build(layer, &b->into, x);
        if (layer->kind->fuses && i + 1 < end && i + 1 < b->into.end && layer[1].kind->activation)
            x = pmy_fuse(x, b->net->layer[++i].kind->activation);
    }
    return x;
}

pmy_node *pmy_net_record(const pmy_net *net, size_t end, pmy_graph *graph, pmy_node *x, pmy_net_past *past)
{
    builder b = {.net = net,
                 .into = {.graph = graph,
                          .end = end,
                          .vocabulary = net->vocabulary,
                          .time = net->input.dim[1],
                          .past = past}};
    (void)snprintf(b.outer, sizeof b.outer, "%s", pmy_current_prefix(graph));
    x = build_layers(&b, 0, net->count, x);
    pmy_prefix(graph, b.outer);
    return x;
}

const pmy_layer *pmy_net_without_positions(const pmy_net *net)
{
    for (size_t i = 0; i < net->count; i++)
        if (pmy_shape_rank(net->layer[i].output) != 3)
            return &net->layer[i];
    return NULL;
}

/* Whether the net takes examples of this shape: those it was read for, or of tokens the first ones alone. */
static bool takes(const pmy_net *net, pmy_shape example)
{
    pmy_shape whole = pmy_shape_of_row(net->input);
    if (pmy_shape_equal(example, whole))
        return true;
    return net->vocabulary && pmy_shape_rank(example) == 1 && example.dim[0] < whole.dim[0] &&
           !pmy_net_without_positions(net);
}

pmy_node *pmy_net_build(const pmy_net *net, pmy_graph *graph, pmy_node *x)
{
    if (!pmy_recorded(x))
        return x;
    if (!takes(net, pmy_shape_of_row(pmy_node_shape(x))))
        return pmy_refuse(graph, PMY_BAD_SHAPE, "the net was read for examples of %s, not for those of %s",
                          pmy_shape_print(pmy_shape_of_row(net->input)).text,
                          pmy_shape_print(pmy_shape_of_row(pmy_node_shape(x))).text);
    if ((pmy_node_type(x) == PMY_INTEGERS) != (net->vocabulary > 0))
        return pmy_refuse(graph, PMY_BAD_ARGUMENT, "the net was read for examples of %s",
                          net->vocabulary ? "tokens, not of reals" : "reals, not of tokens");
    return pmy_net_record(net, net->count, graph, x, NULL);
}
