#include "train/language.h"

#include "kernels/softmax_of_row.h"
#include "losses/losses.h"

#include <math.h>
#include <stdlib.h>

/* --- Building ----------------------------------------------------------------- */

pmy_status pmy_language_facts(const char *net, size_t block, const pmy_vocabulary *vocabulary,
                              pmy_model_facts *facts, pmy_error *error)
{
    *facts = (pmy_model_facts){.classes = vocabulary->count, .vocabulary = vocabulary};
    pmy_status status = pmy_net_read_tokens(net, block, vocabulary->count, &facts->net, error);
    if (status != PMY_OK)
        return status;
    pmy_shape output = facts->net.output;
    if (pmy_shape_equal(output, PMY_SHAPE(1, block, vocabulary->count)))
        return PMY_OK;
    const pmy_layer *wrong = pmy_net_without_positions(&facts->net);
    if (wrong)
        (void)pmy_fail(error, PMY_BAD_NET,
                       "%s leaves no positions, but at each the net must say what comes next",
                       pmy_layer_word(wrong));
    else
        (void)pmy_fail(error, PMY_BAD_NET,
                       "the net ends in %zu numbers a token, but there are %zu tokens: end it in 'linear "
                       "vocab' or 'tied'",
                       pmy_shape_last(output), vocabulary->count);
    if (error) {
        wrong = wrong ? wrong : &facts->net.layer[facts->net.count - 1];
        error->position = wrong->position;
        error->length = wrong->length;
    }
    return PMY_BAD_NET;
}

