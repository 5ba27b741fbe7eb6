/* mnist export: a model as one file of C, one in integers, or as one of ONNX. */
#include "base/number.h"
#include "common/onnx.h"
#include "common/options.h"
#include "common/program.h"
#include "common/written_file.h"
#include "mnist/commands.h"
#include "mnist/data.h"
#include "mnist/export_int8.h"
#include "mnist/export_layers.h"
#include "mnist/export_names.h"
#include "mnist/export_weights.h"
#include "base/version.h"
#include "train/classifier.h"

#include <string.h>

static void write_head(FILE *file, const pmy_model_facts *facts, const export_plan *plan)
{
    size_t weights = 0, buffers = 0;
    for (size_t i = 0; i < plan->count; i++)
        weights += plan->step[i].weights + plan->step[i].biases;
    for (unsigned i = 0; i < plan->buffers; i++)
        buffers += plan->size[i];
    (void)fprintf(file,
                  "/* A trained neural net, written by mnist export of pmy %s:\n"
                  " *\n"
                  " *   %s\n"
                  " *\n"
                  " *   void pmy_predict(const float pixels[%zu], float probabilities[%zu]);\n"
                  " *\n"
                  " * Pixels are %s (channels, height, width, the last index fastest), from 0 to 1, a digit\n"
                  " * light on dark. The largest probability's index is the class%s.\n"
                  " *\n"
                  " * C99, with <math.h> as all it needs. Nothing is allocated: %zu weights are constants,\n"
                  " * and %zu floats are static, so that one call at a time can run. The code stands after\n"
                  " * the weights. */\n"
                  "#include <math.h>\n",
                  PMY_VERSION, facts->net.text, pmy_shape_size(facts->net.input), facts->classes,
                  pmy_shape_print(pmy_shape_of_row(facts->net.input)).text,
                  facts->names ? ", which pmy_classes names" : "", weights, buffers);
}

static void write_buffers(FILE *file, const export_plan *plan)
{
    (void)fputs("\n/* What the layers leave for one another. */\n", file);
    for (unsigned i = 0; i < plan->buffers; i++)
        (void)fprintf(file, "static float buffer_%u[%zu];\n", i, plan->size[i]);
    (void)fputc('\n', file);
}

static void write_calls(FILE *file, const export_plan *plan)
{
    for (const export_step *step = plan->step; step < plan->step + plan->count; step++) {
        (void)fprintf(file, "    layer_%s(buffer_%u, ", export_name_of(step->layer).text, step->from);
        if (export_is(step->layer, "["))
            (void)fprintf(file, "buffer_%u, ", step->begun_with);
        (void)fprintf(file, "buffer_%u);\n", step->to);
    }
}

static void write_predict(FILE *file, const pmy_model_facts *facts, const export_plan *plan)
{
    double mean = (double)facts->normalization.mean, deviation = (double)facts->normalization.deviation;
    (void)fprintf(file,
                  "void pmy_predict(const float *pixels, float *probabilities);\n"
                  "void pmy_predict(const float *pixels /* %s */, float *probabilities /* [%zu] */)\n"
                  "{\n"
                  "    const float mean = (float)%s, deviation = (float)%s;\n"
                  "    for (long i = 0; i < %zu; i++)\n"
                  "        buffer_0[i] = (pixels[i] - mean) / deviation;\n",
                  pmy_shape_print(pmy_shape_of_row(facts->net.input)).text, facts->classes,
                  pmy_number_print(mean, PMY_NUMBER_FLOAT).text,
                  pmy_number_print(deviation, PMY_NUMBER_FLOAT).text, pmy_shape_size(facts->net.input));
    write_calls(file, plan);
    (void)fprintf(file,
                  "\n"
                  "    /* softmax */\n"
                  "    const float *logits = buffer_%u;\n"
                  "    float most = logits[0], sum = 0;\n"
                  "    for (long i = 1; i < %zu; i++)\n"
                  "        most = fmaxf(most, logits[i]);\n"
                  "    for (long i = 0; i < %zu; i++)\n"
                  "        sum += probabilities[i] = expf(logits[i] - most);\n"
                  "    for (long i = 0; i < %zu; i++)\n"
                  "        probabilities[i] /= sum;\n"
                  "}\n",
                  plan->result, facts->classes, facts->classes, facts->classes);
}

