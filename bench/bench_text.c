/* How fast pmy trains a language model, and then how fast one writes (sampling.h). What is trained is
 * nanoGPT's recipe for CPUs by characters, beside two measures taken in the same run, in turn:
 *
 *   products  what it would be if only the matrix products of a step took time, each in the way that is
 *             fastest alone (products.h), on as many threads at once, each with a batch of its own
 *   torch     the same by PyTorch on as many threads, eager and compiled, with fused AdamW (text_torch.py)
 *
 * The machine's speed drifts, so each round measures everything once; medians are printed. The text is drawn
 * at random, since the speed does not depend on what is in it. */
#include "measure.h"
#include "peer.h"
#include "products.h"
#include "sampling.h"

#include "base/clock.h"
#include "pmy.h"
#include "train/language_training.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 7, MOST_THREADS = 2 };
static const double round_seconds = 0.5;

enum { VOCABULARY = 65, BLOCK = 64, LAYERS = 4, D = 128, HEADS = 4, BATCH = 12, TOKENS = 1000000 };
static const char net[] = "embed 128, positions, 4 ([layernorm nobias, attention 4 nobias], "
                          "[layernorm nobias, linear 512 nobias, gelu, linear 128 nobias]), "
                          "layernorm nobias, tied";

static void stop(const char *what, const pmy_error *error)
{
    fprintf(stderr, "bench_text: %s: %s\n", what, error->message);
    exit(1);
}

/* --- pmy -------------------------------------------------------------------------- */

typedef struct runner {
    pmy_pool *pool;
    pmy_language_training *training;
} runner;

static runner runner_new(const pmy_text *text, unsigned threads)
{
    pmy_error error;
    runner r;
    uint32_t codes[VOCABULARY];
    for (uint32_t i = 0; i < VOCABULARY; i++)
        codes[i] = i;
    pmy_vocabulary vocabulary = {.unit = PMY_BYTES, .count = VOCABULARY, .codes = codes};
    pmy_recipe recipe = {.net = net,
                         .batch = BATCH,
                         .optim = pmy_optim_find("adamw"),
                         .decay = PMY_DECAY_MATRICES,
                         .learning_rate = 1e-3,
                         .schedule = pmy_schedule_find("cosine"),
                         .clip = 1,
                         .seed = 1,
                         .steps = 1000000,
                         .block = BLOCK};
    recipe.optim_options = recipe.optim->defaults;
    recipe.optim_options.weight_decay = 0.1;
    recipe.optim_options.beta2 = 0.99;
    if (pmy_pool_new(threads, &r.pool, &error) != PMY_OK ||
        pmy_language_training_new(&recipe, &vocabulary, text, r.pool, &r.training, &error) != PMY_OK)
        stop("a run", &error);
    return r;
}

static double train_rate(const runner *r)
{
    pmy_error error;
    pmy_language_step step;
    double tokens = 0, started = pmy_seconds();
    do {
        if (pmy_language_training_step(r->training, &step, &error) != PMY_OK)
            stop("a step", &error);
        tokens += (double)step.tokens;
    } while (pmy_seconds() - started < round_seconds);
    return tokens / (pmy_seconds() - started);
}

static void runner_free(runner *r)
{
    pmy_language_training_free(r->training);
    pmy_pool_free(r->pool);
}

/* --- The bound ---------------------------------------------------------------------- */

static void bound_new(products *p, unsigned threads)
{
    const size_t rows = (size_t)BATCH * BLOCK;
    *p = (products){0};
    products_add_linear(p, rows, D, 3 * D, LAYERS); /* q, k and v */
    products_add_linear(p, rows, D, D, LAYERS);
    products_add_linear(p, rows, D, 4 * D, LAYERS);
    products_add_linear(p, rows, 4 * D, D, LAYERS);
    products_add_linear(p, rows, D, VOCABULARY, 1);
    products_add_attention(p, BLOCK, D / HEADS, (size_t)LAYERS * BATCH * HEADS);
    if (!products_begin(p, threads))
        stop("the products", &(pmy_error){.message = "no memory"});
}

