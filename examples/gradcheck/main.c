/* gradcheck: holds pmy's backward passes against finite differences. */
#include "common/gradient_check.h"
#include "common/json.h"
#include "common/program.h"
#include "gradcheck/plot.h"
#include "data/vocabulary.h"
#include "kernels/blas.h"
#include "ops.h"

typedef struct request {
    const char *op, *net, *input, *plot;
    long long batch, time, vocabulary;
    pmy_check_examples examples; /* what these and `input` say */
    int precision;
    long long seed;
    bool list, json;
} request;

static int list_ops(bool as_json)
{
    for (const pmy_op *const *op = pmy_ops; *op; op++) {
        if (!as_json) {
            printf("%-14s %s\n", (*op)->name, (*op)->checks.formula);
            continue;
        }
        json_line line = json_begin();
        json_text(&line, "name", (*op)->name);
        json_text(&line, "formula", (*op)->checks.formula);
        (void)json_end(&line, stdout);
    }
    return PROGRAM_FINE;
}

static pmy_status draw(const pmy_curve *curve, const char *path, pmy_error *error)
{
    svg *picture = plot_curve(curve);
    pmy_status status = svg_write(picture, path, error);
    svg_free(picture);
    return status;
}

static int check(const options *command, const request *what)
{
    pmy_curve curve = {.count = 0};
    const gradient_subject checked = {.op = what->op,
                                      .net = what->net,
                                      .examples = what->examples,
                                      .seed = (uint64_t)what->seed,
                                      .curve = what->plot ? &curve : NULL};
    int status = gradient_check(command, checked, what->precision, what->json);
    if (status == PROGRAM_WRONG || !what->plot)
        return status;
    pmy_error error;
    if (!curve.count)
        (void)pmy_fail(&error, PMY_BAD_ARGUMENT, "no element to draw a curve for");
    else if (draw(&curve, what->plot, &error) == PMY_OK)
        return status;
    (void)options_wrong(command, "%s", error.message);
    return PROGRAM_WRONG;
}

/* What the options say about the examples of a net. */
static options_result read_examples(const options *command, request *what)
{
    bool tokens = what->time > 0 || what->vocabulary > 0;
    if ((what->input || tokens || what->batch > 0) && !what->net)
        return options_wrong(command, "--%s is for --net",
                             what->input       ? "input"
                             : what->batch > 0 ? "batch"
                             : what->time > 0  ? "time"
                                               : "vocab");
    if (what->input && tokens)
        return options_wrong(command,
                             "--input is for examples of numbers, --time and --vocab for those of tokens");
    if (what->input && !pmy_shape_read(what->input, &what->examples.shape))
        return options_wrong(command, "--input %s: not a shape such as 16 or 1x12x12", what->input);
    what->examples.batch = (size_t)what->batch;
    what->examples.time = (size_t)what->time;
    what->examples.vocabulary = (size_t)what->vocabulary;
    return OPTIONS_RUN;
}

int main(int argc, char **argv)
{
    request what = {0};
    const option_row rows[] = {
        {OPTION_TEXT("op", "NAME", &what.op, "check this op, layer or loss only")},
        {OPTION_TEXT("net", "SPEC", &what.net,
                     "check a model instead: the gradient of its loss for every parameter and the input")},
        {OPTION_WHOLE("batch", "N", &what.batch, 1, INT_MAX, "examples for the net"), .shown_default = "4"},
        {OPTION_TEXT("input", "SHAPE", &what.input, "shape of an example for the net, such as 1x12x12"),
         .shown_default = "16, or 1x12x12 for a net that needs images"},
        {OPTION_WHOLE("time", "T", &what.time, 1, INT_MAX, "tokens of an example, for a net with embed"),
         .shown_default = "8"},
        {OPTION_WHOLE("vocab", "V", &what.vocabulary, 1, PMY_MAX_VOCABULARY,
                      "how many different ones there are"),
         .shown_default = "7"},
        {OPTION_WORD("precision", "NAME", &what.precision, gradient_precisions, "the build to check")},
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
    if (read_examples(&command, &what) != OPTIONS_RUN)
        return PROGRAM_WRONG;
    pmy_blas_single_threaded();
    return program_finish(command.name, what.list ? list_ops(what.json) : check(&command, &what));
}
