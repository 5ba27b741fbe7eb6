/* Also in double and quad. */
#include "common/gradient_check.h"

#include "gradcheck/suite.h"

pmy_status pmy_check_subject(const gradient_subject *what, pmy_error *error)
{
    const pmy_suite suite = {
        .seed = what->seed, .found = what->found, .context = what->context, .curve = what->curve};
    return what->net ? pmy_check_net(&suite, what->net, &what->examples, error)
                     : pmy_check_ops(&suite, what->op, error);
}
