/* The list of all ops: tests, gradient checks and the op reference walk it. A new op is its own file and a
 * line here; an activation has its line in tensor/activation.h. */
#ifndef PMY_OPS_H
#define PMY_OPS_H

#include "tensor/activation.h"

#define PMY_OP_LIST(X)     \
    X(matmul)              \
    X(add)                 \
    X(sub)                 \
    X(mul)                 \
    X(div)                 \
    X(maximum)             \
    X(minimum)             \
    X(scale)               \
    X(exp)                 \
    X(log)                 \
    X(sqrt)                \
    X(square)              \
    X(abs)                 \
    X(sum)                 \
    X(mean)                \
    X(reshape)             \
    X(transpose)           \
    X(concat)              \
    X(slice)               \
    X(put_row)             \
    X(max)                 \
    X(softmax)             \
    X(log_softmax)         \
    X(linear)              \
    X(conv2d)              \
    X(dropout)             \
    X(batchnorm)           \
    X(layernorm)           \
    X(rmsnorm)             \
    X(maxpool2d)           \
    X(avgpool2d)           \
    X(global_average_pool) \
    X(embedding)           \
    X(rotary)              \
    X(attention)           \
    X(softmax_xent)        \
    X(mse)                 \
    X(huber)               \
    X(bce_with_logits)

/* The activations, then the others in the order above; NULL after the last. */
extern const pmy_op *const pmy_ops[];

#endif
