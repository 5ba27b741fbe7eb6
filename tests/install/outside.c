/* A program outside of the source tree, in what C and C++ have in common: it trains a net on XOR, saves it to
 * the file that it is told of, loads that and asks it; and in double it checks a gradient. Prints what it
 * found. */
#include "pmy.h"
#include "pmy64/gradcheck/gradcheck.h"
#include "pmy64/pmy.h"

#include <stdio.h>

enum { EXAMPLES = 4, STEPS = 500 };

static const char net_text[] = "linear 8, tanh, linear 2";

/* Records the net between inputs [4, 2] and a loss that is the root. */
static pmy_node *record(pmy_graph *graph, const pmy_net *net, pmy_node **logits, pmy_error *error)
{
    pmy_node *x = pmy_input(graph, PMY_SHAPE(EXAMPLES, 2));
    pmy_node *labels = pmy_labels(graph, EXAMPLES);
    *logits = pmy_net_build(net, graph, x);
    pmy_node *loss = pmy_softmax_xent(graph, *logits, labels, NULL);
    if (pmy_build(graph, loss, error) != PMY_OK)
        return NULL;
    for (int i = 0; i < EXAMPLES; i++) {
        pmy_value(x).data[2 * i] = (float)(i & 1);
        pmy_value(x).data[2 * i + 1] = (float)(i >> 1);
        pmy_integer_data(labels)[i] = (i & 1) ^ (i >> 1);
    }
    return loss;
}

static bool train(const char *path, const pmy_model_facts *facts, pmy_error *error)
{
    pmy_optim *optim = NULL;
    pmy_node *logits;
    pmy_graph *graph = pmy_graph_new(NULL, 1);
    bool fine = graph && record(graph, &facts->net, &logits, error) &&
                pmy_optim_new(&pmy_optim_adam, NULL, graph, &optim, error) == PMY_OK;
    for (int step = 0; fine && step < STEPS; step++) {
        fine = pmy_forward(graph, PMY_TRAIN, error) == PMY_OK;
        if (fine) {
            pmy_backward(graph);
            pmy_optim_step(optim, 0.05);
        }
    }
    fine = fine && pmy_model_save(path, facts, graph, error) == PMY_OK;
    pmy_optim_free(optim);
    pmy_graph_free(graph);
    return fine;
}

static bool ask(const char *path, pmy_error *error)
{
    pmy_model *model = NULL;
    pmy_node *logits;
    pmy_graph *graph = pmy_graph_new(NULL, 2);
    bool fine = graph && pmy_model_open(path, NULL, &model, error) == PMY_OK &&
                record(graph, &pmy_model_facts_of(model)->net, &logits, error) &&
                pmy_model_fill(model, graph, error) == PMY_OK &&
                pmy_forward(graph, PMY_EVAL, error) == PMY_OK;
    if (fine) {
        const float *z = pmy_value(logits).data; /* [4, 2] */
        printf("xor: %d %d %d %d\n", z[1] > z[0], z[3] > z[2], z[5] > z[4], z[7] > z[6]);
    }
    pmy_model_free(model);
    pmy_graph_free(graph);
    return fine;
}

static bool check_gradient(pmy_error *error)
{
    pmy64_gradcheck_result result = {0, NULL, false};
    pmy64_graph *graph = pmy64_graph_new(NULL, 1);
    pmy64_node *x = pmy64_input(graph, PMY_SHAPE(1, 1));
    pmy64_want_gradient(x);
    pmy64_node *y = pmy64_sum(graph, pmy64_scale(graph, x, 0.1));
    bool fine = pmy64_build(graph, y, error) == PMY_OK;
    if (fine) {
        pmy64_value(x).data[0] = 3;
        fine = pmy64_forward(graph, PMY64_EVAL, error) == PMY_OK &&
               pmy64_gradcheck(graph, NULL, &result, error) == PMY_OK;
    }
    if (fine)
        printf("double: %s %s\n", pmy64_item(y) == 3 * 0.1 ? "exact" : "wrong",
               pmy_verdict_text(result.check[0].verdict));
    pmy64_gradcheck_free(&result);
    pmy64_graph_free(graph);
    return fine;
}

int main(int count, char **words)
{
    pmy_error error = {PMY_OK, 0, 0, ""};
    static pmy_model_facts facts; /* all 0 */
    facts.classes = 2;
    facts.normalization.deviation = 1;
    /* Data that programs share with the library: one address for both. */
    printf("pmy %s, %s\n", pmy_version(), pmy_optim_find("adam") == &pmy_optim_adam ? "one" : "two");
    if (count == 2 && pmy_net_read(net_text, PMY_SHAPE(2), &facts.net, &error) == PMY_OK &&
        train(words[1], &facts, &error) && ask(words[1], &error) && check_gradient(&error))
        return 0;
    fprintf(stderr, "%s\n", error.message);
    return 1;
}
