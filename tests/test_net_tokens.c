/* Also in double. */
/* Nets for examples that are tokens: what a line becomes and where it is wrong, what it costs, how it starts,
 * its gradients, and that it goes step by step to where it gets at once. */
#include "running.h"

#include "gradcheck/gradcheck.h"

#include <math.h>

enum { TIME = 6, VOCABULARY = 11, BATCH = 3 };

static pmy_net net;

static void read_net(const char *text, size_t time, size_t vocabulary)
{
    pmy_error error = {0};
    if (pmy_net_read_tokens(text, time, vocabulary, &net, &error) != PMY_OK)
        fail_msg("'%s': %s", text, error.message);
}

/* --- What a line becomes ---------------------------------------------------------- */

/* The CPU recipe of nanoGPT, and the smallest of GPT-2: the numbers of parameters that they say they have,
 * with those of the positions. */
static void known_models_have_their_parameters(void **state)
{
    (void)state;
    static const char nano[] =
        "embed 128, positions, 4 ([layernorm nobias, attention 4 nobias], [layernorm nobias, linear 512 "
        "nobias, gelu, linear 128 nobias]), layernorm nobias, tied";
    read_net(nano, 64, 65);
    assert_string_equal(net.text, nano);
    assert_int_equal(net.parameters, 804096);
    assert_int_equal(net.count, 2 + 1 + 4 * 8 + 2);
    assert_true(pmy_shape_equal(net.input, PMY_SHAPE(1, 64)));
    assert_true(pmy_shape_equal(net.output, PMY_SHAPE(1, 64, 65)));
    assert_int_equal(net.vocabulary, 65);
    double flops = 0, layers = 4 * (2.0 * 64 * 12 * 128 * 128 + 4.0 * 64 * 64 * 128);
    for (size_t i = 0; i < net.count; i++)
        flops += net.layer[i].flops;
    assert_true(flops == layers + 2.0 * 64 * 128 * 65);
    read_net(
        "embed 768, positions, dropout 0.1, 12 ([layernorm, attention 12, dropout 0.1], [layernorm, linear "
        "3072, gelu, linear 768, dropout 0.1]), layernorm, tied",
        1024, 50257);
    assert_int_equal(net.parameters, 124439808);
}

static pmy_graph *build_net(const char *text, pmy_node **tokens, pmy_node **logits)
{
    read_net(text, TIME, VOCABULARY);
    pmy_graph *g = new_graph(NULL);
    *tokens = pmy_integers(g, PMY_SHAPE(BATCH, TIME));
    *logits = pmy_net_build(&net, g, *tokens);
    return g;
}

/* As nn.Sequential of nn.Sequentials has them; what a number puts side by side has an index more. */
static void parameters_are_named_by_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *names;
    } cases[] = {
        {"embed 4, positions, 2 ([rmsnorm, attention 2 nobias], linear 4 nobias), (layernorm nobias), tied",
         "0.weight 1.weight 2.0.0.0.weight 2.0.0.1.in_proj_weight 2.0.0.1.out_proj.weight 2.0.1.weight "
         "2.1.0.0.weight 2.1.0.1.in_proj_weight 2.1.0.1.out_proj.weight 2.1.1.weight 3.0.weight "},
        {"(embed 4, attention 1 rotary), 1 (linear vocab)",
         "0.0.weight 0.1.in_proj_weight 0.1.in_proj_bias 0.1.out_proj.weight 0.1.out_proj.bias 1.0.0.weight "
         "1.0.0.bias "},
    };
    for (size_t i = 0; i < ROOM(cases); i++) {
        pmy_node *tokens, *logits;
        char names[512] = "";
        pmy_graph *g = build_net(cases[i].text, &tokens, &logits);
        build(g, logits);
        size_t parameters = 0;
        for (size_t p = 0; p < pmy_graph_parameters(g).count; p++) {
            (void)strcat(names, pmy_node_name(pmy_parameter_at(g, p)));
            (void)strcat(names, " ");
            parameters += pmy_shape_size(pmy_node_shape(pmy_parameter_at(g, p)));
        }
        assert_string_equal(names, cases[i].names);
        assert_int_equal(parameters, net.parameters);
        assert_true(pmy_shape_equal(pmy_node_shape(logits), PMY_SHAPE(BATCH, TIME, VOCABULARY)));
        pmy_graph_free(g);
    }
}

