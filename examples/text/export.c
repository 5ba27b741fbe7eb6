/* text export: a model as one of ONNX, for other programs. */
#include "common/onnx.h"
#include "common/options.h"
#include "common/program.h"
#include "common/written_file.h"
#include "text/commands.h"
#include "train/language.h"

static pmy_status export_model(const char *model, const char *path, pmy_error *error)
{
    pmy_language *language;
    pmy_status status = pmy_language_load(model, &(pmy_language_options){.batch = 1}, NULL, &language, error);
    if (status != PMY_OK)
        return status;
    onnx_source source = {&language->facts, language->graph};
    status = written_file(path, onnx_write, &source, error);
    pmy_language_free(language);
    return status;
}

int export_command(int argc, char **argv)
{
    const char *model = NULL;
    size_t operands;
    const option_row rows[] = {
        {OPTION_TEXT("model", "FILE", &model, "the model: a file from --save"), .required = true}};
    const options command = {
        .name = "text export",
        .summary = "Writes a model as one of ONNX: of tokens [batch, time], any number of both up to the "
                   "model's block, it makes the probabilities of each next token. The vocabulary is in its "
                   "metadata. What OUT.onnx was before is replaced; - is standard output.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows,
        .operands = "OUT.onnx",
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
