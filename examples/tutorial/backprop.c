/* Backprop by hand for one linear layer: what docs/tutorial/2-backprop.md shows. */
#include "pmy.h"

#include <stdio.h>
#include <string.h>

enum { BATCH = 2, IN = 2, OUT = 2 };

static const float x[BATCH][IN] = {{1, 2}, {3, -2}};
static const float t[BATCH][OUT] = {{1, 1.75f}, {3, 3.75f}};
static const float W[OUT][IN] = {{0.5f, -1}, {2, 0.25f}};
static const float b[OUT] = {0.5f, 0.25f};

static void print(const char *name, size_t rows, size_t columns, const float *numbers)
{
    printf("%-3s", name);
    for (size_t row = 0; row < rows; row++) {
        printf("%s[", row ? " " : "");
        for (size_t column = 0; column < columns; column++)
            printf("%s%g", column ? " " : "", (double)numbers[row * columns + column]);
        printf("]");
    }
    printf("\n");
}

/* The six formulas, one loop each. */
static void by_hand(void)
{
    float y[BATCH][OUT], dy[BATCH][OUT], dW[OUT][IN] = {{0}}, db[OUT] = {0}, dx[BATCH][IN] = {{0}};
    float loss = 0;
    for (int n = 0; n < BATCH; n++)
        for (int j = 0; j < OUT; j++) {
            y[n][j] = b[j];
            for (int k = 0; k < IN; k++)
                y[n][j] += x[n][k] * W[j][k];
        }
    for (int n = 0; n < BATCH; n++)
        for (int j = 0; j < OUT; j++) {
            float difference = y[n][j] - t[n][j];
            loss += difference * difference / (BATCH * OUT);
            dy[n][j] = 2 * difference / (BATCH * OUT);
        }
    for (int n = 0; n < BATCH; n++)
        for (int j = 0; j < OUT; j++) {
            db[j] += dy[n][j];
            for (int k = 0; k < IN; k++) {
                dW[j][k] += dy[n][j] * x[n][k];
                dx[n][k] += dy[n][j] * W[j][k];
            }
        }
    printf("by hand: loss %g\n", (double)loss);
    print("y", BATCH, OUT, y[0]);
    print("dy", BATCH, OUT, dy[0]);
    print("dW", OUT, IN, dW[0]);
    print("db", 1, OUT, db);
    print("dx", BATCH, IN, dx[0]);
}

/* The loss with W[0][0] moved by this much. */
static float loss_at(pmy_graph *g, float step)
{
    pmy_node *weight = pmy_find(g, "linear0.weight");
    pmy_value(weight).data[0] = W[0][0] + step;
    (void)pmy_forward(g, PMY_TRAIN, NULL);
    pmy_value(weight).data[0] = W[0][0];
    return pmy_item(pmy_root(g));
}

int main(void)
{
    pmy_error error = {0};
    by_hand();

    pmy_graph *g = pmy_graph_new(NULL, 1);
    if (!g)
        return 1;
    pmy_node *input = pmy_input(g, PMY_SHAPE(BATCH, IN));
    pmy_node *target = pmy_input(g, PMY_SHAPE(BATCH, OUT));
    pmy_want_gradient(input);
    pmy_node *y = pmy_linear(g, input, OUT, PMY_NONE);
    pmy_node *loss = pmy_mse(g, y, target);
    pmy_status status = pmy_build(g, loss, &error);
    if (status == PMY_OK) {
        pmy_node *weight = pmy_find(g, "linear0.weight"), *bias = pmy_find(g, "linear0.bias");
        memcpy(pmy_value(input).data, x, sizeof x);
        memcpy(pmy_value(target).data, t, sizeof t);
        memcpy(pmy_value(weight).data, W, sizeof W);
        memcpy(pmy_value(bias).data, b, sizeof b);
        status = pmy_forward(g, PMY_TRAIN, &error);
        if (status == PMY_OK) {
            pmy_backward(g);
            printf("pmy: loss %g\n", (double)pmy_item(loss));
            print("y", BATCH, OUT, pmy_value(y).data);
            print("dy", BATCH, OUT, pmy_gradient(y).data);
            print("dW", OUT, IN, pmy_gradient(weight).data);
            print("db", 1, OUT, pmy_gradient(bias).data);
            print("dx", BATCH, IN, pmy_gradient(input).data);

            const float h = 1.0f / 64;
            float up = loss_at(g, h), down = loss_at(g, -h);
            printf("dW[0][0] by differences: (%.6f - %.6f) / %g = %g\n", (double)up, (double)down,
                   (double)(2 * h), (double)((up - down) / (2 * h)));
        }
    }
    if (status != PMY_OK)
        printf("%s\n", error.message);
    pmy_graph_free(g);
    return status == PMY_OK ? 0 : 1;
}
