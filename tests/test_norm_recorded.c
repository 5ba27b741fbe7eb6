/* Also in double. */
/* The normalisations against what PyTorch computed (tests/record/norm.py), in double. */
#include "recorded.h"

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-5 : 1e-12;

enum { STEPS = 3 };

typedef struct record {
    FILE *file;
    char kind[32];
    pmy_shape shape;
} record;

/* The next layer's line; false after the last. */
static bool next_layer(record *r, const char *kind)
{
    char line[64];
    while (fgets(line, sizeof line, r->file)) {
        r->shape = (pmy_shape){{0}};
        int read = sscanf(line, "%31s %zu %zu %zu %zu", r->kind, &r->shape.dim[0], &r->shape.dim[1],
                          &r->shape.dim[2], &r->shape.dim[3]);
        if (read >= 3 && strcmp(r->kind, kind) == 0)
            return true;
    }
    return false;
}

typedef struct layer {
    pmy_graph *graph;
    pmy_node *x, *y;
    char name[16]; /* of the op */
} layer;

static pmy_node *part(const layer *l, const char *of)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s0.%s", l->name, of);
    pmy_node *node = pmy_find(l->graph, name);
    assert_non_null(node);
    return node;
}

static bool has_bias(const record *r)
{
    return strcmp(r->kind, "batchnorm") == 0 || strcmp(r->kind, "layernorm") == 0;
}

static pmy_node *apply(const record *r, pmy_graph *g, pmy_node *x)
{
    unsigned axes = pmy_shape_rank(r->shape) - 1;
    if (strcmp(r->kind, "batchnorm") == 0)
        return pmy_batchnorm(g, x, PMY_NONE);
    if (strcmp(r->kind, "layernorm") == 0)
        return pmy_layernorm(g, x, axes);
    if (strcmp(r->kind, "layernorm_nobias") == 0)
        return pmy_layernorm_nobias(g, x, axes);
    assert_string_equal(r->kind, "rmsnorm");
    return pmy_rmsnorm(g, x);
}

static layer new_layer(const record *r)
{
    layer l = {.graph = new_graph(NULL)};
    (void)sscanf(r->kind, "%15[a-z]", l.name);
    l.x = pmy_input(l.graph, r->shape);
    pmy_want_gradient(l.x);
    l.y = apply(r, l.graph, l.x);
    build(l.graph, l.y);
    pmy_tensor weight = pmy_value(part(&l, "weight"));
    for (size_t i = 0; i < pmy_shape_size(weight.shape); i++)
        weight.data[i] = (pmy_real)(1 + ((double)(i % 5) - 2) / 8);
    for (size_t i = 0; has_bias(r) && i < pmy_shape_size(weight.shape); i++)
        pmy_value(part(&l, "bias")).data[i] = (pmy_real)(((double)(i % 3) - 1) / 4);
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
    if (has_bias(r))
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

static void others_as_recorded(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t cases;
    } kinds[] = {{"layernorm", 7}, {"layernorm_nobias", 7}, {"rmsnorm", 6}};
    for (size_t k = 0; k < ROOM(kinds); k++) {
        record r = {.file = open_recorded("tests/data/norm_pytorch.txt")};
        size_t cases = 0;
        for (; next_layer(&r, kinds[k].name); cases++) {
            layer l = new_layer(&r);
            expect_step(&r, &l, 0);
            pmy_graph_free(l.graph);
        }
        assert_int_equal(cases, kinds[k].cases);
        fclose(r.file);
    }
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batchnorm_as_recorded),
        cmocka_unit_test(others_as_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