static void groups_know_their_layers_and_output(void **state)
{
    (void)state;
    read_net("embed 4, 2 (linear 4, (tanh)), linear vocab", TIME, VOCABULARY);
    static const struct {
        const char *name, *text;
        size_t inner, position, length;
    } layers[] = {
        {"0", "embed 4", 0, 0, 7},    {"1", "2 (...)", 6, 9, 20},    {"1.0.0", "linear 4", 0, 12, 8},
        {"1.0.1", "(...)", 1, 22, 6}, {"1.0.1.0", "tanh", 0, 23, 4}, {"1.1.0", "linear 4", 0, 12, 8},
        {"1.1.1", "(...)", 1, 22, 6}, {"1.1.1.0", "tanh", 0, 23, 4}, {"2", "linear 11", 0, 31, 12},
    };
    assert_int_equal(net.count, ROOM(layers));
    for (size_t i = 0; i < ROOM(layers); i++) {
        const pmy_layer *layer = &net.layer[i];
        assert_string_equal(layer->name, layers[i].name);
        assert_string_equal(pmy_layer_print(layer).text, layers[i].text);
        assert_int_equal(layer->inner, layers[i].inner);
        assert_int_equal(layer->position, layers[i].position);
        assert_int_equal(layer->length, layers[i].length);
        assert_true(
            pmy_shape_equal(layer->output, PMY_SHAPE(1, TIME, i + 1 < ROOM(layers) ? 4 : VOCABULARY)));
    }
    assert_string_equal(net.text, "embed 4, 2 (linear 4, (tanh)), linear 11");
}

static void each_wrong_word_is_pointed_at(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t position, length;
        const char *words;
    } cases[] = {
        {"linear 3", 0, 8, "the examples are tokens, which embed must take before linear"},
        {"relu, embed 3", 0, 4, "the examples are tokens, which embed must take before relu"},
        {"tied", 0, 4, "which embed must take before tied"},
        {"embed 3, relu, embed 3", 15, 7, "embed can only be the first layer"},
        {"2 (embed 3)", 3, 7, "embed can only be the first layer"},
        {"[embed 3]", 0, 9, "it gets 6 and gives 6x3"},
        {"embed 3, linear 4, tied", 19, 4, "tied needs vectors of 3 numbers, as embed gives, not of 4"},
        {"embed 6, attention 4", 9, 11, "a last axis is no multiple of 4 heads"},
        {"embed 6, attention 2 rotary", 9, 18, "no even number for each of 2 heads"},
        {"embed 6, attention rotary", 19, 6, "attention needs a whole positive number"},
        {"embed 6, flatten, positions", 18, 9, "positions needs sequences of time x features, not 36"},
        {"embed 6, conv 3 3", 9, 8, "conv needs images"},
    };
    for (size_t i = 0; i < ROOM(cases); i++) {
        pmy_error error = {0};
        assert_int_equal(pmy_net_read_tokens(cases[i].text, TIME, VOCABULARY, &net, &error), PMY_BAD_NET);
        if (error.position != cases[i].position || error.length != cases[i].length ||
            !strstr(error.message, cases[i].words))
            fail_msg("'%s': %zu, %zu, '%s'", cases[i].text, error.position, error.length, error.message);
    }
    assert_int_equal(pmy_net_read_tokens("embed 3", 0, 4, &net, NULL), PMY_BAD_SHAPE);
    assert_int_equal(pmy_net_read_tokens("embed 3", 4, 0, &net, NULL), PMY_BAD_SHAPE);
    assert_int_equal(pmy_net_read_tokens("embed 3", 4, (size_t)1 << 31, &net, NULL), PMY_BAD_SHAPE);
    assert_int_equal(pmy_net_read_tokens("embed 3", 4, SIZE_MAX / 2, &net, NULL), PMY_BAD_SHAPE);
}

/* A group that is repeated has the same layers each time. */
static void no_flatten_is_put_into_copies(void **state)
{
    (void)state;
    pmy_error error = {0};
    assert_int_equal(pmy_net_read("2 (relu, linear 4)", PMY_SHAPE(1, 3, 3), &net, &error), PMY_BAD_NET);
    assert_int_equal(error.position, 9);
    assert_string_equal(error.message, "a flatten must stand before the group that is repeated");
    assert_int_equal(pmy_net_read("1 (relu, linear 4)", PMY_SHAPE(1, 3, 3), &net, &error), PMY_OK);
    assert_string_equal(net.text, "1 (relu, flatten, linear 4)");
}

