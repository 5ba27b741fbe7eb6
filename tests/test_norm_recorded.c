/* Also in double. */
/* batchnorm and layernorm against what PyTorch computed (tests/record/norm.py), in double. */
#include "recorded.h"

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-5 : 1e-12;

enum { STEPS = 3 };

typedef struct record {
    FILE *file;
    char kind[16];
    pmy_shape shape;
} record;

/* The next layer's line; false after the last. */
static bool next_layer(record *r, const char *kind)
{
    char line[64];
    while (fgets(line, sizeof line, r->file)) {
        r->shape = (pmy_shape){{0}};
        int read = sscanf(line, "%15s %zu %zu %zu %zu", r->kind, &r->shape.dim[0], &r->shape.dim[1],
                          &r->shape.dim[2], &r->shape.dim[3]);
        if (read >= 3 && strcmp(r->kind, kind) == 0)
            return true;
    }
    return false;
}

typedef struct layer {
    pmy_graph *graph;
    pmy_node *x, *y;
    char name[16];
} layer;

static pmy_node *part(const layer *l, const char *of)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s0.%s", l->name, of);
    pmy_node *node = pmy_find(l->graph, name);
    assert_non_null(node);
    return node;
}

static layer new_layer(const record *r)
{
    layer l = {.graph = new_graph(NULL)};
    (void)snprintf(l.name, sizeof l.name, "%s", r->kind);
    l.x = pmy_input(l.graph, r->shape);
    pmy_want_gradient(l.x);
    l.y = strcmp(r->kind, "batchnorm") == 0
              ? pmy_batchnorm(l.graph, l.x, PMY_NONE)
              : pmy_layernorm(l.graph, l.x, pmy_shape_rank(pmy_node_shape(l.x)) - 1);
    build(l.graph, l.y);
    pmy_tensor weight = pmy_value(part(&l, "weight")), bias = pmy_value(part(&l, "bias"));
    for (size_t i = 0; i < pmy_shape_size(weight.shape); i++) {
        weight.data[i] = (pmy_real)(1 + ((double)(i % 5) - 2) / 8);
        bias.data[i] = (pmy_real)(((double)(i % 3) - 1) / 4);
    }
    return l;
}

static void expect_step(const record *r, const layer *l, size_t step)
{
    fill_recorded(l->x, step, 1);
    forward(l->graph, PMY_TRAIN);
    backward_recorded(l->graph);
    expect_recorded(r->file, "y", pmy_value(l->y), tolerance);
    expect_recorded(r->file, "dx", pmy_gradient(l->x), tolerance);
    expect_recorded(r->file, "dweight", pmy_gradient(part(l, "weight")), tolerance);
    expect_recorded(r->file, "dbias", pmy_gradient(part(l, "bias")), tolerance);
}

static void batchnorm_as_recorded(void **state)
{
    (void)state;
    record r = {.file = open_recorded("tests/data/norm_pytorch.txt")};
    size_t cases = 0;
    for (; next_layer(&r, "batchnorm"); cases++) {
        layer l = new_layer(&r);
        for (size_t step = 0; step < STEPS; step++) {
            expect_step(&r, &l, step);
            expect_recorded(r.file, "running_mean", pmy_value(part(&l, "running_mean")), tolerance);
            expect_recorded(r.file, "running_var", pmy_value(part(&l, "running_var")), tolerance);
            pmy_real batches = (pmy_real)*pmy_count_data(part(&l, "num_batches_tracked"));
            expect_recorded(r.file, "num_batches_tracked", (pmy_tensor){PMY_SCALAR_SHAPE, &batches},
                            tolerance);
        }
        forward(l.graph, PMY_EVAL);
        expect_recorded(r.file, "y", pmy_value(l.y), tolerance);
        pmy_graph_free(l.graph);
    }
    assert_int_equal(cases, 7);
    fclose(r.file);
}

static void layernorm_as_recorded(void **state)
{
    (void)state;
    record r = {.file = open_recorded("tests/data/norm_pytorch.txt")};
    size_t cases = 0;
    for (; next_layer(&r, "layernorm"); cases++) {
        layer l = new_layer(&r);
        expect_step(&r, &l, 0);
        pmy_graph_free(l.graph);
    }
    assert_int_equal(cases, 7);
    fclose(r.file);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batchnorm_as_recorded),
        cmocka_unit_test(layernorm_as_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