static pmy_status write_source(FILE *file, const void *of, pmy_error *error)
{
    const pmy_classifier *classifier = of;
    export_plan plan;
    pmy_status status = export_check(&classifier->facts.net, error);
    if (status != PMY_OK)
        return status;
    export_plan_make(&classifier->facts.net, &plan);
    write_head(file, &classifier->facts, &plan);
    export_names(file, &classifier->facts);
    for (size_t i = 0; status == PMY_OK && i < plan.count; i++)
        status = export_weights(file, &plan.step[i], classifier->graph, error);
    if (status != PMY_OK)
        return status;
    write_buffers(file, &plan);
    export_activations(file, &plan);
    for (size_t i = 0; i < plan.count; i++)
        export_layer(file, &plan.step[i]);
    write_predict(file, &classifier->facts, &plan);
    return PMY_OK;
}

static pmy_status write_onnx(FILE *file, const void *of, pmy_error *error)
{
    const pmy_classifier *classifier = of;
    return onnx_write(file, &(onnx_source){&classifier->facts, classifier->graph}, error);
}

/* What a command line asks for. */
typedef struct export_order {
    const char *model, *path, *data;
    bool onnx, int8;
} export_order;

static pmy_status write_int8(const export_order *order, const pmy_classifier *classifier, pmy_error *error)
{
    pmy_dataset train, test;
    pmy_status status = data_load(order->data, false, NULL, &train, &test, error);
    if (status != PMY_OK)
        return status;
    export_int8_source source = {classifier, &train};
    status = written_file(order->path, export_int8_write, &source, error);
    pmy_dataset_free(&train);
    pmy_dataset_free(&test);
    return status;
}

static pmy_status export_model(const export_order *order, pmy_error *error)
{
    pmy_classifier *classifier;
    pmy_status status = pmy_classifier_load(order->model, NULL, NULL, NULL, &classifier, error);
    if (status != PMY_OK)
        return status;
    if (classifier->facts.targets || classifier->facts.columns)
        status = pmy_fail(error, PMY_BAD_ARGUMENT,
                          "%s: is of a table, but export writes models of pictures in classes", order->model);
    else
        status = order->int8
                     ? write_int8(order, classifier, error)
                     : written_file(order->path, order->onnx ? write_onnx : write_source, classifier, error);
    pmy_classifier_free(classifier);
    return status;
}

int export_command(int argc, char **argv)
{
    const char *const usual_data = "data/mnist";
    export_order order = {.data = usual_data};
    size_t operands;
    const option_row rows[] = {
        {OPTION_TEXT("model", "FILE", &order.model, "the model: a file from --save"), .required = true},
        {OPTION_FLAG("onnx", &order.onnx, "write a model of ONNX instead, for onnxruntime and others")},
        {OPTION_FLAG("int8", &order.int8,
                     "write C in integers, for small machines: pmy_classify, which makes logits of bytes")},
        {OPTION_TEXT("data", "DIR", &order.data,
                     "what the integers' scales are taken from: training pictures, as for mnist train")},
    };
    const options command = {
        .name = "mnist export",
        .summary = "Writes a model as one file of C99 that needs nothing but <math.h> and allocates nothing: "
                   "its weights, and pmy_predict, which makes probabilities of pixels. What OUT was "
                   "before is replaced; - is standard output.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows,
        .operands = "OUT",
        .fewest_operands = 1,
        .most_operands = 1};
    options_result read = options_parse(&command, argc, argv, &operands);
    if (read == OPTIONS_RUN && order.onnx && order.int8)
        read = options_wrong(&command, "--onnx and --int8 are two formats: one at a time");
    if (read == OPTIONS_RUN && order.data != usual_data && !order.int8)
        read = options_wrong(&command, "--data goes with --int8: the other formats need no pictures");
    if (read != OPTIONS_RUN)
        return read == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    order.path = argv[1];
    pmy_error error;
    if (export_model(&order, &error) == PMY_OK)
        return PROGRAM_FINE;
    (void)options_wrong(&command, "%s", error.message);
    return program_status(error.code);
}
