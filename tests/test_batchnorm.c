/* Also in double. */
/* batchnorm against its formula in double, in every mode, and what it keeps of a run. */
#include "running.h"

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-5 : 1e-12;

typedef struct layer {
    pmy_graph *graph;
    pmy_node *x, *weight, *bias, *y;
    pmy_node *mean, *variance, *batches; /* the statistics */
    size_t batch, channels, positions;
    pmy_activation f;
} layer;

static layer new_layer(pmy_pool *pool, pmy_shape shape, pmy_activation f)
{
    layer l = {.graph = new_graph(pool), .batch = shape.dim[0], .channels = shape.dim[1], .f = f};
    l.positions = pmy_shape_size(shape) / l.batch / l.channels;
    l.x = pmy_input(l.graph, shape);
    pmy_want_gradient(l.x);
    l.y = pmy_batchnorm(l.graph, l.x, f);
    build(l.graph, l.y);
    l.weight = pmy_find(l.graph, "batchnorm0.weight");
    l.bias = pmy_find(l.graph, "batchnorm0.bias");
    l.mean = pmy_find(l.graph, "batchnorm0.running_mean");
    l.variance = pmy_find(l.graph, "batchnorm0.running_var");
    l.batches = pmy_find(l.graph, "batchnorm0.num_batches_tracked");
    fill(l.weight, 5, 0.5, 1.5);
    fill(l.bias, 6, -0.5, 0.5);
    return l;
}

static double activated(pmy_activation f, double z, double *slope)
{
    *slope = 1;
    switch (f) {
    case PMY_RELU:
        *slope = z > 0;
        return z > 0 ? z : 0;
    case PMY_TANH:
        *slope = 1 - tanh(z) * tanh(z);
        return tanh(z);
    case PMY_GELU:
        *slope = 0.5 * erfc(-z / sqrt(2.0)) + z * exp(-z * z / 2) / sqrt(2 * acos(-1.0));
        return 0.5 * z * erfc(-z / sqrt(2.0));
    default:
        return z;
    }
}

/* A channel's numbers lie apart: the i-th of them. */
static size_t place(const layer *l, size_t channel, size_t i)
{
    return (i / l->positions * l->channels + channel) * l->positions + i % l->positions;
}

typedef struct moments {
    double mean, variance; /* biased */
} moments;

static moments moments_of(const layer *l, size_t channel)
{
    moments m = {0};
    size_t count = l->batch * l->positions;
    const pmy_real *x = pmy_value(l->x).data;
    for (size_t i = 0; i < count; i++)
        m.mean += (double)x[place(l, channel, i)] / (double)count;
    for (size_t i = 0; i < count; i++)
        m.variance += pow((double)x[place(l, channel, i)] - m.mean, 2) / (double)count;
    return m;
}

static void expect_values(const layer *l, size_t channel, moments m, double allowed)
{
    double slope, w = (double)pmy_value(l->weight).data[channel],
                  b = (double)pmy_value(l->bias).data[channel];
    for (size_t i = 0; i < l->batch * l->positions; i++) {
        size_t at = place(l, channel, i);
        double z = ((double)pmy_value(l->x).data[at] - m.mean) / sqrt(m.variance + 1e-5) * w + b;
        expect_close("y", at, (double)pmy_value(l->y).data[at], activated(l->f, z, &slope), allowed);
    }
}

static void expect_gradients(const layer *l, size_t channel, moments m, const pmy_real *dy)
{
    size_t count = l->batch * l->positions;
    const pmy_real *x = pmy_value(l->x).data;
    double w = (double)pmy_value(l->weight).data[channel], b = (double)pmy_value(l->bias).data[channel];
    double root = sqrt(m.variance + 1e-5), db = 0, dw = 0;
    double *dz = malloc(count * sizeof *dz);
    assert_non_null(dz);
    for (size_t i = 0; i < count; i++) {
        size_t at = place(l, channel, i);
        double normal = ((double)x[at] - m.mean) / root;
        (void)activated(l->f, normal * w + b, &dz[i]);
        dz[i] *= (double)dy[at];
        db += dz[i];
        dw += dz[i] * normal;
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = place(l, channel, i);
        double normal = ((double)x[at] - m.mean) / root;
        double dx = w / root * (dz[i] - db / (double)count - normal * dw / (double)count);
        expect_close("dx", at, (double)pmy_gradient(l->x).data[at], dx, tolerance);
    }
    expect_close("dw", channel, (double)pmy_gradient(l->weight).data[channel], dw, tolerance);
    expect_close("db", channel, (double)pmy_gradient(l->bias).data[channel], db, tolerance);
    free(dz);
}

static pmy_real *new_seed(const layer *l)
{
    size_t size = l->batch * l->channels * l->positions;
    pmy_real *dy = malloc(size * sizeof *dy);
    assert_non_null(dy);
    pmy_random random = {.seed = 3};
    for (size_t i = 0; i < size; i++)
        dy[i] = (pmy_real)(pmy_random_uniform(&random) - 0.5);
    return dy;
}