static void only_tokens_go_in(void **state)
{
    (void)state;
    pmy_error error = {0};
    read_net("embed 4, tied", TIME, VOCABULARY);
    pmy_graph *g = new_graph(NULL);
    assert_int_equal(pmy_build(g, pmy_net_build(&net, g, pmy_input(g, PMY_SHAPE(2, TIME))), &error),
                     PMY_BAD_ARGUMENT);
    assert_string_equal(error.message, "the net was read for examples of tokens, not of reals");
    pmy_graph_free(g);
    assert_int_equal(pmy_net_read("relu", PMY_SHAPE(TIME), &net, NULL), PMY_OK);
    g = new_graph(NULL);
    assert_int_equal(pmy_build(g, pmy_net_build(&net, g, pmy_integers(g, PMY_SHAPE(2, TIME))), &error),
                     PMY_BAD_ARGUMENT);
    assert_string_equal(error.message, "the net was read for examples of reals, not of tokens");
    pmy_graph_free(g);
    read_net("embed 4, flatten, linear vocab", TIME, VOCABULARY);
    g = new_graph(NULL);
    assert_int_equal(pmy_build(g, pmy_net_build(&net, g, pmy_integers(g, PMY_SHAPE(2, TIME - 1))), &error),
                     PMY_BAD_SHAPE);
    assert_string_equal(error.message, "the net was read for examples of 6, not for those of 5");
    pmy_graph_free(g);
}

