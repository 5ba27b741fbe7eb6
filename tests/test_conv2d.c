/* Also in double. */
/* The convolution layer against the plain convolution in double, over the corners where convolutions go
 * wrong. Allowed is a share of a tensor's largest element: its elements are sums that may cancel. Winograd's
 * float rounds more: up to 2.4e-6 of the largest was seen here, and docs/NUMERICS.md measures it. */
#include "convolution_passes.h"
#include "running.h"

#include "pmy64/tests/convolution_plain.h"

static const double tolerance = sizeof(pmy_real) == 4 ? 4e-6 : 1e-14;

typedef struct layer {
    size_t batch, in, height, width, out;
    pmy_window window;
    bool wanted; /* x's gradient */
} layer;

static const layer layers[] = {
    {3, 1, 1, 1, 1, {1, 1, 0}, true},     {2, 3, 5, 7, 4, {3, 1, 0}, true},
    {2, 3, 5, 7, 4, {3, 1, 1}, true},     {5, 1, 28, 28, 6, {5, 1, 2}, false},
    {9, 2, 7, 9, 3, {3, 2, 1}, true},     {2, 4, 3, 3, 5, {3, 1, 0}, true},
    {3, 2, 4, 4, 3, {4, 1, 0}, true},     {2, 3, 2, 3, 2, {5, 1, 2}, true},
    {2, 2, 1, 1, 3, {3, 1, 1}, true},     {2, 2, 1, 1, 3, {3, 2, 4}, true},
    {2, 2, 2, 2, 2, {2, 1, 3}, true},     {3, 2, 6, 5, 2, {1, 2, 0}, true},
    {2, 2, 9, 8, 3, {2, 5, 1}, true},     {4, 2, 1, 9, 3, {1, 1, 0}, true},
    {17, 3, 8, 8, 17, {3, 1, 1}, true},   {2, 16, 14, 14, 33, {3, 1, 1}, true},
    {2, 6, 14, 14, 16, {5, 1, 0}, true},  {1, 19, 6, 6, 18, {3, 1, 2}, true},
    {9, 33, 7, 7, 16, {3, 1, 1}, true},   {3, 1, 28, 28, 32, {3, 1, 0}, true},
    {1, 32, 26, 26, 64, {3, 1, 0}, true}, {2, 64, 28, 28, 40, {3, 1, 1}, true},
    {2, 5, 11, 10, 7, {3, 1, 0}, true},   {3, 1, 13, 12, 8, {5, 2, 0}, true},
    {2, 1, 9, 7, 3, {3, 3, 2}, true},     {2, 1, 5, 6, 1, {3, 1, 1}, true},
    {2, 7, 6, 5, 1, {3, 1, 1}, true},     {3, 6, 1, 1, 6, {3, 1, 1}, true},
    {2, 6, 1, 9, 7, {3, 1, 1}, true},     {2, 7, 2, 3, 6, {3, 1, 4}, true},
    {2, 1, 2, 2, 2, {2, 1, 3}, true},     {2, 1, 4, 4, 9, {4, 1, 0}, true},
    {3, 1, 9, 8, 3, {2, 5, 1}, true},     {2, 1, 9, 8, 3, {5, 1, 0}, true},
    {2, 6, 3, 3, 8, {3, 1, 0}, true},     {11, 6, 5, 6, 7, {3, 1, 1}, true},
};

/* A layer in a graph, and an upstream gradient. */
typedef struct running {
    layer is;
    pmy_graph *graph;
    pmy_node *x, *y, *weight, *bias;
    pmy_real *dy; /* as y */
} running;

static running begin(layer is, pmy_activation f, pmy_pool *pool)
{
    running run = {.is = is, .graph = new_graph(pool)};
    run.x = pmy_input(run.graph, PMY_SHAPE(is.batch, is.in, is.height, is.width));
    if (is.wanted)
        pmy_want_gradient(run.x);
    run.y = pmy_conv2d(run.graph, run.x, is.out, is.window, f);
    build(run.graph, run.y);
    run.weight = pmy_find(run.graph, "conv2d0.weight");
    run.bias = pmy_find(run.graph, "conv2d0.bias");
    fill(run.x, 1, -1, 1);
    size_t size = pmy_shape_size(pmy_node_shape(run.y));
    run.dy = malloc(size * sizeof *run.dy);
    assert_non_null(run.dy);
    pmy_random random = {.seed = 3};
    for (size_t i = 0; i < size; i++)
        run.dy[i] = (pmy_real)(pmy_random_uniform(&random) - 0.5);
    return run;
}

