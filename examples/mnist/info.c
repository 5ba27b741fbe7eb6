/* mnist info: what is in a model file. */
#include "common/json.h"
#include "common/options.h"
#include "common/program.h"
#include "common/table.h"
#include "io/file.h"
#include "io/safetensors.h"
#include "mnist/commands.h"
#include "common/net_table.h"
#include "train/classifier.h"
#include "train/language.h"

typedef struct tensor_numbers {
    size_t elements;
    double least, most, mean, deviation; /* NaN where an element is */
} tensor_numbers;

static tensor_numbers look_at(const pmy_safetensor *tensor)
{
    tensor_numbers n = {.elements = pmy_shape_size(tensor->shape),
                        .least = pmy_safetensor_element(tensor, 0),
                        .most = pmy_safetensor_element(tensor, 0)};
    double count = (double)n.elements, squares = 0;
    for (size_t i = 0; i < n.elements; i++) {
        double x = pmy_safetensor_element(tensor, i);
        if (!(x >= n.least))
            n.least = x;
        if (!(x <= n.most))
            n.most = x;
        n.mean += x / count;
    }
    for (size_t i = 0; i < n.elements; i++) {
        double far = pmy_safetensor_element(tensor, i) - n.mean;
        squares += far * far / count;
    }
    n.deviation = sqrt(squares);
    return n;
}

/* --- As JSON ---------------------------------------------------------------- */

static void add_shape(json_line *line, const char *name, pmy_shape shape)
{
    double axes[PMY_MAX_RANK];
    unsigned rank = pmy_shape_rank(shape);
    for (unsigned axis = 0; axis < rank; axis++)
        axes[axis] = (double)shape.dim[axis];
    json_reals(line, name, axes, rank, PMY_NUMBER_DOUBLE);
}

static void write_net(const pmy_net *net)
{
    for (size_t i = 0; i < net->count; i++) {
        json_line line = json_begin();
        json_text(&line, "event", "layer");
        json_text(&line, "name", net->layer[i].name);
        json_text(&line, "layer", pmy_layer_print(&net->layer[i]).text);
        add_shape(&line, "output", pmy_shape_of_row(net->layer[i].output));
        json_whole(&line, "parameters", (long long)net->layer[i].parameters);
        (void)json_end(&line, stdout);
    }
}

static void write_tensors(const pmy_safetensors *contents)
{
    for (size_t i = 0; i < contents->count; i++) {
        const pmy_safetensor *tensor = &contents->tensor[i];
        tensor_numbers n = look_at(tensor);
        json_line line = json_begin();
        json_text(&line, "event", "tensor");
        json_text(&line, "name", tensor->name);
        json_text(&line, "dtype", pmy_dtype_name(tensor->dtype));
        add_shape(&line, "shape", tensor->shape);
        json_real(&line, "min", n.least, PMY_NUMBER_DOUBLE);
        json_real(&line, "max", n.most, PMY_NUMBER_DOUBLE);
        json_real(&line, "mean", n.mean, PMY_NUMBER_DOUBLE);
        json_real(&line, "std", n.deviation, PMY_NUMBER_DOUBLE);
        (void)json_end(&line, stdout);
    }
}

static void write_notes(const pmy_safetensors *contents)
{
    json_line line = json_begin();
    json_text(&line, "event", "model");
    cJSON *notes = cJSON_AddObjectToObject(line.object, "metadata");
    for (size_t i = 0; i < contents->notes; i++)
        line.failed |=
            !notes || !cJSON_AddStringToObject(notes, contents->note[i].key, contents->note[i].text);
    (void)json_end(&line, stdout);
}

/* --- As text ---------------------------------------------------------------- */