static const pmy_shape shapes[] = {{{5, 7}},         {{2, 1}},         {{100, 130}},     {{1, 3, 4, 4}},
                                   {{6, 3, 1, 1}},   {{9, 5, 1, 3}},   {{4, 2, 7, 7}},   {{3, 3, 8, 8}},
                                   {{3, 70, 6, 11}}, {{2, 2, 31, 41}}, {{2, 1, 64, 32}}, {{7, 3, 33}}};
static const pmy_activation activations[] = {PMY_NONE, PMY_RELU, PMY_TANH, PMY_GELU};

static void batch_statistics_forward_and_backward(void **state)
{
    (void)state;
    for (size_t s = 0; s < ROOM(shapes); s++)
        for (size_t f = 0; f < ROOM(activations); f++) {
            layer l = new_layer(NULL, shapes[s], activations[f]);
            pmy_real *dy = new_seed(&l);
            fill(l.x, s, -1, 3);
            for (pmy_mode mode = PMY_TRAIN; mode <= PMY_REPLAY; mode++) {
                forward(l.graph, mode);
                pmy_backward_from(l.graph, dy);
                for (size_t c = 0; c < l.channels; c++) {
                    expect_values(&l, c, moments_of(&l, c), tolerance);
                    expect_gradients(&l, c, moments_of(&l, c), dy);
                }
            }
            free(dy);
            pmy_graph_free(l.graph);
        }
}

static void statistics_move_in_training_alone(void **state)
{
    (void)state;
    for (size_t s = 0; s < ROOM(shapes); s++) {
        layer l = new_layer(NULL, shapes[s], PMY_NONE);
        double *mean = calloc(l.channels, sizeof *mean), *variance = calloc(l.channels, sizeof *variance);
        assert_true(mean && variance);
        for (size_t c = 0; c < l.channels; c++)
            variance[c] = 1;
        double count = (double)(l.batch * l.positions);
        for (size_t step = 0; step < 3; step++) {
            fill(l.x, s + step, -1, 3);
            forward(l.graph, PMY_TRAIN);
            forward(l.graph, PMY_REPLAY);
            forward(l.graph, PMY_EVAL);
            for (size_t c = 0; c < l.channels; c++) {
                moments m = moments_of(&l, c);
                mean[c] = 0.9 * mean[c] + 0.1 * m.mean;
                variance[c] = 0.9 * variance[c] + 0.1 * m.variance * count / (count - 1);
                expect_close("running_mean", c, (double)pmy_value(l.mean).data[c], mean[c], tolerance);
                expect_close("running_var", c, (double)pmy_value(l.variance).data[c], variance[c], tolerance);
                expect_values(&l, c, (moments){mean[c], variance[c]}, tolerance);
            }
            assert_int_equal(*pmy_count_data(l.batches), step + 1);
        }
        free(mean);
        free(variance);
        pmy_graph_free(l.graph);
    }
}

/* Σx² − N m² would have lost all digits here. */
static void numbers_far_from_zero_keep_their_digits(void **state)
{
    (void)state;
    const double far = sizeof(pmy_real) == 4 ? 0x1p12 : 0x1p20;
    const double allowed = sizeof(pmy_real) == 4 ? tolerance : 1e-7; /* a double's mean is rounded */
    for (size_t s = 0; s < ROOM(shapes); s++) {
        layer l = new_layer(NULL, shapes[s], PMY_NONE);
        fill(l.x, s, -1, 1);
        /* Sixteenths: exact however far from zero. */
        for (size_t i = 0; i < pmy_shape_size(shapes[s]); i++)
            pmy_value(l.x).data[i] = (pmy_real)(far + round(16 * (double)pmy_value(l.x).data[i]) / 16);
        forward(l.graph, PMY_TRAIN);
        for (size_t c = 0; c < l.channels; c++)
            expect_values(&l, c, moments_of(&l, c), allowed);
        pmy_graph_free(l.graph);
    }
}

static void the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    for (size_t s = 0; s < ROOM(shapes); s++) {
        layer alone = new_layer(NULL, shapes[s], PMY_RELU);
        pmy_real *dy = new_seed(&alone);
        fill(alone.x, s, -1, 2);
        forward(alone.graph, PMY_TRAIN);
        pmy_backward_from(alone.graph, dy);
        for (unsigned threads = 2; threads <= 4; threads++) {
            pmy_pool *pool = NULL;
            assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
            layer l = new_layer(pool, shapes[s], PMY_RELU);
            pmy_split_always(l.graph, true);
            fill(l.x, s, -1, 2);
            forward(l.graph, PMY_TRAIN);
            pmy_backward_from(l.graph, dy);
            size_t size = pmy_shape_size(shapes[s]);
            assert_true(same_bits(pmy_value(l.y).data, pmy_value(alone.y).data, size));
            assert_true(same_bits(pmy_gradient(l.x).data, pmy_gradient(alone.x).data, size));
            assert_true(same_bits(pmy_gradient(l.weight).data, pmy_gradient(alone.weight).data, l.channels));
            assert_true(same_bits(pmy_gradient(l.bias).data, pmy_gradient(alone.bias).data, l.channels));
            assert_true(same_bits(pmy_value(l.mean).data, pmy_value(alone.mean).data, l.channels));
            assert_true(same_bits(pmy_value(l.variance).data, pmy_value(alone.variance).data, l.channels));
            pmy_graph_free(l.graph);
            pmy_pool_free(pool);
        }
        free(dy);
        pmy_graph_free(alone.graph);
    }
}

