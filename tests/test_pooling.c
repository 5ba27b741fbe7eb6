/* Also in double. */
/* Poolings against plain loops over every window, for every kind of size. */
#include "running.h"

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-6 : 1e-14;

typedef struct pooled {
    size_t batch, channels, height, width;
    pmy_window window;
} pooled;

static const pooled cases[] = {
    {3, 2, 4, 6, {2, 2, 0}},    {5, 3, 24, 24, {2, 2, 0}}, {2, 3, 5, 7, {2, 2, 0}}, {2, 1, 2, 71, {2, 2, 0}},
    {2, 2, 9, 2, {2, 2, 0}},    {2, 2, 28, 28, {3, 2, 1}}, {2, 2, 5, 4, {3, 1, 0}}, {2, 2, 5, 4, {2, 2, 1}},
    {2, 2, 7, 8, {2, 3, 1}},    {4, 3, 1, 1, {1, 1, 0}},   {3, 2, 5, 5, {5, 5, 0}}, {3, 1, 1, 1, {3, 2, 1}},
    {2, 1, 28, 28, {28, 1, 0}}, {2, 2, 6, 7, {4, 3, 2}},   {2, 2, 6, 7, {1, 2, 0}}, {1, 1, 300, 3, {3, 3, 1}},
};

typedef pmy_node *pooling(pmy_graph *graph, pmy_node *x, pmy_window window);

typedef struct subject {
    pmy_graph *graph;
    pmy_node *x, *y;
    pooled size;
    pmy_real *seed; /* dy [y's shape] */
} subject;

/* With x a batch input, filled with few different numbers, so that there are ties, and dy with random ones.
 * With `twice`, x has another user, whose share of dx is 1. */
static subject new_subject(pooling *make, pooled size, pmy_pool *pool, bool twice)
{
    subject s = {.graph = new_graph(pool), .size = size};
    s.x = pmy_input(s.graph, PMY_SHAPE(size.batch, size.channels, size.height, size.width));
    pmy_want_gradient(s.x);
    s.y = make(s.graph, s.x, size.window);
    pmy_node *weight = pmy_input(s.graph, pmy_node_shape(s.y));
    pmy_node *root = pmy_sum(s.graph, pmy_mul(s.graph, s.y, weight));
    if (twice)
        root = pmy_add(s.graph, root, pmy_sum(s.graph, s.x));
    pmy_split_always(s.graph, true);
    build(s.graph, root);
    pmy_random random = {.seed = 1};
    pmy_tensor x = pmy_value(s.x);
    for (size_t i = 0; i < pmy_shape_size(x.shape); i++)
        x.data[i] = (pmy_real)pmy_random_below(&random, 7) - 4;
    fill(weight, 2, -1, 1);
    s.seed = pmy_value(weight).data;
    return s;
}

/* Adds what a window from y[at] at places (row, column) of a plane should give: its value to *value, and
 * dy's share to dx, plane by plane. */
typedef double window_rule(const subject *s, size_t plane, size_t row, size_t column, double dy, double *dx);

/* The place in x of the window's (i, j), or SIZE_MAX in the padding. */
static size_t place(const subject *s, size_t plane, size_t row, size_t column, size_t i, size_t j)
{
    pmy_window window = s->size.window;
    size_t down = row * window.stride + i, across = column * window.stride + j;
    if (down < window.padding || down - window.padding >= s->size.height || across < window.padding ||
        across - window.padding >= s->size.width)
        return SIZE_MAX;
    return (plane * s->size.height + down - window.padding) * s->size.width + across - window.padding;
}

static double largest(const subject *s, size_t plane, size_t row, size_t column, double dy, double *dx)
{
    size_t best = SIZE_MAX;
    const pmy_real *x = pmy_value(s->x).data;
    for (size_t i = 0; i < s->size.window.kernel; i++)
        for (size_t j = 0; j < s->size.window.kernel; j++) {
            size_t at = place(s, plane, row, column, i, j);
            if (at != SIZE_MAX && (best == SIZE_MAX || x[at] > x[best]))
                best = at;
        }
    dx[best] += dy;
    return (double)x[best];
}

static double average(const subject *s, size_t plane, size_t row, size_t column, double dy, double *dx)
{
    double sum = 0, count = (double)s->size.window.kernel * (double)s->size.window.kernel;
    for (size_t i = 0; i < s->size.window.kernel; i++)
        for (size_t j = 0; j < s->size.window.kernel; j++) {
            size_t at = place(s, plane, row, column, i, j);
            if (at == SIZE_MAX)
                continue;
            sum += (double)pmy_value(s->x).data[at];
            dx[at] += dy / count;
        }
    return sum / count;
}

/* Holds y and dx of the first rows against the rule. */
static void expect_rule(const subject *s, window_rule *rule, size_t batch, bool twice)
{
    size_t x_size = batch * s->size.channels * s->size.height * s->size.width;
    size_t rows = pmy_node_shape(s->y).dim[2], columns = pmy_node_shape(s->y).dim[3];
    double *dx = calloc(x_size, sizeof *dx);
    assert_non_null(dx);
    for (size_t i = 0; twice && i < x_size; i++)
        dx[i] = 1;
    for (size_t plane = 0; plane < batch * s->size.channels; plane++)
        for (size_t row = 0; row < rows; row++)
            for (size_t column = 0; column < columns; column++) {
                size_t at = (plane * rows + row) * columns + column;
                double y = rule(s, plane, row, column, (double)s->seed[at], dx);
                expect_close("y", at, (double)pmy_value(s->y).data[at], y, tolerance);
            }
    for (size_t i = 0; i < x_size; i++)
        expect_close("dx", i, (double)pmy_gradient(s->x).data[i], dx[i], tolerance);
    free(dx);
}

