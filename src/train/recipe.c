#include "train/recipe.h"

#include "base/number.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* --- The table -------------------------------------------------------------- */

#define FIELD(kind_, key_, type_, member)                                     \
    .kind = PMY_RECIPE_OF_##kind_, .key = (key_), .type = PMY_RECIPE_##type_, \
    .offset = offsetof(pmy_recipe, member), .size = sizeof((pmy_recipe *)NULL)->member
#define OPTION(option_, argument_, help_) .option = (option_), .argument = (argument_), .help = (help_)
#define RANGE(least_, most_) .least = (least_), .most = (most_)
#define NO_LIMIT ((double)INFINITY)

/* An optimizer comes before its options, since it brings their defaults. */
static const pmy_recipe_field fields[] = {
    {FIELD(ANY, "net", TEXT, net), OPTION("net", "SPEC", "layers, such as \"conv 8 5, relu, linear 10\"")},
    {FIELD(PICTURES, "epochs", COUNT, epochs), RANGE(1, 100000),
     OPTION("epochs", "N", "how often each picture is seen")},
    {FIELD(TEXT, "steps", COUNT, steps), RANGE(1, 1e12), OPTION("steps", "N", "steps of the run")},
    {FIELD(ANY, "batch", COUNT, batch), RANGE(1, 60000), OPTION("batch", "N", "examples in a step")},
    {FIELD(TEXT, "block", COUNT, block), RANGE(1, PMY_MAX_BLOCK),
     OPTION("block", "N", "tokens in an example, which is how far back the model sees")},
    {FIELD(TEXT, "tokens", UNIT, unit), OPTION("tokens", "NAME", "what the text is cut into")},
    {FIELD(TEXT, "lines", FLAG, lines), RANGE(0, 1),
     OPTION("lines", NULL, "each line is an example; otherwise examples are from anywhere in the text")},
    {FIELD(TEXT, "start", START, start),
     OPTION("start", "NAME", "what the weights begin as: as each layer has it, or small as GPT-2's")},
    {FIELD(ANY, "optimizer", OPTIM, optim), OPTION("optim", "NAME", "optimizer")},
    {FIELD(ANY, "learning rate", DOUBLE, learning_rate), RANGE(0, 1000),
     OPTION("lr", "X", "learning rate, the schedule's highest")},
    {FIELD(ANY, "momentum", DOUBLE, optim_options.momentum), RANGE(0, 1), .below_most = true,
     OPTION("momentum", "X", "of sgd and muon")},
    {FIELD(ANY, "weight decay", DOUBLE, optim_options.weight_decay), RANGE(0, 1000),
     OPTION("weight-decay", "X", "how strongly weights are drawn to 0")},
    {FIELD(ANY, "decayed", DECAY, decay), .left_out = "all",
     OPTION("decay", "NAME",
            "what is drawn to 0; matrices leaves out biases and the weights of normalisations")},
    {FIELD(ANY, "nesterov", FLAG, optim_options.nesterov), RANGE(0, 1)},
    {FIELD(ANY, "beta1", DOUBLE, optim_options.beta1), RANGE(0, 1), .below_most = true,
     OPTION("beta1", "X", "how long adam and adamw (and muon, of vectors) remember the gradient")},
    {FIELD(ANY, "beta2", DOUBLE, optim_options.beta2), RANGE(0, 1), .below_most = true,
     OPTION("beta2", "X", "how long adam and adamw remember its square")},
    {FIELD(ANY, "epsilon", DOUBLE, optim_options.epsilon), RANGE(0, NO_LIMIT),
     OPTION("epsilon", "X", "what adam and adamw add to its root")},
    {FIELD(ANY, "schedule", SCHEDULE, schedule),
     OPTION(
         "schedule", "NAME",
         "how the learning rate goes over the run; step falls to a tenth after each third, trapezoid in the "
         "last fifth")},
    {FIELD(ANY, "warm-up", COUNT, warm_up), RANGE(0, 1e12), .left_out = "0",
     OPTION("warm-up", "N", "steps at the beginning in which the learning rate rises")},
    {FIELD(ANY, "last learning rate", DOUBLE, last_rate), RANGE(0, 1000), .left_out = "0",
     OPTION("last-lr", "X", "learning rate that cosine, linear and trapezoid fall to in the end")},
    {FIELD(ANY, "clip", DOUBLE, clip), RANGE(0, 1e9), .left_out = "0",
     OPTION("clip", "X", "largest norm of the gradients, which are scaled down to it; 0: any")},
    {FIELD(ANY, "label smoothing", DOUBLE, label_smoothing), RANGE(0, 1),
     OPTION("label-smoothing", "X", "share of a target given to all classes")},
    {FIELD(ANY, "decay of the average", DOUBLE, average_decay), RANGE(0, 1), .below_most = true,
     OPTION("ema", "X", "decay of a moving average of the weights, which is then what is tested; 0: none")},
    {FIELD(PICTURES, "augmentation", AUGMENTATION, augmentation),
     OPTION("augment", "SPEC",
            "what is done to each training picture at random, such as \"shift 2, rotate 10, scale 0.1, "
            "shear 0.1, elastic 1.5, cutout 8\" (pixels and degrees)")},
    {FIELD(PICTURES, "unaugmented epochs", COUNT, unaugmented), RANGE(0, 100000), .left_out = "0",
     OPTION("unaugmented", "N", "epochs at the end in which pictures stay as they are")},
    {FIELD(PICTURES, "mean", REAL, normalization.mean), RANGE(0, 1),
     OPTION("mean", "X", "taken off pixels of 0 to 1")},
    {FIELD(PICTURES, "deviation", REAL, normalization.deviation), RANGE(0, 1), .above_least = true,
     OPTION("std", "X", "what they are then divided by")},
    {FIELD(PICTURES, "normalization by column", FLAG, by_column), RANGE(0, 1), .left_out = "0"},
    {FIELD(PICTURES, "loss", LOSS, loss), .left_out = "softmax"},
    {FIELD(ANY, "seed", SEED, seed), RANGE(0, NO_LIMIT), OPTION("seed", "N", "seed of all random numbers")},
    {FIELD(PICTURES, "order", ORDER, order), OPTION("order", "NAME", "order of the pictures in an epoch")},
};

