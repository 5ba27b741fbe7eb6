/* gradcheck: holds pmy's backward passes against finite differences. */
#include "common/json.h"
#include "common/options.h"
#include "common/program.h"
#include "common/underline.h"
#include "gradcheck/plot.h"
#include "gradcheck/precisions.h"
#include "gradcheck/report.h"
#include "kernels/blas.h"

typedef struct request {
    const char *op, *net, *input, *plot;
    pmy_shape example; /* what `input` says */
    int precision;
    long long seed;
    bool list, json;
} request;

static int list_ops(bool as_json)
{
    const char *name, *formula;
    for (size_t i = 0; (name = op_name(i, &formula)); i++) {
        if (!as_json) {
            printf("%-14s %s\n", name, formula);
            continue;
        }
        json_line line = json_begin();
        json_text(&line, "name", name);
        json_text(&line, "formula", formula);
        (void)json_end(&line, stdout);
    }
    return PROGRAM_FINE;
}

static int check(const options *command, const request *what)
{
    report results;
    report_begin(&results, what->json);
    pmy_curve curve = {.count = 0};
    const subject checked = {.op = what->op,
                             .net = what->net,
                             .example = what->example,
                             .seed = (uint64_t)what->seed,
                             .found = report_check,
                             .context = &results,
                             .curve = what->plot ? &curve : NULL};
    pmy_error error = {0};
    pmy_status status = precisions[what->precision].check(&checked, &error);
    bool written = report_end(&results);
    if (status != PMY_OK) {
        (void)options_wrong(command, "%s", error.message);
        if (what->net)
            underline(stderr, what->net, error.position, error.length);
        return PROGRAM_WRONG;
    }
    if (!written) {
        (void)options_wrong(command, "the results could not be written");
        return PROGRAM_WRONG;
    }
    if (what->plot && plot_curve(&curve, what->plot, &error) != PMY_OK) {
        (void)options_wrong(command, "%s", error.message);
        return PROGRAM_WRONG;
    }
    return results.failed || !results.checks ? PROGRAM_FAILED : PROGRAM_FINE;
}

int main(int argc, char **argv)
{
    const char *words[sizeof(const char *) * 4] = {0};
    for (size_t i = 0; precisions[i].name; i++)
        words[i] = precisions[i].name;
    request what = {0};
    const option_row rows[] = {
        {OPTION_TEXT("op", "NAME", &what.op, "check this op, layer or loss only")},
        {OPTION_TEXT("net", "SPEC", &what.net,
                     "check a model instead: the gradient of its loss for every parameter and the input")},
        {OPTION_TEXT("input", "SHAPE", &what.input, "shape of an example for the net, such as 1x12x12"),
         .shown_default = "16, or 1x12x12 for a net that needs images"},
        {OPTION_WORD("precision", "NAME", &what.precision, words, "the build to check")},
        {OPTION_SEED(&what.seed)},
        {OPTION_TEXT("plot", "FILE", &what.plot,
                     "draw error against step size where the error is largest (SVG)"),
         .presentation = true},
        {OPTION_FLAG("list", &what.list, "list what there is to check")},
        {OPTION_JSON(&what.json)},
    };
    const options command = {
        .name = "gradcheck",
        .summary =
            "Checks every op, layer and loss of pmy: its backward pass against finite differences of its "
            "forward pass. Exit status 0: all pass; 1: one does not.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows,
    };
    switch (options_parse(&command, argc, argv, NULL)) {
    case OPTIONS_DONE:
        return program_finish(command.name, PROGRAM_FINE);
    case OPTIONS_WRONG:
        return PROGRAM_WRONG;
    case OPTIONS_RUN:
        break;
    }
    if (what.op && what.net) {
        (void)options_wrong(&command, "--op and --net exclude each other");
        return PROGRAM_WRONG;
    }
    if (what.input && !what.net) {
        (void)options_wrong(&command, "--input is for --net");
        return PROGRAM_WRONG;
    }
    if (what.input && !pmy_shape_read(what.input, &what.example)) {
        (void)options_wrong(&command, "--input %s: not a shape such as 16 or 1x12x12", what.input);
        return PROGRAM_WRONG;
    }
    pmy_blas_single_threaded();
    return program_finish(command.name, what.list ? list_ops(what.json) : check(&command, &what));
}
