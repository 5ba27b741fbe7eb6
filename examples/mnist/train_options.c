#include "mnist/train_options.h"

#include "common/underline.h"
#include "mnist/preset.h"

#include "train/checkpoint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Lists of words, from the library's tables ----------------------------- */

enum { MOST_WORDS = 16 };

typedef struct word_list {
    const char *word[MOST_WORDS + 1];
} word_list;

static const word_list *optim_words(void)
{
    static word_list list;
    for (size_t i = 0; i < MOST_WORDS && pmy_optim_kind_at(i); i++)
        list.word[i] = pmy_optim_kind_at(i)->name;
    return &list;
}

static const word_list *schedule_words(void)
{
    static word_list list;
    for (size_t i = 0; i < MOST_WORDS && pmy_schedule_kind_at(i); i++)
        list.word[i] = pmy_schedule_kind_at(i)->name;
    return &list;
}

static const char *const order_words[] = {[PMY_ORDER_SHUFFLE] = "shuffle", [PMY_ORDER_FILE] = "file", NULL};

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
    for (size_t i = 0; pmy_net_word(i, &usage, &explanation) && used < (int)sizeof text; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "\n  %-29s %s", usage.text, explanation);
    return text;
}

static int index_of(const word_list *list, const char *word)
{
    int i = 0;
    while (list->word[i] && strcmp(list->word[i], word) != 0)
        i++;
    return i;
}

/* --- The table -------------------------------------------------------------- */

static void use_preset(train_options *o, const preset *p)
{
    o->epochs = p->epochs;
    o->batch = p->batch;
    o->optim = index_of(optim_words(), p->optim);
    o->schedule = index_of(schedule_words(), p->schedule);
    o->weight_decay = p->weight_decay;
    o->label_smoothing = p->label_smoothing;
    o->mean = p->mean;
    o->deviation = p->deviation != 0 ? p->deviation : 1;
    o->augment = p->augmentation ? p->augmentation : "none";
    o->unaugmented = p->unaugmented;
}

