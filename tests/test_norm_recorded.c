/* Also in double. */
/* batchnorm and layernorm against what PyTorch computed (tests/record/norm.py), in double. */
#include "running.h"

#include <stdio.h>

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

/* The next line is of this tensor, with these numbers. */
static void expect_tensor(const record *r, const char *name, pmy_tensor got)
{
    char word[32];
    assert_int_equal(fscanf(r->file, "%31s", word), 1);
    assert_string_equal(word, name);
    for (size_t i = 0; i < pmy_shape_size(got.shape); i++) {
        double expected;
        assert_int_equal(fscanf(r->file, "%la", &expected), 1);
        expect_close(name, i, (double)got.data[i], expected, tolerance);
    }
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
    size_t size = pmy_shape_size(r->shape);
    pmy_real *dy = malloc(size * sizeof *dy);
    assert_non_null(dy);
    for (size_t i = 0; i < size; i++) {
        pmy_value(l->x).data[i] = (pmy_real)(((double)((7 * i + 13 * step + i * i) % 29) - 14) / 8);
        dy[i] = (pmy_real)(((double)((5 * i + 3 * i * i) % 23) - 11) / 16);
    }
    forward(l->graph, PMY_TRAIN);
    pmy_backward_from(l->graph, dy);
    expect_tensor(r, "y", pmy_value(l->y));
    expect_tensor(r, "dx", pmy_gradient(l->x));
    expect_tensor(r, "dweight", pmy_gradient(part(l, "weight")));
    expect_tensor(r, "dbias", pmy_gradient(part(l, "bias")));
    free(dy);
}

static FILE *open_records(void)
{
    FILE *file = fopen("tests/data/norm_pytorch.txt", "r");
    assert_non_null(file);
    return file;
}

static void batchnorm_as_recorded(void **state)
{
    (void)state;
    record r = {.file = open_records()};
    size_t cases = 0;
    for (; next_layer(&r, "batchnorm"); cases++) {
        layer l = new_layer(&r);
        for (size_t step = 0; step < STEPS; step++) {
            expect_step(&r, &l, step);
            expect_tensor(&r, "running_mean", pmy_value(part(&l, "running_mean")));
            expect_tensor(&r, "running_var", pmy_value(part(&l, "running_var")));
            pmy_real batches = (pmy_real)*pmy_count_data(part(&l, "num_batches_tracked"));
            expect_tensor(&r, "num_batches_tracked", (pmy_tensor){PMY_SCALAR_SHAPE, &batches});
        }
        forward(l.graph, PMY_EVAL);
        expect_tensor(&r, "y", pmy_value(l.y));
        pmy_graph_free(l.graph);
    }
    assert_int_equal(cases, 7);
    fclose(r.file);
}

static void layernorm_as_recorded(void **state)
{
    (void)state;
    record r = {.file = open_records()};
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
