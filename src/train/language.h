/* A net as a language model: a graph that goes from tokens to the logits of the token after each, to the
 * loss.
 *
 *   pmy_language_load("m.safetensors", NULL, pool, &language, &error);
 *   pmy_language_evaluate(language, &text, (pmy_language_watcher){0}, &score, &error);
 *
 * An example is a window of `block` tokens. At each place the model sees those up to there and says what
 * comes next; the loss is the mean over all places that have a target. A model that is only to see the
 * beginning of a window may be built for so many tokens (options.block), and costs no more than these. */
#ifndef PMY_TRAIN_LANGUAGE_H
#define PMY_TRAIN_LANGUAGE_H

#include "data/text.h"
#include "net/net_start.h"
#include "train/model.h"

typedef struct pmy_language_options {
    size_t batch; /* windows at a time, at most */
    size_t block; /* tokens in a window: fewer than the net was read for, or 0 for as many */
    uint64_t seed;
    double label_smoothing;
    const pmy_net_start_kind *start; /* what the parameters begin as; NULL: as each layer has it */
} pmy_language_options;

/* To be read by anyone. */
typedef struct pmy_language {
    pmy_model_facts facts; /* its own: the vocabulary is a copy, too */
    pmy_vocabulary vocabulary;
    size_t block; /* tokens in a window */
    size_t batch;
    pmy_graph *graph;
    pmy_node *tokens, *targets; /* integers [batch, block]; PMY_NO_TARGET where nothing is to be predicted */
    pmy_node *logits;           /* [batch, block, vocabulary] */
    pmy_node *loss;             /* softmax_xent, the mean over what has a target */
} pmy_language;

/* The facts of a net for windows of `block` tokens. The vocabulary stays the caller's. Errors: PMY_BAD_NET,
 * with the place of the word that is wrong; PMY_NO_MEMORY. */
pmy_status pmy_language_facts(const char *net, size_t block, const pmy_vocabulary *vocabulary,
                              pmy_model_facts *facts, pmy_error *error);

/* A model with first values, working on `pool` (NULL: the calling thread), which must outlive it. Errors:
 * PMY_BAD_ARGUMENT, PMY_NO_MEMORY. */
pmy_status pmy_language_new(const pmy_model_facts *facts, const pmy_language_options *options, pmy_pool *pool,
                            pmy_language **language, pmy_error *error);
/* One with the numbers of a file; options may be NULL, for a few windows at a time. Errors: those of
 * pmy_model_open and pmy_model_fill; PMY_BAD_FILE for a model of pictures. */
pmy_status pmy_language_load(const char *path, const pmy_language_options *options, pmy_pool *pool,
                             pmy_language **language, pmy_error *error);
/* The file alone, for whoever builds another graph. Errors: the same, but for those of pmy_model_fill. */
pmy_status pmy_language_open(const char *path, pmy_model **model, pmy_error *error);
void pmy_language_free(pmy_language *language);

/* How a model does on a text. Losses are in nats; e^loss is the perplexity. */
typedef struct pmy_language_score {
    size_t windows, tokens; /* looked at; tokens that were predicted */
    double loss;            /* mean over the tokens */
    double deviation;       /* the standard error of that mean, where windows are drawn anew (0 for one) */
} pmy_language_score;

/* Whoever may want an evaluation to end before its time. */
typedef struct pmy_language_watcher {
    void *context;
    bool (*goes_on)(void *context); /* asked after each batch; NULL: it does */
} pmy_language_watcher;

/* Each token of the text but the first is predicted once, from those before it in its window; windows do not
 * overlap. Errors: PMY_BAD_ARGUMENT (a text with no token to predict), PMY_BAD_DATA, PMY_STOPPED. */
pmy_status pmy_language_evaluate(pmy_language *language, const pmy_text *text, pmy_language_watcher watcher,
                                 pmy_language_score *score, pmy_error *error);

#endif