static void step(const running *run)
{
    forward(run->graph, PMY_TRAIN);
    pmy_backward_from(run->graph, run->dy);
}

static void end(running *run)
{
    free(run->dy);
    pmy_graph_free(run->graph);
}

static pmy64_convolution sizes_of(const running *run)
{
    layer is = run->is;
    pmy64_convolution c = {.in = is.in,
                           .height = is.height,
                           .width = is.width,
                           .out = is.out,
                           .out_height = pmy_node_shape(run->y).dim[2],
                           .out_width = pmy_node_shape(run->y).dim[3],
                           .window = is.window};
    return c;
}

static double *doubles(const pmy_real *numbers, size_t count)
{
    double *same = malloc(count * sizeof *same);
    assert_non_null(same);
    for (size_t i = 0; i < count; i++)
        same[i] = numbers ? (double)numbers[i] : 0;
    return same;
}

static void expect_tensor(const char *what, const pmy_real *got, const double *expected, size_t size)
{
    double largest = 0;
    for (size_t i = 0; i < size; i++)
        largest = fmax(largest, fabs(expected[i]));
    for (size_t i = 0; i < size; i++)
        if (!(fabs((double)got[i] - expected[i]) <= tolerance * largest))
            fail_msg("%s[%zu] is %.17g, not %.17g; the largest is %g", what, i, (double)got[i], expected[i],
                     largest);
}

/* The layer without activation, its first `batch` images, against the plain convolution. */
static void expect_plain(const running *run, size_t batch)
{
    pmy64_convolution c = sizes_of(run);
    size_t x_size = batch * c.in * c.height * c.width, positions = c.out_height * c.out_width;
    size_t y_size = batch * c.out * positions, w_size = c.out * c.in * c.window.kernel * c.window.kernel;
    double *x = doubles(pmy_value(run->x).data, x_size), *w = doubles(pmy_value(run->weight).data, w_size);
    double *dy = doubles(run->dy, y_size), *y = doubles(NULL, y_size), *dx = doubles(NULL, x_size);
    double *dw = doubles(NULL, w_size), *db = doubles(NULL, c.out);
    pmy64_convolution_plain(&c, batch, x, w, y);
    for (size_t i = 0; i < y_size; i++) {
        y[i] += (double)pmy_value(run->bias).data[i / positions % c.out];
        db[i / positions % c.out] += dy[i];
    }
    expect_tensor("y", pmy_value(run->y).data, y, y_size);
    pmy64_convolution_plain_backward(&c, batch, x, dy, w, dx, dw);
    expect_tensor("dw", pmy_gradient(run->weight).data, dw, w_size);
    expect_tensor("db", pmy_gradient(run->bias).data, db, c.out);
    if (run->is.wanted)
        expect_tensor("dx", pmy_gradient(run->x).data, dx, x_size);
    double *const all[] = {x, w, dy, y, dx, dw, db};
    for (size_t i = 0; i < ROOM(all); i++)
        free(all[i]);
}

static void layers_are_plain_convolutions(void **state)
{
    (void)state;
    for (size_t l = 0; l < ROOM(layers); l++) {
        running run = begin(layers[l], PMY_NONE, NULL);
        step(&run);
        expect_plain(&run, layers[l].batch);
        for (size_t batch = 1; batch < layers[l].batch; batch++) {
            assert_int_equal(pmy_set_batch(run.graph, batch, NULL), PMY_OK);
            step(&run);
            expect_plain(&run, batch);
        }
        end(&run);
    }
}

