#include "mnist/export_layers.h"

#include "kernels/window.h"
#include "mnist/export_weights.h"

#include <string.h>

/* --- Activations ------------------------------------------------------------ */

/* NULL: the layer is none. */
static const pmy_op *activation_of(const pmy_layer *layer)
{
    return layer ? pmy_activation_op(pmy_layer_activation(layer)) : NULL;
}

static bool uses(const export_plan *plan, const pmy_op *which)
{
    for (size_t i = 0; i < plan->count; i++)
        if (activation_of(plan->step[i].activation) == which || activation_of(plan->step[i].layer) == which)
            return true;
    return false;
}

void export_activations(FILE *file, const export_plan *plan)
{
    const pmy_op *op;
    for (unsigned a = PMY_NONE + 1; (op = pmy_activation_op((pmy_activation)a)); a++)
        if (uses(plan, op))
            (void)fprintf(file, "static float pmy_%s(float x)\n{\n    return %s;\n}\n\n", op->name,
                          op->unary->code);
}

/* "pmy_relu(sum)", or "sum" without an activation. */
typedef struct applied {
    char text[192];
} applied;
static applied apply(const pmy_layer *layer, const char *to)
{
    applied out;
    const pmy_op *op = activation_of(layer);
    (void)snprintf(out.text, sizeof out.text, op ? "pmy_%s(%s)" : "%s%s", op ? op->name : "", to);
    return out;
}

/* "float sum = bias_0[c];", where there is a bias. */
static applied begin_sum(const export_step *step, const char *channel)
{
    applied out = {"float sum = 0;"};
    if (step->biases)
        (void)snprintf(out.text, sizeof out.text, "float sum = bias_%s[%s];",
                       export_name_of(step->layer).text, channel);
    return out;
}

/* --- Windows over images ---------------------------------------------------- */

/* The place in the input that a window at `place` has its k-th number at: "2 * i + r - 1". */
static applied place_in(pmy_window window, const char *place, const char *k)
{
    applied out;
    int used = 0;
    if (window.stride > 1)
        used = snprintf(out.text, sizeof out.text, "%zu * ", window.stride);
    used += snprintf(out.text + used, sizeof out.text - (size_t)used, "%s + %s", place, k);
    if (window.padding > 0)
        (void)snprintf(out.text + used, sizeof out.text - (size_t)used, " - %zu", window.padding);
    return out;
}

/* Loops over the output's channels (c), rows (i) and columns (j), and within them over the kernel's rows (r)
 * and columns (s), at whose row and column of the input `inner` is run where that is inside of the picture.
 * `before` and `after` stand around the loops over the kernel, of which there may be one more, over the
 * input's channels. */
static void write_windows(FILE *file, const export_step *step, pmy_window window, const char *before,
                          const char *over_inputs, const char *inner, const char *after)
{
    const size_t *in = step->input.dim, *out = step->output.dim;
    (void)fprintf(file,
                  "    for (long c = 0; c < %zu; c++)\n"
                  "        for (long i = 0; i < %zu; i++)\n"
                  "            for (long j = 0; j < %zu; j++) {\n"
                  "                %s\n%s"
                  "                for (long r = 0; r < %zu; r++)\n"
                  "                    for (long s = 0; s < %zu; s++) {\n"
                  "                        long row = %s, column = %s;\n",
                  out[1], out[2], out[3], before, over_inputs, window.kernel, window.kernel,
                  place_in(window, "i", "r").text, place_in(window, "j", "s").text);
    if (window.padding)
        (void)fprintf(file,
                      "                        if (row < 0 || row >= %zu || column < 0 || column >= %zu)\n"
                      "                            continue;\n",
                      in[2], in[3]);
    (void)fprintf(file,
                  "                        %s\n"
                  "                    }\n"
                  "                y[(c * %zu + i) * %zu + j] = %s;\n"
                  "            }\n",
                  inner, out[2], out[3], after);
}

static pmy_window window_of(const pmy_layer *layer, size_t first)
{
    return (pmy_window){(size_t)layer->number[first], (size_t)layer->number[first + 1],
                        (size_t)layer->number[first + 2]};
}

static void write_conv(FILE *file, const export_step *step)
{
    const size_t *in = step->input.dim;
    export_name name = export_name_of(step->layer);
    pmy_window window = window_of(step->layer, 1);
    char over_inputs[96], inner[256];
    (void)snprintf(over_inputs, sizeof over_inputs, "                for (long b = 0; b < %zu; b++)\n",
                   in[1]);
    (void)snprintf(inner, sizeof inner,
                   "sum += weight_%s[((c * %zu + b) * %zu + r) * %zu + s] * x[(b * %zu + row) * %zu + "
                   "column];",
                   name.text, in[1], window.kernel, window.kernel, in[2], in[3]);
    write_windows(file, step, window, begin_sum(step, "c").text, over_inputs, inner,
                  apply(step->activation, "sum").text);
}

static void write_maxpool(FILE *file, const export_step *step)
{
    char inner[128];
    (void)snprintf(inner, sizeof inner, "most = fmaxf(most, x[(c * %zu + row) * %zu + column]);",
                   step->input.dim[2], step->input.dim[3]);
    write_windows(file, step, window_of(step->layer, 0), "float most = -INFINITY;", "", inner, "most");
}

