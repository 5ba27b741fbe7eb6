/* The layers of a net's line as operators of ONNX. */
#ifndef COMMON_ONNX_LAYERS_H
#define COMMON_ONNX_LAYERS_H

#include "common/onnx_graph.h"
#include "net/net.h"
#include "tensor/graph.h"

typedef struct onnx_net {
    onnx_graph *graph;
    const pmy_net *net;
    const pmy_graph *numbers; /* built; the parameters are taken from where they are */
    onnx_value input;         /* of the first layer */
    pmy_shape shape;          /* [1, …]: what the last layer written gives */
    onnx_value table;         /* of embed; NULL before it */
    onnx_value time;          /* [1]: positions of the input; NULL: nobody asked yet */
    onnx_value mask;          /* [time, time]: 0, or −inf for a later position; likewise */
} onnx_net;

/* Writes all layers after the input and returns the last's value, NULL where there is none: PMY_BAD_NET,
 * and the message names the first layer that ONNX has no operators for. */
onnx_value onnx_layers(onnx_net *net, pmy_error *error);

/* The tensor LAYER.which of the built graph; NULL: it has none. */
onnx_value onnx_parameter(onnx_net *net, const pmy_layer *layer, const char *which);

/* x Wᵀ + b in the last axis; bias may be NULL. */
onnx_value onnx_product(onnx_net *net, onnx_value x, onnx_value weight, onnx_value bias);

/* Causal self-attention, x [batch, time, d] to the same. */
onnx_value onnx_attention(onnx_net *net, const pmy_layer *layer, onnx_value x);

/* How many positions the input has, [1]. */
onnx_value onnx_time(onnx_net *net);

#endif
