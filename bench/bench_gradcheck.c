/* Full gradient checks in double, from recording the graph to the verdicts, beside
 * torch.autograd.gradcheck on the same. */
#include "measure.h"
#include "peer.h"

#include "base/clock.h"
#include "pmy64/gradcheck/gradcheck.h"
#include "pmy64/pmy.h"

#include <math.h>
#include <stdio.h>

enum { ROUNDS = 9 };
static const double seconds_a_round = 0.2;

static pmy64_node *make_softmax_xent(pmy64_sample *sample)
{
    pmy64_node *z = pmy64_sample_input(sample, PMY_SHAPE(8, 10), -2, 2);
    return pmy64_softmax_xent(sample->graph, z, pmy64_sample_integers(sample, PMY_SHAPE(8), 10), NULL);
}

static pmy64_node *make_linear(pmy64_sample *sample)
{
    return pmy64_linear(sample->graph, pmy64_sample_input(sample, PMY_SHAPE(8, 20), -1, 1), 10, PMY64_NONE);
}

static pmy64_node *make_direct(pmy64_sample *sample)
{
    pmy64_node *x = pmy64_sample_input(sample, PMY_SHAPE(4, 2, 8, 8), -1, 1);
    return pmy64_conv2d(sample->graph, x, 4, (pmy_window){3, 1, 1}, PMY64_NONE);
}

/* With as many channels as Winograd's way is chosen from. */
static pmy64_node *make_winograd(pmy64_sample *sample)
{
    pmy64_node *x = pmy64_sample_input(sample, PMY_SHAPE(2, 6, 6, 6), -1, 1);
    return pmy64_conv2d(sample->graph, x, 6, (pmy_window){3, 1, 1}, PMY64_NONE);
}

typedef struct contest {
    const char *name; /* as the peer knows it */
    pmy64_node *(*make)(pmy64_sample *sample);
} contest;

static const contest contests[] = {
    {"softmax_xent 8x10", make_softmax_xent},
    {"linear 8x20 to 10", make_linear},
    {"conv2d 4x2x8x8 to 4, direct", make_direct},
    {"conv2d 2x6x6x6 to 6, winograd", make_winograd},
};

static bool check_once(const contest *of)
{
    pmy_error error;
    pmy64_gradcheck_result result = {0};
    pmy64_sample sample = {.graph = pmy64_graph_new(NULL, 1)};
    pmy_status status = sample.graph ? PMY_OK : PMY_NO_MEMORY;
    if (status == PMY_OK)
        status = pmy64_build(sample.graph, of->make(&sample), &error);
    if (status == PMY_OK) {
        pmy64_sample_fill(&sample, 1);
        status = pmy64_gradcheck(sample.graph, NULL, &result, &error);
    }
    bool passed = status == PMY_OK && result.passed;
    pmy64_gradcheck_free(&result);
    pmy64_graph_free(sample.graph);
    return passed;
}

/* Seconds of one check; NaN if it does not pass. */
static double measure(const contest *of)
{
    size_t done = 0;
    double started = pmy_seconds(), elapsed;
    do {
        if (!check_once(of))
            return (double)NAN;
        done++;
        elapsed = pmy_seconds() - started;
    } while (elapsed < seconds_a_round);
    return elapsed / (double)done;
}

static void print(const char *name, double ours, double theirs, double ratio)
{
    if (measure_json()) {
        printf("{\"bench\":\"gradcheck\",\"what\":\"%s\",\"ms\":%.4f", name, 1e3 * ours);
        if (isfinite(theirs))
            printf(",\"torch_ms\":%.4f,\"torch_ratio\":%.1f", 1e3 * theirs, ratio);
        printf("}\n");
    } else if (isfinite(theirs)) {
        printf("%-30s %9.3f %9.2f %7.0f\n", name, 1e3 * ours, 1e3 * theirs, ratio);
    } else {
        printf("%-30s %9.3f %9s %7s\n", name, 1e3 * ours, "-", "-");
    }
}

/* In turn, so that both see the same machine; the ratio is the middle of the rounds' own. */
static bool run(const contest *of, peer *torch)
{
    double ours[ROUNDS], theirs[ROUNDS], ratio[ROUNDS];
    for (size_t round = 0; round < ROUNDS; round++) {
        char line[64];
        (void)snprintf(line, sizeof line, "%s %g", of->name, 2 * seconds_a_round);
        theirs[round] = peer_ask(torch, line);
        ours[round] = measure(of);
        ratio[round] = theirs[round] / ours[round];
    }
    double median = measure_median(ours, ROUNDS);
    print(of->name, median, measure_median(theirs, ROUNDS), measure_median(ratio, ROUNDS));
    if (isnan(median))
        fprintf(stderr, "bench_gradcheck: the check of %s does not pass\n", of->name);
    return !isnan(median);
}

int main(void)
{
    peer torch = {0};
    (void)peer_start(&torch, "bench/gradcheck_torch.py", NULL, NULL);
    pmy_blas_single_threaded();
    if (!measure_json())
        printf("%-30s %9s %9s %7s\n", "full check, double", "pmy ms", "torch ms", "ratio");
    bool fine = true;
    for (size_t i = 0; i < sizeof contests / sizeof *contests; i++)
        fine &= run(&contests[i], &torch);
    peer_stop(&torch);
    return fine ? 0 : 1;
}