/* The plain convolution itself, on numbers worked out by hand. */
static void plain_convolution_by_hand(void **state)
{
    (void)state;
    const pmy64_convolution c = {
        .in = 1, .height = 2, .width = 3, .out = 1, .out_height = 1, .out_width = 2, .window = {2, 2, 1}};
    const double x[] = {1, 2, 3, 4, 5, 6}, w[] = {10, 20, 30, 40}, dy[] = {1, 100};
    double y[2], dx[6] = {0}, dw[4] = {0};
    /* The windows are (0 0 / 0 1) and (0 0 / 2 3). */
    pmy64_convolution_plain(&c, 1, x, w, y);
    assert_true(y[0] == 40 && y[1] == 180);
    pmy64_convolution_plain_backward(&c, 1, x, dy, w, dx, dw);
    assert_true(dx[0] == 40 && dx[1] == 3000 && dx[2] == 4000 && dx[3] == 0 && dx[4] == 0 && dx[5] == 0);
    assert_true(dw[0] == 0 && dw[1] == 0 && dw[2] == 200 && dw[3] == 301);
    pmy64_convolution_plain_backward(&c, 1, x, dy, w, dx, NULL);
    assert_true(dx[0] == 80 && dx[1] == 6000 && dx[2] == 8000 && dx[3] == 0 && dx[4] == 0 && dx[5] == 0);
}

/* --- Every way, whether it is chosen or not -------------------------------- */

static pmy_real *numbers(size_t count, uint64_t seed)
{
    pmy_real *made = malloc(count * sizeof *made);
    assert_non_null(made);
    pmy_random random = {.seed = seed};
    for (size_t i = 0; i < count; i++)
        made[i] = (pmy_real)(2 * pmy_random_uniform(&random) - 1);
    return made;
}

/* All passes of a way on images that come `images` at a time, against the plain one. */
static void expect_way(const pmy_convolution_algorithm *way, const pmy_convolution *c, size_t images)
{
    pmy64_convolution same;
    memcpy(&same, c, sizeof same);
    pmy_convolution_memory memory;
    way->measure(c, &memory);
    images = images < memory.images ? images : memory.images;
    size_t x_size = images * c->in * c->height * c->width;
    size_t y_size = images * c->out * c->out_height * c->out_width;
    size_t w_size = c->out * c->in * c->window.kernel * c->window.kernel;
    pmy_real *x = numbers(x_size, 1), *weight = numbers(w_size, 2), *dy = numbers(y_size, 3);
    pmy_real *y = nans(y_size), *dx = nans(x_size);
    prepared_way ready;
    assert_true(prepare_way(way, c, weight, &ready));
    assert_true(y && dx);
    double *xs = doubles(x, x_size), *weights = doubles(weight, w_size), *dys = doubles(dy, y_size);
    double *expected_y = doubles(NULL, y_size), *expected_dx = doubles(NULL, x_size);
    double *expected_dw = doubles(NULL, w_size);

    way->forward(c, images, x, ready.forward_weight, y, ready.scratch);
    pmy64_convolution_plain(&same, images, xs, weights, expected_y);
    expect_tensor(way->name, y, expected_y, y_size);

    /* First over what is in dx, then added, then dx and dW each alone. */
    for (int turn = 0; turn < 3; turn++) {
        way->backward(c, images, x, dy, ready.backward_weight, turn > 0, dx, turn < 2 ? ready.sum : NULL,
                      ready.scratch);
        if (turn == 2)
            way->backward(c, images, x, dy, NULL, true, NULL, ready.sum, ready.scratch);
        pmy64_convolution_plain_backward(&same, images, xs, dys, weights, expected_dx, expected_dw);
        expect_tensor(way->name, dx, expected_dx, x_size);
    }
    pmy_real *dw = finished_dw(&ready);
    assert_non_null(dw);
    expect_tensor(way->name, dw, expected_dw, w_size);

    free_way(&ready);
    pmy_real *const all[] = {x, weight, dy, y, dx, dw};
    for (size_t i = 0; i < ROOM(all); i++)
        free(all[i]);
    double *const doubled[] = {xs, weights, dys, expected_y, expected_dx, expected_dw};
    for (size_t i = 0; i < ROOM(doubled); i++)
        free(doubled[i]);
}

