#include "net/net_step.h"

#include "layers/attention.h"
#include "net/layer_kind.h"
#include "net/recording.h"
#include "tensor/op.h"

#include <string.h>

pmy_node *pmy_net_build_step(const pmy_net *net, pmy_graph *graph, pmy_node *tokens, pmy_net_past *past)
{
    *past = (pmy_net_past){.block = net->input.dim[1]};
    if (!pmy_recorded(tokens))
        return tokens;
    if (!net->vocabulary)
        return pmy_refuse(graph, PMY_BAD_NET, "the net was read for examples of reals, not of tokens");
    const pmy_layer *flat = pmy_net_without_positions(net);
    if (flat)
        return pmy_refuse(graph, PMY_BAD_NET, "%s leaves no positions to go step by step",
                          pmy_layer_word(flat));
    pmy_shape shape = pmy_node_shape(tokens);
    if (pmy_node_type(tokens) != PMY_INTEGERS || !pmy_shape_equal(shape, PMY_SHAPE(shape.dim[0], 1)))
        return pmy_refuse(graph, PMY_BAD_SHAPE, "a step takes integers [batch, 1], not %s",
                          pmy_shape_print(shape).text);
    past->position = pmy_integers(graph, shape);
    past->mask = pmy_integers(graph, PMY_SHAPE(shape.dim[0], past->block));
    return pmy_net_record(net, net->count, graph, tokens, past);
}

pmy_node *pmy_net_build_past(const pmy_net *net, pmy_graph *graph, pmy_node *tokens)
{
    size_t end = net->count;
    for (size_t i = 0; i < net->count; i++)
        end = net->layer[i].kind->attends ? i + 1 : end;
    return pmy_net_record(net, end, graph, tokens, NULL);
}

/* The running position is the past's length; every one up to it is seen. */
static void go_to(const pmy_net_past *past)
{
    size_t batch = pmy_node_shape(past->position).dim[0];
    for (size_t b = 0; b < batch; b++) {
        pmy_integer_data(past->position)[b] = (int32_t)past->length;
        for (size_t j = 0; j < past->block; j++)
            pmy_integer_data(past->mask)[b * past->block + j] = j <= past->length;
    }
}

/* Of what is hidden only the share is 0: a number that is not finite would show all the same. */
static void forget(pmy_node *cache)
{
    pmy_tensor numbers = pmy_value(cache);
    memset(numbers.data, 0, pmy_shape_size(numbers.shape) * sizeof *numbers.data);
}

void pmy_net_past_clear(pmy_net_past *past)
{
    past->length = 0;
    for (const pmy_attention_past *layer = past->layer; layer < past->layer + past->layers; layer++) {
        forget(layer->keys);
        forget(layer->values);
    }
    go_to(past);
}

void pmy_net_past_take(pmy_net_past *past, const pmy_graph *graph, size_t count)
{
    const pmy_attention_past *layer = past->layer;
    for (size_t i = 0; i < pmy_node_count(graph); i++) {
        const pmy_node *node = pmy_node_at(graph, i);
        if (strcmp(node->op->name, "attention") != 0)
            continue;
        pmy_attention_past_of(node, count, pmy_value(layer->keys).data, pmy_value(layer->values).data);
        layer++;
    }
    past->length = count;
    go_to(past);
}

bool pmy_net_past_advance(pmy_net_past *past)
{
    if (past->length + 1 >= past->block)
        return false;
    past->length++;
    go_to(past);
    return true;
}
