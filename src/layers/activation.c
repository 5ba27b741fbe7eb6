#include "layers/activation.h"

#include <stddef.h>

#define PMY_ACTIVATION_OP(activation, op) extern const pmy_op pmy_op_##op;
PMY_ACTIVATION_LIST(PMY_ACTIVATION_OP)
#undef PMY_ACTIVATION_OP

const pmy_op *pmy_activation_op(pmy_activation activation)
{
    switch (activation) {
    case PMY_NONE:
        break;
#define PMY_ACTIVATION_CASE(name, op) \
    case name:                        \
        return &pmy_op_##op;
        PMY_ACTIVATION_LIST(PMY_ACTIVATION_CASE)
#undef PMY_ACTIVATION_CASE
    }
    return NULL;
}

const pmy_unary *pmy_activation_rule(pmy_activation activation)
{
    const pmy_op *op = pmy_activation_op(activation);
    return op ? op->unary : NULL;
}