static void print_tensors(const pmy_safetensors *contents)
{
    static const table_column columns[] = {
        {"tensor", TABLE_LEFT}, {"dtype", TABLE_LEFT}, {"shape", TABLE_LEFT}, {"min", TABLE_RIGHT},
        {"max", TABLE_RIGHT},   {"mean", TABLE_RIGHT}, {"std", TABLE_RIGHT}};
    enum { DIGITS = 4 };
    table *tensors = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < contents->count; i++) {
        const pmy_safetensor *tensor = &contents->tensor[i];
        tensor_numbers n = look_at(tensor);
        table_cell(tensors, "%s", tensor->name);
        table_cell(tensors, "%s", pmy_dtype_name(tensor->dtype));
        table_cell(tensors, "%s", pmy_shape_print(tensor->shape).text);
        table_number(tensors, n.least, DIGITS);
        table_number(tensors, n.most, DIGITS);
        table_number(tensors, n.mean, DIGITS);
        table_number(tensors, n.deviation, DIGITS);
    }
    (void)table_print(tensors, stdout);
    table_free(tensors);
}

static void print_notes(const pmy_safetensors *contents)
{
    static const table_column columns[] = {{"metadata", TABLE_LEFT}, {"", TABLE_LEFT}};
    table *notes = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < contents->notes; i++) {
        table_cell(notes, "%s", contents->note[i].key);
        table_cell(notes, "%s", contents->note[i].text);
    }
    (void)table_print(notes, stdout);
    table_free(notes);
}

/* --- The command ------------------------------------------------------------ */

static void show(const pmy_safetensors *contents, const pmy_net *net, bool json)
{
    if (json) {
        write_notes(contents);
        if (net)
            write_net(net);
        write_tensors(contents);
        return;
    }
    if (contents->notes) {
        print_notes(contents);
        printf("\n");
    }
    if (net) {
        net_table_print(net, NULL);
        printf("\n");
    }
    print_tensors(contents);
}

/* A model of pictures or of a text; neither where the file does not say which net it is of, or there is an
 * error. */
typedef struct either_model {
    pmy_classifier *classifier;
    pmy_language *language;
} either_model;

static pmy_status load(const char *path, const pmy_safetensors *contents, either_model *model,
                       pmy_error *error)
{
    if (!pmy_safetensors_text(contents, "pmy.net"))
        return PMY_OK;
    return pmy_safetensors_text(contents, "pmy.vocabulary")
               ? pmy_language_load(path, NULL, NULL, &model->language, error)
               : pmy_classifier_load(path, NULL, NULL, NULL, &model->classifier, error);
}

static const pmy_net *net_of(const either_model *model)
{
    if (model->language)
        return &model->language->facts.net;
    return model->classifier ? &model->classifier->facts.net : NULL;
}

static pmy_status inform(const char *path, bool json, pmy_error *error)
{
    pmy_file file;
    pmy_safetensors contents = {0};
    either_model model = {NULL, NULL};
    pmy_status fits = PMY_OK, status = pmy_file_read_as_it_is(path, &file, error);
    if (status != PMY_OK)
        return status;
    status = pmy_safetensors_read(path, file.bytes, file.size, &contents, error);
    if (status == PMY_OK) {
        fits = load(path, &contents, &model, error);
        show(&contents, net_of(&model), json);
    }
    pmy_classifier_free(model.classifier);
    pmy_language_free(model.language);
    pmy_safetensors_free(&contents);
    pmy_file_free(&file);
    return status == PMY_OK ? fits : status;
}

int info_command(int argc, char **argv)
{
    const char *model = "";
    bool json = false;
    const option_row rows[] = {{OPTION_TEXT("model", "FILE", &model, "the model"), .required = true},
                               {OPTION_JSON(&json)}};
    const options command = {
        .name = "mnist info",
        .summary =
            "Shows what a model file says about itself, its layers, and of each of its tensors the shape "
            "and the least, greatest and mean number and their standard deviation.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows};
    options_result read = options_parse(&command, argc, argv, NULL);
    if (read != OPTIONS_RUN)
        return read == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    pmy_error error;
    if (inform(model, json, &error) == PMY_OK)
        return PROGRAM_FINE;
    (void)fflush(stdout);
    (void)options_wrong(&command, "%s", error.message);
    return program_status(error.code);
}
