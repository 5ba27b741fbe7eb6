/* A tensor and a graph: what docs/tutorial/1-graph.md shows. */
#include "pmy.h"

#include <stdio.h>
#include <string.h>

static void print_numbers(pmy_tensor tensor)
{
    if (!tensor.data)
        printf(" none");
    for (size_t i = 0; tensor.data && i < pmy_shape_size(tensor.shape); i++)
        printf(" %g", (double)tensor.data[i]);
}

static void print_node(const pmy_node *node)
{
    printf("%-8s %-6s value", pmy_node_name(node), pmy_shape_print(pmy_node_shape(node)).text);
    print_numbers(pmy_value(node));
    printf(", gradient");
    print_numbers(pmy_gradient(node));
    printf("\n");
}

int main(void)
{
    pmy_error error = {0};
    pmy_graph *g = pmy_graph_new(NULL, 1);
    if (!g)
        return 1;

    /* Record. */
    pmy_node *x = pmy_input(g, PMY_SHAPE(2, 3));
    pmy_node *w = pmy_parameter(g, PMY_SHAPE(3), "w", PMY_ZEROS, 0);
    pmy_node *product = pmy_mul(g, x, w);
    pmy_node *sum = pmy_sum(g, product);
    pmy_node *loss = pmy_square(g, sum);
    pmy_status status = pmy_build(g, loss, &error);

    if (status == PMY_OK) {
        /* Fill. */
        memcpy(pmy_value(x).data, (float[]){1, 2, 3, 4, 5, 6}, 6 * sizeof(float));
        memcpy(pmy_value(w).data, (float[]){1, 2, -1}, 3 * sizeof(float));
        printf("x[1][2] is %g\n", (double)pmy_value(x).data[1 * 3 + 2]);

        /* Replay. */
        status = pmy_forward(g, PMY_TRAIN, &error);
    }
    if (status == PMY_OK) {
        pmy_backward(g);
        for (size_t i = 0; i < pmy_node_count(g); i++)
            print_node(pmy_node_at(g, i));
    } else
        printf("%s\n", error.message);
    pmy_graph_free(g);
    return status == PMY_OK ? 0 : 1;
}
