/* Also in double and quad. */
#include "gradcheck/precisions.h"

#include "gradcheck/suite.h"

pmy_status pmy_check_subject(const subject *what, pmy_error *error)
{
    const pmy_suite suite = {
        .seed = what->seed, .found = what->found, .context = what->context, .curve = what->curve};
    return what->net ? pmy_check_net(&suite, what->net, what->example, error)
                     : pmy_check_ops(&suite, what->op, error);
}
