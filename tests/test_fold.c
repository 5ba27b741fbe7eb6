/* Also in double. */
/* batchnorm folded into the layer before it for evaluation: not a bit changes, but the layer's own value is
 * left out. */
#include "running.h"

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-5 : 1e-12;

typedef struct subject {
    size_t batch, in, out;
    size_t height, kernel; /* of square images; 0: a linear layer */
    pmy_activation f;
    bool sparse; /* columns of zeros */
} subject;

static const subject subjects[] = {
    {5, 7, 4, 0, 0, PMY_NONE, false},        {9, 30, 70, 0, 0, PMY_RELU, false},
    {6, 100, 130, 0, 0, PMY_GELU, true},     {4, 2, 3, 6, 3, PMY_RELU, false},
    {3, 1, 9, 11, 5, PMY_NONE, false},       {5, 3, 2, 1, 1, PMY_TANH, false},
    {17, 16, 24, 12, 3, PMY_SIGMOID, false},
};

typedef struct model {
    pmy_graph *graph;
    pmy_node *x, *layer, *norm;
} model;

/* Shared: the layer's value has a second user, so that nothing is folded. */
static model new_model(const subject *s, pmy_pool *pool, bool shared)
{
    model m = {.graph = new_graph(pool)};
    pmy_graph *g = m.graph;
    if (s->height) {
        m.x = pmy_input(g, PMY_SHAPE(s->batch, s->in, s->height, s->height));
        m.layer = pmy_conv2d(g, m.x, s->out, (pmy_window){s->kernel, 1, s->kernel / 2}, PMY_NONE);
    } else {
        m.x = pmy_input(g, PMY_SHAPE(s->batch, s->in));
        m.layer = pmy_linear(g, m.x, s->out, PMY_NONE);
    }
    m.norm = pmy_batchnorm(g, m.layer, s->f);
    pmy_node *root = pmy_sum(g, m.norm);
    build(g, shared ? pmy_add(g, root, pmy_sum(g, m.layer)) : root);
    fill(pmy_find(g, "batchnorm0.weight"), 5, 0.5, 1.5);
    fill(pmy_find(g, "batchnorm0.bias"), 6, -0.5, 0.5);
    return m;
}

static void fill_input(const model *m, const subject *s, uint64_t seed)
{
    fill(m->x, seed, -1, 1);
    for (size_t i = 0; s->sparse && i < pmy_shape_size(pmy_node_shape(m->x)); i++)
        if (i % s->in % 3 != 0)
            pmy_value(m->x).data[i] = 0;
}

static void train(const model *m, const subject *s)
{
    for (uint64_t seed = 1; seed < 4; seed++) {
        fill_input(m, s, seed);
        forward(m->graph, PMY_TRAIN);
    }
}

static bool same_values(const pmy_node *a, const pmy_node *b)
{
    return same_bits(pmy_value(a).data, pmy_value(b).data, pmy_shape_size(pmy_node_shape(a)));
}

static void not_a_bit_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROOM(subjects); i++)
        for (unsigned threads = 1; threads < 4; threads++) {
            const subject *s = &subjects[i];
            pmy_pool *pool = NULL;
            assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
            model folded = new_model(s, pool, false), apart = new_model(s, NULL, true);
            train(&folded, s);
            train(&apart, s);
            assert_true(same_values(folded.layer, apart.layer));
            for (size_t batch = s->batch; batch > 0; batch /= 2) {
                assert_int_equal(pmy_set_batch(folded.graph, batch, NULL), PMY_OK);
                assert_int_equal(pmy_set_batch(apart.graph, batch, NULL), PMY_OK);
                fill_input(&folded, s, 9 + batch);
                fill_input(&apart, s, 9 + batch);
                forward(folded.graph, PMY_EVAL);
                forward(apart.graph, PMY_EVAL);
                assert_true(same_values(folded.norm, apart.norm));
                assert_false(same_values(folded.layer, apart.layer));
            }
            /* And training goes on with the layer's own value. */
            for (size_t step = 0; step < 2 && s->batch > 1; step++) {
                assert_int_equal(pmy_set_batch(folded.graph, s->batch, NULL), PMY_OK);
                assert_int_equal(pmy_set_batch(apart.graph, s->batch, NULL), PMY_OK);
                train(&folded, s);
                train(&apart, s);
                assert_true(same_values(folded.layer, apart.layer));
                assert_true(same_values(folded.norm, apart.norm));
            }
            pmy_graph_free(folded.graph);
            pmy_graph_free(apart.graph);
            pmy_pool_free(pool);
        }
}

