/* An op of one's own, proven: what docs/tutorial/4-own-op.md shows. */
#include "pmy64/gradcheck/gradcheck.h"
#include "pmy64/pmy.h"

#include <stdio.h>
#include <string.h>

/* squared_length: y[n] = Σ_k x[n, k]²; dx[n, k] = 2 x[n, k] dy[n]. x is [batch, features], y [batch]. */
static pmy_status infer(pmy64_node *node, pmy_error *error)
{
    pmy_shape x = node->input[0]->shape;
    if (pmy_shape_rank(x) != 2)
        return pmy_fail(error, PMY_BAD_SHAPE, "x is %s, not [batch, features]", pmy_shape_print(x).text);
    node->shape = PMY_SHAPE(x.dim[0]);
    return PMY_OK;
}

static void forward(const pmy64_node *node, pmy64_piece piece)
{
    const size_t features = node->input[0]->shape.dim[1];
    for (size_t n = piece.begin; n < piece.end; n++) {
        const double *x = node->input[0]->value + n * features; /* [features] */
        double sum = 0;
        for (size_t k = 0; k < features; k++)
            sum += x[k] * x[k];
        node->value[n] = sum;
    }
}

static void backward(const pmy64_node *node, pmy64_piece piece)
{
    const size_t features = node->input[0]->shape.dim[1];
    for (size_t n = piece.begin; n < piece.end; n++) {
        const double *x = node->input[0]->value + n * features; /* [features] */
        double *dx = node->input[0]->gradient + n * features;   /* [features] */
        const double dy = node->gradient[n];
        for (size_t k = 0; k < features; k++)
            pmy64_put(&dx[k], 2 * x[k] * dy, pmy64_accumulates(node, 0));
    }
}

static const pmy64_op squared_length = {
    .name = "squared_length",
    .infer = infer,
    .forward = {{.run = forward}},
    .backward = {{.run = backward, .gives = 1}},
};

/* Wrong on purpose: the sign. */
static void backward_with_wrong_sign(const pmy64_node *node, pmy64_piece piece)
{
    const size_t features = node->input[0]->shape.dim[1];
    for (size_t i = piece.begin * features; i < piece.end * features; i++)
        pmy64_put(&node->input[0]->gradient[i], -2 * node->input[0]->value[i] * node->gradient[i / features],
                  pmy64_accumulates(node, 0));
}

/* Wrong on purpose: it overwrites what another user of x has put there. */
static void backward_that_overwrites(const pmy64_node *node, pmy64_piece piece)
{
    const size_t features = node->input[0]->shape.dim[1];
    for (size_t i = piece.begin * features; i < piece.end * features; i++)
        node->input[0]->gradient[i] = 2 * node->input[0]->value[i] * node->gradient[i / features];
}

/* Holds the op against finite differences and prints the verdicts. */
static pmy_status prove(const char *what, const pmy64_op *op, pmy_error *error)
{
    pmy64_gradcheck_result result = {0};
    pmy64_sample sample = {.graph = pmy64_graph_new(NULL, 1)};
    if (!sample.graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the graph");
    pmy64_node *x = pmy64_sample_input(&sample, PMY_SHAPE(5, 7), -1, 1);
    pmy64_node *y = pmy64_append(sample.graph, op, 1, &x, NULL, 0);
    pmy_status status = pmy64_build(sample.graph, y, error);
    if (status == PMY_OK) {
        pmy64_sample_fill(&sample, 1);
        status = pmy64_gradcheck(sample.graph, NULL, &result, error);
    }
    for (size_t i = 0; i < result.count; i++) {
        char text[512];
        pmy_check_print(&result.check[i], text, sizeof text);
        printf("%s: %s\n", what, result.check[i].verdict == PMY_PASS ? "PASS" : text);
    }
    pmy64_gradcheck_free(&result);
    pmy64_graph_free(sample.graph);
    return status;
}

/* The op in a graph: the squared length of [3, 4] and of [1, 0]. */
static pmy_status use(pmy_error *error)
{
    pmy64_graph *g = pmy64_graph_new(NULL, 1);
    if (!g)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the graph");
    pmy64_node *x = pmy64_input(g, PMY_SHAPE(2, 2));
    pmy64_want_gradient(x);
    pmy64_node *y = pmy64_append(g, &squared_length, 1, &x, NULL, 0);
    pmy_status status = pmy64_build(g, pmy64_sum(g, y), error);
    if (status == PMY_OK) {
        memcpy(pmy64_value(x).data, (double[]){3, 4, 1, 0}, 4 * sizeof(double));
        status = pmy64_forward(g, PMY64_TRAIN, error);
    }
    if (status == PMY_OK) {
        pmy64_backward(g);
        const double *dx = pmy64_gradient(x).data; /* [2, 2] */
        printf("y = %g, %g; dx = [%g %g] [%g %g]\n", pmy64_value(y).data[0], pmy64_value(y).data[1], dx[0],
               dx[1], dx[2], dx[3]);
    }
    pmy64_graph_free(g);
    return status;
}

int main(void)
{
    pmy_error error = {0};
    pmy64_op wrong_sign = squared_length, overwrites = squared_length;
    wrong_sign.backward[0].run = backward_with_wrong_sign;
    overwrites.backward[0].run = backward_that_overwrites;
    if (use(&error) != PMY_OK || prove("the op", &squared_length, &error) != PMY_OK ||
        prove("the wrong sign", &wrong_sign, &error) != PMY_OK ||
        prove("the one that overwrites", &overwrites, &error) != PMY_OK) {
        printf("%s\n", error.message);
        return 1;
    }
    return 0;
}
