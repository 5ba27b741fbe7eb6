#include "gradcheck/precisions.h"

#include "ops.h"

const precision precisions[] = {
    {"double", pmy64_check_subject},
    {"float", pmy_check_subject},
#ifndef __clang__ /* the quad build is gcc's alone */
    {"quad", pmyq_check_subject},
#endif
    {0},
};

const char *op_name(size_t index, const char **formula)
{
    if (!pmy_ops[index])
        return NULL;
    *formula = pmy_ops[index]->checks.formula;
    return pmy_ops[index]->name;
}
