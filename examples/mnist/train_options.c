#include "mnist/train_options.h"

#include "mnist/preset.h"

#include "train/checkpoint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- The table -------------------------------------------------------------- */

static const char *net_help(void)
{
    static char text[256];
    int used = snprintf(text, sizeof text,
                        "layers, such as \"conv 8 5, relu, maxpool 2, linear 10\", or a preset with its own "
                        "recipe:");
    for (size_t i = 0; preset_at(i) && used < (int)sizeof text; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s %s", i ? "," : "", preset_at(i)->name);
    return text;
}

/* The words of a net's line, a line each. */
static const char *net_notes(void)
{
    static char text[2048];
    const char *explanation;
    pmy_layer_text usage;
    int used = snprintf(text, sizeof text, "layers of a net:");
    for (size_t i = 0; pmy_net_word(i, &usage, &explanation) && used < (int)sizeof text; i++) {
        bool wide = strlen(usage.text) > 29;
        used += snprintf(text + used, sizeof text - (size_t)used, "\n  %-29s%s%*s %s", usage.text,
                         wide ? "\n" : "", wide ? 31 : 0, "", explanation);
    }
    return text;
}

static void add_rows(train_options *o, const option_row *rows, size_t count)
{
    memcpy(o->rows + o->command.row_count, rows, count * sizeof *rows);
    o->command.row_count += count;
}

static recipe_value *value_of(train_options *o, const char *option)
{
    return recipe_options_value(&o->of_recipe, option);
}

static void add_recipe_rows(train_options *o)
{
    static const char *const defaults[][2] = {
        {"lr", "the preset's; with another optimizer, one that suits it"},
        {"momentum", "the preset's, with sgd"},
        {"beta1", "the optimizer's"},
        {"beta2", "the optimizer's"},
        {"epsilon", "the optimizer's"},
    };
    option_row *row = o->rows + o->command.row_count;
    o->command.row_count += recipe_options_rows(&o->of_recipe, PMY_RECIPE_OF_PICTURES, row);
    for (; row < o->rows + o->command.row_count; row++) {
        if (strcmp(row->name, "net") == 0)
            row->help = net_help();
        for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
            if (strcmp(row->name, defaults[i][0]) == 0)
                row->shown_default = defaults[i][1];
    }
}

/* Options as one would type them, from a table of presets. */
static void take(train_options *o, char *const *words)
{
    char *argv[MOST_PRESET_WORDS + 2] = {NULL};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = words[argc - 1];
    (void)options_parse(&o->command, argc, argv, NULL);
}

/* The table, and what every run begins with. */
static void begin(train_options *o)
{
    const option_row data = {
        OPTION_TEXT("data", "DIR", &o->data,
                    "folder of the four IDX files, raw or gz, or of pictures, a sub-folder a class")};
    const option_row rows[] = {
        {OPTION_WHOLE("val", "N", &o->validation, 0, 1000000,
                      "last training pictures kept for validation, which is shown and chooses nothing")},
        {OPTION_THREADS(&o->threads)},
        {OPTION_TEXT("init", "FILE", &o->init, "begin with the weights of this model of the same net")},
        {OPTION_TEXT("save", "FILE", &o->save, "write the trained model to FILE, as safetensors"),
         .presentation = true},
        {OPTION_TEXT("checkpoint", "FILE", &o->checkpoint,
                     "write to FILE from time to time, and when interrupted, what --resume needs"),
         .presentation = true},
        {OPTION_WHOLE("every", "N", &o->every, 1, LLONG_MAX, "steps from one checkpoint to the next"),
         .shown_default = "those of an epoch", .presentation = true},
        {OPTION_TEXT("resume", "FILE", &o->resume,
                     "go on with the run of this checkpoint, whose options it takes, and go on writing it"),
         .presentation = true},
        {OPTION_TEXT("log", "FILE", &o->log, "write each step's loss to FILE, one JSON object per line"),
         .presentation = true},
        {OPTION_FLAG("verbose", &o->verbose, "show how each convolution is computed"), .presentation = true},
        {OPTION_TEXT(
             "report", "DIR", &o->report,
             "write a page to look at into DIR: curves, confusions, mistakes, and the numbers as CSV"),
         .presentation = true},
        {OPTION_JSON(&o->json)},
        {OPTION_QUIET(&o->quiet)},
    };
    o->command = (options){
        .name = "mnist train",
        .summary =
            "Trains a net on the pictures of a folder, shows how it does on those kept for validation, and "
            "tests it once, at the end.",
        .rows = o->rows,
        .notes = net_notes(),
    };
    add_rows(o, &data, 1);
    add_recipe_rows(o);
    add_rows(o, rows, sizeof rows / sizeof *rows);
    value_of(o, "net")->text = preset_at(0)->name;
    take(o, preset_usual);
}

/* --- Reading ---------------------------------------------------------------- */

/* The options of the run that is resumed, and over them those of this command line. */
static options_result take_resumed(train_options *o, int argc, char **argv)
{
    pmy_error error;
    char *note;
    if (o->init)
        return options_wrong(&o->command, "--init begins a run, --resume goes on with one");
    if (pmy_checkpoint_note(o->resume, &note, &error) != PMY_OK)
        return options_wrong(&o->command, "%s", error.message);
    begin(o);
    options_result result = options_recall(&o->command, note, &o->resumed);
    free(note);
    if (result == OPTIONS_RUN)
        result = options_parse(&o->command, argc, argv, NULL);
    if (!o->checkpoint)
        o->checkpoint = o->resume;
    return result;
}

static const char *optim_of(train_options *o)
{
    return pmy_recipe_word(PMY_RECIPE_OPTIM, (size_t)value_of(o, "optim")->word);
}

/* The preset of the net, and over it the options of this command line. */
static options_result take_preset(train_options *o, int argc, char **argv)
{
    const preset *p = preset_for(value_of(o, "net")->text);
    double *rate = &value_of(o, "lr")->real, *momentum = &value_of(o, "momentum")->real;
    begin(o);
    take(o, p->options);
    const double its_rate = *rate, its_momentum = *momentum;
    *rate = *momentum = (double)NAN;
    options_result result = options_parse(&o->command, argc, argv, NULL);
    if (isnan(*rate))
        *rate = strcmp(optim_of(o), preset_value(p, "--optim")) == 0 ? its_rate : preset_rate_of(optim_of(o));
    if (isnan(*momentum) && strcmp(optim_of(o), "sgd") == 0)
        *momentum = its_momentum;
    return result;
}

static options_result make_recipe(train_options *o)
{
    options_result result = recipe_options_make(&o->of_recipe, &o->command, &o->recipe);
    if (result == OPTIONS_RUN)
        o->recipe.net = preset_net(o->recipe.net);
    return result;
}

options_result train_options_read(train_options *o, int argc, char **argv)
{
    *o = (train_options){.data = "data/mnist", .validation = 5000, .threads = pmy_processors()};
    begin(o);
    take(o, preset_at(0)->options);
    /* Once to learn which net or run it is, and again over the defaults that it brings. */
    options_result result = options_parse(&o->command, argc, argv, NULL);
    if (result == OPTIONS_RUN)
        result = o->resume ? take_resumed(o, argc, argv) : take_preset(o, argc, argv);
    if (result != OPTIONS_RUN)
        return result;
    if (strcmp(optim_of(o), "sgd") != 0 && !isnan(value_of(o, "momentum")->real))
        return o->resume ? options_wrong(&o->command, "--optim and --momentum must be those of the run of %s",
                                         o->resume)
                         : options_wrong(&o->command, "--momentum is for sgd, not for %s", optim_of(o));
    if (o->save && o->checkpoint && strcmp(o->save, o->checkpoint) == 0)
        return options_wrong(&o->command, "--save and --checkpoint must be two files, not both %s", o->save);
    if (o->every && !o->checkpoint)
        return options_wrong(&o->command,
                             "--every is how often a --checkpoint is written, and there is none");
    return make_recipe(o);
}

void train_options_free(train_options *o)
{
    cJSON_Delete(o->resumed);
    o->resumed = NULL;
}
