/* Activations: the element-wise ops that are a word of a net's line, and that a layer can have fused into it.
 * A new one is a file in src/tensor/ops (relu.c is a model of it) and a line here: checks, help, export and
 * the op reference have it from these. */
#ifndef PMY_TENSOR_ACTIVATION_H
#define PMY_TENSOR_ACTIVATION_H

#include "tensor/op.h"

/* X(the enumerator, the op) */
#define PMY_ACTIVATION_LIST(X)    \
    X(PMY_RELU, relu)             \
    X(PMY_LEAKY_RELU, leaky_relu) \
    X(PMY_TANH, tanh)             \
    X(PMY_SIGMOID, sigmoid)       \
    X(PMY_GELU, gelu)             \
    X(PMY_SILU, silu)

typedef enum pmy_activation {
    PMY_NONE,
#define PMY_ACTIVATION_ENUM(activation, op) activation,
    PMY_ACTIVATION_LIST(PMY_ACTIVATION_ENUM)
#undef PMY_ACTIVATION_ENUM
} pmy_activation;

/* The op of an activation; NULL for PMY_NONE, and after the last. */
const pmy_op *pmy_activation_op(pmy_activation activation);

/* The activation as a node of its own; PMY_NONE: x. */
pmy_node *pmy_activate(pmy_graph *graph, pmy_node *x, pmy_activation activation);

/* pmy_relu(graph, x) and so on. */
#define PMY_ACTIVATION_BUILDER(activation, op) pmy_node *pmy_##op(pmy_graph *graph, pmy_node *x);
PMY_ACTIVATION_LIST(PMY_ACTIVATION_BUILDER)
#undef PMY_ACTIVATION_BUILDER

/* For a layer's builder: the node's op ends in the activation (pmy_node.activation). Returns the node. */
pmy_node *pmy_fuse(pmy_node *node, pmy_activation activation);

#endif