static pmy_status build(pmy_language *language, const pmy_language_options *options, pmy_pool *pool,
                        pmy_error *error)
{
    pmy_graph *graph = language->graph = pmy_graph_new(pool, options->seed);
    if (!graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a graph");
    language->tokens = pmy_integers(graph, PMY_SHAPE(language->batch, language->block));
    language->targets = pmy_integers(graph, PMY_SHAPE(language->batch, language->block));
    language->logits = pmy_net_build(&language->facts.net, graph, language->tokens);
    if (options->start)
        pmy_net_start(&language->facts.net, graph, options->start);
    pmy_softmax_xent_options loss = {
        .label_smoothing = options->label_smoothing, .ignores = true, .ignored = PMY_NO_TARGET};
    language->loss = pmy_softmax_xent(graph, language->logits, language->targets, &loss);
    return pmy_build(graph, language->loss, error);
}

pmy_status pmy_language_new(const pmy_model_facts *facts, const pmy_language_options *options, pmy_pool *pool,
                            pmy_language **result, pmy_error *error)
{
    pmy_language *language = *result = calloc(1, sizeof *language);
    if (!language)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a language model");
    language->facts = *facts;
    language->facts.vocabulary = &language->vocabulary;
    language->block = options->block ? options->block : facts->net.input.dim[1];
    language->batch = options->batch;
    pmy_status status = pmy_vocabulary_copy(facts->vocabulary, &language->vocabulary, error);
    if (status == PMY_OK)
        status = build(language, options, pool, error);
    if (status != PMY_OK) {
        pmy_language_free(language);
        *result = NULL;
    }
    return status;
}

pmy_status pmy_language_open(const char *path, pmy_model **model, pmy_error *error)
{
    pmy_status status = pmy_model_open(path, NULL, model, error);
    if (status == PMY_OK)
        status = pmy_model_expect(*model, true, error);
    if (status != PMY_OK) {
        pmy_model_free(*model);
        *model = NULL;
    }
    return status;
}

pmy_status pmy_language_load(const char *path, const pmy_language_options *options, pmy_pool *pool,
                             pmy_language **language, pmy_error *error)
{
    const pmy_language_options usual = {.batch = 8};
    pmy_model *model;
    *language = NULL;
    pmy_status status = pmy_language_open(path, &model, error);
    if (status == PMY_OK)
        status =
            pmy_language_new(pmy_model_facts_of(model), options ? options : &usual, pool, language, error);
    if (status == PMY_OK)
        status = pmy_model_fill(model, (*language)->graph, error);
    pmy_model_free(model);
    if (status != PMY_OK) {
        pmy_language_free(*language);
        *language = NULL;
    }
    return status;
}

void pmy_language_free(pmy_language *language)
{
    if (!language)
        return;
    pmy_graph_free(language->graph);
    pmy_vocabulary_free(&language->vocabulary);
    free(language);
}

/* --- Evaluating ---------------------------------------------------------------- */

/* What is summed over windows, of which one has the loss l of n tokens. */
typedef struct sums {
    size_t windows;
    double n, l, nn, nl, ll;
} sums;

/* Of the windows of the batch, without the smoothing that the graph's loss may have. */
static pmy_status add_windows(const pmy_language *language, size_t windows, sums *to, pmy_error *error)
{
    size_t classes = language->vocabulary.count;
    const int32_t *targets = pmy_integer_data(language->targets); /* [windows, block] */
    const pmy_real *logits = pmy_value(language->logits).data;    /* [windows, block, classes] */
    for (size_t w = 0; w < windows; w++) {
        double n = 0, l = 0;
        for (size_t i = w * language->block; i < (w + 1) * language->block; i++) {
            pmy_real loss;
            if (targets[i] == PMY_NO_TARGET)
                continue;
            pmy_status status = pmy_xent_of_row(classes, logits + i * classes, 1, targets[i], &loss, error);
            if (status != PMY_OK)
                return status;
            n++;
            l += (double)loss;
        }
        to->windows++;
        to->n += n, to->l += l;
        to->nn += n * n, to->nl += n * l, to->ll += l * l;
    }
    return PMY_OK;
}

/* The mean is a ratio of two sums over windows, whose standard error is the linearised one (Cochran,
 * "Sampling Techniques", 1977, 6.3): √(W/(W − 1) Σ (l − mean n)²)/Σ n. */
static pmy_language_score score_of(const sums *sum)
{
    pmy_language_score score = {.windows = sum->windows, .tokens = (size_t)sum->n, .loss = sum->l / sum->n};
    double mean = score.loss, windows = (double)sum->windows;
    double squares = sum->ll - 2 * mean * sum->nl + mean * mean * sum->nn;
    if (sum->windows > 1 && squares > 0)
        score.deviation = sqrt(windows / (windows - 1) * squares) / sum->n;
    return score;
}

/* Fills the batch with the windows from *at on: how many. */
static size_t feed(const pmy_language *language, const pmy_text *text, size_t *at)
{
    int32_t *tokens = pmy_integer_data(language->tokens), *targets = pmy_integer_data(language->targets);
    size_t windows = 0, taken;
    while (windows < language->batch &&
           (taken = pmy_text_window(text, *at, language->block, tokens + windows * language->block,
                                    targets + windows * language->block)) > 0) {
        *at += taken;
        windows++;
    }
    return windows;
}

pmy_status pmy_language_evaluate(pmy_language *language, const pmy_text *text, pmy_language_watcher watcher,
                                 pmy_language_score *score, pmy_error *error)
{
    *score = (pmy_language_score){0};
    sums sum = {0};
    pmy_status status = PMY_OK;
    for (size_t at = 0, windows; status == PMY_OK && (windows = feed(language, text, &at)) > 0;) {
        status = pmy_set_batch(language->graph, windows, error);
        if (status == PMY_OK)
            status = pmy_forward(language->graph, PMY_EVAL, error);
        if (status == PMY_OK)
            status = add_windows(language, windows, &sum, error);
        if (status == PMY_OK && watcher.goes_on && !watcher.goes_on(watcher.context))
            status = pmy_fail(error, PMY_STOPPED, "%s: stopped after %zu windows", text->name, sum.windows);
    }
    if (status == PMY_OK && sum.n == 0)
        status = pmy_fail(error, PMY_BAD_ARGUMENT, "%s: there is no token to predict", text->name);
    if (status == PMY_OK)
        *score = score_of(&sum);
    return status;
}
