#include "text/train_options.h"

#include "common/default_data.h"
#include "text/presets.h"

options_result train_options_read(train_options *o, int argc, char **argv)
{
    *o = (train_options){.data = default_data("text/kjv.txt.gz"), .validation = 0.1};
    const option_row own[] = {
        {OPTION_REAL("val", "SHARE", &o->validation, 0, 1,
                     "share of the text, its last part, kept for validation, which is shown and chooses "
                     "nothing; 0: none"),
         .range.below_maximum = true},
        {OPTION_WHOLE("eval", "N", &o->validating, 1, LLONG_MAX, "validate every N steps"),
         .shown_default = "at the end", .presentation = true},
        {OPTION_TEXT("report", "DIR", &o->report,
                     "write a page to look at into DIR: curves, what the model writes as it learns, where it "
                     "looks, and the numbers as CSV"),
         .presentation = true},
    };
    const training_command train = {
        .summary = "Trains a net to say which byte or character comes next in a text, and measures it on the "
                   "part of the text kept for that.",
        .kind = PMY_RECIPE_OF_TEXT,
        .presets = &text_presets,
        .data = {OPTION_TEXT("data", "FILE", &o->data, "the text, which may be gz")},
        .own = own,
        .own_count = sizeof own / sizeof *own,
        .net_example = "embed 32, positions, [layernorm, attention 2], tied",
        .usual_checkpoints = "a tenth of the run",
    };
    options_result result = training_options_read(&o->usual, &train, argc, argv);
    if (result == OPTIONS_RUN && o->validating && o->validation == 0 && !o->report)
        return options_wrong(&o->usual.command,
                             "--eval is how often the part of --val is looked at, and --val 0 is none");
    return result;
}