static void write_avgpool(FILE *file, const export_step *step)
{
    pmy_window window = window_of(step->layer, 0);
    char inner[128], after[64];
    (void)snprintf(inner, sizeof inner, "sum += x[(c * %zu + row) * %zu + column];", step->input.dim[2],
                   step->input.dim[3]);
    (void)snprintf(after, sizeof after, "sum / %zu", window.kernel * window.kernel);
    write_windows(file, step, window, "float sum = 0;", "", inner, after);
}

static void write_gap(FILE *file, const export_step *step)
{
    size_t positions = step->input.dim[2] * step->input.dim[3];
    (void)fprintf(file,
                  "    for (long c = 0; c < %zu; c++) {\n"
                  "        float sum = 0;\n"
                  "        for (long i = 0; i < %zu; i++)\n"
                  "            sum += x[c * %zu + i];\n"
                  "        y[c] = sum / %zu;\n"
                  "    }\n",
                  step->output.dim[1], positions, positions, positions);
}

/* --- The others ------------------------------------------------------------- */

static void write_linear(FILE *file, const export_step *step)
{
    size_t in = step->input.dim[1];
    export_name name = export_name_of(step->layer);
    (void)fprintf(file,
                  "    for (long o = 0; o < %zu; o++) {\n"
                  "        %s\n"
                  "        for (long i = 0; i < %zu; i++)\n"
                  "            sum += weight_%s[o * %zu + i] * x[i];\n"
                  "        y[o] = %s;\n"
                  "    }\n",
                  step->output.dim[1], begin_sum(step, "o").text, in, name.text, in,
                  apply(step->activation, "sum").text);
}

static void write_batchnorm(FILE *file, const export_step *step)
{
    char line[128];
    size_t channels = step->input.dim[1], positions = pmy_shape_size(step->input) / channels;
    export_name name = export_name_of(step->layer);
    (void)snprintf(line, sizeof line, "x[c * %zu + i] * scale_%s[c] + shift_%s[c]", positions, name.text,
                   name.text);
    (void)fprintf(file,
                  "    for (long c = 0; c < %zu; c++)\n"
                  "        for (long i = 0; i < %zu; i++)\n"
                  "            y[c * %zu + i] = %s;\n",
                  channels, positions, positions, apply(step->activation, line).text);
}

static void write_layernorm(FILE *file, const export_step *step)
{
    size_t count = pmy_shape_size(step->input);
    export_name name = export_name_of(step->layer);
    (void)fprintf(file,
                  "    float mean = 0, variance = 0;\n"
                  "    for (long i = 0; i < %zu; i++)\n"
                  "        mean += x[i] / %zu;\n"
                  "    for (long i = 0; i < %zu; i++)\n"
                  "        variance += (x[i] - mean) * (x[i] - mean) / %zu;\n"
                  "    float scale = 1 / sqrtf(variance + 1e-5f);\n"
                  "    for (long i = 0; i < %zu; i++)\n"
                  "        y[i] = (x[i] - mean) * scale * weight_%s[i]",
                  count, count, count, count, count, name.text);
    if (step->biases)
        (void)fprintf(file, " + bias_%s[i]", name.text);
    (void)fputs(";\n", file);
}

static void write_activation(FILE *file, const export_step *step)
{
    (void)fprintf(file,
                  "    for (long i = 0; i < %zu; i++)\n"
                  "        y[i] = %s;\n",
                  pmy_shape_size(step->output), apply(step->layer, "x[i]").text);
}

static void write_sum(FILE *file, const export_step *step)
{
    (void)fprintf(file,
                  "    for (long i = 0; i < %zu; i++)\n"
                  "        y[i] = begun_with[i] + x[i];\n",
                  pmy_shape_size(step->output));
}

typedef void layer_writer(FILE *file, const export_step *step);

/* NULL: none knows the layer. */
static layer_writer *writer_of(const pmy_layer *layer)
{
    static const struct {
        const char *word;
        layer_writer *write;
    } writers[] = {
        {"linear", write_linear},       {"conv", write_conv}, {"maxpool", write_maxpool},
        {"avgpool", write_avgpool},     {"gap", write_gap},   {"batchnorm", write_batchnorm},
        {"layernorm", write_layernorm}, {"[", write_sum},
    };
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++)
        if (export_is(layer, writers[i].word))
            return writers[i].write;
    const pmy_op *activation = activation_of(layer);
    return activation && activation->unary->code ? write_activation : NULL;
}

pmy_status export_check(const pmy_net *net, pmy_error *error)
{
    for (const pmy_layer *layer = net->layer; layer < net->layer + net->count; layer++)
        if (!writer_of(layer) && !export_computes_nothing(layer))
            return pmy_fail(error, PMY_BAD_NET, "layer %s, %s, cannot be written as C", layer->name,
                            pmy_layer_print(layer).text);
    return PMY_OK;
}

void export_layer(FILE *file, const export_step *step)
{
    pmy_shape input = pmy_shape_of_row(step->input), output = pmy_shape_of_row(step->output);
    bool group = export_is(step->layer, "[");
    (void)fprintf(file, "/* %s%s%s%s: %s", group ? "end of a group" : pmy_layer_print(step->layer).text,
                  step->batchnorm ? ", batchnorm" : "", step->activation ? ", " : "",
                  step->activation ? pmy_layer_word(step->activation) : "", pmy_shape_print(input).text);
    (void)fprintf(file,
                  " to %s */\n"
                  "static void layer_%s(const float *x, %sfloat *y)\n"
                  "{\n",
                  pmy_shape_print(output).text, export_name_of(step->layer).text,
                  group ? "const float *begun_with, " : "");
    writer_of(step->layer)(file, step);
    (void)fputs("}\n\n", file);
}
