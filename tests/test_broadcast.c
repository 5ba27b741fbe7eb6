/* Also in double. */
/* Element-wise ops of two inputs of any two shapes that fit, against plain sums and what PyTorch computed
 * (tests/record/broadcast.py). */
#include "running.h"

#include <stdio.h>

static const double tolerance = sizeof(pmy_real) == 4 ? 2e-6 : 1e-12;

/* --- As recorded ------------------------------------------------------------------ */

typedef pmy_node *binary_op(pmy_graph *, pmy_node *, pmy_node *);
typedef pmy_node *unary_op(pmy_graph *, pmy_node *);

static const struct {
    const char *name;
    binary_op *binary;
    unary_op *unary;
} ops[] = {
    {"add", pmy_add, NULL},       {"sub", pmy_sub, NULL},         {"mul", pmy_mul, NULL},
    {"div", pmy_div, NULL},       {"maximum", pmy_maximum, NULL}, {"minimum", pmy_minimum, NULL},
    {"square", NULL, pmy_square}, {"abs", NULL, pmy_abs},         {"sqrt", NULL, pmy_sqrt},
};

enum { MOST = 64 };

typedef struct tensor {
    pmy_shape shape;
    double number[MOST];
} tensor;

typedef struct record {
    size_t op;
    unsigned inputs;
    pmy_shape shape[2];
    tensor c, d[2]; /* the result, and the inputs' gradients */
} record;

static void read_tensor(FILE *file, const char *name, size_t size, tensor *t)
{
    char word[32];
    assert_int_equal(fscanf(file, "%31s", word), 1);
    assert_string_equal(word, name);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(fscanf(file, "%la", &t->number[i]), 1);
}

