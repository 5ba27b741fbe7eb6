#include "mnist/preset.h"

#include <string.h>

static const preset presets[] = {
    {.name = "mlp",
     .net = "linear 512, relu, linear 512, relu, linear 10",
     .optim = "sgd",
     .schedule = "cosine",
     .epochs = 10,
     .batch = 128,
     .learning_rate = 0.1,
     .momentum = 0.9,
     .weight_decay = 0,
     .label_smoothing = 0.1},
    {.name = "mlp-small",
     .net = "linear 128, relu, linear 10",
     .optim = "sgd",
     .schedule = "cosine",
     .epochs = 5,
     .batch = 64,
     .learning_rate = 0.1,
     .momentum = 0.9,
     .weight_decay = 0,
     .label_smoothing = 0},
    {.name = "lenet",
     .net = "conv 6 5 pad 2, relu, maxpool 2, conv 16 5, relu, maxpool 2, linear 120, relu, linear 84, relu, "
            "linear 10",
     .optim = "sgd",
     .schedule = "cosine",
     .epochs = 5,
     .batch = 64,
     .learning_rate = 0.05,
     .momentum = 0.9,
     .weight_decay = 0,
     .label_smoothing = 0},
    {.name = "cnn",
     .net =
         "conv 32 3, relu, conv 64 3, relu, maxpool 2, dropout 0.25, flatten, linear 128, relu, dropout 0.5, "
         "linear 10",
     .optim = "adam",
     .schedule = "cosine",
     .epochs = 5,
     .batch = 64,
     .learning_rate = 0.001,
     .momentum = 0,
     .weight_decay = 0,
     .label_smoothing = 0},
};

enum { PRESETS = sizeof presets / sizeof *presets };

const preset *preset_at(size_t index)
{
    return index < PRESETS ? &presets[index] : NULL;
}

static const preset *named(const char *net)
{
    for (size_t i = 0; i < PRESETS; i++)
        if (strcmp(net, presets[i].name) == 0)
            return &presets[i];
    return NULL;
}

const preset *preset_for(const char *net)
{
    const preset *found = named(net);
    return found ? found : &presets[0];
}

double preset_rate_of(const char *optim)
{
    return strcmp(optim, "sgd") == 0 ? 0.1 : 0.001;
}

const char *preset_net(const char *net)
{
    const preset *found = named(net);
    return found ? found->net : net;
}
