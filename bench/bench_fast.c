/* Training the preset `fast` on all of MNIST, beside PyTorch with the same net and recipe: seconds and
 * accuracy, seed by seed, the two in turn. */
#include "mnist/presets.h"
#include "measure.h"
#include "peer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 5 };

static const char folder[] = "data/mnist";

typedef struct outcome {
    double seconds, accuracy; /* of training; in percent, of the test set */
} outcome;

/* The number after "name": in a line of JSON; NaN if it is not there. */
static double number_in(const char *line, const char *name)
{
    char key[64];
    (void)snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = strstr(line, key);
    return at ? strtod(at + strlen(key), NULL) : (double)NAN;
}

static outcome train_pmy(int seed)
{
    const char *build = getenv("BUILD");
    char command[512], line[4096];
    (void)snprintf(command, sizeof command,
                   "'%s/mnist' train --net fast --val 0 --threads 2 --data %s --seed %d --json",
                   build ? build : "build", folder, seed);
    outcome out = {(double)NAN, (double)NAN};
    FILE *program = popen(command, "r");
    while (program && fgets(line, sizeof line, program))
        if (strstr(line, "\"event\":\"test\""))
            out = (outcome){number_in(line, "train_seconds"), 100 * number_in(line, "accuracy")};
    if (program && pclose(program) != 0)
        out.seconds = (double)NAN;
    return out;
}

static outcome train_torch(peer *torch, const preset *fast, int seed)
{
    char line[2560];
    (void)snprintf(line, sizeof line, "%d|%s|%s|%s|%s|%s|%s", seed, preset_value(fast, "--epochs"),
                   preset_value(fast, "--batch"), preset_value(fast, "--lr"),
                   preset_value(fast, "--label-smoothing"), folder, fast->net);
    double seconds = peer_ask(torch, line);
    return (outcome){seconds, peer_ask(torch, "accuracy")};
}

static void print_round(int seed, outcome pmy, outcome torch)
{
    if (measure_json())
        printf("{\"bench\":\"fast\",\"seed\":%d,\"seconds\":%.3f,\"accuracy\":%.2f,\"torch_seconds\":%.3f,"
               "\"torch_accuracy\":%.2f}\n",
               seed, pmy.seconds, pmy.accuracy, torch.seconds, torch.accuracy);
    else
        printf("%4d %9.2f %9.2f %9.2f %9.2f %8.1f\n", seed, pmy.seconds, pmy.accuracy, torch.seconds,
               torch.accuracy, torch.seconds / pmy.seconds);
    (void)fflush(stdout);
}

int main(void)
{
    const preset *fast = preset_for(&mnist_presets, "fast");
    peer torch[2];
    bool there = peer_start(&torch[0], "bench/fast_torch.py", NULL, NULL) &&
                 peer_start(&torch[1], "bench/fast_torch.py", "OPENBLAS_NUM_THREADS", "1");
    if (!measure_json())
        printf("%4s %9s %9s %9s %9s %8s\n", "seed", "pmy s", "right %", "torch s", "right %", "ratio");
    for (int seed = 1; seed <= ROUNDS; seed++) {
        outcome pmy = train_pmy(seed), peers = {(double)NAN, (double)NAN};
        if (isnan(pmy.seconds)) {
            fprintf(stderr, "bench_fast: mnist train --net fast failed\n");
            return 1;
        }
        for (int i = 0; there && i < 2; i++) {
            outcome one = train_torch(&torch[i], fast, seed);
            if (!(peers.seconds <= one.seconds))
                peers = one;
        }
        print_round(seed, pmy, peers);
    }
    for (int i = 0; there && i < 2; i++)
        peer_stop(&torch[i]);
    return 0;
}
