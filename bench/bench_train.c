/* How fast pmy trains, beside two measures taken in the same run, in turn:
 *
 *   gemm   what it would be if only the matrix products of the net took time: the cblas_sgemm
 *          calls of a dense step, whole and single-threaded, on as many threads at once, each
 *          with a batch of its own; of a convolution, those of one unrolled image at a time
 *   torch  the same work by PyTorch, where a python3 can import it: the better of its own
 *          thread setting and of two threads over a single-threaded OpenBLAS (train_torch.py)
 *
 * The machine's speed drifts, so each round measures everything once; medians are printed. */
#include "measure.h"
#include "peer.h"

#include "base/clock.h"
#include "pmy.h"
#include "tensor/op.h"
#include "train/training.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 9, MOST_WEIGHTS = 8 };
static const double round_seconds = 0.25;
static const char folder[] = "data/mnist";

typedef struct contest {
    const char *name, *net;
    size_t batch;
} contest;

static const contest contests[] = {
    {"mlp", "linear 512, relu, linear 512, relu, linear 10", 128},
    {"mlp-small", "linear 128, relu, linear 10", 64},
    {"lenet",
     "conv 6 5 pad 2, relu, maxpool 2, conv 16 5, relu, maxpool 2, linear 120, relu, linear 84, relu, linear "
     "10",
     64},
    {"cnn",
     "conv 32 3, relu, conv 64 3, relu, maxpool 2, dropout 0.25, flatten, linear 128, relu, dropout 0.5, "
     "linear 10",
     64},
};

static void stop(const char *what, const pmy_error *error)
{
    fprintf(stderr, "bench_train: %s: %s\n", what, error->message);
    exit(1);
}

/* --- pmy ------------------------------------------------------------------ */

typedef struct runner {
    pmy_pool *pool;
    pmy_training *training;
} runner;

static runner runner_new(const contest *c, const pmy_dataset *data, unsigned threads)
{
    pmy_error error;
    runner r;
    pmy_recipe recipe = {.net = c->net,
                         .epochs = 1000,
                         .batch = c->batch,
                         .optim = pmy_optim_find("sgd"),
                         .learning_rate = 0.05,
                         .schedule = pmy_schedule_find("constant"),
                         .seed = 1};
    recipe.optim_options = recipe.optim->defaults;
    recipe.optim_options.momentum = 0.9;
    if (pmy_pool_new(threads, &r.pool, &error) != PMY_OK ||
        pmy_training_new(&recipe, data, r.pool, &r.training, &error) != PMY_OK)
        stop(c->name, &error);
    return r;
}

static double train_rate(runner *r)
{
    pmy_error error;
    pmy_step_report step;
    double images = 0, started = pmy_seconds();
    do {
        if (pmy_training_step(r->training, &step, &error) != PMY_OK)
            stop("step", &error);
        images += (double)pmy_batch(r->training->classifier->graph);
    } while (pmy_seconds() - started < round_seconds);
    return images / (pmy_seconds() - started);
}

static void runner_free(runner *r)
{
    pmy_training_free(r->training);
    pmy_pool_free(r->pool);
}

/* --- The bound -------------------------------------------------------------- */

/* The products of one layer in one step: y = x Wᵀ [rows, out], dW and dx, so often. */
typedef struct layer_products {
    int rows, in, out;
    size_t times;
} layer_products;

typedef struct products {
    size_t batch, layers;
    layer_products layer[MOST_WEIGHTS];
    size_t steps; /* a thread's, in a measurement */
    float *numbers[PMY_MAX_THREADS][3];
} products;

static void multiply_layer(const layer_products *l, bool first, const float *a, const float *b, float *c)
{
    for (size_t i = 0; i < l->times; i++) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, l->rows, l->out, l->in, 1, a, l->in, b, l->in, 0,
                    c, l->out);
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, l->out, l->in, l->rows, 1, a, l->out, b, l->in,
                    0, c, l->in);
        /* Nobody needs the gradient of the images. */
        if (!first)
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, l->rows, l->in, l->out, 1, a, l->out, b,
                        l->in, 0, c, l->in);
    }
}

static void multiply(void *context, size_t piece, unsigned worker)
{
    (void)worker;
    const products *p = context;
    float *const *numbers = p->numbers[piece];
    for (size_t step = 0; step < p->steps; step++)
        for (size_t i = 0; i < p->layers; i++)
            multiply_layer(&p->layer[i], i == 0, numbers[0], numbers[1], numbers[2]);
}

/* The layer whose weight that is. */
static const pmy_node *user_of(const pmy_graph *graph, const pmy_node *weight)
{
    for (size_t at = 0; at < pmy_node_count(graph); at++)
        for (unsigned i = 0; i < pmy_node_at(graph, at)->inputs; i++)
            if (pmy_node_at(graph, at)->input[i] == weight)
                return pmy_node_at(graph, at);
    return NULL;
}

static layer_products products_of_layer(const pmy_graph *graph, const pmy_node *weight, size_t batch)
{
    pmy_shape shape = pmy_node_shape(weight), output = pmy_node_shape(user_of(graph, weight));
    size_t out = shape.dim[0];
    bool conv = pmy_shape_rank(shape) == 4;
    return (layer_products){.rows = (int)(conv ? output.dim[2] * output.dim[3] : batch),
                            .in = (int)(pmy_shape_size(shape) / out),
                            .out = (int)out,
                            .times = conv ? batch : 1};
}

