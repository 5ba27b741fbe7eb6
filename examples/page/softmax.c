/* The page's softmax panel: one row of logits on both ways, as softmax explain has it. */
#include "page/answer.h"
#include "page/export.h"
#include "softmax/derivation.h"

#include <string.h>

PAGE_EXPORT(page_softmax)(const double *z, size_t classes, double temperature, double target, double in_float)
{
    answer_begin();
    pmy_error error = {0};
    derivation row;
    if (!derivation_new(&row, classes)) {
        (void)pmy_fail(&error, PMY_NO_MEMORY, "no memory for %zu classes", classes);
        answer_error(&error);
        return;
    }
    memcpy(row.z, z, classes * sizeof *z);
    row.temperature = temperature;
    row.target = (size_t)target;
    row.in_float = in_float != 0;
    if (derivation_run(&row, &error) == PMY_OK) {
        answer_numbers("p", classes, row.p);
        answer_number("loss", row.loss);
    } else {
        answer_error(&error);
    }
    derivation_free(&row);
}
