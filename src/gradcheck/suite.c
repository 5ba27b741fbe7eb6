#include "gradcheck/suite.h"

#include "base/random.h"
#include "net/net.h"
#include "losses/losses.h"
#include "ops.h"
#include "tensor/ops/ops.h"
#include "train/language.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- One sample ----------------------------------------------------------- */

/* In which way a sample is used. */
typedef enum variant { AS_IT_IS, IN_A_SUM, AT_THE_KINK, VARIANTS } variant;

static const char *const variant_text[VARIANTS] = {"", "scaled", "at the kink"};

static bool applies(variant which, const pmy_op *op, const pmy_node *node)
{
    if (which == IN_A_SUM)
        return pmy_shape_rank(node->shape) == 0;
    return which == AS_IT_IS || (op->unary && op->unary->kinked);
}

/* Keeps the curve of the check's worst element if that is worse than the one kept. */
static pmy_status keep_curve(const pmy_suite *suite, pmy_graph *graph, const pmy_gradcheck_options *options,
                             const pmy_check *check, pmy_error *error)
{
    if (!suite->curve || check->worst_is_direction || check->adding ||
        (suite->curve->count && !(check->error > suite->curve->worst)))
        return PMY_OK;
    return pmy_gradcheck_curve(graph, options, check, suite->curve, error);
}

pmy_status pmy_check_graph(const pmy_suite *suite, pmy_graph *graph, const char *name, pmy_error *error)
{
    pmy_gradcheck_options options = {.seed = suite->seed};
    pmy_gradcheck_result result;
    pmy_status status = pmy_gradcheck(graph, &options, &result, error);
    for (size_t i = 0; status == PMY_OK && i < result.count; i++) {
        (void)snprintf(result.check[i].name, PMY_MAX_CHECK_NAME, "%s", name);
        suite->found(suite->context, &result.check[i]);
        status = keep_curve(suite, graph, &options, &result.check[i], error);
    }
    pmy_gradcheck_free(&result);
    return status;
}

/* Builds and fills the graph first. */
static pmy_status build_and_check(const pmy_suite *suite, pmy_sample *sample, pmy_node *root,
                                  bool at_the_kink, const char *name, pmy_error *error)
{
    pmy_status status = pmy_build(sample->graph, root, error);
    if (status != PMY_OK)
        return status;
    pmy_sample_fill(sample, suite->seed);
    if (at_the_kink)
        sample->leaf[0].node->value[0] = 0;
    return pmy_check_graph(suite, sample->graph, name, error);
}