static void every_way_is_the_plain_one(void **state)
{
    (void)state;
    for (const pmy_convolution_algorithm *const *way = pmy_convolution_algorithms; *way; way++) {
        size_t fitted = 0;
        for (size_t l = 0; l < ROOM(layers); l++) {
            layer is = layers[l];
            pmy_convolution c = {
                .in = is.in, .height = is.height, .width = is.width, .out = is.out, .window = is.window};
            assert_int_equal(pmy_window_measure(is.window, is.height, &c.out_height, NULL), PMY_OK);
            assert_int_equal(pmy_window_measure(is.window, is.width, &c.out_width, NULL), PMY_OK);
            if (!(*way)->fits(&c))
                continue;
            fitted++;
            for (size_t images = 1; images <= is.batch; images = 2 * images + 1)
                expect_way(*way, &c, images);
        }
        assert_true(fitted >= 5);
    }
}

/* --- The layer ------------------------------------------------------------- */

/* An activation within the layer is the activation after it. */
static void activations(void **state)
{
    (void)state;
    const layer is = {5, 3, 6, 7, 4, {3, 1, 1}, true};
    for (pmy_activation f = PMY_NONE + 1; pmy_activation_op(f); f++) {
        running fused = begin(is, f, NULL);
        pmy_graph *g = new_graph(NULL);
        pmy_node *x = pmy_input(g, pmy_node_shape(fused.x));
        pmy_want_gradient(x);
        pmy_node *y = pmy_activate(g, pmy_conv2d(g, x, is.out, is.window, PMY_NONE), f);
        build(g, y);
        fill(x, 1, -1, 1);
        forward(g, PMY_TRAIN);
        pmy_backward_from(g, fused.dy);
        step(&fused);
        assert_true(same_bits(pmy_value(fused.y).data, pmy_value(y).data, pmy_shape_size(pmy_node_shape(y))));
        assert_true(
            same_bits(pmy_gradient(fused.x).data, pmy_gradient(x).data, pmy_shape_size(pmy_node_shape(x))));
        pmy_parameters one = pmy_graph_parameters(fused.graph), other = pmy_graph_parameters(g);
        assert_true(same_bits(one.gradients, other.gradients, one.size));
        pmy_graph_free(g);
        end(&fused);
    }
}

/* Two layers on one input and with one weight add up their gradients. */
static void shared_weights(void **state)
{
    (void)state;
    const layer is = {3, 2, 5, 5, 4, {3, 1, 1}, true};
    running once = begin(is, PMY_NONE, NULL);
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, pmy_node_shape(once.x));
    pmy_want_gradient(x);
    pmy_node *w = pmy_parameter(g, PMY_SHAPE(4, 2, 3, 3), "w", PMY_UNIFORM, 0.1);
    pmy_node *b = pmy_parameter(g, PMY_SHAPE(4), "b", PMY_UNIFORM, 0.1);
    pmy_node *y = pmy_add(g, pmy_conv2d_with(g, x, w, b, is.window, PMY_NONE),
                          pmy_conv2d_with(g, x, w, b, is.window, PMY_NONE));
    build(g, y);
    fill(x, 1, -1, 1);
    memcpy(pmy_value(w).data, pmy_value(once.weight).data, sizeof(pmy_real) * 4 * 2 * 9);
    forward(g, PMY_TRAIN);
    pmy_backward_from(g, once.dy);
    step(&once);
    const pmy_node *const given[][2] = {{w, once.weight}, {b, once.bias}, {x, once.x}};
    for (size_t n = 0; n < ROOM(given); n++) {
        size_t size = pmy_shape_size(pmy_node_shape(given[n][0]));
        double *twice = doubles(pmy_gradient(given[n][1]).data, size);
        for (size_t i = 0; i < size; i++)
            twice[i] *= 2;
        expect_tensor("a shared gradient", pmy_gradient(given[n][0]).data, twice, size);
        free(twice);
    }
    pmy_graph_free(g);
    end(&once);
}

