#include "text/heads.h"

#include "layers/attention.h"
#include "tensor/op.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The index-th attention of a graph; NULL after the last. */
static const pmy_node *attention_at(const pmy_graph *graph, size_t index)
{
    for (size_t i = 0; i < pmy_node_count(graph); i++) {
        const pmy_node *node = pmy_node_at(graph, i);
        if (strcmp(node->op->name, "attention") == 0 && index-- == 0)
            return node;
    }
    return NULL;
}

bool heads_are_in(const pmy_language *language)
{
    return attention_at(language->graph, 0) != NULL;
}

static size_t heads_in(const pmy_node *attention)
{
    return ((const pmy_attention_options *)attention->attributes)->heads;
}

/* The corner [tokens, tokens] of shares [block, block]. */
static void copy_corner(size_t tokens, size_t block, const pmy_real *shares, double *to)
{
    for (size_t query = 0; query < tokens; query++)
        for (size_t key = 0; key < tokens; key++)
            to[query * tokens + key] = (double)shares[query * block + key];
}

static pmy_status take_memory(const pmy_graph *graph, size_t block, heads *of, pmy_real **shares,
                              pmy_error *error)
{
    size_t count;
    const pmy_node *attention;
    while (attention_at(graph, of->layers))
        of->layers++;
    if (of->layers == 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the model has no attention");
    of->count = malloc(of->layers * sizeof *of->count);
    for (size_t layer = 0; of->count && (attention = attention_at(graph, layer)); layer++) {
        of->count[layer] = heads_in(attention);
        of->most = of->count[layer] > of->most ? of->count[layer] : of->most;
    }
    *shares = malloc(block * block * sizeof **shares);
    if (pmy_size_multiply(of->layers * of->most, of->tokens * of->tokens, &count))
        of->shares = calloc(count, sizeof *of->shares);
    return *shares && of->count && of->shares ? PMY_OK
                                              : pmy_fail(error, PMY_NO_MEMORY, "no memory for the shares");
}

pmy_status heads_make(pmy_language *language, const passage *looked, heads *of, pmy_error *error)
{
    const pmy_graph *graph = language->graph;
    pmy_real *shares = NULL; /* [block, block] */
    size_t tokens = looked->tokens;
    *of = (heads){.tokens = tokens};
    pmy_status status = take_memory(graph, language->block, of, &shares, error);
    if (status == PMY_OK)
        status = passage_forward(looked, language, error);
    for (size_t layer = 0; status == PMY_OK && layer < of->layers; layer++)
        for (size_t head = 0; head < of->count[layer]; head++) {
            pmy_attention_shares(attention_at(graph, layer), 0, head, shares);
            copy_corner(tokens, language->block, shares,
                        of->shares + (layer * of->most + head) * tokens * tokens);
        }
    free(shares);
    if (status != PMY_OK)
        heads_free(of);
    return status;
}

void heads_free(heads *of)
{
    free(of->count);
    free(of->shares);
    *of = (heads){0};
}

const double *heads_of(const heads *of, size_t layer, size_t head)
{
    return of->shares + (layer * of->most + head) * of->tokens * of->tokens;
}

heads_habit heads_habit_of(const heads *of, size_t layer, size_t head)
{
    heads_habit habit = {0};
    const double *shares = heads_of(of, layer, head); /* [tokens, tokens] */
    double queries = of->tokens > 1 ? (double)of->tokens - 1 : 1;
    for (size_t query = 1; query < of->tokens; query++) {
        const double *row = shares + query * of->tokens; /* [tokens] */
        habit.itself += row[query] / queries;
        habit.before += row[query - 1] / queries;
        habit.first += row[0] / queries;
        for (size_t key = 0; key <= query; key++)
            habit.entropy -= row[key] > 0 ? row[key] * log(row[key]) / queries : 0;
    }
    return habit;
}
