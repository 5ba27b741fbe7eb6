/* Also in double. */
/* PMY_FROZEN: what PMY_EVAL computes, bit for bit, and its derivative. In double the gradients of every layer
 * of the language of nets are held against differences of PMY_EVAL's loss, in which batchnorms are folded. */
#include "running.h"

#include <stdio.h>

enum { CLASSES = 4, BATCH = 3 };

typedef struct subject {
    const char *net;
    pmy_shape input;
} subject;

/* Batchnorms that fold into the layer before them, and others that cannot: after an activation, a pool, a
 * group or nothing. */
static const subject subjects[] = {
    {"linear 9, batchnorm, tanh, dropout 0.5, linear 4", {{7}}},
    {"linear 70, batchnorm, gelu, linear 4, batchnorm", {{7}}},
    {"batchnorm, linear 9, sigmoid, batchnorm, relu, linear 4", {{7}}},
    {"layernorm, linear 9, leaky_relu, layernorm, dropout 0.3, linear 4", {{7}}},
    {"conv 3 3 pad 1, batchnorm, relu, maxpool 2, linear 4", {{2, 6, 6}}},
    {"conv 3 3, relu, batchnorm, avgpool 2, batchnorm, sigmoid, flatten, linear 4", {{1, 6, 6}}},
    {"conv 6 3 pad 1, batchnorm, [conv 6 3 pad 1, batchnorm, gelu, dropout 0.2, conv 6 3 pad 1, batchnorm], "
     "tanh, gap, linear 4",
     {{1, 5, 5}}},
    {"linear 8, positions, layernorm nobias, 2 ([attention 2 rotary nobias], rmsnorm), [linear 8, gelu], "
     "flatten, linear 4",
     {{5, 6}}},
    {"batchnorm, conv 4 5 stride 2, tanh, [[batchnorm, conv 4 1], batchnorm], maxpool 2, linear 4",
     {{1, 8, 8}}},
};

/* The index-th: those above, then a net for each activation. */
static bool subject_at(size_t index, subject *s)
{
    static char line[128];
    if (index < ROOM(subjects)) {
        *s = subjects[index];
        return true;
    }
    const pmy_op *op = pmy_activation_op((pmy_activation)(index - ROOM(subjects) + 1));
    *s = (subject){line, PMY_SHAPE(7)};
    if (op)
        (void)snprintf(line, sizeof line, "linear 9, batchnorm, %s, linear 9, %s, linear 4", op->name,
                       op->name);
    return op;
}

typedef struct model {
    pmy_graph *graph;
    pmy_node *x, *labels, *loss;
} model;

static model new_model(const subject *s, pmy_pool *pool, bool wants_input)
{
    pmy_net net;
    pmy_error error = {0};
    if (pmy_net_read(s->net, s->input, &net, &error) != PMY_OK)
        fail_msg("%s: %s", s->net, error.message);
    model m = {.graph = new_graph(pool)};
    pmy_shape shape = net.input;
    shape.dim[0] = BATCH;
    m.x = pmy_input(m.graph, shape);
    m.labels = pmy_labels(m.graph, BATCH);
    if (wants_input)
        pmy_want_gradient(m.x);
    m.loss = pmy_softmax_xent(m.graph, pmy_net_build(&net, m.graph, m.x), m.labels, NULL);
    build(m.graph, m.loss);
    return m;
}

static void fill_batch(const model *m, uint64_t seed)
{
    fill(m->x, seed, -1, 1);
    fill_labels(m->labels, seed, CLASSES);
}

/* Moves the running statistics, and the weights and biases of the batchnorms away from 1 and 0. */
static void train(const model *m)
{
    for (uint64_t seed = 1; seed < 6; seed++) {
        fill_batch(m, seed);
        forward(m->graph, PMY_TRAIN);
        pmy_backward(m->graph);
        pmy_parameters all = pmy_graph_parameters(m->graph);
        for (size_t i = 0; i < all.size; i++)
            all.values[i] -= (pmy_real)0.3 * all.gradients[i];
    }
    fill_batch(m, 9);
}

static void computes_what_eval_does(void **state)
{
    (void)state;
    subject s;
    for (size_t i = 0; subject_at(i, &s); i++)
        for (unsigned threads = 1; threads < 4; threads++) {
            pmy_pool *pool = NULL;
            assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
            model m = new_model(&s, pool, true);
            train(&m);
            pmy_statistics all = pmy_graph_statistics(m.graph);
            pmy_real *before = malloc((all.size + 1) * sizeof *before);
            assert_non_null(before);
            if (all.size)
                memcpy(before, all.values, all.size * sizeof *before);
            forward(m.graph, PMY_EVAL);
            pmy_real loss = pmy_item(m.loss);
            forward(m.graph, PMY_FROZEN);
            pmy_backward(m.graph);
            assert_true(same_bits(&loss, pmy_value(m.loss).data, 1));
            assert_true(!all.size || same_bits(before, all.values, all.size));
            free(before);
            pmy_graph_free(m.graph);
            pmy_pool_free(pool);
        }
}