static size_t longest(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The elements of the result, which has the larger size in each axis. */
static size_t result_size(const record *r)
{
    size_t size = 1;
    for (unsigned back = 1; back <= PMY_MAX_RANK; back++) {
        size_t larger = 1;
        for (unsigned i = 0; i < r->inputs; i++) {
            unsigned rank = pmy_shape_rank(r->shape[i]);
            larger = longest(larger, back <= rank ? r->shape[i].dim[rank - back] : 1);
        }
        size *= larger;
    }
    return size;
}

/* The next case; false after the last. */
static bool next_record(FILE *file, record *r)
{
    char line[96] = "\n", name[16], text[2][32];
    while (line[0] == '\n')
        if (!fgets(line, sizeof line, file))
            return false;
    int words = sscanf(line, "%15s %31s %31s", name, text[0], text[1]);
    assert_true(words == 2 || words == 3);
    *r = (record){.inputs = (unsigned)words - 1};
    while (strcmp(ops[r->op].name, name) != 0)
        assert_true(++r->op < ROOM(ops));
    for (unsigned i = 0; i < r->inputs; i++)
        assert_true(strcmp(text[i], "scalar") == 0 || pmy_shape_read(text[i], &r->shape[i]));
    read_tensor(file, "c", result_size(r), &r->c);
    read_tensor(file, "da", pmy_shape_size(r->shape[0]), &r->d[0]);
    if (r->inputs == 2)
        read_tensor(file, "db", pmy_shape_size(r->shape[1]), &r->d[1]);
    return true;
}

static double number_of_a(size_t i)
{
    return ((double)((7 * i + i * i) % 13) - 6) / 4;
}

static double number_of_b(size_t i)
{
    double k = (double)((5 * i + 3 * i * i + 2) % 11) - 5;
    return (k + (k >= 0)) / 4;
}

/* The case with each input as a constant or a part of the batch; false where that is refused. */
static bool agrees(const record *r, unsigned batched)
{
    pmy_graph *g = new_graph(NULL);
    pmy_node *x[2] = {NULL, NULL};
    for (unsigned i = 0; i < r->inputs; i++) {
        x[i] = batched >> i & 1 ? pmy_input(g, r->shape[i]) : pmy_constant(g, r->shape[i]);
        pmy_want_gradient(x[i]);
    }
    pmy_node *c = r->inputs == 2 ? ops[r->op].binary(g, x[0], x[1]) : ops[r->op].unary(g, x[0]);
    bool scalar = pmy_shape_rank(pmy_node_shape(c)) == 0;
    if (pmy_build(g, scalar ? pmy_scale(g, c, -11.0 / 16) : c, NULL) != PMY_OK) {
        pmy_graph_free(g);
        return false;
    }
    bool of_b = strcmp(ops[r->op].name, "sqrt") == 0;
    for (unsigned i = 0; i < r->inputs; i++)
        for (size_t at = 0; at < pmy_shape_size(r->shape[i]); at++)
            pmy_value(x[i]).data[at] = (pmy_real)(of_b ? fabs(number_of_b(at))
                                                  : i  ? number_of_b(at)
                                                       : number_of_a(at));
    pmy_split_always(g, true);
    forward(g, PMY_TRAIN);
    assert_int_equal(pmy_shape_size(pmy_node_shape(c)), result_size(r));
    pmy_real seed[MOST];
    for (size_t i = 0; i < result_size(r); i++) {
        seed[i] = (pmy_real)(((double)((5 * i + 3 * i * i) % 23) - 11) / 16);
        expect_close(ops[r->op].name, i, (double)pmy_value(c).data[i], r->c.number[i], tolerance);
    }
    if (scalar)
        pmy_backward(g);
    else
        pmy_backward_from(g, seed);
    for (unsigned i = 0; i < r->inputs; i++)
        for (size_t at = 0; at < pmy_shape_size(r->shape[i]); at++)
            expect_close(i ? "db" : "da", at, (double)pmy_gradient(x[i]).data[at], r->d[i].number[at],
                         tolerance);
    pmy_graph_free(g);
    return true;
}

static void every_op_and_shape_as_recorded(void **state)
{
    (void)state;
    FILE *file = fopen("tests/data/broadcast_pytorch.txt", "r");
    char first[96];
    assert_non_null(file);
    assert_non_null(fgets(first, sizeof first, file));
    record r;
    size_t cases = 0, ways = 0;
    for (; next_record(file, &r); cases++) {
        assert_true(agrees(&r, 0));
        for (unsigned batched = 1; batched < 1u << r.inputs; batched++)
            ways += agrees(&r, batched);
    }
    (void)fclose(file);
    assert_int_equal(cases, 6 * 16 + 3);
    /* One way a shape, but none for two scalars and three for a batch of one. */
    assert_int_equal(ways, 6 * (14 + 0 + 3) + 3);
}

/* --- Batches ------------------------------------------------------------------------ */

enum { BATCH = 6, TIME = 3, D = 70, ELEMENTS = BATCH * TIME * D };

/* What [batch, time, d] is multiplied by, and which of its elements meets element i. */
static const struct {
    pmy_shape shape;
    bool batched;
    size_t batch, time, d; /* its steps along each axis */
} others[] = {
    {{{BATCH, TIME, D}}, true, TIME *D, D, 1},
    {{{TIME, D}}, false, 0, D, 1},
    {{{TIME, 1}}, false, 0, 1, 0},
    {{{1, TIME, 1}}, false, 0, 1, 0},
    {{{D}}, false, 0, 0, 1},
    {{{0}}, false, 0, 0, 0},
    {{{BATCH, 1, D}}, true, D, 0, 1},
    {{{BATCH, TIME, 1}}, true, TIME, 1, 0},
    {{{BATCH, 1, 1}}, true, 1, 0, 0},
};

static size_t met(size_t other, size_t i)
{
    return i / (TIME * D) * others[other].batch + i / D % TIME * others[other].time + i % D * others[other].d;
}

typedef struct product {
    pmy_graph *graph;
    pmy_node *x, *y, *c;
} product;

static product new_product(pmy_pool *pool, size_t other, bool second)
{
    product p = {.graph = new_graph(pool)};
    p.x = pmy_input(p.graph, PMY_SHAPE(BATCH, TIME, D));
    pmy_shape shape = others[other].shape;
    p.y = others[other].batched ? pmy_input(p.graph, shape) : pmy_constant(p.graph, shape);
    pmy_want_gradient(p.x);
    pmy_want_gradient(p.y);
    p.c = second ? pmy_mul(p.graph, p.x, p.y) : pmy_mul(p.graph, p.y, p.x);
    build(p.graph, p.c);
    fill(p.x, 1, -1, 1);
    fill(p.y, 2, -1, 1);
    pmy_split_always(p.graph, true);
    return p;
}

static void expect_product(const product *p, size_t other, size_t batch)
{
    const pmy_real *x = pmy_value(p->x).data, *y = pmy_value(p->y).data;
    static pmy_real dc[ELEMENTS];
    static double dy[ELEMENTS];
    memset(dy, 0, sizeof dy);
    for (size_t i = 0; i < ELEMENTS; i++)
        dc[i] = (pmy_real)((double)(i % 7) - 3);
    pmy_backward_from(p->graph, dc);
    for (size_t i = 0; i < batch * TIME * D; i++) {
        size_t at = met(other, i);
        dy[at] += (double)dc[i] * (double)x[i];
        expect_close("c", i, (double)pmy_value(p->c).data[i], (double)x[i] * (double)y[at], tolerance);
        expect_close("dx", i, (double)pmy_gradient(p->x).data[i], (double)dc[i] * (double)y[at], tolerance);
    }
    for (size_t i = 0; i < pmy_shape_size(pmy_node_shape(p->y)); i++)
        expect_close("dy", i, (double)pmy_gradient(p->y).data[i], dy[i], 10 * tolerance);
}

static void a_batch_may_shrink(void **state)
{
    (void)state;
    for (size_t other = 0; other < ROOM(others); other++)
        for (int second = 0; second < 2; second++) {
            product p = new_product(NULL, other, second);
            static const size_t batches[] = {BATCH, 4, 1, BATCH};
            for (size_t i = 0; i < ROOM(batches); i++) {
                assert_int_equal(pmy_set_batch(p.graph, batches[i], NULL), PMY_OK);
                forward(p.graph, PMY_TRAIN);
                expect_product(&p, other, batches[i]);
            }
            pmy_graph_free(p.graph);
        }
}

static void some_rows_are_computed_alone(void **state)
{
    (void)state;
    for (size_t other = 0; other < ROOM(others); other++) {
        product p = new_product(NULL, other, true);
        forward(p.graph, PMY_TRAIN);
        fill(p.x, 3, -1, 1);
        pmy_real before[ELEMENTS];
        memcpy(before, pmy_value(p.c).data, sizeof before);
        assert_int_equal(pmy_forward_rows(p.graph, 2, 3, NULL), PMY_OK);
        for (size_t i = 0; i < ELEMENTS; i++) {
            bool again = i / (TIME * D) >= 2 && i / (TIME * D) < 5;
            double y = (double)pmy_value(p.y).data[met(other, i)];
            double now = again ? (double)pmy_value(p.x).data[i] * y : (double)before[i];
            expect_close("c", i, (double)pmy_value(p.c).data[i], now, tolerance);
        }
        pmy_graph_free(p.graph);
    }
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    static pmy_real dc[ELEMENTS];
    for (size_t i = 0; i < ELEMENTS; i++)
        dc[i] = (pmy_real)((double)(i % 7) - 3.1);
    for (size_t other = 0; other < ROOM(others); other++) {
        product alone = new_product(NULL, other, true);
        forward(alone.graph, PMY_TRAIN);
        pmy_backward_from(alone.graph, dc);
        for (unsigned threads = 2; threads <= 3; threads++) {
            pmy_pool *pool;
            assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
            product p = new_product(pool, other, true);
            forward(p.graph, PMY_TRAIN);
            pmy_backward_from(p.graph, dc);
            assert_true(same_bits(pmy_value(p.c).data, pmy_value(alone.c).data, ELEMENTS));
            assert_true(same_bits(pmy_gradient(p.x).data, pmy_gradient(alone.x).data, ELEMENTS));
            assert_true(same_bits(pmy_gradient(p.y).data, pmy_gradient(alone.y).data,
                                  pmy_shape_size(pmy_node_shape(p.y))));
            pmy_graph_free(p.graph);
            pmy_pool_free(pool);
        }
        pmy_graph_free(alone.graph);
    }
}

static void joined_axes_are_broadcast_over(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(BATCH, TIME, D)), *bias = pmy_constant(g, PMY_SHAPE(D));
    pmy_want_gradient(bias);
    pmy_node *c = pmy_add(g, pmy_reshape(g, x, PMY_SHAPE(BATCH * TIME, D)), bias);
    build(g, pmy_sum(g, c));
    fill(x, 1, -1, 1);
    fill(bias, 2, -1, 1);
    assert_int_equal(pmy_set_batch(g, 4, NULL), PMY_OK);
    forward(g, PMY_TRAIN);
    pmy_backward(g);
    assert_int_equal(pmy_node_shape(c).dim[0], 4 * TIME);
    for (size_t i = 0; i < 4 * TIME * D; i++)
        expect_close("c", i, (double)pmy_value(c).data[i],
                     (double)pmy_value(x).data[i] + (double)pmy_value(bias).data[i % D], tolerance);
    for (size_t j = 0; j < D; j++)
        assert_true((double)pmy_gradient(bias).data[j] == 4 * TIME);
    pmy_graph_free(g);
}