const char *pmy_recipe_kind_name(pmy_recipe_kind kind)
{
    return kind == PMY_RECIPE_OF_TEXT ? "text" : "pictures";
}

const pmy_recipe_field *pmy_recipe_field_at(pmy_recipe_kind kind, size_t index)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if ((fields[i].kind & kind) && index-- == 0)
            return &fields[i];
    return NULL;
}

static const char *const orders[] = {[PMY_ORDER_SHUFFLE] = "shuffle", [PMY_ORDER_FILE] = "file", NULL};
static const char *const decays[] = {[PMY_DECAY_ALL] = "all", [PMY_DECAY_MATRICES] = "matrices", NULL};
static const char *const units[] = {[PMY_BYTES] = "bytes", [PMY_CHARACTERS] = "chars", NULL};

const char *pmy_recipe_word(pmy_recipe_type type, size_t index)
{
    if (type == PMY_RECIPE_OPTIM)
        return pmy_optim_kind_at(index) ? pmy_optim_kind_at(index)->name : NULL;
    if (type == PMY_RECIPE_SCHEDULE)
        return pmy_schedule_kind_at(index) ? pmy_schedule_kind_at(index)->name : NULL;
    if (type == PMY_RECIPE_START)
        return pmy_net_start_at(index) ? pmy_net_start_at(index)->name : NULL;
    if (type == PMY_RECIPE_LOSS)
        return pmy_loss_kind_at(index) ? pmy_loss_kind_at(index)->name : NULL;
    if (type == PMY_RECIPE_DECAY)
        return decays[index];
    if (type == PMY_RECIPE_UNIT)
        return units[index];
    return type == PMY_RECIPE_ORDER ? orders[index] : NULL;
}

/* --- Values as text --------------------------------------------------------- */

#if defined __GNUC__
__attribute__((format(printf, 1, 2)))
#endif
static pmy_recipe_text
print(const char *format, ...)
{
    pmy_recipe_text out;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(out.text, sizeof out.text, format, arguments);
    va_end(arguments);
    return out;
}

