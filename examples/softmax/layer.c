/* softmax layer: what p - y becomes one layer down, checked by finite differences, and one step of descent.
 */
#include "common/json.h"
#include "common/options.h"
#include "common/paragraph.h"
#include "common/program.h"
#include "common/table.h"
#include "pmy64/layers/linear.h"
#include "pmy64/losses/losses.h"
#include "pmy64/tensor/op.h"
#include "pmy64/tensor/ops/ops.h"
#include "softmax/commands.h"
#include "softmax/differences.h"
#include "softmax/drawn.h"
#include "softmax/figure.h"
#include "softmax/matrix.h"
#include "softmax/shares.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 12, TEXT = 400 };

static const double rate = 0.1;

/* Sums of a dozen products of numbers around 1 are right to this. */
static const double round_off = 1e-14;

/* x [inputs], W [classes, inputs], b [classes] and what follows from them. */
typedef struct layer {
    size_t inputs, classes, target;
    double x[MOST], w[MOST * MOST], b[MOST];
    double z[MOST], p[MOST], y[MOST], slope[MOST]; /* slope: p − y */
    double dx[MOST], dw[MOST * MOST], db[MOST];
    double numeric_dx[MOST], numeric_dw[MOST * MOST], numeric_db[MOST];
    double new_w[MOST * MOST], new_b[MOST];
    double loss, new_loss;
} layer;

/* --- Computing ------------------------------------------------------------ */

static void draw_layer(layer *of, uint64_t seed)
{
    pmy_random random = {.seed = seed};
    draw_short_numbers(&random, of->inputs, of->x);
    draw_short_numbers(&random, of->classes * of->inputs, of->w);
    draw_short_numbers(&random, of->classes, of->b);
    of->target = pmy_random_below(&random, (uint32_t)of->classes);
}

typedef struct layer_graph {
    pmy64_graph *graph;
    pmy64_node *x, *w, *b, *z, *label, *loss;
} layer_graph;

static pmy_status record(const layer *of, layer_graph *record, pmy_error *error)
{
    pmy64_graph *graph = pmy64_graph_new(NULL, 0);
    record->graph = graph;
    if (!graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory");
    record->x = pmy64_input(graph, PMY_SHAPE(1, of->inputs));
    pmy64_want_gradient(record->x);
    record->w = pmy64_parameter(graph, PMY_SHAPE(of->classes, of->inputs), "W", PMY64_ZEROS, 0);
    record->b = pmy64_parameter(graph, PMY_SHAPE(of->classes), "b", PMY64_ZEROS, 0);
    record->z = pmy64_linear_with(graph, record->x, record->w, record->b, PMY64_NONE);
    record->label = pmy64_labels(graph, 1);
    record->loss = pmy64_softmax_xent(graph, record->z, record->label, NULL);
    pmy_status status = pmy64_build(graph, record->loss, error);
    if (status != PMY_OK)
        return status;
    memcpy(record->x->value, of->x, of->inputs * sizeof *of->x);
    memcpy(record->w->value, of->w, of->classes * of->inputs * sizeof *of->w);
    memcpy(record->b->value, of->b, of->classes * sizeof *of->b);
    *pmy64_label_data(record->label) = (int32_t)of->target;
    return PMY_OK;
}

static void keep(double *to, const pmy64_node *node, const double *from)
{
    memcpy(to, from, pmy_shape_size(node->shape) * sizeof *to);
}

static pmy_status run_backward(layer *of, const layer_graph *record, pmy_error *error)
{
    pmy_status status = pmy64_forward(record->graph, PMY64_TRAIN, error);
    if (status != PMY_OK)
        return status;
    pmy64_backward(record->graph);
    of->loss = pmy64_item(record->loss);
    keep(of->z, record->z, record->z->value);
    keep(of->slope, record->z, record->z->gradient);
    keep(of->dx, record->x, record->x->gradient);
    keep(of->dw, record->w, record->w->gradient);
    keep(of->db, record->b, record->b->gradient);
    for (size_t i = 0; i < of->classes; i++)
        of->y[i] = i == of->target;
    return shares_of(of->classes, of->z, 1, of->p, NULL, error);
}

static pmy_status run_differences(layer *of, const layer_graph *record, pmy_error *error)
{
    const double one = 1;
    pmy_status status = differences_of(record->graph, record->loss, &one, record->w, of->numeric_dw, error);
    if (status == PMY_OK)
        status = differences_of(record->graph, record->loss, &one, record->b, of->numeric_db, error);
    if (status == PMY_OK)
        status = differences_of(record->graph, record->loss, &one, record->x, of->numeric_dx, error);
    return status;
}

static pmy_status descend(layer *of, const layer_graph *record, pmy_error *error)
{
    for (size_t i = 0; i < of->classes * of->inputs; i++)
        record->w->value[i] = of->new_w[i] = of->w[i] - rate * of->dw[i];
    for (size_t i = 0; i < of->classes; i++)
        record->b->value[i] = of->new_b[i] = of->b[i] - rate * of->db[i];
    pmy_status status = pmy64_forward(record->graph, PMY64_TRAIN, error);
    of->new_loss = pmy64_item(record->loss);
    return status;
}

static pmy_status compute(layer *of, pmy_error *error)
{
    layer_graph recorded = {0};
    pmy_status status = record(of, &recorded, error);
    if (status == PMY_OK)
        status = run_backward(of, &recorded, error);
    if (status == PMY_OK)
        status = run_differences(of, &recorded, error);
    if (status == PMY_OK)
        status = descend(of, &recorded, error);
    pmy64_graph_free(recorded.graph);
    return status;
}

/* --- For people ----------------------------------------------------------- */

static void say(const char *text)
{
    (void)putchar('\n');
    paragraph_print(stdout, text, 0, 0);
}

static bool print_forward(const layer *of)
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
                 differences_error(shown.rows * shown.columns, shown.elements, numeric));
    return printed;
}

