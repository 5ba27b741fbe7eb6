/* How long forward and backward of causal attention take on one thread, beside two measures taken in the same
 * run, in turn:
 *
 *   products  the six products of every head by OpenBLAS, half their time: what a causal head cannot do
 * without torch     PyTorch's scaled_dot_product_attention on the same shape, where a python3 can import it
 *
 * All in processor time; medians are printed. */
#include "measure.h"
#include "peer.h"

#include "base/random.h"
#include "kernels/blas.h"
#include "kernels/gemm.h"
#include "layers/attention.h"

#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 7, MOST_REPETITIONS = 200 };

typedef struct contest {
    size_t batch, heads, time, dim, repetitions;
} contest;

static const contest contests[] = {
    {12, 4, 64, 32, 200}, {12, 4, 128, 32, 60}, {4, 6, 256, 64, 20},
    {1, 8, 512, 64, 20},  {1, 8, 1024, 64, 6},  {1, 8, 2048, 64, 2},
};

static void stop(const char *what)
{
    fprintf(stderr, "bench_attention: %s\n", what);
    exit(1);
}

typedef struct runner {
    const contest *contest;
    pmy_graph *graph;
    pmy_node *q, *k, *v;
    float *d_output; /* [batch, time, heads · dim] */
    float *products; /* [time, time + dim], for OpenBLAS */
} runner;

static pmy_node *leaf(pmy_graph *graph, const contest *c)
{
    pmy_node *made = pmy_constant(graph, PMY_SHAPE(c->batch, c->time, c->heads * c->dim));
    pmy_want_gradient(made);
    return made;
}

static void draw(float *values, size_t count, pmy_random *random)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(4 * pmy_random_uniform(random) - 2);
}

static runner runner_new(const contest *c)
{
    size_t size = c->batch * c->time * c->heads * c->dim;
    pmy_random random = {.seed = 1};
    runner r = {.contest = c, .graph = pmy_graph_new(NULL, 1)};
    r.d_output = malloc(size * sizeof *r.d_output);
    r.products = calloc(c->time * (c->time + c->dim), sizeof *r.products);
    if (!r.graph || !r.d_output || !r.products)
        stop("no memory");
    r.q = leaf(r.graph, c);
    r.k = leaf(r.graph, c);
    r.v = leaf(r.graph, c);
    pmy_attention_options options = {.heads = c->heads, .causal = true};
    if (pmy_build(r.graph, pmy_attention(r.graph, r.q, r.k, r.v, &options), NULL) != PMY_OK)
        stop("no memory");
    pmy_node *leaves[] = {r.q, r.k, r.v};
    for (size_t i = 0; i < 3; i++)
        draw(pmy_value(leaves[i]).data, size, &random);
    draw(r.d_output, size, &random);
    return r;
}

static void runner_free(runner *r)
{
    pmy_graph_free(r->graph);
    free(r->d_output);
    free(r->products);
}

static void attention(runner *r)
{
    if (pmy_forward(r->graph, PMY_TRAIN, NULL) != PMY_OK)
        stop("forward failed");
    pmy_backward_from(r->graph, r->d_output);
}

/* As many and as large as forward and backward of every head need: Q Kᵀ and dO Vᵀ; P V and dS K; Pᵀ dO and
 * dSᵀ Q. */
static void products(runner *r)
{
    size_t time = r->contest->time, dim = r->contest->dim;
    float *s = r->products, *narrow = s + time * time; /* [time, time], [time, dim] */
    const float *q = pmy_value(r->q).data, *k = pmy_value(r->k).data;
    for (size_t head = 0; head < r->contest->batch * r->contest->heads; head++)
        for (size_t twice = 0; twice < 2; twice++) {
            const float *a = q + head * time * dim, *b = k + head * time * dim; /* [time, dim] */
            pmy_gemm(PMY_PLAIN, PMY_TRANSPOSED, time, time, dim, a, dim, b, dim, false, s, time);
            pmy_gemm(PMY_PLAIN, PMY_PLAIN, time, dim, time, s, time, b, dim, false, narrow, dim);
            pmy_gemm(PMY_TRANSPOSED, PMY_PLAIN, time, dim, time, s, time, b, dim, false, narrow, dim);
        }
}

/* The median of the repetitions. */
static double microseconds(runner *r, void (*work)(runner *))
{
    double times[MOST_REPETITIONS];
    for (size_t i = 0; i < r->contest->repetitions; i++) {
        clock_t started = clock();
        work(r);
        times[i] = 1e6 * (double)(clock() - started) / CLOCKS_PER_SEC;
    }
    return measure_median(times, r->contest->repetitions);
}

static double torch_microseconds(const contest *c, peer *torch)
{
    char line[128];
    (void)snprintf(line, sizeof line, "%zu %zu %zu %zu %zu", c->batch, c->heads, c->time, c->dim,
                   c->repetitions);
    return peer_ask(torch, line);
}

/* All [ROUNDS]. */
static void print_row(const contest *c, double *times, double *halves, double *torches)
{
    double of_products = measure_ratio(times, halves, ROUNDS),
           of_torch = measure_ratio(torches, times, ROUNDS);
    double time = measure_median(times, ROUNDS), half = measure_median(halves, ROUNDS);
    double torch = measure_median(torches, ROUNDS);
    if (measure_json()) {
        printf("{\"bench\":\"attention\",\"batch\":%zu,\"heads\":%zu,\"time\":%zu,\"dim\":%zu,"
               "\"microseconds\":%.1f,"
               "\"products_microseconds\":%.1f,\"of_products\":%.3f",
               c->batch, c->heads, c->time, c->dim, time, half, of_products);
        if (torch == torch)
            printf(",\"torch_microseconds\":%.1f,\"of_torch\":%.2f", torch, of_torch);
        printf("}\n");
    } else {
        printf("%5zu %5zu %5zu %5zu %11.1f %11.1f %6.2f x", c->batch, c->heads, c->time, c->dim, time, half,
               of_products);
        if (torch == torch)
            printf(" %11.1f %6.2f x", torch, of_torch);
        printf("\n");
    }
    (void)fflush(stdout);
}

static void run(const contest *c, peer *torch)
{
    runner r = runner_new(c);
    double times[ROUNDS], halves[ROUNDS], torches[ROUNDS];
    attention(&r);
    products(&r);
    (void)torch_microseconds(c, torch);
    for (size_t round = 0; round < ROUNDS; round++) {
        times[round] = microseconds(&r, attention);
        halves[round] = microseconds(&r, products) / 2;
        torches[round] = torch_microseconds(c, torch);
    }
    print_row(c, times, halves, torches);
    runner_free(&r);
}

int main(void)
{
    peer torch;
    pmy_blas_single_threaded();
    bool has_torch = peer_start(&torch, "bench/attention_torch.py", NULL, NULL);
    if (!measure_json())
        printf("%5s %5s %5s %5s %11s %11s %8s%s\n", "batch", "heads", "time", "dim", "µs", "products µs",
               "of it", has_torch ? "    torch µs    of it" : "");
    for (size_t i = 0; i < sizeof contests / sizeof *contests; i++)
        run(&contests[i], &torch);
    peer_stop(&torch);
    return 0;
}