/* Which parameters an optimizer for hidden layers leaves alone. */
static void tables_and_the_layer_of_logits_are_ends(void **state)
{
    (void)state;
    static const struct {
        const char *net, *ends;
    } cases[] = {
        {"embed 4, positions, [rmsnorm, attention 2 nobias], linear 4, tied", " 0.weight 1.weight"},
        {"embed 4, [linear 4], positions, linear vocab nobias", " 0.weight 2.weight 3.weight"},
        {"embed 4, positions, 8 (relu), gelu, gelu, gelu, gelu, gelu, gelu, gelu, linear 4, tied",
         " 0.weight 1.weight"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pmy_node *tokens, *logits;
        pmy_graph *g = build_net(cases[i].net, &tokens, &logits);
        build(g, logits);
        char ends[100] = "";
        for (size_t p = 0; p < pmy_graph_parameters(g).count; p++)
            if (pmy_net_is_at_an_end(pmy_parameter_at(g, p), &net))
                (void)strcat(strcat(ends, " "), pmy_node_name(pmy_parameter_at(g, p)));
        assert_string_equal(ends, cases[i].ends);
        pmy_graph_free(g);
    }
}

/* --- Gradients ------------------------------------------------------------------- */

/* No biases in attention: those of keys have no gradient. */
static const char small[] =
    "embed 4, positions, 2 ([rmsnorm, attention 2 nobias rotary], [layernorm, linear 8, "
    "gelu, linear 4]), layernorm nobias, tied";

static void gradients_are_right(void **state)
{
    (void)state;
    const pmy_verdict unsure = sizeof(pmy_real) == 4 ? PMY_NOISE : PMY_PASS;
    pmy_node *tokens, *logits;
    pmy_graph *g = build_net(small, &tokens, &logits);
    pmy_node *labels = pmy_integers(g, PMY_SHAPE(BATCH, TIME));
    build(g, pmy_softmax_xent(g, logits, labels, NULL));
    fill_labels(tokens, 1, VOCABULARY);
    fill_labels(labels, 2, VOCABULARY);
    pmy_gradcheck_result result;
    pmy_error error = {0};
    if (pmy_gradcheck(g, NULL, &result, &error) != PMY_OK)
        fail_msg("%s", error.message);
    assert_int_equal(result.count, pmy_graph_parameters(g).count);
    for (size_t i = 0; i < result.count; i++)
        if (result.check[i].verdict != PMY_PASS && result.check[i].verdict != unsure)
            fail_msg("%s: %s", result.check[i].input, pmy_verdict_text(result.check[i].verdict));
    pmy_gradcheck_free(&result);
    pmy_graph_free(g);
}

/* --- How it starts ----------------------------------------------------------------- */

static double deviation_of(const pmy_graph *g, const char *name)
{
    const pmy_node *node = pmy_find(g, name);
    if (!node)
        fail_msg("there is no %s", name);
    pmy_tensor value = pmy_value(node);
    size_t n = pmy_shape_size(value.shape);
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (double)value.data[i] * (double)value.data[i];
    return sqrt(squares / (double)n);
}

static void gpt2_starts_small(void **state)
{
    (void)state;
    const double output = 0.02 / sqrt(2 * 3);
    static const struct {
        const char *name;
        double scale; /* in 0.02, or of outputs where it is −1 */
    } expected[] = {
        {"lm.0.weight", 1},
        {"lm.1.weight", 1},
        {"lm.2.0.0.0.weight", 50}, /* a layernorm's ones */
        {"lm.2.0.0.0.bias", 0},
        {"lm.2.0.0.1.in_proj_weight", 1},
        {"lm.2.0.0.1.in_proj_bias", 0},
        {"lm.2.0.0.1.out_proj.weight", -1},
        {"lm.2.0.0.1.out_proj.bias", 0},
        {"lm.2.1.1.1.weight", 1},
        {"lm.2.1.1.1.bias", 0},
        {"lm.2.1.1.3.weight", -1},
        {"lm.2.2.1.3.bias", 0},
        {"lm.3.weight", 1},
        {"lm.3.bias", 0},
    };
    read_net(
        "embed 40, positions, 3 ([layernorm, attention 2], [rmsnorm, linear 160, gelu, linear 40, dropout "
        "0.1]), linear vocab",
        50, 60);
    pmy_graph *g = new_graph(NULL);
    pmy_prefix(g, "lm");
    pmy_node *logits = pmy_net_build(&net, g, pmy_integers(g, PMY_SHAPE(1, 50)));
    pmy_net_start(&net, g, pmy_net_start_find("gpt2"));
    build(g, logits);
    for (size_t i = 0; i < ROOM(expected); i++) {
        double scale = expected[i].scale < 0 ? output : 0.02 * expected[i].scale;
        double deviation = deviation_of(g, expected[i].name);
        if (fabs(deviation - scale) > 0.08 * scale)
            fail_msg("%s: %g, not %g", expected[i].name, deviation, scale);
    }
    pmy_graph_free(g);
}

static void the_first_start_changes_nothing(void **state)
{
    (void)state;
    pmy_node *tokens, *logits;
    pmy_graph *one = build_net(small, &tokens, &logits);
    pmy_net_start(&net, one, pmy_net_start_at(0));
    build(one, logits);
    pmy_graph *other = build_net(small, &tokens, &logits);
    build(other, logits);
    pmy_parameters a = pmy_graph_parameters(one), b = pmy_graph_parameters(other);
    assert_true(same_bits(a.values, b.values, a.size));
    pmy_graph_free(one);
    pmy_graph_free(other);
}

static void starts_are_listed_once(void **state)
{
    (void)state;
    const pmy_net_start_kind *kind;
    size_t count = 0;
    for (; (kind = pmy_net_start_at(count)); count++) {
        assert_ptr_equal(pmy_net_start_find(kind->name), kind);
        assert_true(kind->explanation[0]);
    }
    assert_int_equal(count, 2);
    assert_string_equal(pmy_net_start_at(0)->name, "default");
    assert_null(pmy_net_start_find("gpt3"));
}

static void only_a_parameter_starts_and_before_pmy_build(void **state)
{
    (void)state;
    pmy_error error;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(2, 2));
    pmy_set_start(x, PMY_ZEROS, 0);
    assert_int_equal(pmy_build(g, x, &error), PMY_BAD_ARGUMENT);
    assert_string_equal(error.message,
                        "input0: only a parameter can start in another way, and before pmy_build");
    pmy_graph_free(g);
    g = new_graph(NULL);
    pmy_node *p = pmy_parameter(g, PMY_SHAPE(2), "p", PMY_ZEROS, 0);
    pmy_set_start(p, PMY_ONES, 0);
    build(g, p);
    assert_true(pmy_value(p).data[1] == 1);
    pmy_set_start(p, PMY_ZEROS, 0);
    assert_int_equal(pmy_forward(g, PMY_EVAL, NULL), PMY_BAD_ARGUMENT);
    pmy_graph_free(g);
}

/* --- Step by step ------------------------------------------------------------------ */

