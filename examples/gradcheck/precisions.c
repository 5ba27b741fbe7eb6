#include "gradcheck/precisions.h"

#include "gradcheck/suite.h"
#include "ops.h"
#include "pmy64/gradcheck/suite.h"
#ifndef __clang__ /* the quad build is gcc's alone */
#include "pmyq/gradcheck/suite.h"
#endif

/* Checks with the build of that prefix. */
#define CHECK(prefix)                                                                                  \
    static pmy_status prefix##check_subject(const subject *what, pmy_error *error)                     \
    {                                                                                                  \
        const prefix##suite suite = {                                                                  \
            .seed = what->seed, .found = what->found, .context = what->context, .curve = what->curve}; \
        return what->net ? prefix##check_net(&suite, what->net, what->example, error)                  \
                         : prefix##check_ops(&suite, what->op, error);                                 \
    }
CHECK(pmy_)
CHECK(pmy64_)
#ifndef __clang__
CHECK(pmyq_)
#endif

const precision precisions[] = {
    {"double", pmy64_check_subject},
    {"float", pmy_check_subject},
#ifndef __clang__
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
