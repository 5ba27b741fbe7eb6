#include "common/training_options.h"

#include "common/underline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- The table -------------------------------------------------------------- */

/* The command that trains in runs of a kind. */
static const char *command_of(pmy_recipe_kind kind)
{
    return kind == PMY_RECIPE_OF_TEXT ? "text train" : "mnist train";
}

static const char *net_help(const training_command *of)
{
    static char text[256];
    int used = snprintf(text, sizeof text,
                        "layers, such as \"%s\", or a preset with its own recipe:", of->net_example);
    for (size_t i = 0; i < of->presets->count && used < (int)sizeof text; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s %s", i ? "," : "",
                         of->presets->presets[i].name);
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

static void add_rows(training_options *o, const option_row *rows, size_t count)
{
    memcpy(o->rows + o->command.row_count, rows, count * sizeof *rows);
    o->command.row_count += count;
}

static recipe_value *value_of(training_options *o, const char *option)
{
    return recipe_options_value(&o->of_recipe, option);
}

/* What is an optimizer's own: a preset's with that optimizer only. */
static const char *const of_optim[] = {"momentum", "beta1", "beta2", "epsilon"};
enum { OF_OPTIM = sizeof of_optim / sizeof *of_optim };

static void add_recipe_rows(training_options *o, const training_command *of)
{
    option_row *row = o->rows + o->command.row_count;
    o->command.row_count += recipe_options_rows(&o->of_recipe, of->kind, row);
    for (; row < o->rows + o->command.row_count; row++) {
        if (strcmp(row->name, "net") == 0)
            row->help = net_help(of);
        if (strcmp(row->name, "lr") == 0)
            row->shown_default = "the preset's; with another optimizer, one that suits it";
        for (size_t i = 0; i < OF_OPTIM; i++)
            if (strcmp(row->name, of_optim[i]) == 0)
                row->shown_default = "the preset's, with its optimizer";
    }
}

/* Options as one would type them, from a table of presets. */
static void take(training_options *o, char *const *words)
{
    char *argv[MOST_PRESET_WORDS + 2] = {NULL};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = words[argc - 1];
    (void)options_parse(&o->command, argc, argv, NULL);
}

/* The table, and what every run begins with. */
static void begin(training_options *o, const training_command *of)
{
    const option_row rows[] = {
        {OPTION_THREADS(&o->threads)},
        {OPTION_TEXT("init", "FILE", &o->init, "begin with the weights of this model of the same net")},
        {OPTION_TEXT("save", "FILE", &o->save, "write the trained model to FILE, as safetensors"),
         .presentation = true},
        {OPTION_TEXT("checkpoint", "FILE", &o->checkpoint,
                     "write to FILE from time to time, and when interrupted, what --resume needs"),
         .presentation = true},
        {OPTION_WHOLE("every", "N", &o->every, 1, LLONG_MAX, "steps from one checkpoint to the next"),
         .shown_default = of->usual_checkpoints, .presentation = true},
        {OPTION_TEXT("resume", "FILE", &o->resume,
                     "go on with the run of this checkpoint, whose options it takes, and go on writing it"),
         .presentation = true},
        {OPTION_TEXT("log", "FILE", &o->log, "write each step's loss to FILE, one JSON object per line"),
         .presentation = true},
        {OPTION_JSON(&o->json)},
        {OPTION_QUIET(&o->quiet)},
    };
    o->command = (options){
        .name = command_of(of->kind), .summary = of->summary, .rows = o->rows, .notes = net_notes()};
    add_rows(o, &of->data, 1);
    add_recipe_rows(o, of);
    add_rows(o, of->own, of->own_count);
    add_rows(o, rows, sizeof rows / sizeof *rows);
    value_of(o, "net")->text = of->presets->presets[0].name;
    take(o, of->presets->usual);
}

/* --- Reading ---------------------------------------------------------------- */

/* The options of the run that is resumed, and over them those of this command line. */
static options_result take_resumed(training_options *o, const training_command *of, int argc, char **argv)
{
    pmy_error error;
    if (o->init)
        return options_wrong(&o->command, "--init begins a run, --resume goes on with one");
    if (pmy_checkpoint_read(o->resume, &o->kept, &error) != PMY_OK)
        return options_wrong(&o->command, "%s", error.message);
    if (o->kept.kind != of->kind)
        return options_wrong(&o->command, "%s: its run is on %s: %s resumes it", o->resume,
                             pmy_recipe_kind_name(o->kept.kind), command_of(o->kept.kind));
    begin(o, of);
    options_result result = options_recall(&o->command, o->kept.note, &o->resumed);
    if (result == OPTIONS_RUN)
        result = options_parse(&o->command, argc, argv, NULL);
    if (!o->checkpoint)
        o->checkpoint = o->resume;
    return result;
}

static const char *optim_of(training_options *o)
{
    return pmy_recipe_word(PMY_RECIPE_OPTIM, (size_t)value_of(o, "optim")->word);
}

/* The learning rate to begin with where neither the preset nor the command line has one for this optimizer.
 */
static double usual_rate(const char *optim)
{
    return strcmp(optim, "sgd") == 0 ? 0.1 : 0.001;
}

/* A warm-up of so many steps, or a tenth of a shorter run's. */
static long long at_most_a_tenth(training_options *o, long long warm_up)
{
    if (o->of_recipe.kind != PMY_RECIPE_OF_TEXT)
        return warm_up;
    long long tenth = value_of(o, "steps")->whole / 10;
    return warm_up < tenth ? warm_up : tenth;
}

/* The preset of the net, and over it the options of this command line. */
static options_result take_preset(training_options *o, const training_command *of, int argc, char **argv)
{
    const preset *p = preset_for(of->presets, value_of(o, "net")->text);
    double *rate = &value_of(o, "lr")->real, its[OF_OPTIM];
    begin(o, of);
    take(o, p->options);
    const double its_rate = *rate, its_last_rate = value_of(o, "last-lr")->real;
    const long long its_warm_up = value_of(o, "warm-up")->whole;
    const int its_schedule = value_of(o, "schedule")->word;
    *rate = value_of(o, "last-lr")->real = (double)NAN;
    value_of(o, "warm-up")->whole = -1;
    for (size_t i = 0; i < OF_OPTIM; i++) {
        its[i] = value_of(o, of_optim[i])->real;
        value_of(o, of_optim[i])->real = (double)NAN;
    }
    options_result result = options_parse(&o->command, argc, argv, NULL);
    bool its_optim = strcmp(optim_of(o), preset_value(p, "--optim")) == 0;
    /* How the rate goes belongs to the rate and its schedule. */
    bool its_course = its_optim && isnan(*rate) && value_of(o, "schedule")->word == its_schedule;
    if (isnan(value_of(o, "last-lr")->real))
        value_of(o, "last-lr")->real = its_course ? its_last_rate : 0;
    if (value_of(o, "warm-up")->whole < 0)
        value_of(o, "warm-up")->whole = its_course ? at_most_a_tenth(o, its_warm_up) : 0;
    if (isnan(*rate))
        *rate = its_optim ? its_rate : usual_rate(optim_of(o));
    for (size_t i = 0; i < OF_OPTIM && its_optim; i++)
        if (isnan(value_of(o, of_optim[i])->real))
            value_of(o, of_optim[i])->real = its[i];
    return result;
}

static bool has_momentum(const char *optim)
{
    return strcmp(optim, "sgd") == 0 || strcmp(optim, "muon") == 0;
}

static options_result check(training_options *o)
{
    if (!has_momentum(optim_of(o)) && !isnan(value_of(o, "momentum")->real))
        return o->resume
                   ? options_wrong(&o->command, "--optim and --momentum must be those of the run of %s",
                                   o->resume)
                   : options_wrong(&o->command, "--momentum is for sgd and muon, not for %s", optim_of(o));
    if (o->save && o->checkpoint && strcmp(o->save, o->checkpoint) == 0)
        return options_wrong(&o->command, "--save and --checkpoint must be two files, not both %s", o->save);
    if (o->every && !o->checkpoint)
        return options_wrong(&o->command,
                             "--every is how often a --checkpoint is written, and there is none");
    return OPTIONS_RUN;
}

options_result training_options_read(training_options *o, const training_command *of, int argc, char **argv)
{
    *o = (training_options){.threads = pmy_processors()};
    begin(o, of);
    take(o, of->presets->presets[0].options);
    /* Once to learn which net or run it is, and again over the defaults that it brings. */
    options_result result = options_parse(&o->command, argc, argv, NULL);
    if (result == OPTIONS_RUN)
        result = o->resume ? take_resumed(o, of, argc, argv) : take_preset(o, of, argc, argv);
    if (result == OPTIONS_RUN)
        result = check(o);
    if (result == OPTIONS_RUN)
        result = recipe_options_make(&o->of_recipe, &o->command, &o->recipe);
    if (result == OPTIONS_RUN)
        o->recipe.net = preset_net(of->presets, o->recipe.net);
    return result;
}

void training_options_free(training_options *o)
{
    cJSON_Delete(o->resumed);
    o->resumed = NULL;
    pmy_checkpoint_facts_free(&o->kept);
}

void training_options_say(const training_options *o, const pmy_error *error)
{
    (void)options_wrong(&o->command, "%s", error->message);
    if (error->code == PMY_BAD_NET)
        underline(stderr, o->recipe.net, error->position, error->length);
}
