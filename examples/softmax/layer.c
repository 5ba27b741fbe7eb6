/* softmax layer: what p - y becomes one layer down, checked by finite differences, and one step of descent.
 */
#include "pmy64/gradcheck/differences.h"

#include "common/json.h"
#include "common/options.h"
#include "common/paragraph.h"
#include "common/program.h"
#include "common/table.h"
#include "softmax/commands.h"
#include "softmax/figure.h"
#include "softmax/layer_example.h"
#include "softmax/matrix.h"

#include <stdio.h>

enum { TEXT = 400 };

/* Sums of a dozen products of numbers around 1 are right to this. */
static const double round_off = 1e-14;

/* --- For people ----------------------------------------------------------- */

static void say(const char *text)
{
    (void)putchar('\n');
    paragraph_print(stdout, text, 0, 0);
}

static bool print_forward(const layer_example *of)
{
    static const table_column columns[] = {{"class", TABLE_RIGHT},      {"b", TABLE_RIGHT},
                                           {"z = Wx + b", TABLE_RIGHT}, {"p", TABLE_RIGHT},
                                           {"y", TABLE_RIGHT},          {"p - y", TABLE_RIGHT}};
    const matrix weights = {.corner = "W",
                            .rows = of->classes,
                            .columns = of->inputs,
                            .row = {.name = "z"},
                            .column = {.name = "x", .values = of->x},
                            .elements = of->w};
    say("1. Forward: the inputs x, the weights W, the bias b; z = Wx + b, p = softmax(z).");
    if (!matrix_print(&weights))
        return false;
    (void)putchar('\n');
    char text[FIGURE_TEXT];
    table *lines = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < of->classes; i++) {
        table_cell(lines, "%zu", i);
        table_cell(lines, "%s", figure_text(of->b[i], 0, text));
        table_cell(lines, "%s", figure_text(of->z[i], round_off, text));
        table_cell(lines, "%s", figure_text(of->p[i], round_off, text));
        table_cell(lines, "%s", figure_text(of->y[i], 0, text));
        table_cell(lines, "%s", figure_text(of->slope[i], round_off, text));
    }
    bool printed = table_print(lines, stdout);
    table_free(lines);
    (void)printf("  loss L = -log p[%zu] = %s\n", of->target, figure_text(of->loss, round_off, text));
    return printed;
}

/* A gradient as backward gives it and as differences do. */
static bool print_gradient(const char *heading, matrix shown, const double *numeric)
{
    say(heading);
    shown.error = round_off;
    if (!matrix_print(&shown))
        return false;
    matrix differences = shown;
    differences.elements = numeric;
    differences.error = 0;
    (void)printf("by finite differences of L:\n");
    bool printed = matrix_print(&differences);
    (void)printf("  largest relative error: %.1e\n",
                 pmy64_differences_error(shown.rows * shown.columns, shown.elements, numeric));
    return printed;
}

static bool print_backward(const layer_example *of)
{
    const matrix dw = {.corner = "dW",
                       .rows = of->classes,
                       .columns = of->inputs,
                       .row = {.name = "p-y", .values = of->slope},
                       .column = {.name = "x", .values = of->x},
                       .elements = of->dw};
    const matrix db = {.corner = "db",
                       .rows = 1,
                       .columns = of->classes,
                       .column = {.name = "p-y", .values = of->slope},
                       .elements = of->db};
    const matrix dx = {
        .corner = "dx", .rows = 1, .columns = of->inputs, .column = {.name = "x"}, .elements = of->dx};
    return print_gradient(
               "2. Backward, dW = (p - y) x^T: each element is its row's p - y times its column's x.", dw,
               of->numeric_dw) &&
           print_gradient("3. db = p - y: the bias is added as it is.", db, of->numeric_db) &&
           print_gradient(
               "4. dx = W^T (p - y): each input is blamed through the column of W that it went in by. "
               "This is what a layer below would get.",
               dx, of->numeric_dx);
}