/* Rows hang together: a change in one moves all. */
static void one_row_anew_moves_the_others(void **state)
{
    (void)state;
    layer l = new_layer(NULL, PMY_SHAPE(5, 3, 4, 4), PMY_NONE);
    fill(l.x, 1, -1, 1);
    forward(l.graph, PMY_TRAIN);
    for (size_t i = 0; i < 48; i++)
        pmy_value(l.x).data[i] += 1;
    assert_int_equal(pmy_forward_rows(l.graph, 0, 1, NULL), PMY_OK);
    for (size_t c = 0; c < l.channels; c++)
        expect_values(&l, c, moments_of(&l, c), tolerance);
    pmy_graph_free(l.graph);
}

static void expect_refused(layer *l, const char *why)
{
    pmy_error error = {0};
    for (pmy_mode mode = PMY_TRAIN; mode <= PMY_REPLAY; mode++) {
        assert_int_equal(pmy_forward(l->graph, mode, &error), PMY_BAD_DATA);
        if (!strstr(error.message, why))
            fail_msg("'%s' does not hold '%s'", error.message, why);
    }
    /* Nothing has moved. */
    for (size_t c = 0; c < l->channels; c++) {
        assert_true(pmy_value(l->mean).data[c] == 0);
        assert_true(pmy_value(l->variance).data[c] == 1);
    }
    assert_int_equal(*pmy_count_data(l->batches), 0);
    forward(l->graph, PMY_EVAL);
}

static void bad_data_moves_nothing(void **state)
{
    (void)state;
    layer l = new_layer(NULL, PMY_SHAPE(4, 3), PMY_NONE);
    fill(l.x, 1, -1, 1);
    assert_int_equal(pmy_set_batch(l.graph, 1, NULL), PMY_OK);
    expect_refused(&l, "batchnorm0, row 0: training needs more than 1 value per channel");
    assert_int_equal(pmy_set_batch(l.graph, 4, NULL), PMY_OK);
    pmy_value(l.x).data[2 * 3 + 1] = (pmy_real)(double)NAN;
    expect_refused(&l, "batchnorm0, row 2: the variance of channel 1 is not finite");
    pmy_value(l.x).data[2 * 3 + 1] = (pmy_real)(double)INFINITY;
    expect_refused(&l, "batchnorm0, row 2: the variance of channel 1 is not finite");
    pmy_graph_free(l.graph);
}

/* A fault found after batchnorm, by the loss. */
static void a_bad_label_moves_nothing(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(4, 3)), *labels = pmy_labels(g, 4);
    build(g, pmy_softmax_xent(g, pmy_batchnorm(g, x, PMY_NONE), labels, NULL));
    fill(x, 1, 1, 2);
    pmy_integer_data(labels)[1] = 3;
    assert_int_equal(pmy_forward(g, PMY_TRAIN, NULL), PMY_BAD_DATA);
    assert_true(*pmy_count_data(pmy_find(g, "batchnorm0.num_batches_tracked")) == 0);
    assert_true(pmy_item(pmy_find(g, "batchnorm0.running_mean")) == 0);
    pmy_integer_data(labels)[1] = 2;
    forward(g, PMY_TRAIN);
    assert_true(*pmy_count_data(pmy_find(g, "batchnorm0.num_batches_tracked")) == 1);
    pmy_graph_free(g);
}

static void shapes_that_do_not_fit(void **state)
{
    (void)state;
    pmy_error error;
    pmy_graph *g = new_graph(NULL);
    assert_int_equal(pmy_build(g, pmy_batchnorm(g, pmy_input(g, PMY_SHAPE(4)), PMY_NONE), &error),
                     PMY_BAD_SHAPE);
    pmy_graph_free(g);
    g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(4, 3)), *three = pmy_constant(g, PMY_SHAPE(3)),
             *four = pmy_constant(g, PMY_SHAPE(4));
    assert_int_equal(pmy_build(g, pmy_batchnorm_with(g, x, three, four, PMY_NONE), &error), PMY_BAD_SHAPE);
    pmy_graph_free(g);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_statistics_forward_and_backward),
        cmocka_unit_test(statistics_move_in_training_alone),
        cmocka_unit_test(numbers_far_from_zero_keep_their_digits),
        cmocka_unit_test(the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(one_row_anew_moves_the_others),
        cmocka_unit_test(bad_data_moves_nothing),
        cmocka_unit_test(a_bad_label_moves_nothing),
        cmocka_unit_test(shapes_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