static void products_of(products *p, const runner *r, size_t batch)
{
    pmy_graph *graph = r->training->classifier->graph;
    *p = (products){.batch = batch, .steps = 1};
    size_t largest = 0;
    for (size_t i = 0; i < pmy_graph_parameters(graph).count; i++) {
        const pmy_node *weight = pmy_parameter_at(graph, i);
        if (pmy_shape_rank(pmy_node_shape(weight)) < 2)
            continue;
        layer_products l = p->layer[p->layers++] = products_of_layer(graph, weight, batch);
        size_t rows = (size_t)l.rows, in = (size_t)l.in, out = (size_t)l.out;
        size_t sizes[] = {out * in, rows * out, rows * in};
        for (size_t s = 0; s < 3; s++)
            largest = sizes[s] > largest ? sizes[s] : largest;
    }
    for (unsigned t = 0; t < pmy_pool_threads(r->pool); t++)
        for (size_t s = 0; s < 3; s++) {
            p->numbers[t][s] = malloc(largest * sizeof(float));
            for (size_t i = 0; p->numbers[t][s] && i < largest; i++)
                p->numbers[t][s][i] = (float)(i % 7) * 0.1f;
        }
}

static double gemm_rate(products *p, const runner *r)
{
    unsigned threads = pmy_pool_threads(r->pool);
    double started = pmy_seconds();
    p->steps = 1;
    for (size_t steps = 0;; p->steps *= 2) {
        pmy_pool_run(r->pool, threads, multiply, p);
        steps += p->steps;
        double elapsed = pmy_seconds() - started;
        if (elapsed >= round_seconds / 2)
            return (double)(threads * p->batch * steps) / elapsed;
    }
}

static void products_free(products *p)
{
    for (size_t t = 0; t < PMY_MAX_THREADS; t++)
        for (size_t s = 0; s < 3; s++)
            free(p->numbers[t][s]);
}

/* --- The contest ------------------------------------------------------------ */

enum { DEFAULT_THREADS, TWO_THREADS, SETTINGS };

/* All [ROUNDS]. */
static void print_row(const contest *c, unsigned threads, double *rates, double *gemms, double *torches)
{
    double of_gemm = measure_ratio(rates, gemms, ROUNDS), of_torch = measure_ratio(rates, torches, ROUNDS);
    double rate = measure_median(rates, ROUNDS), gemm = measure_median(gemms, ROUNDS);
    double torch = measure_median(torches, ROUNDS);
    if (measure_json()) {
        printf("{\"bench\":\"train\",\"net\":\"%s\",\"batch\":%zu,\"threads\":%u,\"images_per_s\":%.0f,"
               "\"gemm_images_per_s\":%.0f,\"of_gemm\":%.3f",
               c->name, c->batch, threads, rate, gemm, of_gemm);
        if (torch == torch)
            printf(",\"torch_images_per_s\":%.0f,\"of_torch\":%.3f", torch, of_torch);
        printf("}\n");
    } else {
        printf("%-10s %5zu %7u %10.0f %10.0f %6.1f %%", c->name, c->batch, threads, rate, gemm,
               100 * of_gemm);
        if (torch == torch)
            printf(" %10.0f %5.2f x", torch, of_torch);
        printf("\n");
    }
    fflush(stdout);
}

static void run(const contest *c, const pmy_dataset *data, peer torch[SETTINGS])
{
    enum { MOST = 2 };
    runner runners[MOST];
    products bounds[MOST];
    double rate[MOST][ROUNDS], gemm[MOST][ROUNDS], peers[SETTINGS][ROUNDS];
    char line[128];
    (void)snprintf(line, sizeof line, "%s %zu %g %s", c->name, c->batch, round_seconds, folder);
    for (unsigned t = 0; t < MOST; t++) {
        runners[t] = runner_new(c, data, t + 1);
        products_of(&bounds[t], &runners[t], c->batch);
    }
    for (int round = -1; round < ROUNDS; round++) { /* round −1 warms up */
        size_t at = round < 0 ? 0 : (size_t)round;
        for (unsigned t = 0; t < MOST; t++) {
            rate[t][at] = train_rate(&runners[t]);
            gemm[t][at] = gemm_rate(&bounds[t], &runners[t]);
        }
        for (size_t s = 0; s < SETTINGS; s++)
            peers[s][at] = peer_ask(&torch[s], line);
        /* The peers' threads go on spinning for a while. */
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    double sorted[SETTINGS][ROUNDS];
    memcpy(sorted, peers, sizeof sorted);
    double by_default = measure_median(sorted[DEFAULT_THREADS], ROUNDS);
    double *best = measure_median(sorted[TWO_THREADS], ROUNDS) > by_default ? peers[TWO_THREADS]
                                                                            : peers[DEFAULT_THREADS];
    for (unsigned t = 0; t < MOST; t++) {
        double torches[ROUNDS];
        memcpy(torches, best, sizeof torches);
        print_row(c, t + 1, rate[t], gemm[t], torches);
        runner_free(&runners[t]);
        products_free(&bounds[t]);
    }
}

int main(void)
{
    pmy_error error;
    pmy_dataset data;
    peer torch[SETTINGS] = {{0}};
    pmy_blas_single_threaded();
    if (pmy_dataset_load(folder, PMY_DATASET_TRAIN, 10, &data, &error) != PMY_OK)
        stop(folder, &error);
    if (peer_start(&torch[DEFAULT_THREADS], "bench/train_torch.py", NULL, NULL))
        (void)peer_start(&torch[TWO_THREADS], "bench/train_torch.py", "OPENBLAS_NUM_THREADS", "1");
    if (!measure_json())
        printf("%-10s %5s %7s %10s %10s %8s %10s\n", "net", "batch", "threads", "images/s", "gemm", "of gemm",
               torch[0].to ? "torch" : "");
    for (size_t i = 0; i < sizeof contests / sizeof *contests; i++)
        run(&contests[i], &data, torch);
    for (size_t s = 0; s < SETTINGS; s++)
        peer_stop(&torch[s]);
    pmy_dataset_free(&data);
    return 0;
}
