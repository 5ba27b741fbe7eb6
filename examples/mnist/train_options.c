#include "mnist/train_options.h"

#include "common/default_data.h"
#include "mnist/presets.h"

options_result train_options_read(train_options *o, int argc, char **argv)
{
    *o = (train_options){.data = default_data("mnist"), .validation = 5000};
    const option_row own[] = {
        {OPTION_WHOLE("val", "N", &o->validation, 0, 1000000,
                      "last training pictures kept for validation, which is shown and chooses nothing")},
        {OPTION_FLAG("skip-bad", &o->skip_bad, "leave out pictures of a folder that cannot be read")},
        {OPTION_FLAG("verbose", &o->verbose, "show how each convolution is computed"), .presentation = true},
        {OPTION_TEXT(
             "report", "DIR", &o->report,
             "write a page to look at into DIR: curves, confusions, mistakes, and the numbers as CSV"),
         .presentation = true},
    };
    const training_command train = {
        .summary =
            "Trains a net on the pictures of a folder, shows how it does on those kept for validation, and "
            "tests it once, at the end.",
        .kind = PMY_RECIPE_OF_PICTURES,
        .presets = &mnist_presets,
        .data = {OPTION_TEXT(
            "data", "DIR", &o->data,
            "folder of the four IDX files, raw or gz, or of pictures, a sub-folder a class")},
        .own = own,
        .own_count = sizeof own / sizeof *own,
        .net_example = "conv 8 5, relu, maxpool 2, linear 10",
        .usual_checkpoints = "those of an epoch",
    };
    return training_options_read(&o->usual, &train, argc, argv);
}
