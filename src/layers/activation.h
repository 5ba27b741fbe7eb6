/* The element-wise ops that a layer can have fused into it. */
#ifndef PMY_LAYERS_ACTIVATION_H
#define PMY_LAYERS_ACTIVATION_H

#include "tensor/op.h"

/* X(the enumerator, the op) */
#define PMY_ACTIVATION_LIST(X)    \
    X(PMY_RELU, relu)             \
    X(PMY_LEAKY_RELU, leaky_relu) \
    X(PMY_TANH, tanh)             \
    X(PMY_SIGMOID, sigmoid)       \
    X(PMY_GELU, gelu)

typedef enum pmy_activation {
    PMY_NONE,
#define PMY_ACTIVATION_ENUM(activation, op) activation,
    PMY_ACTIVATION_LIST(PMY_ACTIVATION_ENUM)
#undef PMY_ACTIVATION_ENUM
} pmy_activation;

/* The op of an activation; NULL for PMY_NONE. */
const pmy_op *pmy_activation_op(pmy_activation activation);

/* Its element-wise rule; NULL for PMY_NONE. */
const pmy_unary *pmy_activation_rule(pmy_activation activation);

#endif