static void gradients_add_up(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(BATCH, D)), *w = pmy_parameter(g, PMY_SHAPE(D), "w", PMY_UNIFORM, 1);
    build(g, pmy_sum(g, pmy_mul(g, x, w)));
    double sum[D] = {0};
    for (size_t step = 0; step < 2; step++) {
        fill(x, step, -1, 1);
        forward(g, PMY_TRAIN);
        pmy_backward_add(g, step ? 0.5 : 0, step ? 0.5 : 1);
        for (size_t i = 0; i < (size_t)BATCH * D; i++)
            sum[i % D] += (double)pmy_value(x).data[i] / 2;
    }
    for (size_t j = 0; j < D; j++)
        expect_close("dw", j, (double)pmy_gradient(w).data[j], sum[j], tolerance);
    pmy_graph_free(g);
}

/* --- What does not fit ----------------------------------------------------------------- */

static void other_shapes_are_refused_in_words(void **state)
{
    (void)state;
    static const struct {
        pmy_shape a, b;
        bool b_batched;
        const char *words;
    } cases[] = {
        {{{4, 3, 5}}, {{2, 5}}, false, "equal, or one that is 1 or missing"},
        {{{4, 3}}, {{4}}, true, "equal, or one"},
        {{{4, 5}}, {{4, 5}}, false, "axis of the batch must be the first"},
        {{{4}}, {{4}}, false, "axis of the batch"},
        {{{4, 1}}, {{4, 5}}, false, "axis of the batch"},
        {{{4, 5}}, {{3, 1, 5}}, false, "axis of the batch"},
        {{{4, 5}}, {{3, 4, 5}}, false, "axis of the batch"},
        {{{4, 4, 5}}, {{4, 5}}, true, "axis of the batch"},
        {{{4, 5, 4}}, {{4}}, true, "axis of the batch"},
    };
    for (size_t i = 0; i < ROOM(cases); i++)
        for (int turned = 0; turned < 2; turned++) {
            pmy_graph *g = new_graph(NULL);
            pmy_error error = {0};
            pmy_node *a = pmy_input(g, cases[i].a);
            pmy_node *b = cases[i].b_batched ? pmy_input(g, cases[i].b) : pmy_constant(g, cases[i].b);
            pmy_node *c = turned ? pmy_sub(g, b, a) : pmy_sub(g, a, b);
            assert_int_equal(pmy_build(g, pmy_sum(g, c), &error), PMY_BAD_SHAPE);
            if (!strstr(error.message, cases[i].words) || !strstr(error.message, "sub0 of "))
                fail_msg("case %zu: '%s'", i, error.message);
            pmy_graph_free(g);
        }
}

