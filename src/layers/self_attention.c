#include "layers/self_attention.h"

#include "layers/attention.h"
#include "layers/linear.h"
#include "layers/rotary.h"
#include "tensor/op.h"
#include "tensor/ops/ops.h"

typedef struct layer {
    pmy_graph *graph;
    const pmy_self_attention_options *options;
    pmy_node *qkv;                   /* [batch, time, 3 d]: q, k and v side by side */
    pmy_node *q, *k, *v;             /* [batch, time, d], at their positions */
    pmy_node *out_weight, *out_bias; /* [d, d], [d] or NULL */
} layer;

static pmy_node *parameter(pmy_graph *graph, const char *part, pmy_shape shape, double bound)
{
    return pmy_layer_parameter(graph, "attention", part, shape, bound > 0 ? PMY_UNIFORM : PMY_ZEROS, bound);
}

/* Makes the parameters and qkv; false: x is no sequence, and qkv says so. */
static bool project(layer *l, pmy_node *x)
{
    pmy_graph *g = l->graph;
    bool biased = !l->options->nobias;
    if (!pmy_recorded(x) || pmy_shape_rank(x->shape) != 3) {
        l->qkv = !pmy_recorded(x)
                     ? pmy_scale(g, x, 1)
                     : pmy_refuse(g, PMY_BAD_SHAPE, "self-attention: needs [batch, time, d], not %s",
                                  pmy_shape_print(x->shape).text);
        return false;
    }
    size_t d = pmy_shape_last(x->shape);
    pmy_node *weight = parameter(g, "in_proj_weight", PMY_SHAPE(3 * d, d), sqrt(6 / (4 * (double)d)));
    pmy_node *bias = biased ? parameter(g, "in_proj_bias", PMY_SHAPE(3 * d), 0) : NULL;
    l->out_weight = parameter(g, "out_proj.weight", PMY_SHAPE(d, d), 1 / sqrt((double)d));
    l->out_bias = biased ? parameter(g, "out_proj.bias", PMY_SHAPE(d), 0) : NULL;
    l->qkv = pmy_linear_with(g, x, weight, bias, PMY_NONE);
    return true;
}

/* q, k and v, at the position where there is a past. */
static void take_apart(layer *l, const pmy_attention_past *past)
{
    pmy_graph *g = l->graph;
    size_t d = pmy_shape_last(l->qkv->shape) / 3;
    l->q = pmy_slice(g, l->qkv, -1, 0, d);
    l->k = pmy_slice(g, l->qkv, -1, d, 2 * d);
    l->v = pmy_slice(g, l->qkv, -1, 2 * d, 3 * d);
    if (l->options->rotary) {
        pmy_node *position = past ? past->position : NULL;
        size_t most = past ? pmy_node_shape(past->mask).dim[1] : 0;
        l->q = pmy_rotary(g, l->q, l->options->heads, position, most);
        l->k = pmy_rotary(g, l->k, l->options->heads, position, most);
    }
}

static pmy_node *put_together(const layer *l, pmy_node *o)
{
    return pmy_linear_with(l->graph, o, l->out_weight, l->out_bias, PMY_NONE);
}

pmy_node *pmy_self_attention(pmy_graph *graph, pmy_node *x, const pmy_self_attention_options *options)
{
    layer l = {.graph = graph, .options = options};
    if (!project(&l, x))
        return l.qkv;
    if (!options->rotary)
        return put_together(&l, pmy_attention_packed(graph, l.qkv, options->heads, options->causal));
    take_apart(&l, NULL);
    return put_together(
        &l, pmy_attention(graph, l.q, l.k, l.v,
                          &(pmy_attention_options){.heads = options->heads, .causal = options->causal}));
}

pmy_node *pmy_self_attention_step(pmy_graph *graph, pmy_node *x, const pmy_self_attention_options *options,
                                  pmy_attention_past *past)
{
    layer l = {.graph = graph, .options = options};
    if (!project(&l, x))
        return l.qkv;
    take_apart(&l, past);
    pmy_shape cache = pmy_node_shape(past->mask); /* [batch, block] */
    cache.dim[2] = pmy_shape_last(pmy_node_shape(x));
    past->keys = pmy_input(graph, cache);
    past->values = pmy_input(graph, cache);
    return put_together(&l,
                        pmy_attention(graph, l.q, pmy_put_row(graph, past->keys, l.k, past->position),
                                      pmy_put_row(graph, past->values, l.v, past->position),
                                      &(pmy_attention_options){.heads = options->heads, .mask = past->mask}));
}
