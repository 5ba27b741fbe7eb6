#include "train/generator.h"

#include "net/net_step.h"

#include <stdlib.h>
#include <string.h>

struct pmy_generator {
    pmy_model_facts facts;
    pmy_vocabulary vocabulary;
    pmy_graph *graph;
    pmy_node *token, *logits; /* integers [1, 1]; [1, 1, vocabulary] */
    pmy_net_past past;
    pmy_pool *pool;
    pmy_graph *beginning; /* of a window that moves on, once one does; else NULL */
    pmy_node *kept;       /* its tokens, integers [1, past.block/2] */
    bool full;            /* no position is left for another token */
    int32_t *window;      /* [past.block]: the tokens whose keys and values are kept */
};

static pmy_status build(pmy_generator *generator, pmy_pool *pool, pmy_error *error)
{
    pmy_graph *graph = generator->graph = pmy_graph_new(pool, 0);
    if (!graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a graph");
    generator->token = pmy_integers(graph, PMY_SHAPE(1, 1));
    generator->logits = pmy_net_build_step(&generator->facts.net, graph, generator->token, &generator->past);
    pmy_status status = pmy_build(graph, generator->logits, error);
    if (status == PMY_OK)
        status = pmy_prepack(graph, error);
    if (status != PMY_OK)
        return status;
    generator->window = malloc(generator->past.block * sizeof *generator->window);
    return generator->window ? PMY_OK : pmy_fail(error, PMY_NO_MEMORY, "no memory for a window");
}

pmy_status pmy_generator_new(const pmy_model_facts *facts, pmy_pool *pool, pmy_generator **result,
                             pmy_error *error)
{
    pmy_generator *generator = *result = calloc(1, sizeof *generator);
    if (!generator)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a generator");
    generator->facts = *facts;
    generator->pool = pool;
    generator->facts.vocabulary = &generator->vocabulary;
    pmy_status status = pmy_vocabulary_copy(facts->vocabulary, &generator->vocabulary, error);
    if (status == PMY_OK)
        status = build(generator, pool, error);
    if (status != PMY_OK) {
        pmy_generator_free(generator);
        *result = NULL;
        return status;
    }
    pmy_generator_clear(generator);
    return PMY_OK;
}

pmy_status pmy_generator_load(const char *path, pmy_pool *pool, pmy_generator **generator, pmy_error *error)
{
    pmy_model *model;
    *generator = NULL;
    pmy_status status = pmy_language_open(path, &model, error);
    if (status == PMY_OK)
        status = pmy_generator_new(pmy_model_facts_of(model), pool, generator, error);
    if (status == PMY_OK)
        status = pmy_model_fill(model, (*generator)->graph, error);
    if (status == PMY_OK)
        status = pmy_prepack((*generator)->graph, error);
    pmy_model_free(model);
    if (status != PMY_OK) {
        pmy_generator_free(*generator);
        *generator = NULL;
    }
    return status;
}

void pmy_generator_free(pmy_generator *generator)
{
    if (!generator)
        return;
    pmy_graph_free(generator->beginning);
    pmy_graph_free(generator->graph);
    pmy_vocabulary_free(&generator->vocabulary);
    free(generator->window);
    free(generator);
}

const pmy_model_facts *pmy_generator_facts(const pmy_generator *generator)
{
    return &generator->facts;
}

static void take_parameters(pmy_graph *graph, const pmy_graph *from)
{
    pmy_take_parameters(graph, from);
    (void)pmy_prepack(graph, NULL); /* for which there is memory already */
}

void pmy_generator_take(pmy_generator *generator, const pmy_language *language)
{
    take_parameters(generator->graph, language->graph);
    if (generator->beginning)
        take_parameters(generator->beginning, language->graph);
}

void pmy_generator_clear(pmy_generator *generator)
{
    pmy_net_past_clear(&generator->past);
    generator->full = false;
}

/* At the running position. */
static pmy_status compute(pmy_generator *generator, int32_t token, pmy_error *error)
{
    pmy_integer_data(generator->token)[0] = token;
    return pmy_forward(generator->graph, PMY_EVAL, error);
}

/* Keeps the position that was computed and goes to the next. */
static void advance(pmy_generator *generator, int32_t token)
{
    generator->window[generator->past.length] = token;
    generator->full = !pmy_net_past_advance(&generator->past);
}

static pmy_status build_beginning(pmy_generator *generator, size_t count, pmy_error *error)
{
    pmy_graph *graph = pmy_graph_new(generator->pool, 0);
    if (!graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a graph");
    generator->kept = pmy_integers(graph, PMY_SHAPE(1, count));
    pmy_node *root = pmy_net_build_past(&generator->facts.net, graph, generator->kept);
    pmy_status status = pmy_build(graph, root, error);
    if (status == PMY_OK)
        status = pmy_prepack(graph, error);
    if (status != PMY_OK) {
        pmy_graph_free(graph);
        return status;
    }
    generator->beginning = graph;
    take_parameters(graph, generator->graph);
    return PMY_OK;
}

/* The later half of the window becomes its beginning, all of it computed at once. */
static pmy_status move_on(pmy_generator *generator, pmy_error *error)
{
    size_t block = generator->past.block, kept = block / 2, bytes = kept * sizeof *generator->window;
    pmy_status status = PMY_OK;
    if (kept > 0 && !generator->beginning)
        status = build_beginning(generator, kept, error);
    if (status != PMY_OK)
        return status;
    memmove(generator->window, generator->window + block - kept, bytes);
    pmy_generator_clear(generator);
    if (kept == 0)
        return PMY_OK;
    memcpy(pmy_integer_data(generator->kept), generator->window, bytes);
    status = pmy_forward(generator->beginning, PMY_EVAL, error);
    if (status == PMY_OK)
        pmy_net_past_take(&generator->past, generator->beginning, kept);
    return status;
}

pmy_status pmy_generator_feed(pmy_generator *generator, int32_t token, pmy_error *error)
{
    pmy_status status = generator->full ? move_on(generator, error) : PMY_OK;
    if (status == PMY_OK)
        status = compute(generator, token, error);
    if (status == PMY_OK)
        advance(generator, token);
    return status;
}

const pmy_real *pmy_generator_logits(const pmy_generator *generator)
{
    return pmy_value(generator->logits).data;
}