static void run_cases(pooling *make, window_rule *rule)
{
    pmy_pool *pool;
    assert_int_equal(pmy_pool_new(2, &pool, NULL), PMY_OK);
    for (size_t c = 0; c < ROOM(cases); c++)
        for (unsigned twice = 0; twice < 2; twice++) {
            subject s = new_subject(make, cases[c], pool, twice);
            /* The whole batch and then its first rows, so that what is left of the former would show. */
            for (size_t batch = cases[c].batch; batch > 0; batch = batch / 2) {
                assert_int_equal(pmy_set_batch(s.graph, batch, NULL), PMY_OK);
                forward(s.graph, PMY_TRAIN);
                pmy_backward(s.graph);
                expect_rule(&s, rule, batch, twice);
            }
            pmy_graph_free(s.graph);
        }
    pmy_pool_free(pool);
}

static void largest_of_each_window(void **state)
{
    (void)state;
    run_cases(pmy_maxpool2d, largest);
}

static void average_of_each_window(void **state)
{
    (void)state;
    run_cases(pmy_avgpool2d, average);
}

/* The same as an average over a window as large as the picture. */
static pmy_node *global_average(pmy_graph *graph, pmy_node *x, pmy_window window)
{
    (void)window;
    pmy_shape shape = pmy_node_shape(x);
    pmy_node *y = pmy_global_average_pool(graph, x);
    assert_true(pmy_shape_equal(pmy_node_shape(y), PMY_SHAPE(shape.dim[0], shape.dim[1])));
    return pmy_reshape(graph, y, PMY_SHAPE(shape.dim[0], shape.dim[1], 1, 1));
}

static double average_of_plane(const subject *s, size_t plane, size_t row, size_t column, double dy,
                               double *dx)
{
    (void)row, (void)column;
    size_t size = s->size.height * s->size.width;
    double sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum += (double)pmy_value(s->x).data[plane * size + i];
        dx[plane * size + i] += dy / (double)size;
    }
    return sum / (double)size;
}

static void average_of_each_channel(void **state)
{
    (void)state;
    run_cases(global_average, average_of_plane);
}

/* A NaN anywhere in a window shows in its result. */
static void nan_shows(void **state)
{
    (void)state;
    for (size_t kernel = 2; kernel <= 3; kernel++)
        for (size_t at = 0; at < kernel * kernel; at++) {
            pmy_graph *g = new_graph(NULL);
            pmy_node *x = pmy_input(g, PMY_SHAPE(1, 1, kernel, kernel));
            pmy_node *y = pmy_maxpool2d(g, x, (pmy_window){kernel, kernel, 0});
            build(g, pmy_reshape(g, y, PMY_SHAPE(1, 1)));
            fill(x, 1, -1, 1);
            pmy_value(x).data[at] = (pmy_real)(double)NAN;
            assert_int_equal(pmy_forward(g, PMY_TRAIN, NULL), PMY_BAD_DATA);
            assert_true(pmy_is_nan(pmy_value(y).data[0]));
            pmy_graph_free(g);
        }
}

typedef struct mistake {
    pmy_shape x;
    pmy_window window;
    pmy_status status;
    const char *word;
} mistake;

static void expect_refused(pooling *make, const mistake *m)
{
    pmy_graph *g = new_graph(NULL);
    pmy_error error;
    pmy_node *y = make(g, pmy_input(g, m->x), m->window);
    assert_int_equal(pmy_build(g, y, &error), m->status);
    if (!strstr(error.message, m->word))
        fail_msg("\"%s\" does not say \"%s\"", error.message, m->word);
    pmy_graph_free(g);
}

static pmy_node *global(pmy_graph *graph, pmy_node *x, pmy_window window)
{
    (void)window;
    return pmy_global_average_pool(graph, x);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    static const mistake mistakes[] = {
        {{{4, 4}}, {2, 2, 0}, PMY_BAD_SHAPE, "4x4"},
        {{{1, 1, 4, 4}}, {0, 1, 0}, PMY_BAD_ARGUMENT, "at least 1"},
        {{{1, 1, 4, 4}}, {2, 0, 0}, PMY_BAD_ARGUMENT, "at least 1"},
        {{{1, 1, 4, 4}}, {3, 1, 2}, PMY_BAD_ARGUMENT, "padding of 2"},
        {{{1, 1, 4, 4}}, {5, 1, 0}, PMY_BAD_SHAPE, "kernel of 5 does not fit into 4"},
        {{{1, 1, 9, 4}}, {7, 1, 1}, PMY_BAD_SHAPE, "kernel of 7 does not fit into 4"},
        {{{1, 1, 4, 4}}, {SIZE_MAX, 1, SIZE_MAX / 2}, PMY_BAD_ARGUMENT, "too much"},
    };
    for (size_t i = 0; i < ROOM(mistakes); i++) {
        expect_refused(pmy_maxpool2d, &mistakes[i]);
        expect_refused(pmy_avgpool2d, &mistakes[i]);
    }
    expect_refused(global, &mistakes[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(largest_of_each_window),       cmocka_unit_test(average_of_each_window),
        cmocka_unit_test(average_of_each_channel),      cmocka_unit_test(nan_shows),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
