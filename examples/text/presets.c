#include "text/presets.h"

/* clang-format off */
static char *const usual[] = {
    "--optim", "adamw", "--schedule", "cosine", "--weight-decay", "0", "--decay", "matrices", "--warm-up", "0",
    "--last-lr", "0", "--clip", "0", "--label-smoothing", "0", "--ema", "0", "--seed", "1", "--tokens", "chars",
    "--start", "default",
    NULL};

static const preset presets[] = {
    /* That of nanoGPT's README for a processor without a GPU, and its initial values. */
    {.name = "nanogpt",
     .net = "embed 128, positions, "
            "4 ([layernorm nobias, attention 4 nobias], "
            "[layernorm nobias, linear 512 nobias, gelu, linear 128 nobias]), layernorm nobias, tied",
     .options = {"--optim", "adamw", "--lr", "0.001", "--last-lr", "0.0001", "--warm-up", "100", "--beta2", "0.99",
                 "--weight-decay", "0.1", "--clip", "1", "--block", "64", "--batch", "12", "--steps", "2000",
                 "--start", "gpt2"}},
    {.name = "tiny",
     .net = "embed 64, "
            "2 ([rmsnorm, attention 4 rotary nobias], "
            "[rmsnorm, linear 256 nobias, gelu, linear 64 nobias]), rmsnorm, linear vocab nobias",
     .options = {"--optim", "muon", "--lr", "0.01", "--last-lr", "0.001", "--warm-up", "20", "--clip", "1", "--block",
                 "64", "--batch", "16", "--steps", "600"}},
    {.name = "small",
     .net = "embed 128, "
            "4 ([rmsnorm, attention 4 rotary nobias], "
            "[rmsnorm, linear 512 nobias, gelu, linear 128 nobias]), rmsnorm, linear vocab nobias",
     .options = {"--optim", "muon", "--lr", "0.005", "--last-lr", "0.0005", "--warm-up", "50", "--weight-decay", "0.1",
                 "--clip", "1", "--block", "64", "--batch", "16", "--steps", "2000"}},
    {.name = "best",
     .net = "embed 128, "
            "6 ([rmsnorm, attention 4 rotary nobias], "
            "[rmsnorm, linear 512 nobias, gelu, linear 128 nobias]), rmsnorm, linear vocab nobias",
     .options = {"--optim", "muon", "--lr", "0.005", "--last-lr", "0.0005", "--warm-up", "100", "--weight-decay", "0.1",
                 "--clip", "1", "--block", "128", "--batch", "16", "--steps", "8000"}},
};
/* clang-format on */

const preset_table text_presets = {presets, sizeof presets / sizeof *presets, usual};
