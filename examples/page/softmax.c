/* The page's softmax panel: one row of logits on both ways, as softmax explain has it. */
#include "page/answer.h"
#include "page/export.h"
#include "page/softmax_row.h"
#include "softmax/breakdown.h"

#include <string.h>

static softmax_row shown; /* the last that was asked for */
static bool any_shown;

static void answer_breakdowns(const pmy_explanation *row)
{
    char text[BREAKDOWN_TEXT];
    answer_text("limits", breakdown_limits(row, text));
    answer_text("naive_breaks", breakdown_of_naive(row, text) ? text : "");
    answer_text("long_way_breaks", row->breaks ? breakdown_reason(row, text) : "");
}

static void forget_shown(void)
{
    if (any_shown)
        pmy_explanation_free(&shown.row);
    any_shown = false;
}

static pmy_status run(const double *z, size_t classes, double temperature, double target, const double *y,
                      size_t shares, bool in_float, pmy_error *error)
{
    forget_shown();
    if (classes < 1 || classes > SOFTMAX_ROW_MOST_CLASSES)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%zu logits: there can be 1 to %d", classes,
                        SOFTMAX_ROW_MOST_CLASSES);
    if (shares && shares != classes)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%zu shares, but there are %zu logits", shares, classes);
    pmy_status status = pmy_explanation_new(classes, &shown.row, error);
    if (status != PMY_OK)
        return status;
    any_shown = true;
    memcpy(shown.row.z, z, classes * sizeof *z);
    if (shares)
        memcpy(shown.row.y, y, classes * sizeof *y);
    shown.row.soft = shares > 0;
    shown.row.temperature = temperature;
    shown.row.target = target >= 0 ? (size_t)target : 0;
    status = softmax_row_run(&shown, in_float, error);
    if (status != PMY_OK)
        forget_shown();
    return status;
}

/* The row z [classes] with a share of the target for each class, y [shares], or none and one class as its
 * target. Answers the numbers of softmax_row_origins, and in words what breaks down, and when. */
PAGE_EXPORT(page_softmax)
(const double *z, size_t classes, double temperature, double target, const double *y, size_t shares,
 double in_float)
{
    pmy_error error = {0};
    origin_column columns[SOFTMAX_ROW_MOST_COLUMNS];
    pmy_status status = run(z, classes, temperature, target, y, shares, in_float != 0, &error);
    answer_begin();
    if (status != PMY_OK) {
        answer_error(&error);
        return;
    }
    origin_table origins = softmax_row_origins(&shown, columns);
    origin_numbers(&origins);
    answer_text("fused_formula", pmy_explanation_formula(&shown.row));
    answer_breakdowns(&shown.row);
}

/* Where a number of the last answer comes from. */
PAGE_EXPORT(page_softmax_origin)(const char *column, double i)
{
    origin_column columns[SOFTMAX_ROW_MOST_COLUMNS];
    if (!any_shown) {
        pmy_error error = {0};
        (void)pmy_fail(&error, PMY_BAD_ARGUMENT, "there are no numbers yet");
        answer_error(&error);
        return;
    }
    origin_table origins = softmax_row_origins(&shown, columns);
    origin_answer(&origins, column, (size_t)i);
}
