/* XOR, which no single layer can learn: the graph, the loss and the loop of steps. */
#include "pmy.h"

#include <stdio.h>
#include <string.h>

int main(void)
{
    pmy_error error = {0};
    pmy_optim *optim = NULL;
    pmy_graph *g = pmy_graph_new(NULL, 1);
    if (!g)
        return 1;
    pmy_node *x = pmy_input(g, PMY_SHAPE(4, 2)), *y = pmy_labels(g, 4);
    pmy_node *z = pmy_linear(g, pmy_linear(g, x, 8, PMY_TANH), 2, PMY_NONE);
    pmy_node *loss = pmy_softmax_xent(g, z, y, NULL);
    pmy_status status = pmy_build(g, loss, &error);
    if (status == PMY_OK)
        status = pmy_optim_new(pmy_optim_find("adam"), NULL, g, &optim, &error);
    if (status == PMY_OK) {
        memcpy(pmy_value(x).data, (float[]){0, 0, 0, 1, 1, 0, 1, 1}, 8 * sizeof(float));
        memcpy(pmy_integer_data(y), (int32_t[]){0, 1, 1, 0}, 4 * sizeof(int32_t));
    }
    for (int step = 0; step < 200 && status == PMY_OK; step++) {
        status = pmy_forward(g, PMY_TRAIN, &error);
        if (status == PMY_OK) {
            pmy_backward(g);
            pmy_optim_step(optim, 0.05);
        }
    }
    for (int row = 0; row < 4 && status == PMY_OK; row++) {
        const float *in = pmy_value(x).data + 2 * row, *logit = pmy_value(z).data + 2 * row;
        printf("%g xor %g = %d\n", (double)in[0], (double)in[1], logit[1] > logit[0]);
    }
    if (status != PMY_OK)
        printf("%s\n", error.message);
    pmy_optim_free(optim);
    pmy_graph_free(g);
    return status == PMY_OK ? 0 : 1;
}