/* --- The contest --------------------------------------------------------------------- */

typedef struct contest {
    unsigned threads;
    runner runner;
    products bound;
    peer torch;
    double pmy[ROUNDS], products[ROUNDS], eager[ROUNDS], compiled[ROUNDS]; /* tokens a second */
} contest;

static void begin(contest *c, const pmy_text *text, unsigned threads)
{
    char count[8];
    (void)snprintf(count, sizeof count, "%u", threads);
    *c = (contest){.threads = threads};
    (void)peer_start(&c->torch, "bench/text_torch.py", "OMP_NUM_THREADS", count);
    c->runner = runner_new(text, threads);
    bound_new(&c->bound, threads);
}

static double ask(contest *c, const char *way)
{
    char line[64];
    (void)snprintf(line, sizeof line, "%s %g", way, round_seconds);
    double rate = peer_ask(&c->torch, line);
    /* The peer's threads go on spinning for a while. */
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    return rate;
}

static void measure(contest *c, size_t round)
{
    c->pmy[round] = train_rate(&c->runner);
    c->products[round] = BATCH * BLOCK * products_rate(&c->bound, c->runner.pool, round_seconds);
    c->eager[round] = ask(c, "eager");
    c->compiled[round] = ask(c, "compiled");
}

static void print(contest *c)
{
    double eager[ROUNDS];
    memcpy(eager, c->eager, sizeof eager);
    bool compiles = measure_median(c->compiled, ROUNDS) > measure_median(eager, ROUNDS);
    double of_products = measure_ratio(c->pmy, c->products, ROUNDS);
    double of_torch = measure_ratio(c->pmy, compiles ? c->compiled : c->eager, ROUNDS);
    double rate = measure_median(c->pmy, ROUNDS), bound = measure_median(c->products, ROUNDS);
    double theirs[] = {measure_median(eager, ROUNDS), measure_median(c->compiled, ROUNDS)};
    if (measure_json()) {
        printf("{\"bench\":\"text\",\"threads\":%u,\"tokens_per_s\":%.0f,\"products_tokens_per_s\":%.0f,"
               "\"of_products\":%.3f",
               c->threads, rate, bound, of_products);
        if (!isnan(theirs[0]))
            printf(",\"torch_eager_tokens_per_s\":%.0f,\"torch_compiled_tokens_per_s\":%.0f,"
                   "\"of_torch\":%.3f",
                   theirs[0], theirs[1], of_torch);
        printf("}\n");
    } else {
        printf("%7u %10.0f %10.0f %6.1f %%", c->threads, rate, bound, 100 * of_products);
        if (!isnan(theirs[0]))
            printf(" %10.0f %10.0f %6.2f x", theirs[0], theirs[1], of_torch);
        printf("\n");
    }
}

static void end(contest *c)
{
    peer_stop(&c->torch);
    products_end(&c->bound);
    runner_free(&c->runner);
}

int main(void)
{
    static uint8_t tokens[TOKENS];
    static contest contests[MOST_THREADS];
    pmy_random random = {.seed = 1};
    for (size_t i = 0; i < TOKENS; i++)
        tokens[i] = (uint8_t)pmy_random_below(&random, VOCABULARY);
    const pmy_text text = {.name = "random", .narrow = tokens, .count = TOKENS, .end = -1};
    pmy_blas_single_threaded();
    for (unsigned t = 0; t < MOST_THREADS; t++)
        begin(&contests[t], &text, t + 1);
    for (int round = -1; round < ROUNDS; round++) /* round −1 warms up */
        for (unsigned t = 0; t < MOST_THREADS; t++)
            measure(&contests[t], round < 0 ? 0 : (size_t)round);
    if (!measure_json())
        printf("%7s %10s %10s %8s%s\n", "threads", "tokens/s", "products", "of them",
               contests[0].torch.to ? "      eager   compiled of torch" : "");
    for (unsigned t = 0; t < MOST_THREADS; t++) {
        print(&contests[t]);
        end(&contests[t]);
    }
    sampling_contest();
    return 0;
}