/* A layer whose weights were multiplied out computes the same. */
static void lines_in_the_weights(void **state)
{
    (void)state;
    enum { IN = 12, OUT = 7 };
    static const subject s = {8, IN, OUT, 0, 0, PMY_RELU, false};
    model m = new_model(&s, NULL, false);
    train(&m, &s);
    forward(m.graph, PMY_EVAL);
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(s.batch, IN)), *y = pmy_linear(g, x, OUT, PMY_RELU);
    build(g, y);
    memcpy(pmy_value(x).data, pmy_value(m.x).data, s.batch * IN * sizeof(pmy_real));
    pmy_channel_affine line = m.norm->op->affine(m.norm);
    pmy_real *weight = pmy_value(pmy_find(g, "linear0.weight")).data; /* [OUT, IN] */
    pmy_real *bias = pmy_value(pmy_find(g, "linear0.bias")).data;     /* [OUT] */
    for (size_t i = 0; i < (size_t)OUT * IN; i++)
        weight[i] = pmy_value(pmy_find(m.graph, "linear0.weight")).data[i] * line.scale[i / IN];
    for (size_t o = 0; o < OUT; o++)
        bias[o] = (pmy_value(pmy_find(m.graph, "linear0.bias")).data[o] - line.mean[o]) * line.scale[o] +
                  line.shift[o];
    forward(g, PMY_EVAL);
    for (size_t i = 0; i < s.batch * OUT; i++)
        expect_close("y", i, (double)pmy_value(y).data[i], (double)pmy_value(m.norm).data[i], tolerance);
    pmy_graph_free(g);
    pmy_graph_free(m.graph);
}

/* What the layer's activation makes of z is no line of x any more. */
static void nothing_folds_into_an_activation(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(4, 3)), *layer = pmy_linear(g, x, 5, PMY_RELU);
    build(g, pmy_batchnorm(g, layer, PMY_NONE));
    fill(x, 1, -1, 1);
    forward(g, PMY_TRAIN);
    pmy_real before[4 * 5];
    memcpy(before, pmy_value(layer).data, sizeof before);
    fill(x, 2, -1, 1);
    forward(g, PMY_EVAL);
    assert_false(same_bits(before, pmy_value(layer).data, 4 * 5));
    pmy_graph_free(g);
}

/* y = f(2 x + channel) by the statistics at rest, x where they move: an op of one's own, which knows nothing
 * of the layers it folds into. */
typedef struct slope {
    pmy_real mean[5], scale[5], shift[5];
} slope;

static pmy_status infer_slope(pmy_node *node, pmy_error *error)
{
    (void)error;
    node->shape = node->input[0]->shape;
    return PMY_OK;
}

static bool take_slope(pmy_node *node)
{
    node->saved = pmy_take(node, 1, sizeof(slope));
    return node->saved;
}

static pmy_channel_affine affine_of_slope(const pmy_node *node)
{
    slope *of = node->saved;
    for (size_t c = 0; c < 5; c++) {
        of->scale[c] = 2;
        of->shift[c] = (pmy_real)c;
    }
    return (pmy_channel_affine){of->mean, of->scale, of->shift};
}

static size_t slopes_run;

static void forward_slope(const pmy_node *node, pmy_piece piece)
{
    slopes_run++;
    for (size_t i = piece.begin * 5; i < piece.end * 5; i++)
        node->value[i] = 2 * node->input[0]->value[i] + (pmy_real)(i % 5);
    if (node->activation)
        node->activation->forward(node, (piece.end - piece.begin) * 5, node->value + piece.begin * 5,
                                  node->value + piece.begin * 5);
}

static void ops_of_others_fold(void **state)
{
    (void)state;
    static const pmy_op op = {.name = "slope",
                              .infer = infer_slope,
                              .take = take_slope,
                              .affine = affine_of_slope,
                              .forward = {{.run = forward_slope}}};
    for (pmy_activation f = PMY_NONE; f == PMY_NONE || pmy_activation_op(f); f++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *x = pmy_input(g, PMY_SHAPE(4, 3)), *layer = pmy_linear(g, x, 5, PMY_NONE);
        pmy_node *y = pmy_fuse(pmy_append(g, &op, 1, &layer, NULL, 0), f);
        build(g, pmy_sum(g, y));
        fill(x, 1, -1, 1);
        slopes_run = 0;
        forward(g, PMY_FROZEN);
        assert_true(slopes_run > 0);
        pmy_real plain[4 * 5];
        memcpy(plain, pmy_value(y).data, sizeof plain);
        slopes_run = 0;
        forward(g, PMY_EVAL);
        assert_int_equal(slopes_run, 0);
        assert_true(same_bits(plain, pmy_value(y).data, 4 * 5));
        pmy_graph_free(g);
    }
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_a_bit_changes),
        cmocka_unit_test(lines_in_the_weights),
        cmocka_unit_test(nothing_folds_into_an_activation),
        cmocka_unit_test(ops_of_others_fold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
