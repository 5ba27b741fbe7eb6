/* Also in double. */
/* layernorm against its formula in double. */
#include "running.h"

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-5 : 1e-12;

typedef struct layer {
    pmy_graph *graph;
    pmy_node *x, *weight, *bias, *y;
    size_t rows, size;
} layer;

static layer new_layer(pmy_pool *pool, pmy_shape shape)
{
    layer l = {.graph = new_graph(pool), .rows = shape.dim[0], .size = pmy_shape_size(shape) / shape.dim[0]};
    l.x = pmy_input(l.graph, shape);
    pmy_want_gradient(l.x);
    l.y = pmy_layernorm(l.graph, l.x, pmy_shape_rank(pmy_node_shape(l.x)) - 1);
    build(l.graph, l.y);
    l.weight = pmy_find(l.graph, "layernorm0.weight");
    l.bias = pmy_find(l.graph, "layernorm0.bias");
    fill(l.weight, 5, 0.5, 1.5);
    fill(l.bias, 6, -0.5, 0.5);
    return l;
}

static const pmy_shape shapes[] = {{{5, 7}},       {{2, 1}},       {{30, 130}},      {{1, 3, 4, 4}},
                                   {{9, 5, 1, 3}}, {{4, 2, 7, 7}}, {{2, 2, 31, 41}}, {{7, 3, 33}}};

static pmy_real *new_seed(size_t size)
{
    pmy_real *dy = malloc(size * sizeof *dy);
    assert_non_null(dy);
    pmy_random random = {.seed = 3};
    for (size_t i = 0; i < size; i++)
        dy[i] = (pmy_real)(pmy_random_uniform(&random) - 0.5);
    return dy;
}

/* A row's values and dx; adds to dw and db. */
static void expect_row(const layer *l, size_t row, const pmy_real *dy, double *dw, double *db)
{
    const pmy_real *x = pmy_value(l->x).data + row * l->size, *w = pmy_value(l->weight).data;
    double n = (double)l->size, mean = 0, variance = 0, sum = 0, products = 0;
    for (size_t i = 0; i < l->size; i++)
        mean += ((double)x[i] - (double)x[0]) / n;
    for (size_t i = 0; i < l->size; i++)
        variance += pow((double)x[i] - (double)x[0] - mean, 2) / n;
    for (size_t i = 0; i < l->size; i++) {
        double normal = ((double)x[i] - (double)x[0] - mean) / sqrt(variance + 1e-5);
        double d = (double)dy[row * l->size + i];
        expect_close("y", i, (double)pmy_value(l->y).data[row * l->size + i],
                     normal * (double)w[i] + (double)pmy_value(l->bias).data[i], tolerance);
        sum += d * (double)w[i];
        products += d * (double)w[i] * normal;
        dw[i] += d * normal;
        db[i] += d;
    }
    for (size_t i = 0; i < l->size; i++) {
        double normal = ((double)x[i] - (double)x[0] - mean) / sqrt(variance + 1e-5);
        double d = (double)dy[row * l->size + i] * (double)w[i];
        expect_close("dx", i, (double)pmy_gradient(l->x).data[row * l->size + i],
                     (d - sum / n - normal * products / n) / sqrt(variance + 1e-5), tolerance);
    }
}

static void expect_layer(const layer *l)
{
    pmy_real *dy = new_seed(l->rows * l->size);
    double *dw = calloc(l->size, sizeof *dw), *db = calloc(l->size, sizeof *db);
    assert_true(dw && db);
    forward(l->graph, PMY_TRAIN);
    pmy_backward_from(l->graph, dy);
    for (size_t r = 0; r < l->rows; r++)
        expect_row(l, r, dy, dw, db);
    for (size_t i = 0; i < l->size; i++) {
        expect_close("dw", i, (double)pmy_gradient(l->weight).data[i], dw[i], tolerance);
        expect_close("db", i, (double)pmy_gradient(l->bias).data[i], db[i], tolerance);
    }
    free(dy);
    free(dw);
    free(db);
}

static void forward_and_backward(void **state)
{
    (void)state;
    for (size_t s = 0; s < ROOM(shapes); s++) {
        layer l = new_layer(NULL, shapes[s]);
        fill(l.x, s, -1, 3);
        expect_layer(&l);
        pmy_graph_free(l.graph);
    }
}

static void numbers_far_from_zero_keep_their_digits(void **state)
{
    (void)state;
    layer l = new_layer(NULL, PMY_SHAPE(3, 5, 9));
    fill(l.x, 1, -1, 1);
    /* Sixteenths: exact however far from zero. */
    for (size_t i = 0; i < l.rows * l.size; i++)
        pmy_value(l.x).data[i] = (pmy_real)(4096 + round(16 * (double)pmy_value(l.x).data[i]) / 16);
    forward(l.graph, PMY_EVAL);
    expect_layer(&l);
    pmy_graph_free(l.graph);
}

static void the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    for (size_t s = 0; s < ROOM(shapes); s++) {
        layer alone = new_layer(NULL, shapes[s]);
        pmy_real *dy = new_seed(alone.rows * alone.size);
        fill(alone.x, s, -1, 2);
        forward(alone.graph, PMY_TRAIN);
        pmy_backward_from(alone.graph, dy);
        for (unsigned threads = 2; threads <= 4; threads++) {
            pmy_pool *pool = NULL;
            assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
            layer l = new_layer(pool, shapes[s]);
            pmy_split_always(l.graph, true);
            fill(l.x, s, -1, 2);
            forward(l.graph, PMY_TRAIN);
            pmy_backward_from(l.graph, dy);
            assert_true(same_bits(pmy_value(l.y).data, pmy_value(alone.y).data, l.rows * l.size));
            assert_true(same_bits(pmy_gradient(l.x).data, pmy_gradient(alone.x).data, l.rows * l.size));
            assert_true(same_bits(pmy_gradient(l.weight).data, pmy_gradient(alone.weight).data, l.size));
            assert_true(same_bits(pmy_gradient(l.bias).data, pmy_gradient(alone.bias).data, l.size));
            pmy_graph_free(l.graph);
            pmy_pool_free(pool);
        }
        free(dy);
        pmy_graph_free(alone.graph);
    }
}

static void what_is_not_finite_is_reported(void **state)
{
    (void)state;
    pmy_error error = {0};
    layer l = new_layer(NULL, PMY_SHAPE(4, 3));
    fill(l.x, 1, -1, 1);
    pmy_value(l.x).data[2 * 3 + 1] = (pmy_real)(double)NAN;
    assert_int_equal(pmy_forward(l.graph, PMY_TRAIN, &error), PMY_BAD_DATA);
    assert_string_equal(error.message,
                        "layernorm0, row 2: the variance is not finite; the first number that is "
                        "not finite is in input0, row 2");
    pmy_graph_free(l.graph);
}

static void shapes_that_do_not_fit(void **state)
{
    (void)state;
    pmy_error error;
    pmy_graph *g = new_graph(NULL);
    assert_int_equal(pmy_build(g, pmy_layernorm(g, pmy_input(g, PMY_SHAPE(4)), 1), &error), PMY_BAD_SHAPE);
    pmy_graph_free(g);
    g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(4, 3, 2)), *three = pmy_constant(g, PMY_SHAPE(3));
    assert_int_equal(pmy_build(g, pmy_layernorm_with(g, x, three, three), &error), PMY_BAD_SHAPE);
    pmy_graph_free(g);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_and_backward),
        cmocka_unit_test(numbers_far_from_zero_keep_their_digits),
        cmocka_unit_test(the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(what_is_not_finite_is_reported),
        cmocka_unit_test(shapes_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
