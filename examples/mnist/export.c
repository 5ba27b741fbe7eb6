/* mnist export: a model as one file of C. */
#include "base/number.h"
#include "common/options.h"
#include "common/program.h"
#include "io/atomic_file.h"
#include "mnist/commands.h"
#include "mnist/export_layers.h"
#include "mnist/export_weights.h"
#include "base/version.h"
#include "train/classifier.h"

#include <stdlib.h>
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

/* A string of C: of names only what is plain ASCII stands as it is. The octal digits are three, so that none
 * that follow can be taken for more; a question mark may begin a trigraph. */
static void write_string(FILE *file, const char *text)
{
    (void)fputc('"', file);
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        bool plain = *at >= ' ' && *at <= '~' && !strchr("\"\\?", *at);
        (void)fprintf(file, plain ? "%c" : "\\%03o", *at);
    }
    (void)fputc('"', file);
}

static void write_names(FILE *file, const pmy_model_facts *facts)
{
    if (!facts->names)
        return;
    (void)fprintf(
        file,
        "\n/* What the classes are called, in UTF-8. */\nextern const char *const pmy_classes[%zu];\n"
        "const char *const pmy_classes[%zu] = {\n",
        facts->classes, facts->classes);
    for (size_t k = 0; k < facts->classes; k++) {
        (void)fputs("    ", file);
        write_string(file, facts->names[k]);
        (void)fputs(",\n", file);
    }
    (void)fputs("};\n", file);
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

static pmy_status write_source(FILE *file, const pmy_classifier *classifier, pmy_error *error)
{
    export_plan plan;
    pmy_status status = PMY_OK;
    export_plan_make(&classifier->facts.net, &plan);
    write_head(file, &classifier->facts, &plan);
    write_names(file, &classifier->facts);
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

static pmy_status write_file(const char *path, const pmy_classifier *classifier, pmy_error *error)
{
    pmy_atomic_file output;
    pmy_status status = pmy_atomic_file_begin(path, &output, error);
    if (status != PMY_OK)
        return status;
    status = write_source(output.file, classifier, error);
    if (status == PMY_OK)
        return pmy_atomic_file_end(&output, error);
    pmy_atomic_file_abandon(&output);
    return status;
}

/* All of it or nothing. */
static pmy_status write_output(const pmy_classifier *classifier, pmy_error *error)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the source");
    pmy_status status = write_source(memory, classifier, error);
    bool failed = ferror(memory) != 0;
    if ((fclose(memory) != 0 || failed) && status == PMY_OK)
        status = pmy_fail(error, PMY_NO_MEMORY, "no memory for the source");
    if (status == PMY_OK && (fwrite(text, 1, size, stdout) != size || fflush(stdout) != 0))
        status = pmy_fail(error, PMY_IO, "standard output cannot be written");
    free(text);
    return status;
}

static pmy_status export_model(const char *model, const char *path, pmy_error *error)
{
    pmy_classifier *classifier;
    pmy_status status = pmy_classifier_load(model, NULL, NULL, NULL, &classifier, error);
    if (status != PMY_OK)
        return status;
    status = export_check(&classifier->facts.net, error);
    if (status == PMY_OK && (classifier->facts.targets || classifier->facts.columns))
        status = pmy_fail(error, PMY_BAD_ARGUMENT,
                          "%s: is of a table, but export writes models of pictures in classes", model);
    if (status == PMY_OK)
        status =
            strcmp(path, "-") == 0 ? write_output(classifier, error) : write_file(path, classifier, error);
    pmy_classifier_free(classifier);
    return status;
}

int export_command(int argc, char **argv)
{
    const char *model = NULL;
    size_t operands;
    const option_row rows[] = {
        {OPTION_TEXT("model", "FILE", &model, "the model: a file from --save"), .required = true}};
    const options command = {
        .name = "mnist export",
        .summary = "Writes a model as one file of C99 that needs nothing but <math.h> and allocates nothing: "
                   "its weights, and pmy_predict, which makes probabilities of pixels. What OUT.c was "
                   "before is replaced; - is standard output.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows,
        .operands = "OUT.c",
        .fewest_operands = 1,
        .most_operands = 1};
    options_result read = options_parse(&command, argc, argv, &operands);
    if (read != OPTIONS_RUN)
        return read == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    pmy_error error;
    if (export_model(model, argv[1], &error) == PMY_OK)
        return PROGRAM_FINE;
    (void)options_wrong(&command, "%s", error.message);
    return program_status(error.code);
}