static bool print_step(const layer_example *of)
{
    const matrix new_w = {.corner = "W",
                          .rows = of->classes,
                          .columns = of->inputs,
                          .row = {.name = "z"},
                          .column = {.name = "x"},
                          .elements = of->new_w,
                          .error = round_off};
    const matrix new_b = {.corner = "b",
                          .rows = 1,
                          .columns = of->classes,
                          .column = {.name = "z"},
                          .elements = of->new_b,
                          .error = round_off};
    char before[FIGURE_TEXT], after[FIGURE_TEXT], text[TEXT];
    (void)snprintf(text, TEXT, "5. One step of gradient descent, W - %g dW and b - %g db:", of->rate,
                   of->rate);
    say(text);
    bool printed = matrix_print(&new_w);
    (void)putchar('\n');
    printed = printed && matrix_print(&new_b);
    (void)printf("  loss before: %s, after: %s\n", figure_text(of->loss, round_off, before),
                 figure_text(of->new_loss, round_off, after));
    return printed;
}

static bool print_for_people(const layer_example *of, long long seed)
{
    (void)printf("A linear layer below the loss: %zu inputs, %zu classes, target %zu (seed %lld)\n",
                 of->inputs, of->classes, of->target, seed);
    return print_forward(of) && print_backward(of) && print_step(of);
}

/* --- The command ---------------------------------------------------------- */

static bool print_json(const layer_example *of)
{
    size_t n = of->inputs, k = of->classes;
    json_line line = json_begin();
    json_reals(&line, "x", of->x, n, PMY_NUMBER_DOUBLE);
    json_matrix(&line, "w", of->w, k, n, PMY_NUMBER_DOUBLE);
    json_reals(&line, "b", of->b, k, PMY_NUMBER_DOUBLE);
    json_whole(&line, "target", (long long)of->target);
    json_reals(&line, "z", of->z, k, PMY_NUMBER_DOUBLE);
    json_reals(&line, "p", of->p, k, PMY_NUMBER_DOUBLE);
    json_real(&line, "loss", of->loss, PMY_NUMBER_DOUBLE);
    json_reals(&line, "dz", of->slope, k, PMY_NUMBER_DOUBLE);
    json_matrix(&line, "dw", of->dw, k, n, PMY_NUMBER_DOUBLE);
    json_reals(&line, "db", of->db, k, PMY_NUMBER_DOUBLE);
    json_reals(&line, "dx", of->dx, n, PMY_NUMBER_DOUBLE);
    json_matrix(&line, "numeric_dw", of->numeric_dw, k, n, PMY_NUMBER_DOUBLE);
    json_reals(&line, "numeric_db", of->numeric_db, k, PMY_NUMBER_DOUBLE);
    json_reals(&line, "numeric_dx", of->numeric_dx, n, PMY_NUMBER_DOUBLE);
    json_real(&line, "rate", of->rate, PMY_NUMBER_DOUBLE);
    json_matrix(&line, "new_w", of->new_w, k, n, PMY_NUMBER_DOUBLE);
    json_reals(&line, "new_b", of->new_b, k, PMY_NUMBER_DOUBLE);
    json_real(&line, "new_loss", of->new_loss, PMY_NUMBER_DOUBLE);
    return json_end(&line, stdout);
}

int layer_run(int argc, char **argv)
{
    long long inputs = 3, classes = 3, seed = 1;
    bool json = false;
    const option_row rows[] = {
        {OPTION_WHOLE("inputs", "N", &inputs, 1, PMY64_EXPLAINED_LAYER, "numbers that go into the layer")},
        {OPTION_WHOLE("classes", "N", &classes, 1, PMY64_EXPLAINED_LAYER, "logits that come out")},
        {OPTION_SEED(&seed)},
        {OPTION_JSON(&json)},
    };
    const options command = {
        .name = "softmax layer",
        .summary =
            "Shows how p - y becomes the gradients of a linear layer z = Wx + b, each checked by finite "
            "differences, and takes one step of gradient descent.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows,
    };
    options_result result = options_parse(&command, argc, argv, NULL);
    if (result != OPTIONS_RUN)
        return result == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    layer_example of = {.inputs = (size_t)inputs, .classes = (size_t)classes, .rate = 0.1};
    pmy_error error = {0};
    layer_example_draw(&of, (uint64_t)seed);
    if (pmy64_explain_layer(&of, &error) != PMY_OK) {
        options_wrong(&command, "%s", error.message);
        return PROGRAM_WRONG;
    }
    if (!(json ? print_json(&of) : print_for_people(&of, seed))) {
        options_wrong(&command, "could not print the result");
        return PROGRAM_WRONG;
    }
    return PROGRAM_FINE;
}
