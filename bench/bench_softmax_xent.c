/* How long forward and backward of softmax_xent take, beside two measures taken in the same
 * run, in turn:
 *
 *   memcpy  copying as many bytes as the logits have, on as many threads at once: the bound that
 *           memory sets, since each logit must be read and its gradient written
 *   torch   PyTorch's cross_entropy on the same shape, where a python3 can import it
 *
 * The machine's speed drifts, so each round measures everything; medians are printed. */
#include "measure.h"
#include "peer.h"

#include "base/clock.h"
#include "losses/losses.h"
#include "tensor/graph.h"
#include "base/random.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 7, MOST_REPETITIONS = 1000 };

typedef struct contest {
    size_t rows, classes, repetitions;
} contest;

static const contest contests[] = {{128, 10, 1000}, {1024, 1000, 30}, {1024, 50257, 1}};

static void stop(const char *what)
{
    fprintf(stderr, "bench_softmax_xent: %s\n", what);
    exit(1);
}

/* --- pmy and memcpy ---------------------------------------------------------- */

typedef struct runner {
    pmy_pool *pool;
    pmy_graph *graph;
    const float *z; /* [rows, classes] */
    size_t bytes;   /* of z */
    char *copy;     /* [bytes] */
} runner;

static runner runner_new(const contest *c, unsigned threads)
{
    runner r = {.bytes = c->rows * c->classes * sizeof(float)};
    if (pmy_pool_new(threads, &r.pool, NULL) != PMY_OK)
        stop("no threads");
    r.graph = pmy_graph_new(r.pool, 1);
    r.copy = malloc(r.bytes);
    if (!r.graph || !r.copy)
        stop("no memory");
    pmy_node *z = pmy_input(r.graph, PMY_SHAPE(c->rows, c->classes));
    pmy_want_gradient(z);
    pmy_node *labels = pmy_labels(r.graph, c->rows);
    if (pmy_build(r.graph, pmy_softmax_xent(r.graph, z, labels, NULL), NULL) != PMY_OK)
        stop("no memory");
    pmy_random random = {.seed = 1};
    for (size_t i = 0; i < c->rows * c->classes; i++)
        pmy_value(z).data[i] = (float)(4 * pmy_random_uniform(&random) - 2);
    for (size_t i = 0; i < c->rows; i++)
        pmy_integer_data(labels)[i] = (int32_t)pmy_random_below(&random, (uint32_t)c->classes);
    memset(r.copy, 0, r.bytes);
    r.z = pmy_value(z).data;
    return r;
}

static void runner_free(runner *r)
{
    pmy_graph_free(r->graph);
    pmy_pool_free(r->pool);
    free(r->copy);
}

static void loss_and_gradient(runner *r)
{
    if (pmy_forward(r->graph, PMY_TRAIN, NULL) != PMY_OK)
        stop("forward failed");
    pmy_backward(r->graph);
}

static void copy_share(void *context, size_t piece, unsigned worker)
{
    (void)worker;
    const runner *r = context;
    size_t pieces = pmy_pool_threads(r->pool);
    size_t begin = r->bytes * piece / pieces, end = r->bytes * (piece + 1) / pieces;
    memcpy(r->copy + begin, (const char *)r->z + begin, end - begin);
}

static void copy(runner *r)
{
    pmy_pool_run(r->pool, pmy_pool_threads(r->pool), copy_share, r);
}

/* The median of the repetitions. */
static double microseconds(const contest *c, runner *r, void (*work)(runner *))
{
    double times[MOST_REPETITIONS];
    for (size_t i = 0; i < c->repetitions; i++) {
        double started = pmy_seconds();
        work(r);
        times[i] = 1e6 * (pmy_seconds() - started);
    }
    return measure_median(times, c->repetitions);
}

/* --- The contest -------------------------------------------------------------- */

static double torch_microseconds(const contest *c, unsigned threads, peer *torch)
{
    char line[96];
    (void)snprintf(line, sizeof line, "%zu %zu %u %zu", c->rows, c->classes, threads, c->repetitions);
    return peer_ask(torch, line);
}

/* All [ROUNDS]. */
static void print_row(const contest *c, unsigned threads, double *times, double *copies, double *torches)
{
    double of_memcpy = measure_ratio(copies, times, ROUNDS), of_torch = measure_ratio(torches, times, ROUNDS);
    double time = measure_median(times, ROUNDS), copied = measure_median(copies, ROUNDS);
    double torch = measure_median(torches, ROUNDS);
    if (measure_json()) {
        printf(
            "{\"bench\":\"softmax_xent\",\"rows\":%zu,\"classes\":%zu,\"threads\":%u,\"microseconds\":%.2f,"
            "\"memcpy_microseconds\":%.2f,\"of_memcpy\":%.3f",
            c->rows, c->classes, threads, time, copied, of_memcpy);
        if (torch == torch)
            printf(",\"torch_microseconds\":%.2f,\"of_torch\":%.2f", torch, of_torch);
        printf("}\n");
    } else {
        printf("%5zu × %-6zu %7u %11.1f %11.1f %6.1f %%", c->rows, c->classes, threads, time, copied,
               100 * of_memcpy);
        if (torch == torch)
            printf(" %11.1f %6.1f x", torch, of_torch);
        printf("\n");
    }
    (void)fflush(stdout);
}

static void run(const contest *c, unsigned threads, peer *torch)
{
    runner r = runner_new(c, threads);
    double times[ROUNDS], copies[ROUNDS], torches[ROUNDS];
    loss_and_gradient(&r);
    copy(&r);
    (void)torch_microseconds(c, threads, torch);
    for (size_t round = 0; round < ROUNDS; round++) {
        times[round] = microseconds(c, &r, loss_and_gradient);
        copies[round] = microseconds(c, &r, copy);
        torches[round] = torch_microseconds(c, threads, torch);
    }
    print_row(c, threads, times, copies, torches);
    runner_free(&r);
}

int main(void)
{
    peer torch;
    bool has_torch = peer_start(&torch, "bench/softmax_xent_torch.py", NULL, NULL);
    if (!measure_json())
        printf("%14s %7s %11s %11s %8s%s\n", "rows × classes", "threads", "µs", "memcpy µs", "of it",
               has_torch ? "    torch µs    of it" : "");
    for (size_t i = 0; i < sizeof contests / sizeof *contests; i++)
        for (unsigned threads = 1; threads <= 2; threads++)
            run(&contests[i], threads, &torch);
    peer_stop(&torch);
    return 0;
}