static void expect_steps(const char *text)
{
    pmy_node *tokens, *logits;
    pmy_graph *whole = build_net(text, &tokens, &logits), *steps = new_graph(NULL);
    pmy_net_past past;
    pmy_node *token = pmy_integers(steps, PMY_SHAPE(BATCH, 1));
    pmy_node *next = pmy_net_build_step(&net, steps, token, &past);
    build(whole, logits);
    build(steps, next);
    pmy_parameters from = pmy_graph_parameters(whole), to = pmy_graph_parameters(steps);
    assert_int_equal(from.size, to.size);
    assert_true(pmy_shape_equal(pmy_node_shape(next), PMY_SHAPE(BATCH, 1, VOCABULARY)));
    memcpy(to.values, from.values, from.size * sizeof *from.values);
    for (unsigned again = 0; again < 2; again++) {
        fill_labels(tokens, again, VOCABULARY);
        forward(whole, PMY_EVAL);
        pmy_net_past_clear(&past);
        for (size_t t = 0; t < TIME; t++) {
            assert_int_equal(past.length, t);
            for (size_t b = 0; b < BATCH; b++)
                pmy_integer_data(token)[b] = pmy_integer_data(tokens)[b * TIME + t];
            forward(steps, PMY_EVAL);
            for (size_t i = 0; i < (size_t)BATCH * VOCABULARY; i++) {
                size_t b = i / VOCABULARY, v = i % VOCABULARY;
                expect_close(text, i, (double)pmy_value(next).data[i],
                             (double)pmy_value(logits).data[(b * TIME + t) * VOCABULARY + v],
                             sizeof(pmy_real) == 4 ? 1e-5 : 1e-12);
            }
            assert_int_equal(pmy_net_past_advance(&past), t + 1 < TIME);
        }
    }
    pmy_graph_free(whole);
    pmy_graph_free(steps);
}

static void steps_get_where_the_whole_gets(void **state)
{
    (void)state;
    expect_steps("embed 8, positions, 3 ([layernorm, attention 2], [layernorm, linear 16, gelu, linear 8]), "
                 "layernorm, tied");
    expect_steps(
        "embed 12, 2 ([rmsnorm, attention 3 rotary nobias, dropout 0.3], [rmsnorm, linear 24 nobias, "
        "silu, linear 12 nobias]), rmsnorm, linear vocab");
    expect_steps("embed 4, tied");
}

static void what_has_no_steps_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        pmy_status status;
        const char *words;
    } cases[] = {
        {"embed 4, linear 3, flatten, linear 2", PMY_BAD_NET, "flatten leaves no positions"},
        {"embed 4, tied", PMY_BAD_SHAPE, "a step takes integers [batch, 1], not 2x3"},
    };
    for (size_t i = 0; i < ROOM(cases); i++) {
        pmy_error error = {0};
        pmy_net_past past;
        read_net(cases[i].text, TIME, VOCABULARY);
        pmy_graph *g = new_graph(NULL);
        pmy_node *y = pmy_net_build_step(&net, g, pmy_integers(g, PMY_SHAPE(2, i ? 3 : 1)), &past);
        assert_int_equal(pmy_build(g, y, &error), cases[i].status);
        if (!strstr(error.message, cases[i].words))
            fail_msg("%s", error.message);
        pmy_graph_free(g);
    }
    pmy_net_past past;
    assert_int_equal(pmy_net_read("linear 3", PMY_SHAPE(1), &net, NULL), PMY_OK);
    pmy_graph *g = new_graph(NULL);
    assert_int_equal(pmy_build(g, pmy_net_build_step(&net, g, pmy_integers(g, PMY_SHAPE(2, 1)), &past), NULL),
                     PMY_BAD_NET);
    pmy_graph_free(g);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_models_have_their_parameters),
        cmocka_unit_test(parameters_are_named_by_their_place),
        cmocka_unit_test(groups_know_their_layers_and_output),
        cmocka_unit_test(each_wrong_word_is_pointed_at),
        cmocka_unit_test(no_flatten_is_put_into_copies),
        cmocka_unit_test(only_tokens_go_in),
        cmocka_unit_test(tables_and_the_layer_of_logits_are_ends),
        cmocka_unit_test(gradients_are_right),
        cmocka_unit_test(gpt2_starts_small),
        cmocka_unit_test(the_first_start_changes_nothing),
        cmocka_unit_test(starts_are_listed_once),
        cmocka_unit_test(only_a_parameter_starts_and_before_pmy_build),
        cmocka_unit_test(steps_get_where_the_whole_gets),
        cmocka_unit_test(what_has_no_steps_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