static void fill_table(train_options *o)
{
    const option_row rows[TRAIN_OPTION_ROWS] = {
        {OPTION_TEXT("data", "DIR", &o->data,
                     "folder of the four IDX files, raw or gz, or of pictures, a sub-folder a class")},
        {OPTION_TEXT("net", "SPEC", &o->net, net_help())},
        {OPTION_WHOLE("epochs", "N", &o->epochs, 1, 100000, "how often each picture is seen")},
        {OPTION_WHOLE("batch", "N", &o->batch, 1, 60000, "pictures in a step")},
        {OPTION_WORD("optim", "NAME", &o->optim, optim_words()->word, "optimizer")},
        {OPTION_REAL("lr", "X", &o->learning_rate, 0, 1000, "learning rate, the schedule's highest"),
         .shown_default = "the preset's; with another optimizer, one that suits it"},
        {OPTION_REAL("momentum", "X", &o->momentum, 0, 1, "of sgd"), .range.below_maximum = true,
         .shown_default = "the preset's, with sgd"},
        {OPTION_REAL("weight-decay", "X", &o->weight_decay, 0, 1000, "how strongly weights are drawn to 0")},
        {OPTION_WORD("schedule", "NAME", &o->schedule, schedule_words()->word,
                     "how the learning rate goes over the run; step falls to a tenth after each third")},
        {OPTION_REAL("label-smoothing", "X", &o->label_smoothing, 0, 1,
                     "share of a target given to all classes")},
        {OPTION_REAL("ema", "X", &o->average, 0, 1,
                     "decay of a moving average of the weights, which is then what is tested; 0: none"),
         .range.below_maximum = true},
        {OPTION_TEXT(
            "augment", "SPEC", &o->augment,
            "what is done to each training picture at random, such as \"shift 2, rotate 10, scale 0.1, "
            "shear 0.1, elastic 1.5, cutout 8\" (pixels and degrees)")},
        {OPTION_WHOLE("unaugmented", "N", &o->unaugmented, 0, 100000,
                      "epochs at the end in which pictures stay as they are")},
        {OPTION_REAL("mean", "X", &o->mean, 0, 1, "taken off pixels of 0 to 1")},
        {OPTION_REAL("std", "X", &o->deviation, 0, 1, "what they are then divided by"),
         .range.above_minimum = true},
        {OPTION_WHOLE("val", "N", &o->validation, 0, 1000000,
                      "last training pictures kept for validation, which is shown and chooses nothing")},
        {OPTION_SEED(&o->seed)},
        {OPTION_THREADS(&o->threads)},
        {OPTION_WORD("order", "NAME", &o->order, order_words, "order of the pictures in an epoch")},
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
    memcpy(o->rows, rows, sizeof rows);
    size_t count = 0;
    while (count < TRAIN_OPTION_ROWS && o->rows[count].name)
        count++;
    o->command = (options){
        .name = "mnist train",
        .summary =
            "Trains a net on the pictures of a folder, shows how it does on those kept for validation, and "
            "tests it once, at the end.",
        .rows = o->rows,
        .row_count = count,
        .notes = net_notes(),
    };
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
    options_result result = options_recall(&o->command, note, &o->resumed);
    free(note);
    if (result == OPTIONS_RUN)
        result = options_parse(&o->command, argc, argv, NULL);
    if (!o->checkpoint)
        o->checkpoint = o->resume;
    return result;
}

/* The preset of the net, and over it the options of this command line. */
static options_result take_preset(train_options *o, int argc, char **argv)
{
    const preset *p = preset_for(o->net);
    use_preset(o, p);
    options_result result = options_parse(&o->command, argc, argv, NULL);
    const char *optim = pmy_optim_kind_at((size_t)o->optim)->name;
    if (isnan(o->learning_rate))
        o->learning_rate = strcmp(optim, p->optim) == 0 ? p->learning_rate : preset_rate_of(optim);
    if (strcmp(optim, "sgd") == 0 && isnan(o->momentum))
        o->momentum = p->momentum;
    return result;
}

static options_result read_augmentation(train_options *o)
{
    pmy_error error;
    if (pmy_augmentation_read(o->augment, &o->augmentation, &error) == PMY_OK)
        return OPTIONS_RUN;
    (void)options_wrong(&o->command, "--augment: %s", error.message);
    underline(stderr, o->augment, error.position, error.length);
    return OPTIONS_WRONG;
}

options_result train_options_read(train_options *o, int argc, char **argv)
{
    *o = (train_options){.data = "data/mnist",
                         .net = preset_at(0)->name,
                         .validation = 5000,
                         .seed = 1,
                         .momentum = (double)NAN,
                         .learning_rate = (double)NAN};
    o->threads = pmy_processors();
    fill_table(o);
    use_preset(o, preset_at(0));
    /* Once to learn which net or run it is, and again over the defaults that it brings. */
    options_result result = options_parse(&o->command, argc, argv, NULL);
    if (result == OPTIONS_RUN)
        result = o->resume ? take_resumed(o, argc, argv) : take_preset(o, argc, argv);
    if (result != OPTIONS_RUN)
        return result;
    const char *optim = pmy_optim_kind_at((size_t)o->optim)->name;
    if (strcmp(optim, "sgd") != 0 && !isnan(o->momentum))
        return o->resume ? options_wrong(&o->command, "--optim and --momentum must be those of the run of %s",
                                         o->resume)
                         : options_wrong(&o->command, "--momentum is for sgd, not for %s", optim);
    if (o->save && o->checkpoint && strcmp(o->save, o->checkpoint) == 0)
        return options_wrong(&o->command, "--save and --checkpoint must be two files, not both %s", o->save);
    if (o->every && !o->checkpoint)
        return options_wrong(&o->command,
                             "--every is how often a --checkpoint is written, and there is none");
    return read_augmentation(o);
}

void train_options_free(train_options *o)
{
    cJSON_Delete(o->resumed);
    o->resumed = NULL;
}

pmy_recipe train_options_recipe(const train_options *o)
{
    pmy_recipe recipe = {.net = preset_net(o->net),
                         .epochs = (size_t)o->epochs,
                         .batch = (size_t)o->batch,
                         .optim = pmy_optim_kind_at((size_t)o->optim),
                         .learning_rate = o->learning_rate,
                         .schedule = pmy_schedule_kind_at((size_t)o->schedule),
                         .label_smoothing = o->label_smoothing,
                         .normalization = {(pmy_real)o->mean, (pmy_real)o->deviation},
                         .augmentation = o->augmentation,
                         .unaugmented = (size_t)o->unaugmented,
                         .average_decay = o->average,
                         .seed = (uint64_t)o->seed,
                         .order = (pmy_order)o->order};
    recipe.optim_options = recipe.optim->defaults;
    recipe.optim_options.weight_decay = o->weight_decay;
    if (!isnan(o->momentum))
        recipe.optim_options.momentum = o->momentum;
    return recipe;
}