/* A batch of one fits what has one row, but is no more repeated than a larger one. */
static void a_batch_of_one_is_not_repeated(void **state)
{
    (void)state;
    for (size_t rows = 1; rows <= 3; rows += 2) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *c = pmy_mul(g, pmy_input(g, PMY_SHAPE(1, 5)), pmy_constant(g, PMY_SHAPE(rows, 5)));
        assert_int_equal(pmy_build(g, pmy_sum(g, c), NULL), rows == 1 ? PMY_OK : PMY_BAD_SHAPE);
        pmy_graph_free(g);
    }
}

static void a_nan_shows(void **state)
{
    (void)state;
    static binary_op *const both[] = {pmy_maximum, pmy_minimum};
    for (size_t i = 0; i < ROOM(both); i++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *a = pmy_constant(g, PMY_SHAPE(2)), *b = pmy_constant(g, PMY_SHAPE(2)),
                 *c = both[i](g, a, b);
        build(g, c);
        pmy_value(a).data[0] = pmy_value(b).data[1] = (pmy_real)NAN;
        forward(g, PMY_EVAL);
        assert_true(isnan((double)pmy_value(c).data[0]) && isnan((double)pmy_value(c).data[1]));
        pmy_graph_free(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_op_and_shape_as_recorded),
        cmocka_unit_test(a_batch_may_shrink),
        cmocka_unit_test(some_rows_are_computed_alone),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(joined_axes_are_broadcast_over),
        cmocka_unit_test(gradients_add_up),
        cmocka_unit_test(other_shapes_are_refused_in_words),
        cmocka_unit_test(a_batch_of_one_is_not_repeated),
        cmocka_unit_test(a_nan_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