/* That the input's gradient is wanted changes none of the parameters'. */
static void wanting_more_changes_nothing(void **state)
{
    (void)state;
    subject s;
    for (size_t i = 0; subject_at(i, &s); i++) {
        model with = new_model(&s, NULL, true), without = new_model(&s, NULL, false);
        train(&with);
        train(&without);
        forward(with.graph, PMY_FROZEN);
        forward(without.graph, PMY_FROZEN);
        pmy_backward(with.graph);
        pmy_backward(without.graph);
        pmy_parameters a = pmy_graph_parameters(with.graph), b = pmy_graph_parameters(without.graph);
        for (size_t p = 0; p < a.size; p++)
            expect_close(s.net, p, (double)a.gradients[p], (double)b.gradients[p],
                         100 * (double)PMY_REAL_EPSILON);
        assert_null(pmy_gradient(without.x).data);
        pmy_graph_free(with.graph);
        pmy_graph_free(without.graph);
    }
}

/* Training goes on as if there had been no PMY_FROZEN forward. */
static void training_goes_on(void **state)
{
    (void)state;
    subject s;
    for (size_t i = 0; subject_at(i, &s); i++) {
        model asked = new_model(&s, NULL, true), left = new_model(&s, NULL, true);
        train(&asked);
        train(&left);
        forward(asked.graph, PMY_FROZEN);
        pmy_backward(asked.graph);
        train(&asked);
        train(&left);
        pmy_parameters a = pmy_graph_parameters(asked.graph), b = pmy_graph_parameters(left.graph);
        assert_true(same_bits(a.values, b.values, a.size));
        pmy_statistics c = pmy_graph_statistics(asked.graph), d = pmy_graph_statistics(left.graph);
        assert_true(!c.size || same_bits(c.values, d.values, c.size));
        pmy_graph_free(asked.graph);
        pmy_graph_free(left.graph);
    }
}

#if PMY_SCALAR == 64

static double loss_with(const model *m, pmy_real *number, pmy_real value)
{
    pmy_real before = *number;
    *number = value;
    forward(m->graph, PMY_EVAL);
    *number = before;
    return pmy_item(m->loss);
}

/* Of fourth order: Abramowitz and Stegun, 25.3.6 */
static void expect_derivative(const model *m, const char *net, const pmy_node *leaf)
{
    const double step = 1e-5, tolerance = 1e-9;
    pmy_tensor x = pmy_value(leaf), dx = pmy_gradient(leaf);
    for (size_t i = 0; i < pmy_shape_size(x.shape); i++) {
        double at = x.data[i],
               near = loss_with(m, &x.data[i], at + step) - loss_with(m, &x.data[i], at - step);
        double far = loss_with(m, &x.data[i], at + 2 * step) - loss_with(m, &x.data[i], at - 2 * step);
        double difference = (8 * near - far) / (12 * step);
        if (!(fabs(dx.data[i] - difference) <= tolerance))
            fail_msg("%s: %s[%zu] has the gradient %.12g, not %.12g", net, pmy_node_name(leaf), i, dx.data[i],
                     difference);
    }
}

static void differentiates_what_eval_computes(void **state)
{
    (void)state;
    subject s;
    for (size_t i = 0; subject_at(i, &s); i++) {
        model m = new_model(&s, NULL, true);
        train(&m);
        forward(m.graph, PMY_FROZEN);
        pmy_backward(m.graph);
        expect_derivative(&m, s.net, m.x);
        for (size_t p = 0; p < pmy_graph_parameters(m.graph).count; p++)
            expect_derivative(&m, s.net, pmy_parameter_at(m.graph, p));
        pmy_graph_free(m.graph);
    }
}

#endif

/* So that a new layer is not forgotten here. */
/* Whether a net has a word, whole: "relu" is not in "leaky_relu". */
static bool has_word(const char *net, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = net; (at = strstr(at, word)); at += length) {
        bool begins = at == net || strchr(" ,[(", at[-1]), ends = !at[length] || strchr(" ,])", at[length]);
        if (strchr("[(", word[0]) || (begins && ends))
            return true;
    }
    return false;
}

static void every_layer_is_a_subject(void **state)
{
    (void)state;
    pmy_layer_text usage;
    const char *explanation;
    for (size_t index = 0; pmy_net_word(index, &usage, &explanation); index++) {
        size_t i = 0;
        const char *of_group = strpbrk(usage.text, "[(");
        bool is_group = strstr(usage.text, "LAYERS");
        char word[sizeof usage.text];
        (void)snprintf(word, sizeof word, "%.*s", is_group ? 1 : (int)strcspn(usage.text, " "),
                       is_group ? of_group : usage.text);
        if (strcmp(word, "embed") == 0 || strcmp(word, "tied") == 0)
            continue; /* of tokens: in test_net_tokens.c */
        subject s;
        bool found;
        while ((found = subject_at(i, &s)) && !has_word(s.net, word))
            i++;
        if (!found)
            fail_msg("no subject has the layer '%s'", word);
    }
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computes_what_eval_does),
        cmocka_unit_test(wanting_more_changes_nothing),
        cmocka_unit_test(training_goes_on),
#if PMY_SCALAR == 64
        cmocka_unit_test(differentiates_what_eval_computes),
#endif
        cmocka_unit_test(every_layer_is_a_subject),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
