/* text gradcheck: holds the gradients of a language model against finite differences. */
#include "common/gradient_check.h"
#include "common/program.h"
#include "text/commands.h"
#include "text/presets.h"
#include "data/vocabulary.h"
#include "kernels/blas.h"

/* With so little a preset of a million weights takes a minute. */
enum { USUAL_BLOCK = 4, USUAL_BATCH = 2 };

int gradcheck_command(int argc, char **argv)
{
    const char *net = text_presets.presets[0].name;
    long long block = USUAL_BLOCK, vocabulary = PMY_CHECK_VOCABULARY, batch = USUAL_BATCH, seed = 0;
    int precision = 0;
    bool json = false;
    const option_row rows[] = {
        {OPTION_TEXT("net", "SPEC", &net, "the model: a preset's name or layers, as for train")},
        {OPTION_WHOLE("block", "T", &block, 1, INT_MAX, "tokens in a window")},
        {OPTION_WHOLE("vocab", "V", &vocabulary, 1, PMY_MAX_VOCABULARY,
                      "how many different tokens there are")},
        {OPTION_WHOLE("batch", "N", &batch, 1, INT_MAX, "windows in a batch")},
        {OPTION_WORD("precision", "NAME", &precision, gradient_precisions, "the build to check")},
        {OPTION_SEED(&seed)},
        {OPTION_JSON(&json)},
    };
    const options command = {
        .name = "text gradcheck",
        .summary =
            "Checks a language model as it begins: the gradient of its loss for every parameter against "
            "finite differences, in windows of random tokens, of which some have no target. Exit status 0: "
            "all pass; 1: one does not.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows,
    };
    switch (options_parse(&command, argc, argv, NULL)) {
    case OPTIONS_DONE:
        return PROGRAM_FINE;
    case OPTIONS_WRONG:
        return PROGRAM_WRONG;
    case OPTIONS_RUN:
        break;
    }
    pmy_blas_single_threaded();
    const gradient_subject checked = {
        .net = preset_net(&text_presets, net),
        .examples = {.batch = (size_t)batch, .time = (size_t)block, .vocabulary = (size_t)vocabulary},
        .seed = (uint64_t)seed};
    return gradient_check(&command, checked, precision, json);
}