pmy_recipe_text pmy_recipe_print(const pmy_recipe *recipe, const pmy_recipe_field *field)
{
    const void *at = (const char *)recipe + field->offset;
    switch (field->type) {
    case PMY_RECIPE_TEXT:
        return print("%s", *(const char *const *)at);
    case PMY_RECIPE_COUNT:
        return print("%zu", *(const size_t *)at);
    case PMY_RECIPE_SEED:
        return print("%llu", (unsigned long long)*(const uint64_t *)at);
    case PMY_RECIPE_FLAG:
        return print("%d", *(const bool *)at);
    case PMY_RECIPE_DOUBLE:
        return print("%s", pmy_number_print(*(const double *)at, PMY_NUMBER_DOUBLE).text);
    case PMY_RECIPE_REAL:
        return print("%s", pmy_number_print((double)*(const pmy_real *)at, PMY_NUMBER_DOUBLE).text);
    case PMY_RECIPE_OPTIM:
        return print("%s", recipe->optim->name);
    case PMY_RECIPE_SCHEDULE:
        return print("%s", recipe->schedule->name);
    case PMY_RECIPE_ORDER: /* has been kept as its number from the first */
        return print("%d", (int)recipe->order);
    case PMY_RECIPE_DECAY:
        return print("%s", decays[recipe->decay]);
    case PMY_RECIPE_UNIT:
        return print("%s", units[recipe->unit]);
    case PMY_RECIPE_START:
        return print("%s", (recipe->start ? recipe->start : pmy_net_start_at(0))->name);
    case PMY_RECIPE_LOSS:
        return print("%s", (recipe->loss ? recipe->loss : pmy_loss_kind_usual(true))->name);
    case PMY_RECIPE_AUGMENTATION:
        break;
    }
    return print("%s", pmy_augmentation_print(at).text);
}

/* What follows reads the text of a field, or says that it is none, and then has 0. */

/* The index of a word, which an order's number stands for, too. */
static size_t read_word(const pmy_recipe_field *field, const char *text, bool *good)
{
    const char *word;
    for (size_t i = 0; (word = pmy_recipe_word(field->type, i)); i++)
        if (strcmp(word, text) == 0 ||
            (field->type == PMY_RECIPE_ORDER && strcmp(print("%zu", i).text, text) == 0))
            return i;
    *good = false;
    return 0;
}

static double read_number(const pmy_recipe_field *field, const char *text, bool *good)
{
    double number = 0;
    *good = pmy_number_read(text, strlen(text), &number) && pmy_is_finite((pmy_real)number);
    if (field->type == PMY_RECIPE_REAL) /* what is too small for it is 0 */
        number = (double)(pmy_real)number;
    *good &= number >= field->least && number <= field->most &&
             !(field->above_least && number == field->least) && !(field->below_most && number == field->most);
    return *good ? number : 0;
}

static uint64_t read_whole(const pmy_recipe_field *field, const char *text, bool *good)
{
    uint64_t whole;
    *good = pmy_whole_read(text, &whole) && (double)whole >= field->least && (double)whole <= field->most;
    return *good ? whole : 0;
}

pmy_status pmy_recipe_set(pmy_recipe *recipe, const pmy_recipe_field *field, const char *text,
                          pmy_error *error)
{
    pmy_recipe changed = *recipe;
    void *at = (char *)&changed + field->offset;
    bool good = true;
    switch (field->type) {
    case PMY_RECIPE_TEXT:
        *(const char **)at = text;
        break;
    case PMY_RECIPE_AUGMENTATION: {
        pmy_status status = pmy_augmentation_read(text, at, error);
        if (status != PMY_OK)
            return status;
        break;
    }
    case PMY_RECIPE_COUNT:
        *(size_t *)at = (size_t)read_whole(field, text, &good);
        break;
    case PMY_RECIPE_SEED:
        *(uint64_t *)at = read_whole(field, text, &good);
        break;
    case PMY_RECIPE_FLAG:
        *(bool *)at = read_whole(field, text, &good);
        break;
    case PMY_RECIPE_DOUBLE:
        *(double *)at = read_number(field, text, &good);
        break;
    case PMY_RECIPE_REAL:
        *(pmy_real *)at = (pmy_real)read_number(field, text, &good);
        break;
    case PMY_RECIPE_OPTIM:
        changed.optim = pmy_optim_kind_at(read_word(field, text, &good));
        changed.optim_options = changed.optim->defaults;
        break;
    case PMY_RECIPE_SCHEDULE:
        changed.schedule = pmy_schedule_kind_at(read_word(field, text, &good));
        break;
    case PMY_RECIPE_ORDER:
        changed.order = (pmy_order)read_word(field, text, &good);
        break;
    case PMY_RECIPE_DECAY:
        changed.decay = (pmy_decay)read_word(field, text, &good);
        break;
    case PMY_RECIPE_UNIT:
        changed.unit = (pmy_token_unit)read_word(field, text, &good);
        break;
    case PMY_RECIPE_START:
        changed.start = pmy_net_start_at(read_word(field, text, &good));
        break;
    case PMY_RECIPE_LOSS:
        changed.loss = pmy_loss_kind_at(read_word(field, text, &good));
        break;
    }
    if (!good)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the %s of a run cannot be '%.100s'", field->key, text);
    *recipe = changed;
    return PMY_OK;
}