/* *found: whether there is such a sample. */
static pmy_status check_sample(const pmy_suite *suite, const pmy_op *op, unsigned index, variant which,
                               bool *found, pmy_error *error)
{
    pmy_sample sample = {.graph = pmy_graph_new(NULL, suite->seed)};
    if (!sample.graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a graph");
    pmy_node *root = op->checks.sample(&sample, index);
    *found = root != NULL;
    pmy_status status = PMY_OK;
    if (*found && (!pmy_recorded(root) || applies(which, op, root))) {
        const char *note = sample.note, *how = variant_text[which];
        char name[PMY_MAX_CHECK_NAME];
        (void)snprintf(name, sizeof name, "%s%s%s%s%s", op->name, note || *how ? ": " : "", note ? note : "",
                       note && *how ? ", " : "", how);
        if (which == IN_A_SUM)
            root = pmy_scale(sample.graph, root, -0.625);
        status = build_and_check(suite, &sample, root, which == AT_THE_KINK, name, error);
    }
    pmy_graph_free(sample.graph);
    return status;
}

/* --- Ops ------------------------------------------------------------------ */

pmy_status pmy_check_op(const pmy_suite *suite, const pmy_op *op, pmy_error *error)
{
    bool found = op->checks.sample != NULL;
    unsigned index = 0;
    for (; found; index += found)
        for (variant which = 0; which < VARIANTS; which++) {
            pmy_status status = check_sample(suite, op, index, which, &found, error);
            if (status != PMY_OK)
                return status;
            if (!found)
                break;
        }
    return index > 0 ? PMY_OK : pmy_fail(error, PMY_BAD_ARGUMENT, "the op %s has no sample", op->name);
}

pmy_status pmy_check_ops(const pmy_suite *suite, const char *name, pmy_error *error)
{
    bool any = false;
    for (const pmy_op *const *op = pmy_ops; *op; op++) {
        if (name && strcmp((*op)->name, name) != 0)
            continue;
        any = true;
        pmy_status status = pmy_check_op(suite, *op, error);
        if (status != PMY_OK)
            return status;
    }
    return any ? PMY_OK : pmy_fail(error, PMY_BAD_ARGUMENT, "there is no op '%s'", name ? name : "");
}

/* --- Models --------------------------------------------------------------- */

static pmy_status check_net_of_reals(const pmy_suite *suite, const char *text, size_t rows, pmy_shape example,
                                     pmy_error *error)
{
    pmy_net net;
    if (pmy_shape_rank(example) == 0)
        example = pmy_net_wants_images(text) ? PMY_CHECK_IMAGE : PMY_SHAPE(PMY_CHECK_FEATURES);
    pmy_status status = pmy_net_read(text, example, &net, error);
    if (status == PMY_OK && pmy_shape_rank(net.output) == 4)
        status = pmy_fail(error, PMY_BAD_NET, "the net ends in images of %s, not in logits",
                          pmy_shape_print(pmy_shape_of_row(net.output)).text);
    if (status != PMY_OK)
        return status;
    pmy_sample sample = {.graph = pmy_graph_new(NULL, suite->seed)};
    if (!sample.graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a graph");
    pmy_shape batch = net.input, labelled = net.output;
    batch.dim[0] = labelled.dim[0] = rows;
    labelled.dim[pmy_shape_rank(labelled) - 1] = 0; /* a label for each vector of logits */
    pmy_node *x = pmy_sample_input(&sample, batch, -1, 1);
    pmy_name(x, "x");
    pmy_node *z = pmy_net_build(&net, sample.graph, x);
    pmy_node *labels = pmy_sample_integers(&sample, labelled, pmy_shape_last(net.output));
    pmy_node *loss = pmy_softmax_xent(sample.graph, z, labels, NULL);
    status = build_and_check(suite, &sample, loss, false, "net", error);
    pmy_graph_free(sample.graph);
    return status;
}

/* A vocabulary of nobody's text, for pmy_vocabulary_free. */
static pmy_status make_vocabulary(size_t count, pmy_vocabulary *vocabulary, pmy_error *error)
{
    *vocabulary = (pmy_vocabulary){.unit = PMY_CHARACTERS, .count = count};
    if (count > PMY_MAX_VOCABULARY)
        return pmy_fail(error, PMY_BAD_SHAPE, "a vocabulary of %zu tokens, of %d at most", count,
                        PMY_MAX_VOCABULARY);
    vocabulary->codes = malloc(count * sizeof *vocabulary->codes);
    if (!vocabulary->codes)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a vocabulary");
    for (size_t i = 0; i < count; i++)
        vocabulary->codes[i] = (uint32_t)i;
    return PMY_OK;
}

/* Each window has a target at least, its first. */
static void fill_windows(const pmy_language *language, uint64_t seed)
{
    int32_t *tokens = pmy_integer_data(language->tokens);   /* [batch, block] */
    int32_t *targets = pmy_integer_data(language->targets); /* [batch, block] */
    uint32_t known = (uint32_t)language->vocabulary.count;
    pmy_random random = {.seed = seed, .stream = pmy_stream(PMY_STREAM_SAMPLE, 0)};
    for (size_t i = 0; i < language->batch * language->block; i++) {
        bool none = pmy_random_below(&random, 4) == 0 && i % language->block > 0;
        tokens[i] = (int32_t)pmy_random_below(&random, known);
        targets[i] = none ? PMY_NO_TARGET : (int32_t)pmy_random_below(&random, known);
    }
}

static pmy_status check_net_of_tokens(const pmy_suite *suite, const char *text, size_t batch, size_t time,
                                      size_t known, pmy_error *error)
{
    const pmy_language_options options = {.batch = batch, .seed = suite->seed};
    pmy_language *language = NULL;
    pmy_vocabulary vocabulary;
    pmy_model_facts facts;
    pmy_status status = make_vocabulary(known, &vocabulary, error);
    if (status == PMY_OK)
        status = pmy_language_facts(text, time, &vocabulary, &facts, error);
    if (status == PMY_OK)
        status = pmy_language_new(&facts, &options, NULL, &language, error);
    if (status == PMY_OK) {
        fill_windows(language, suite->seed);
        status = pmy_check_graph(suite, language->graph, "net", error);
    }
    pmy_language_free(language);
    pmy_vocabulary_free(&vocabulary);
    return status;
}

pmy_status pmy_check_net(const pmy_suite *suite, const char *net, const pmy_check_examples *examples,
                         pmy_error *error)
{
    size_t batch = examples->batch ? examples->batch : PMY_CHECK_BATCH;
    size_t time = examples->time, vocabulary = examples->vocabulary;
    bool says_shape = pmy_shape_rank(examples->shape) > 0;
    if (!time && !vocabulary && (says_shape || !pmy_net_wants_tokens(net)))
        return check_net_of_reals(suite, net, batch, examples->shape, error);
    return check_net_of_tokens(suite, net, batch, time ? time : PMY_CHECK_TIME,
                               vocabulary ? vocabulary : PMY_CHECK_VOCABULARY, error);
}