static void same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    for (size_t l = 0; l < ROOM(layers); l++) {
        running one = begin(layers[l], PMY_TANH, NULL);
        step(&one);
        pmy_parameters expected = pmy_graph_parameters(one.graph);
        for (unsigned threads = 2; threads <= 3; threads++) {
            pmy_pool *pool;
            assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
            running many = begin(layers[l], PMY_TANH, pool);
            step(&many);
            assert_true(same_bits(pmy_value(one.y).data, pmy_value(many.y).data,
                                  pmy_shape_size(pmy_node_shape(one.y))));
            assert_true(
                same_bits(expected.gradients, pmy_graph_parameters(many.graph).gradients, expected.size));
            if (layers[l].wanted)
                assert_true(same_bits(pmy_gradient(one.x).data, pmy_gradient(many.x).data,
                                      pmy_shape_size(pmy_node_shape(one.x))));
            end(&many);
            pmy_pool_free(pool);
        }
        end(&one);
    }
}

static void windows_are_measured(void **state)
{
    (void)state;
    static const struct {
        pmy_window window;
        size_t length, output;
        pmy_status status;
    } cases[] = {
        {{3, 1, 0}, 28, 26, PMY_OK},
        {{5, 1, 2}, 28, 28, PMY_OK},
        {{2, 2, 0}, 7, 3, PMY_OK},
        {{3, 2, 1}, 7, 4, PMY_OK},
        {{7, 3, 0}, 7, 1, PMY_OK},
        {{3, 1, 1}, 1, 1, PMY_OK},
        {{8, 1, 0}, 7, 0, PMY_BAD_SHAPE},
        {{3, 1, SIZE_MAX / 2 + 1}, 7, 0, PMY_BAD_ARGUMENT},
        {{3, 1, SIZE_MAX / 2}, 7, 0, PMY_BAD_ARGUMENT},
        {{0, 1, 0}, 7, 0, PMY_BAD_ARGUMENT},
        {{3, 0, 0}, 7, 0, PMY_BAD_ARGUMENT},
    };
    for (size_t i = 0; i < ROOM(cases); i++) {
        size_t output = 0;
        pmy_error error;
        assert_int_equal(pmy_window_measure(cases[i].window, cases[i].length, &output, &error),
                         cases[i].status);
        assert_int_equal(output, cases[i].output);
    }
}

static void expect_refusal(pmy_shape x, size_t out, pmy_window window, const char *message)
{
    pmy_graph *g = new_graph(NULL);
    pmy_node *y = pmy_conv2d(g, pmy_input(g, x), out, window, PMY_NONE);
    pmy_error error = {0};
    assert_int_not_equal(pmy_build(g, y, &error), PMY_OK);
    if (!strstr(error.message, message))
        fail_msg("\"%s\" does not say \"%s\"", error.message, message);
    pmy_graph_free(g);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    expect_refusal(PMY_SHAPE(2, 9), 3, (pmy_window){3, 1, 0}, "needs [batch, channels, height, width]");
    expect_refusal(PMY_SHAPE(2, 1, 5, 5), 3, (pmy_window){7, 1, 0}, "a kernel of 7 does not fit into 5");
    expect_refusal(PMY_SHAPE(2, 1, 7, 5), 3, (pmy_window){7, 1, 0}, "a kernel of 7 does not fit into 5");
    expect_refusal(PMY_SHAPE(2, 1, 5, 5), 3, (pmy_window){0, 1, 0}, "at least 1");
    expect_refusal(PMY_SHAPE(2, 1, 5, 5), 3, (pmy_window){3, 0, 0}, "at least 1");
    expect_refusal(PMY_SHAPE(2, 1, 5, 5), 3, (pmy_window){3, 1, SIZE_MAX / 2}, "too much");
    expect_refusal(PMY_SHAPE(2, 1, 5, 5), 3, (pmy_window){3, 1, SIZE_MAX / 64}, "too large");
    expect_refusal(PMY_SHAPE(2, 2, 1, 1), 1, (pmy_window){1, 0x7fffffff, 0x7fffffff}, "too large");
    expect_refusal(PMY_SHAPE(2, 1, 1, 1), 1, (pmy_window){1, 0x7fffffff, 0x7fffffff}, "too large");
    expect_refusal(PMY_SHAPE(2, 1, 5, 5), 0, (pmy_window){3, 1, 0}, "");
}

