/* Softmax, its Jacobian and p − y: what docs/tutorial/3-softmax.md shows. */
#include "pmy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 3 };

/* p = exp(z)/Σ exp(z), with the largest logit taken off first. */
static void softmax(const float z[N], float p[N])
{
    float largest = z[0], sum = 0;
    for (int i = 1; i < N; i++)
        largest = fmaxf(largest, z[i]);
    for (int i = 0; i < N; i++)
        sum += p[i] = expf(z[i] - largest);
    for (int i = 0; i < N; i++)
        p[i] /= sum;
}

/* J[i][j] = ∂p_i/∂z_j = p_i (δ_ij − p_j). */
static void jacobian(const float p[N], float J[N][N])
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            J[i][j] = p[i] * ((i == j ? 1 : 0) - p[j]);
}

static void print(const char *name, const float numbers[N])
{
    printf("%-11s", name);
    for (int i = 0; i < N; i++)
        if (isnan(numbers[i]))
            printf("      nan"); /* some machines' has a sign */
        else
            printf(" %8.4f", (double)numbers[i]);
    printf("\n");
}

/* ∂L/∂z by way of p: the slope of L = −Σ y log p, and back through the Jacobian. */
static void long_way(const float z[N], const float y[N], float dz[N])
{
    float p[N], slope[N], J[N][N];
    softmax(z, p);
    for (int i = 0; i < N; i++)
        slope[i] = y[i] != 0 ? -y[i] / p[i] : 0;
    jacobian(p, J);
    for (int j = 0; j < N; j++) {
        dz[j] = 0;
        for (int i = 0; i < N; i++)
            dz[j] += J[i][j] * slope[i];
    }
    print("p", p);
    print("dL/dp", slope);
    for (int i = 0; i < N; i++)
        print(i ? "" : "J", J[i]);
    print("J^T dL/dp", dz);
}

/* The same by the node that trains. */
static pmy_status fused(const float z[N], const float y[N], float dz[N], pmy_error *error)
{
    pmy_graph *g = pmy_graph_new(NULL, 1);
    if (!g)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the graph");
    pmy_node *logits = pmy_input(g, PMY_SHAPE(1, N)), *target = pmy_input(g, PMY_SHAPE(1, N));
    pmy_want_gradient(logits);
    pmy_node *loss = pmy_softmax_xent(g, logits, target, NULL);
    pmy_status status = pmy_build(g, loss, error);
    if (status == PMY_OK) {
        memcpy(pmy_value(logits).data, z, N * sizeof *z);
        memcpy(pmy_value(target).data, y, N * sizeof *y);
        status = pmy_forward(g, PMY_TRAIN, error);
    }
    if (status == PMY_OK) {
        pmy_backward(g);
        printf("loss %.4f\n", (double)pmy_item(loss));
        memcpy(dz, pmy_gradient(logits).data, N * sizeof *dz);
    }
    pmy_graph_free(g);
    return status;
}

static int show(const float z[N], const float y[N])
{
    pmy_error error = {0};
    float dz[N];
    print("z", z);
    print("y", y);
    long_way(z, y, dz);
    if (fused(z, y, dz, &error) != PMY_OK) {
        printf("%s\n", error.message);
        return 1;
    }
    print("p - y", dz);
    return 0;
}

int main(void)
{
    int status = show((float[N]){2, 1, 0.1f}, (float[N]){1, 0, 0});
    printf("\n");
    return status || show((float[N]){0, 200, 1}, (float[N]){1, 0, 0});
}
