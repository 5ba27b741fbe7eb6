#include "mnist/preset.h"

#include <string.h>

char *const preset_usual[] = {"--optim",
                              "sgd",
                              "--schedule",
                              "cosine",
                              "--weight-decay",
                              "0",
                              "--decay",
                              "all",
                              "--warm-up",
                              "0",
                              "--last-lr",
                              "0",
                              "--clip",
                              "0",
                              "--label-smoothing",
                              "0",
                              "--ema",
                              "0",
                              "--augment",
                              "none",
                              "--unaugmented",
                              "0",
                              "--mean",
                              "0",
                              "--std",
                              "1",
                              "--seed",
                              "1",
                              "--order",
                              "shuffle",
                              NULL};

static const preset presets[] = {
    {.name = "mlp",
     .net = "linear 512, relu, linear 512, relu, linear 10",
     .options = {"--optim", "sgd", "--schedule", "cosine", "--epochs", "10", "--batch", "128", "--lr", "0.1",
                 "--momentum", "0.9", "--label-smoothing", "0.1"}},
    {.name = "mlp-small",
     .net = "linear 128, relu, linear 10",
     .options = {"--optim", "sgd", "--schedule", "cosine", "--epochs", "5", "--batch", "64", "--lr", "0.1",
                 "--momentum", "0.9"}},
    {.name = "lenet",
     .net = "conv 6 5 pad 2, relu, maxpool 2, conv 16 5, relu, maxpool 2, linear 120, relu, linear 84, relu, "
            "linear 10",
     .options = {"--optim", "sgd", "--schedule", "cosine", "--epochs", "5", "--batch", "64", "--lr", "0.05",
                 "--momentum", "0.9"}},
    {.name = "cnn",
     .net =
         "conv 32 3, relu, conv 64 3, relu, maxpool 2, dropout 0.25, flatten, linear 128, relu, dropout 0.5, "
         "linear 10",
     .options = {"--optim", "adam", "--schedule", "cosine", "--epochs", "5", "--batch", "64", "--lr",
                 "0.001"}},
    {.name = "fast",
     .net = "conv 8 5 stride 2, batchnorm, relu, conv 16 3, batchnorm, relu, maxpool 2, flatten, linear 128, "
            "batchnorm, relu, linear 10",
     .options = {"--optim", "adam", "--schedule", "onecycle", "--epochs", "1", "--batch", "128", "--lr",
                 "0.02", "--label-smoothing", "0.1"}},
    {.name = "best",
     .net =
         "conv 32 3, batchnorm, relu, conv 32 3, batchnorm, relu, maxpool 2, conv 64 3 pad 1, batchnorm, "
         "relu, conv 64 3 pad 1, batchnorm, relu, maxpool 2, conv 128 3 pad 1, batchnorm, relu, conv 128 3, "
         "batchnorm, relu, dropout 0.2, flatten, linear 10",
     .options = {"--optim",
                 "sgd",
                 "--schedule",
                 "onecycle",
                 "--epochs",
                 "18",
                 "--batch",
                 "50",
                 "--lr",
                 "0.05",
                 "--momentum",
                 "0.9",
                 "--weight-decay",
                 "0.0005",
                 "--label-smoothing",
                 "0.1",
                 "--augment",
                 "shift 0.8, rotate 7, scale 0.08, shear 0.08, elastic 0.5",
                 "--unaugmented",
                 "2"}},
    {.name = "tiny",
     .net = "conv 8 3 pad 1, batchnorm, relu, conv 12 3 pad 1, batchnorm, relu, maxpool 2, conv 16 3 pad 1, "
            "batchnorm, relu, conv 16 3 pad 1, batchnorm, relu, maxpool 2, conv 20 3, batchnorm, relu, gap, "
            "linear 10",
     .options = {"--optim", "adam", "--schedule", "onecycle", "--epochs", "20", "--batch", "100", "--lr",
                 "0.02", "--augment", "shift 1, rotate 8, scale 0.1, shear 0.1"}},
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

const char *preset_value(const preset *p, const char *option)
{
    for (size_t i = 0; p->options[i]; i += 2)
        if (strcmp(p->options[i], option) == 0)
            return p->options[i + 1];
    return NULL;
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
