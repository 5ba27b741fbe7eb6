/* The page's check panel: a gradient check of a net, or of the bent net with a bug. */
#include "page/check.h"

#include "common/svg.h"
#include "gradcheck/plot.h"
#include "page/answer.h"
#include "page/bent_net.h"
#include "page/export.h"

#include <stdlib.h>

/* What the checks found, as columns. */
typedef struct outcomes {
    size_t count, room;
    pmy_check *check; /* [count] */
    bool no_memory;
} outcomes;

static void keep(void *context, const pmy_check *check)
{
    outcomes *all = context;
    if (all->count == all->room) {
        size_t room = all->room ? 2 * all->room : 16;
        pmy_check *more = realloc(all->check, room * sizeof *more);
        if (!more) {
            all->no_memory = true;
            return;
        }
        all->check = more;
        all->room = room;
    }
    all->check[all->count++] = *check;
}

/* --- The answer ----------------------------------------------------------- */

static double error_of(const pmy_check *check)
{
    return check->error;
}

static double tolerance_of(const pmy_check *check)
{
    return check->tolerance;
}

static double analytic_of(const pmy_check *check)
{
    return check->analytic;
}

static double numeric_of(const pmy_check *check)
{
    return check->numeric;
}

static double size_of(const pmy_check *check)
{
    return (double)check->size;
}

static bool answer_figures(const outcomes *all)
{
    static const struct {
        const char *name;
        double (*of)(const pmy_check *check);
    } columns[] = {{"size", size_of},
                   {"found", error_of},
                   {"allowed", tolerance_of},
                   {"backward", analytic_of},
                   {"numeric", numeric_of}};
    double *values = malloc((all->count + 1) * sizeof *values);
    for (size_t c = 0; values && c < sizeof columns / sizeof *columns; c++) {
        for (size_t i = 0; i < all->count; i++)
            values[i] = columns[c].of(&all->check[i]);
        answer_numbers(columns[c].name, all->count, values);
    }
    free(values);
    return values != NULL;
}

static void answer_words(const outcomes *all)
{
    char text[512];
    answer_texts("input");
    for (size_t i = 0; i < all->count; i++)
        answer_next_text(all->check[i].input);
    answer_texts("shape");
    for (size_t i = 0; i < all->count; i++)
        answer_next_text(pmy_shape_print(all->check[i].shape).text);
    answer_texts("verdict");
    for (size_t i = 0; i < all->count; i++)
        answer_next_text(pmy_verdict_text(all->check[i].verdict));
    answer_texts("sentence");
    for (size_t i = 0; i < all->count; i++) {
        pmy_check_print(&all->check[i], text, sizeof text);
        answer_next_text(text);
    }
}

static bool answer_picture(const pmy_curve *curve)
{
    if (!curve->count)
        return true;
    size_t size;
    svg *picture = plot_curve(curve);
    const char *text = svg_whole(picture, &size);
    if (text)
        answer_text("picture", text);
    svg_free(picture);
    return text != NULL;
}

static void answer_outcomes(const outcomes *all, const pmy_curve *curve)
{
    size_t passed = 0;
    for (size_t i = 0; i < all->count; i++)
        passed += all->check[i].verdict == PMY_PASS;
    answer_number("passed", (double)passed);
    answer_words(all);
    if (answer_figures(all) && answer_picture(curve))
        return;
    pmy_error error;
    (void)pmy_fail(&error, PMY_NO_MEMORY, "no memory for the outcome");
    answer_error(&error);
}

static void check(page_check what, double in_float)
{
    outcomes all = {0};
    pmy_curve curve = {.count = 0};
    pmy_error error = {0};
    what.found = keep;
    what.context = &all;
    what.curve = &curve;
    answer_begin();
    pmy_status status = (in_float != 0 ? pmy_check_for_page : pmy64_check_for_page)(&what, &error);
    if (status == PMY_OK && all.no_memory)
        status = pmy_fail(&error, PMY_NO_MEMORY, "no memory for the outcome");
    if (status == PMY_OK)
        answer_outcomes(&all, &curve);
    else
        answer_error(&error);
    free(all.check);
}

/* --- What the page calls -------------------------------------------------- */

PAGE_EXPORT(page_check_net)(const char *net, double seed, double in_float)
{
    check((page_check){.net = net, .seed = (uint64_t)seed}, in_float);
}

PAGE_EXPORT(page_check_bug)(double bug, double seed, double in_float)
{
    check((page_check){.bug = (unsigned)bug, .seed = (uint64_t)seed}, in_float);
}

static const char *op_of(const pmy_bug *bug)
{
    return bug->op;
}

static const char *title_of(const pmy_bug *bug)
{
    return bug->title;
}

static const char *right_of(const pmy_bug *bug)
{
    return bug->right;
}

static const char *wrong_of(const pmy_bug *bug)
{
    return bug->wrong;
}

static const char *why_of(const pmy_bug *bug)
{
    return bug->why;
}

/* The bugs that can be planted, the first being none, and the net they are in. */
PAGE_EXPORT(page_check_bugs)(void)
{
    static const struct {
        const char *name;
        const char *(*of)(const pmy_bug *bug);
    } columns[] = {
        {"op", op_of}, {"title", title_of}, {"right", right_of}, {"wrong", wrong_of}, {"why", why_of}};
    answer_begin();
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        answer_texts(columns[c].name);
        for (unsigned i = 0; i < pmy_bug_count; i++)
            answer_next_text(columns[c].of(&pmy_bugs[i]));
    }
    answer_texts("net");
    for (unsigned i = 0; i < pmy_bent_op_count; i++)
        answer_next_text(pmy_bent_ops[i]);
}

/* What each verdict means. */
PAGE_EXPORT(page_check_verdicts)(void)
{
#define ROW(name, text, meaning) name,
    static const pmy_verdict verdicts[] = {PMY_VERDICT_LIST(ROW)};
#undef ROW
    answer_begin();
    answer_texts("verdict");
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        answer_next_text(pmy_verdict_text(verdicts[i]));
    answer_texts("meaning");
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        answer_next_text(pmy_verdict_meaning(verdicts[i]));
}