static bool print_backward(const layer *of)
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

static bool print_step(const layer *of)
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
    (void)snprintf(text, TEXT, "5. One step of gradient descent, W - %g dW and b - %g db:", rate, rate);
    say(text);
    bool printed = matrix_print(&new_w);
    (void)putchar('\n');
    printed = printed && matrix_print(&new_b);
    (void)printf("  loss before: %s, after: %s\n", figure_text(of->loss, round_off, before),
                 figure_text(of->new_loss, round_off, after));
    return printed;
}

static bool print_for_people(const layer *of, long long seed)
{
    (void)printf("A linear layer below the loss: %zu inputs, %zu classes, target %zu (seed %lld)\n",
                 of->inputs, of->classes, of->target, seed);
    return print_forward(of) && print_backward(of) && print_step(of);
}

/* --- The command ---------------------------------------------------------- */

static bool print_json(const layer *of)
{
    size_t n = of->inputs, k = of->classes;
    json_line line = json_begin();
    json_reals(&line, "x", of->x, n, NUMBER_DOUBLE);
    json_matrix(&line, "w", of->w, k, n, NUMBER_DOUBLE);
    json_reals(&line, "b", of->b, k, NUMBER_DOUBLE);
    json_whole(&line, "target", (long long)of->target);
    json_reals(&line, "z", of->z, k, NUMBER_DOUBLE);
    json_reals(&line, "p", of->p, k, NUMBER_DOUBLE);
    json_real(&line, "loss", of->loss, NUMBER_DOUBLE);
    json_reals(&line, "dz", of->slope, k, NUMBER_DOUBLE);
    json_matrix(&line, "dw", of->dw, k, n, NUMBER_DOUBLE);
    json_reals(&line, "db", of->db, k, NUMBER_DOUBLE);
    json_reals(&line, "dx", of->dx, n, NUMBER_DOUBLE);
    json_matrix(&line, "numeric_dw", of->numeric_dw, k, n, NUMBER_DOUBLE);
    json_reals(&line, "numeric_db", of->numeric_db, k, NUMBER_DOUBLE);
    json_reals(&line, "numeric_dx", of->numeric_dx, n, NUMBER_DOUBLE);
    json_real(&line, "rate", rate, NUMBER_DOUBLE);
    json_matrix(&line, "new_w", of->new_w, k, n, NUMBER_DOUBLE);
    json_reals(&line, "new_b", of->new_b, k, NUMBER_DOUBLE);
    json_real(&line, "new_loss", of->new_loss, NUMBER_DOUBLE);
    return json_end(&line, stdout);
}

int layer_run(int argc, char **argv)
{
    long long inputs = 3, classes = 3, seed = 1;
    bool json = false;
    const option_row rows[] = {
        {OPTION_WHOLE("inputs", "N", &inputs, 1, MOST, "numbers that go into the layer")},
        {OPTION_WHOLE("classes", "N", &classes, 1, MOST, "logits that come out")},
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
    layer of = {.inputs = (size_t)inputs, .classes = (size_t)classes};
    pmy_error error = {0};
    draw_layer(&of, (uint64_t)seed);
    if (compute(&of, &error) != PMY_OK) {
        options_wrong(&command, "%s", error.message);
        return PROGRAM_WRONG;
    }
    if (!(json ? print_json(&of) : print_for_people(&of, seed))) {
        options_wrong(&command, "could not print the result");
        return PROGRAM_WRONG;
    }
    return PROGRAM_FINE;
}