/* The first image's y by a forward of its row, against that of all. */
static void expect_one_image_anew(pmy_graph *g, pmy_node *y)
{
    size_t size = pmy_shape_size(pmy_node_shape(y));
    pmy_real *anew = malloc(size * sizeof *anew);
    assert_non_null(anew);
    assert_int_equal(pmy_forward_rows(g, 0, 1, NULL), PMY_OK);
    memcpy(anew, pmy_value(y).data, size * sizeof *anew);
    forward(g, PMY_REPLAY);
    assert_memory_equal(anew, pmy_value(y).data, size * sizeof *anew);
    free(anew);
}

/* What is kept of the weight from the forward before must be that weight. */
static void one_image_anew(void **state)
{
    (void)state;
    for (size_t l = 0; l < ROOM(layers); l++) {
        running run = begin(layers[l], PMY_NONE, NULL);
        forward(run.graph, PMY_TRAIN);
        pmy_value(run.weight).data[0] += 1;
        forward(run.graph, PMY_TRAIN);
        pmy_value(run.x).data[0] += 1;
        expect_one_image_anew(run.graph, run.y);
        end(&run);
    }
}

/* A weight that the batch's own numbers give is another one with each image. */
static void one_image_anew_that_moves_the_weight(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(3, 1, 4, 5)), *scale = pmy_input(g, PMY_SHAPE(3, 2));
    pmy_node *weight = pmy_reshape(g, pmy_mean(g, scale), PMY_SHAPE(1, 1, 1, 1));
    pmy_node *bias = pmy_parameter(g, PMY_SHAPE(1), "b", PMY_ZEROS, 0);
    pmy_node *y = pmy_conv2d_with(g, x, weight, bias, (pmy_window){1, 1, 0}, PMY_NONE);
    build(g, y);
    fill(x, 1, -1, 1);
    fill(scale, 2, -1, 1);
    forward(g, PMY_TRAIN);
    pmy_value(scale).data[0] += 1;
    assert_int_equal(pmy_forward_rows(g, 0, 1, NULL), PMY_OK);
    for (size_t i = 0; i < 20; i++)
        expect_close("y", i, (double)pmy_value(y).data[i],
                     (double)pmy_value(weight).data[0] * (double)pmy_value(x).data[i], 1e-6);
    pmy_graph_free(g);
}

/* PyTorch's: uniform within ±1/√fan_in, where the fan-in counts the input's channels, too. */
static void first_values_are_within_their_bound(void **state)
{
    (void)state;
    enum { CHANNELS = 7, OUT = 50 };
    const pmy_window window = {3, 1, 0};
    pmy_graph *g = pmy_graph_new(NULL, 1);
    pmy_node *y = pmy_conv2d(g, pmy_input(g, PMY_SHAPE(1, CHANNELS, 6, 6)), OUT, window, PMY_NONE);
    assert_int_equal(pmy_build(g, pmy_mean(g, y), NULL), PMY_OK);
    const double bound = 1 / sqrt(CHANNELS * 3 * 3);
    for (size_t p = 0; p < 2; p++) { /* weight and bias */
        pmy_tensor x = pmy_value(pmy_parameter_at(g, p));
        double largest = 0;
        for (size_t i = 0; i < pmy_shape_size(x.shape); i++)
            largest = fmax(largest, fabs((double)x.data[i]));
        assert_true(largest <= bound && largest > 0.9 * bound);
    }
    pmy_graph_free(g);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_convolution_by_hand),
        cmocka_unit_test(every_way_is_the_plain_one),
        cmocka_unit_test(layers_are_plain_convolutions),
        cmocka_unit_test(activations),
        cmocka_unit_test(shared_weights),
        cmocka_unit_test(same_bits_on_any_number_of_threads),
        cmocka_unit_test(windows_are_measured),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(one_image_anew),
        cmocka_unit_test(one_image_anew_that_moves_the_weight),
        cmocka_unit_test(first_values_are_within_their_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
