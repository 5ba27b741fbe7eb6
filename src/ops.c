#include "ops.h"

#define PMY_OP_DECLARE(name) extern const pmy_op pmy_op_##name;
PMY_OP_LIST(PMY_OP_DECLARE)
#undef PMY_OP_DECLARE

#define PMY_OP_DECLARE(activation, name) extern const pmy_op pmy_op_##name;
PMY_ACTIVATION_LIST(PMY_OP_DECLARE)
#undef PMY_OP_DECLARE

const pmy_op *const pmy_ops[] = {
#define PMY_OP_ENTRY(activation, name) &pmy_op_##name,
    PMY_ACTIVATION_LIST(PMY_OP_ENTRY)
#undef PMY_OP_ENTRY
#define PMY_OP_ENTRY(name) &pmy_op_##name,
        PMY_OP_LIST(PMY_OP_ENTRY)
#undef PMY_OP_ENTRY
            NULL,
};
