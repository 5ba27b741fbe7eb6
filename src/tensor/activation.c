#include "tensor/activation.h"

#define PMY_ACTIVATION_OP(activation, op) extern const pmy_op pmy_op_##op;
PMY_ACTIVATION_LIST(PMY_ACTIVATION_OP)
#undef PMY_ACTIVATION_OP

const pmy_op *pmy_activation_op(pmy_activation activation)
{
    static const pmy_op *const ops[] = {
#define PMY_ACTIVATION_ENTRY(name, op) [name] = &pmy_op_##op,
        PMY_ACTIVATION_LIST(PMY_ACTIVATION_ENTRY)
#undef PMY_ACTIVATION_ENTRY
    };
    return activation < sizeof ops / sizeof *ops ? ops[activation] : NULL;
}

pmy_node *pmy_activate(pmy_graph *graph, pmy_node *x, pmy_activation activation)
{
    const pmy_op *op = pmy_activation_op(activation);
    return op ? pmy_append(graph, op, 1, &x, NULL, 0) : x;
}

pmy_node *pmy_fuse(pmy_node *node, pmy_activation activation)
{
    const pmy_op *op = pmy_activation_op(activation);
    if (pmy_recorded(node) && op)
        node->activation = op->unary;
    return node;
}
