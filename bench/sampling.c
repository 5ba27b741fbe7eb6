#include "sampling.h"

#include "measure.h"
#include "peer.h"

#include "base/clock.h"
#include "base/random.h"
#include "train/generator.h"
#include "train/sampling.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 7, VOCABULARY = 65, BLOCK = 64, LENGTH = 1000, TEXTS = 10 /* a round, of pmy */ };
static const char net[] =
    "embed 96, "
    "3 ([rmsnorm, attention 3 rotary nobias], "
    "[rmsnorm, linear 384 nobias, gelu, linear 96 nobias]), rmsnorm, linear vocab nobias";

static void check(pmy_status status, const pmy_error *error)
{
    if (status == PMY_OK)
        return;
    fprintf(stderr, "bench_text: writing: %s\n", error->message);
    exit(1);
}

static pmy_generator *generator_new(void)
{
    pmy_error error;
    pmy_generator *generator;
    pmy_model_facts facts;
    uint32_t codes[VOCABULARY];
    for (uint32_t i = 0; i < VOCABULARY; i++)
        codes[i] = i;
    pmy_vocabulary vocabulary = {.unit = PMY_BYTES, .count = VOCABULARY, .codes = codes};
    check(pmy_language_facts(net, BLOCK, &vocabulary, &facts, &error), &error);
    check(pmy_generator_new(&facts, NULL, &generator, &error), &error);
    return generator;
}

/* Tokens a second of one text. */
static double write_text(pmy_generator *generator, pmy_random *random)
{
    static const pmy_sampling sampling = {.temperature = 0.8, .top_p = 1};
    pmy_choice choice[VOCABULARY];
    pmy_error error;
    double started = pmy_seconds();
    int32_t token = 0;
    pmy_generator_clear(generator);
    for (size_t i = 0; i < LENGTH; i++) {
        size_t kept;
        check(pmy_generator_feed(generator, token, &error), &error);
        check(pmy_sampling_choices(&sampling, VOCABULARY, pmy_generator_logits(generator), choice, &kept,
                                   &error),
              &error);
        token = (int32_t)choice[pmy_sampling_draw(choice, kept, pmy_random_uniform(random))].token;
    }
    return LENGTH / (pmy_seconds() - started);
}

static double median_of_texts(pmy_generator *generator, pmy_random *random)
{
    double rate[TEXTS];
    for (size_t i = 0; i < TEXTS; i++)
        rate[i] = write_text(generator, random);
    return measure_median(rate, TEXTS);
}

static double ask(peer *torch, const char *way)
{
    char line[64];
    (void)snprintf(line, sizeof line, "%s %d", way, LENGTH);
    return peer_ask(torch, line);
}

void sampling_contest(void)
{
    double rate[ROUNDS], whole[ROUNDS], kept[ROUNDS]; /* tokens a second */
    pmy_random random = {.seed = 1};
    pmy_generator *generator = generator_new();
    peer torch;
    (void)peer_start(&torch, "bench/sampling_torch.py", "OMP_NUM_THREADS", "1");
    for (size_t round = 0; round < ROUNDS; round++) {
        rate[round] = median_of_texts(generator, &random);
        whole[round] = ask(&torch, "whole");
        kept[round] = ask(&torch, "kept");
    }
    peer_stop(&torch);
    pmy_generator_free(generator);
    double of_whole = measure_ratio(rate, whole, ROUNDS), of_kept = measure_ratio(rate, kept, ROUNDS);
    double tokens = measure_median(rate, ROUNDS), theirs = measure_median(whole, ROUNDS),
           theirs_kept = measure_median(kept, ROUNDS);
    if (measure_json()) {
        printf("{\"bench\":\"text\",\"writes\":true,\"tokens_per_s\":%.0f", tokens);
        if (!isnan(theirs))
            printf(",\"torch_tokens_per_s\":%.0f,\"of_torch\":%.2f,\"torch_kept_tokens_per_s\":%.0f,"
                   "\"of_torch_kept\":%.2f",
                   theirs, of_whole, theirs_kept, of_kept);
        printf("}\n");
        return;
    }
    printf("\n%7s %10s%s\n", "writes", "tokens/s",
           isnan(theirs) ? "" : "      torch          with its past kept");
    printf("%7d %10.0f", LENGTH, tokens);
    if (!isnan(theirs))
        printf(" %10.0f %6.2f x %10.0f %6.2f x", theirs, of_whole, theirs_kept, of_kept);
    printf("\n");
}
