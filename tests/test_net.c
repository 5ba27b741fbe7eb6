/* A net from a line of text: what it becomes, and where it is wrong. */
#include "pmy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROOM(array) (sizeof(array) / sizeof *(array))

static void read_net(const char *text, pmy_shape input, pmy_net *net)
{
    pmy_error error = {0};
    if (pmy_net_read(text, input, net, &error) != PMY_OK)
        fail_msg("'%s': %s", text, error.message);
}

/* --- What it becomes ------------------------------------------------------------ */

static void the_last_layer_follows_the_data(void **state)
{
    (void)state;
    static const struct {
        const char *text, *line, *refused; /* where a line is NULL: the word that is named */
    } cases[] = {
        {"linear 10", "linear 26", NULL},
        {" conv 8 5,relu,linear  10 nobias ", " conv 8 5,relu,linear 26 nobias", NULL},
        {"linear 10, relu", NULL, "relu"},
        {"conv 8 5, gap", NULL, "gap"},
        {"linear 7, [linear 7]", NULL, "linear 7"},
        {"linear 7, 2 (relu, linear 7)", NULL, "linear 7"},
        {"linaer 7", NULL, "linaer"},
    };
    for (size_t i = 0; i < ROOM(cases); i++) {
        char line[PMY_MAX_NET_TEXT];
        pmy_error error = {0};
        pmy_status status = pmy_net_with_outputs(cases[i].text, PMY_SHAPE(1, 12, 12), 26, line, &error);
        assert_int_equal(status, cases[i].line ? PMY_OK : PMY_BAD_NET);
        if (cases[i].line)
            assert_string_equal(line, cases[i].line);
        else
            assert_memory_equal(cases[i].text + error.position, cases[i].refused, strlen(cases[i].refused));
    }
}

static void lines_become_canonical(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        pmy_shape input;
        const char *canonical;
    } cases[] = {
        {"linear 10", {{784}}, "linear 10"},
        {"  linear   512 ,relu,\tdropout .5\n,linear 010 ",
         {{784}},
         "linear 512, relu, dropout 0.5, linear 10"},
        {"linear 10", {{1, 28, 28}}, "flatten, linear 10"},
        {"linear 10", {{28, 28}}, "linear 10"},
        {"relu, linear 5, linear 4", {{1, 28, 28}}, "relu, flatten, linear 5, linear 4"},
        {"linear 5 nobias ,linear  4", {{28}}, "linear 5 nobias, linear 4"},
        {"conv 6 5 nobias pad 1, conv 3 3 stride 1 nobias, conv 2 3 nobias stride 2 pad 1",
         {{1, 28, 28}},
         "conv 6 5 pad 1 nobias, conv 3 3 nobias, conv 2 3 stride 2 pad 1 nobias"},
        {"flatten, linear 5", {{28, 28}}, "flatten, linear 5"},
        {"flatten, flatten", {{28}}, "flatten, flatten"},
        {"tanh,sigmoid,gelu,leaky_relu,relu", {{3}}, "tanh, sigmoid, gelu, leaky_relu, relu"},
        {"dropout 0", {{3}}, "dropout 0"},
        {"dropout -0", {{3}}, "dropout 0"},
        {"dropout 2.5e-1", {{3}}, "dropout 0.25"},
        {"dropout 0.1", {{3}}, "dropout 0.1"},
        {"dropout 0.30000000000000004", {{3}}, "dropout 0.30000000000000004"},
        {"dropout 0.333333333333333314829616256247", {{3}}, "dropout 0.3333333333333333"},
        {"dropout 1e-300", {{3}}, "dropout 1e-300"},
        {"linear 1000000", {{3}}, "linear 1000000"},
        {"linear 2147483647", {{1}}, "linear 2147483647"},
        {"[relu]", {{3}}, "[relu]"},
        {" [ relu ,linear 3 ] , [[tanh],[ gelu,flatten]],relu ",
         {{3}},
         "[relu, linear 3], [[tanh], [gelu, flatten]], relu"},
        {"[relu],[tanh]", {{1, 28, 28}}, "[relu], [tanh]"},
        /* Named numbers stand in one order, and only where they say something. */
        {"maxpool 2 stride 2 pad 0", {{1, 28, 28}}, "maxpool 2"},
        {"maxpool 3 stride 2", {{1, 28, 28}}, "maxpool 3 stride 2"},
        {"maxpool 3 pad 1 stride 2", {{1, 28, 28}}, "maxpool 3 stride 2 pad 1"},
        {"avgpool 2 pad  1", {{1, 28, 28}}, "avgpool 2 pad 1"},
        {"avgpool 2 stride 1, linear 3", {{1, 28, 28}}, "avgpool 2 stride 1, flatten, linear 3"},
        {"gap, linear 3", {{1, 28, 28}}, "gap, linear 3"},
        {"conv 6 5 pad 0 stride 1, conv 3 3 stride 2 , conv 2 1 pad 3 stride 5",
         {{1, 28, 28}},
         "conv 6 5, conv 3 3 stride 2, conv 2 1 stride 5 pad 3"},
        {"[maxpool 3 stride 1 pad 1], avgpool 2,[ relu]",
         {{1, 28, 28}},
         "[maxpool 3 stride 1 pad 1], avgpool 2, [relu]"},
        {" ( relu ,linear 3 ) , 02(tanh,[(gelu )]),1 (relu)",
         {{3}},
         "(relu, linear 3), 2 (tanh, [(gelu)]), 1 (relu)"},
        {"rmsnorm, (rmsnorm), 1 (layernorm nobias)",
         {{1, 4, 4}},
         "flatten, rmsnorm, (rmsnorm), 1 (layernorm nobias)"},
        {"positions, attention 2 nobias rotary, 3 ([attention 1])",
         {{5, 4}},
         "positions, attention 2 rotary nobias, 3 ([attention 1])"},
    };
    for (size_t i = 0; i < ROOM(cases); i++) {
        pmy_net net, again;
        read_net(cases[i].text, cases[i].input, &net);
        assert_string_equal(net.text, cases[i].canonical);
        read_net(net.text, cases[i].input, &again);
        assert_string_equal(again.text, net.text);
        assert_int_equal(again.count, net.count);
        for (size_t l = 0; l < net.count; l++)
            for (size_t n = 0; n < PMY_MAX_ARGUMENTS; n++)
                assert_true(again.layer[l].number[n] == net.layer[l].number[n]);
    }
}

static void layers_know_shapes_parameters_and_flops(void **state)
{
    (void)state;
    pmy_net net;
    read_net("tanh, linear 512, relu, dropout 0.5, linear 10", PMY_SHAPE(1, 28, 28), &net);
    static const struct {
        const char *text;
        pmy_shape output;
        size_t parameters;
        double flops;
        size_t position, length;
    } layers[] = {
        {"tanh", {{1, 1, 28, 28}}, 0, 0, 0, 4},
        {"flatten", {{1, 784}}, 0, 0, 0, 0},
        {"linear 512", {{1, 512}}, 784 * 512 + 512, 2.0 * 784 * 512, 6, 10},
        {"relu", {{1, 512}}, 0, 0, 18, 4},
        {"dropout 0.5", {{1, 512}}, 0, 0, 24, 11},
        {"linear 10", {{1, 10}}, 5130, 10240, 37, 9},
    };
    assert_int_equal(net.count, ROOM(layers));
    for (size_t i = 0; i < ROOM(layers); i++) {
        const pmy_layer *layer = &net.layer[i];
        assert_string_equal(pmy_layer_print(layer).text, layers[i].text);
        assert_true(pmy_shape_equal(layer->output, layers[i].output));
        assert_int_equal(layer->parameters, layers[i].parameters);
        assert_true(layer->flops == layers[i].flops);
        assert_int_equal(layer->position, layers[i].position);
        assert_int_equal(layer->length, layers[i].length);
    }
    assert_int_equal(net.parameters, 784 * 512 + 512 + 5130);
    assert_true(pmy_shape_equal(net.input, PMY_SHAPE(1, 1, 28, 28)));
}

static pmy_graph *build_net(const char *text, pmy_shape example, pmy_shape batch, pmy_node **x, pmy_node **y)
{
    pmy_net net;
    pmy_error error = {0};
    pmy_graph *g = pmy_graph_new(NULL, 1);
    assert_non_null(g);
    read_net(text, example, &net);
    *x = pmy_input(g, batch);
    *y = pmy_net_build(&net, g, *x);
    if (pmy_build(g, *y, &error) != PMY_OK)
        fail_msg("%s", error.message);
    size_t parameters = 0;
    for (size_t p = 0; p < pmy_graph_parameters(g).count; p++)
        parameters += pmy_shape_size(pmy_node_shape(pmy_parameter_at(g, p)));
    assert_int_equal(parameters, net.parameters);
    return g;
}

/* As in torch.nn.Sequential of the same layers, where a fused activation has an index of its own. */
static void parameters_are_named_as_pytorch_does(void **state)
{
    (void)state;
    pmy_node *x, *y;
    pmy_graph *g = build_net("linear 6, relu, dropout 0.1, linear 5, gelu, tanh, linear 4",
                             PMY_SHAPE(2, 2, 2), PMY_SHAPE(3, 2, 2, 2), &x, &y);
    static const struct {
        const char *name;
        pmy_shape shape;
    } parameters[] = {
        {"1.weight", {{6, 8}}}, {"1.bias", {{6}}},      {"4.weight", {{5, 6}}},
        {"4.bias", {{5}}},      {"7.weight", {{4, 5}}}, {"7.bias", {{4}}},
    };
    assert_int_equal(pmy_graph_parameters(g).count, ROOM(parameters));
    for (size_t p = 0; p < ROOM(parameters); p++) {
        pmy_node *node = pmy_parameter_at(g, p);
        assert_string_equal(pmy_node_name(node), parameters[p].name);
        assert_true(pmy_shape_equal(pmy_node_shape(node), parameters[p].shape));
    }
    assert_true(pmy_shape_equal(pmy_node_shape(y), PMY_SHAPE(3, 4)));
    pmy_graph_free(g);
}

/* As PyTorch counts: what is fused and what is put in has an index, gap has two. */
static void image_nets_have_pytorchs_indices(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t parameters;
        const char *canonical, *names;
    } cases[] = {
        {"conv 6 5 pad 2, relu, maxpool 2, conv 16 5, relu, maxpool 2, linear 120, relu, linear 84, relu, "
         "linear 10",
         61706,
         "conv 6 5 pad 2, relu, maxpool 2, conv 16 5, relu, maxpool 2, flatten, linear 120, relu, linear 84, "
         "relu, linear 10",
         "0.weight 0.bias 3.weight 3.bias 7.weight 7.bias 9.weight 9.bias 11.weight 11.bias "},
        {"conv 32 3, relu, conv 64 3, relu, maxpool 2, dropout 0.25, flatten, linear 128, relu, dropout 0.5, "
         "linear 10",
         1199882,
         "conv 32 3, relu, conv 64 3, relu, maxpool 2, dropout 0.25, flatten, linear 128, relu, dropout 0.5, "
         "linear 10",
         "0.weight 0.bias 2.weight 2.bias 7.weight 7.bias 10.weight 10.bias "},
        {"conv 4 3, batchnorm, relu, [conv 4 3 pad 1, batchnorm, relu, conv 4 3 pad 1, batchnorm], relu, "
         "gap, "
         "linear 10, batchnorm",
         40 + 8 + 148 + 8 + 148 + 8 + 50 + 20, NULL,
         "0.weight 0.bias 1.weight 1.bias 3.0.weight 3.0.bias 3.1.weight 3.1.bias 3.3.weight 3.3.bias "
         "3.4.weight 3.4.bias 7.weight 7.bias 8.weight 8.bias "},
        {"layernorm, conv 4 3 stride 5, layernorm, linear 10, layernorm", 2 * 784 + 40 + 2 * 144 + 1450 + 20,
         "layernorm, conv 4 3 stride 5, layernorm, flatten, linear 10, layernorm",
         "0.weight 0.bias 1.weight 1.bias 2.weight 2.bias 4.weight 4.bias 5.weight 5.bias "},
        {"conv 4 3 nobias, relu, [conv 4 3 pad 1 nobias, batchnorm], gap, linear 9 nobias, linear 10",
         36 + 144 + 8 + 36 + 100, NULL, "0.weight 2.0.weight 2.1.weight 2.1.bias 5.weight 6.weight 6.bias "},
        {"conv 4 3, [conv 4 3 pad 1, relu, [relu, conv 4 1], conv 4 3 pad 1], relu, gap, linear 10",
         40 + 148 + 20 + 148 + 50, NULL,
         "0.weight 0.bias 1.0.weight 1.0.bias 1.2.1.weight 1.2.1.bias 1.3.weight 1.3.bias 5.weight 5.bias "},
    };
    for (size_t i = 0; i < ROOM(cases); i++) {
        pmy_net net;
        read_net(cases[i].text, PMY_SHAPE(1, 28, 28), &net);
        assert_int_equal(net.parameters, cases[i].parameters);
        assert_string_equal(net.text, cases[i].canonical ? cases[i].canonical : cases[i].text);
        assert_true(pmy_shape_equal(net.output, PMY_SHAPE(1, 10)));
        pmy_node *x, *y;
        pmy_graph *g = build_net(cases[i].text, PMY_SHAPE(1, 28, 28), PMY_SHAPE(2, 1, 28, 28), &x, &y);
        char names[512] = "";
        for (size_t p = 0; p < pmy_graph_parameters(g).count; p++) {
            (void)strcat(names, pmy_node_name(pmy_parameter_at(g, p)));
            (void)strcat(names, " ");
        }
        assert_string_equal(names, cases[i].names);
        if (strstr(cases[i].names, "3.4.weight"))
            assert_non_null(pmy_find(g, "3.4.running_mean"));
        pmy_graph_free(g);
    }
}

/* An activation lies in the node of what stands right before it, but never in that of a group's last layer.
 */
static void activations_are_fused_where_they_can_be(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool fused;
    } cases[] = {
        {"linear 3, tanh", true},         {"conv 2 3, tanh", true},      {"conv 2 3, batchnorm, tanh", true},
        {"[linear 9], tanh", false},      {"maxpool 2, tanh", false},    {"[conv 1 1], tanh", false},
        {"[conv 1 1, tanh], relu", true}, {"gap, tanh", false},          {"dropout 0.5, tanh", false},
        {"[batchnorm], tanh", false},     {"flatten, tanh, tanh", false}};
    for (size_t i = 0; i < ROOM(cases); i++) {
        pmy_node *x, *y;
        pmy_shape example = cases[i].text[1] == 'l' ? PMY_SHAPE(9) : PMY_SHAPE(1, 3, 3), batch = {{4}};
        for (unsigned axis = 0; axis < 3; axis++)
            batch.dim[axis + 1] = example.dim[axis];
        pmy_graph *g = build_net(cases[i].text, example, batch, &x, &y);
        if ((pmy_find(g, "tanh0") == NULL) != cases[i].fused)
            fail_msg("'%s'", cases[i].text);
        pmy_graph_free(g);
    }
}

static void image_layers_know_shapes_parameters_and_flops(void **state)
{
    (void)state;
    pmy_net net;
    read_net("conv 4 5 stride 2 pad 1, maxpool 3 stride 2 pad 1, [avgpool 3 stride 1 pad 1], avgpool 2, gap, "
             "linear 3",
             PMY_SHAPE(3, 21, 30), &net);
    static const struct {
        const char *name;
        pmy_shape output;
        size_t parameters;
        double flops;
    } layers[] = {
        {"0", {{1, 4, 10, 14}}, 4 * 75 + 4, 2.0 * 4 * 75 * 10 * 14},
        {"1", {{1, 4, 5, 7}}, 0, 0},
        {"2", {{1, 4, 5, 7}}, 0, 0},
        {"2.0", {{1, 4, 5, 7}}, 0, 0},
        {"3", {{1, 4, 2, 3}}, 0, 0},
        {"4", {{1, 4}}, 0, 0},
        {"6", {{1, 3}}, 15, 24},
    };
    assert_int_equal(net.count, ROOM(layers));
    for (size_t i = 0; i < ROOM(layers); i++) {
        assert_string_equal(net.layer[i].name, layers[i].name);
        assert_true(pmy_shape_equal(net.layer[i].output, layers[i].output));
        assert_int_equal(net.layer[i].parameters, layers[i].parameters);
        assert_true(net.layer[i].flops == layers[i].flops);
    }
}

/* Layers take the vectors of a sequence [time, features], each by itself. */
static void sequence_layers_know_shapes_parameters_and_flops(void **state)
{
    (void)state;
    pmy_net net;
    pmy_node *x, *y;
    read_net("linear 8, gelu, [layernorm, linear 8], dropout 0.1, linear 4", PMY_SHAPE(5, 6), &net);
    static const struct {
        pmy_shape output;
        size_t parameters;
        double flops;
    } layers[] = {
        {{{1, 5, 8}}, 56, 2.0 * 5 * 48}, {{{1, 5, 8}}, 0, 0}, {{{1, 5, 8}}, 0, 0},   {{{1, 5, 8}}, 16, 0},
        {{{1, 5, 8}}, 72, 640},          {{{1, 5, 8}}, 0, 0}, {{{1, 5, 4}}, 36, 320}};
    assert_int_equal(net.count, ROOM(layers));
    for (size_t i = 0; i < ROOM(layers); i++) {
        assert_true(pmy_shape_equal(net.layer[i].output, layers[i].output));
        assert_int_equal(net.layer[i].parameters, layers[i].parameters);
        assert_true(net.layer[i].flops == layers[i].flops);
    }
    pmy_graph *g = build_net(net.text, PMY_SHAPE(5, 6), PMY_SHAPE(3, 5, 6), &x, &y);
    assert_true(pmy_shape_equal(pmy_node_shape(y), PMY_SHAPE(3, 5, 4)));
    pmy_graph_free(g);
    read_net("linear 8, flatten, linear 4", PMY_SHAPE(5, 6), &net);
    assert_int_equal(net.parameters, 56 + 164);
}

static void nets_know_their_least_batch(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t least;
    } cases[] = {{"linear 3, batchnorm", 2},
                 {"[batchnorm], linear 3", 1},
                 {"conv 4 3, [batchnorm], gap", 1},
                 {"gap, batchnorm, relu, linear 3", 2},
                 {"conv 4 28, batchnorm, linear 3", 2},
                 {"layernorm, linear 3", 1}};
    for (size_t i = 0; i < ROOM(cases); i++) {
        pmy_net net;
        read_net(cases[i].text, PMY_SHAPE(1, 28, 28), &net);
        assert_int_equal(net.least_batch, cases[i].least);
    }
}

/* The activation right after a linear lies in its node; the next one has its own. */
static void a_net_computes_what_its_layers_do(void **state)
{
    (void)state;
    pmy_node *x, *y;
    pmy_graph *g =
        build_net("sigmoid, linear 3, tanh, leaky_relu, linear 2", PMY_SHAPE(4), PMY_SHAPE(5, 4), &x, &y);
    assert_null(pmy_find(g, "tanh0"));
    assert_non_null(pmy_find(g, "leaky_relu0"));
    for (size_t i = 0; i < 20; i++)
        pmy_value(x).data[i] = (pmy_real)i / 10 - 1;
    assert_int_equal(pmy_forward(g, PMY_EVAL, NULL), PMY_OK);
    const pmy_real *w = pmy_value(pmy_find(g, "1.weight")).data, *b = pmy_value(pmy_find(g, "1.bias")).data;
    const pmy_real *v = pmy_value(pmy_find(g, "4.weight")).data, *c = pmy_value(pmy_find(g, "4.bias")).data;
    for (size_t r = 0; r < 5; r++)
        for (size_t o = 0; o < 2; o++) {
            double sum = (double)c[o];
            for (size_t h = 0; h < 3; h++) {
                double z = (double)b[h];
                for (size_t i = 0; i < 4; i++)
                    z += (double)w[h * 4 + i] / (1 + exp(-(double)pmy_value(x).data[r * 4 + i]));
                sum += (double)v[o * 3 + h] * (z > 0 ? tanh(z) : 0.01 * tanh(z));
            }
            assert_true(fabs((double)pmy_value(y).data[r * 2 + o] - sum) < 1e-6);
        }
    pmy_graph_free(g);
}

/* What must stand after a word, with 0 for a rate and 1 for any other number. */
static void every_word_has_an_explanation(void **state)
{
    (void)state;
    const char *explanation = NULL;
    pmy_layer_text usage;
    size_t count = 0;
    for (; pmy_net_word(count, &usage, &explanation); count++) {
        assert_true(strlen(usage.text) > 0 && strlen(explanation) > 0);
        char *optional = strstr(usage.text, " [");
        if (optional)
            *optional = 0;
        for (char *letter = usage.text; *letter; letter++)
            if (letter[0] == ' ')
                letter[1] = letter[1] == 'P' ? '0' : '1';
        pmy_net net;
        pmy_error error;
        const char *text =
            strstr(usage.text, "LAYERS") ? usage.text[0] == '[' ? "[relu]" : "2 (relu)" : usage.text;
        if (pmy_net_read(text, PMY_SHAPE(1, 5, 5), &net, NULL) == PMY_OK ||
            pmy_net_read(text, PMY_SHAPE(5, 5), &net, NULL) == PMY_OK)
            continue;
        char of_tokens[128]; /* "embed 1", "embed 1, tied" */
        (void)snprintf(of_tokens, sizeof of_tokens, "%s%s", strncmp(text, "embed", 5) == 0 ? "" : "embed 1, ",
                       text);
        if (pmy_net_read_tokens(of_tokens, 3, 4, &net, &error) != PMY_OK)
            fail_msg("'%s': %s", of_tokens, error.message);
    }
    assert_true(count >= 8);
    assert_false(pmy_net_word(count + 100, &usage, &explanation));
}

/* --- Where it is wrong ----------------------------------------------------------- */

static void expect_wrong(const char *text, pmy_shape input, size_t position, size_t length, const char *words)
{
    pmy_net net;
    pmy_error error = {0};
    if (pmy_net_read(text, input, &net, &error) != PMY_BAD_NET || error.code != PMY_BAD_NET)
        fail_msg("'%s' is taken, or fails with '%s'", text, error.message);
    if (error.position != position || error.length != length || !strstr(error.message, words))
        fail_msg("'%s': %zu, %zu, '%s'", text, error.position, error.length, error.message);
    assert_int_equal(pmy_net_read(text, input, &net, NULL), PMY_BAD_NET);
}

static void each_wrong_word_is_pointed_at(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t position, length;
        const char *words;
    } cases[] = {
        /* A missing layer is pointed at where it would begin, also after the end. */
        {"", 0, 1, "a layer is missing here"},
        {"   ", 3, 1, "a layer is missing here"},
        {",", 0, 1, "a layer is missing here"},
        {"relu,", 5, 1, "a layer is missing here"},
        {"relu, , tanh", 6, 1, "a layer is missing here"},
        {"linear 3,, relu", 9, 1, "a layer is missing here"},
        /* Words. */
        {"linaer 512", 0, 6, "unknown layer 'linaer': did you mean 'linear'?"},
        {"linear 512, rleu", 12, 4, "unknown layer 'rleu': did you mean 'relu'?"},
        {"linear 512, leaky", 12, 5, "unknown layer 'leaky': did you mean 'leaky_relu'?"},
        {"Relu", 0, 4, "unknown layer 'Relu': did you mean 'relu'?"},
        {"convolution 3", 0, 11, "unknown layer 'convolution'"},
        {"512", 0, 3, "unknown layer '512'"},
        {"linear512", 0, 9, "unknown layer 'linear512'"},
        {"linear(512)", 6, 1, "linear needs a whole positive number"},
        {"relu; linear 3", 0, 5, "did you mean 'relu'?"},
        /* Numbers. */
        {"linear", 0, 6, "linear needs a number after it"},
        {"relu, linear ,tanh", 6, 6, "linear needs a number after it"},
        {"dropout", 0, 7, "dropout needs a number after it"},
        {"linear 0", 7, 1, "between 1 and 2147483647"},
        {"linear 2147483648", 7, 10, "between 1 and 2147483647"},
        {"linear 99999999999999999999999999", 7, 26, "between 1 and 2147483647"},
        {"linear -5", 7, 2, "whole positive number"},
        {"linear +5", 7, 2, "whole positive number"},
        {"linear 5.5", 7, 3, "whole positive number"},
        {"linear 1e3", 7, 3, "whole positive number"},
        {"linear 0x10", 7, 4, "whole positive number"},
        {"linear ten", 7, 3, "whole positive number"},
        {"linear nan", 7, 3, "whole positive number"},
        {"dropout 1", 8, 1, "0 or more and below 1"},
        {"dropout -0.1", 8, 4, "0 or more and below 1"},
        {"dropout 1e999", 8, 5, "0 or more and below 1"},
        {"dropout nan", 8, 3, "a real number"},
        {"dropout inf", 8, 3, "a real number"},
        {"dropout 0x1p-2", 8, 6, "a real number"},
        {"dropout 0.5.5", 8, 5, "a real number"},
        {"dropout 0.5e", 8, 4, "a real number"},
        {"dropout .", 8, 1, "a real number"},
        {"dropout half", 8, 4, "a real number"},
        {"dropout 50%", 8, 3, "a real number"},
        /* Too many. */
        {"linear 5 6", 9, 1, "linear does not take '6'; is a comma missing before it?"},
        {"relu 5", 5, 1, "relu does not take '5'"},
        {"linear 5 relu", 9, 4, "is a comma missing"},
        {"dropout 0.5 , relu tanh, linear 3", 19, 4, "relu does not take 'tanh'"},
        {"linear nobias", 7, 6, "linear needs a whole positive number"},
        {"linear 3 nobia", 9, 5, "linear does not take 'nobia': did you mean 'nobias'?"},
        {"linear 3 nobias nobias", 16, 6, "nobias is given twice"},
        {"linear 3 nobias 1", 16, 1, "linear does not take '1'; is a comma missing before it?"},
        {"relu nobias", 5, 6, "relu does not take 'nobias'"},
        {"flatten linear 3", 8, 6, "flatten does not take 'linear'"},
        /* Groups. */
        {"[", 1, 1, "a layer is missing here"},
        {"[]", 1, 1, "a layer is missing here"},
        {"[ , relu]", 2, 1, "a layer is missing here"},
        {"[relu, ]", 7, 1, "a layer is missing here"},
        {"relu, [relu", 6, 1, "this [ is not closed"},
        {"[relu, [relu], tanh ", 0, 1, "this [ is not closed"},
        {"]", 0, 1, "a layer is missing here"},
        {"relu]", 4, 1, "there is no [ that this ] closes"},
        {"relu ]", 5, 1, "there is no [ that this ] closes"},
        {"[relu], tanh], relu", 12, 1, "there is no [ that this ] closes"},
        {"[relu] tanh", 7, 4, "a comma is missing before this"},
        {"[relu][tanh]", 6, 1, "a comma is missing before this"},
        {"relu [tanh]", 5, 1, "relu does not take '['; is a comma missing before it?"},
        {"linear [tanh]", 7, 1, "whole positive number"},
        {"[relu, tanj]", 7, 4, "did you mean 'tanh'?"},
        {"relu, [ linear 3 ] , tanh", 6, 12, "it gets 784 and gives 3"},
        {"[[linear 784], [relu, linear 2]]", 15, 16, "it gets 784 and gives 2"},
        {"[[[[[relu]]]]]", 4, 1, "more than 4 groups in one another"},
        {"[([2 ([relu])])]", 6, 1, "more than 4 groups in one another"},
        {"(", 1, 1, "a layer is missing here"},
        {"2 ( )", 4, 1, "a layer is missing here"},
        {"relu, (relu", 6, 1, "this ( is not closed"},
        {"3 (relu]", 0, 3, "this ( is not closed"},
        {"[relu)", 0, 1, "this [ is not closed"},
        {"relu)", 4, 1, "there is no ( that this ) closes"},
        {"0 (relu)", 0, 1, "a group needs a number between 1 and"},
        {"-1 (relu)", 0, 2, "unknown layer '-1'"},
        {"2 [relu]", 0, 1, "unknown layer '2'"},
        {"2.5 (relu)", 0, 3, "a group needs a whole positive number"},
        {"(relu) tanh", 7, 4, "a comma is missing before this"},
        {"2 (linear 3, tanj)", 13, 4, "did you mean 'tanh'?"},
        {"300 (relu)", 5, 4, "more than 288 layers"},
        {"1000000 (20000 (relu))", 16, 4, "more than 288 layers"},
        /* Sequences and tokens. */
        {"embed 8", 0, 7, "embed takes tokens, and the examples are none"},
        {"linear 3, tied", 10, 4, "tied needs sequences of time x features, not 3"},
        {"relu, positions", 6, 9, "positions needs sequences of time x features, not 784"},
        {"relu, attention 2 rotary", 6, 18, "attention needs sequences of time x features, not 784"},
        {"linear vocab", 7, 5, "vocab is how many tokens there are, but the examples are none"},
    };
    for (size_t i = 0; i < ROOM(cases); i++)
        expect_wrong(cases[i].text, PMY_SHAPE(784), cases[i].position, cases[i].length, cases[i].words);
}

static void each_wrong_word_about_images_is_pointed_at(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t position, length;
        const char *words;
    } cases[] = {
        {"conv", 0, 4, "conv needs a number after it"},
        {"conv 3", 0, 6, "conv needs another number after it"},
        {"relu, conv 3 , relu", 6, 6, "conv needs another number after it"},
        {"conv 3 pad 1", 7, 3, "conv needs a whole positive number"},
        {"conv 0 3", 5, 1, "conv needs a number between 1 and 2147483647"},
        {"conv 3 0", 7, 1, "conv needs a number between 1 and 2147483647"},
        {"conv 3 3 3", 9, 1, "conv does not take '3'; is a comma missing before it?"},
        {"conv 3 3 nobias pad", 16, 3, "pad needs a number after it"},
        {"conv 3 3 pad nobias", 13, 6, "pad needs a whole number"},
        {"conv 3 3x3", 7, 3, "conv needs a whole positive number"},
        {"conv2d 3 3", 0, 6, "did you mean 'conv'?"},
        {"conv 3 29", 0, 9, "a kernel of 29 does not fit into 28 with a padding of 0"},
        {"conv 3 31 pad 1", 0, 15, "a kernel of 31 does not fit into 28 with a padding of 1"},
        {"conv 3 2147483647", 0, 17, "a kernel of 2147483647 does not fit into 28"},
        {"conv 2147483647 5, conv 2147483647 5", 0, 17, "the weight has more than 2147483647 numbers"},
        {"linear 9, conv 3 3", 10, 8, "conv needs images of channels x height x width, not 9"},
        {"relu, [conv 1 3]", 6, 10, "it gets 1x28x28 and gives 1x26x26"},
        {"[conv 2 3 pad 1]", 0, 16, "it gets 1x28x28 and gives 2x28x28"},
        {"maxpool", 0, 7, "maxpool needs a number after it"},
        {"maxpool stride 2", 8, 6, "maxpool needs a whole positive number"},
        {"maxpool 0", 8, 1, "maxpool needs a number between 1 and"},
        {"maxpool 2 2", 10, 1, "maxpool does not take '2'; is a comma missing before it?"},
        {"maxpool 2 relu", 10, 4, "is a comma missing before it?"},
        {"maxpool 2 strid 2", 10, 5, "maxpool does not take 'strid': did you mean 'stride'?"},
        {"maxpool 2 padding 1", 10, 7, "maxpool does not take 'padding'"},
        {"maxpool 2 stride", 10, 6, "stride needs a number after it"},
        {"maxpool 2 stride, relu", 10, 6, "stride needs a number after it"},
        {"maxpool 2 stride pad 1", 17, 3, "stride needs a whole positive number"},
        {"maxpool 2 stride 0", 17, 1, "stride needs a number between 1 and 2147483647"},
        {"maxpool 2 pad -1", 14, 2, "pad needs a whole number"},
        {"maxpool 2 pad 2147483648", 14, 10, "pad needs a number between 0 and 2147483647"},
        {"maxpool 2 pad 1 stride 3 pad 1", 25, 3, "pad is given twice"},
        {"relu, maxpool 4 pad 3, relu", 6, 15, "a padding of 3 is more than half of the kernel, 4"},
        {"avgpool 29", 0, 10, "a kernel of 29 does not fit into 28"},
        {"maxpool 28, maxpool 2", 12, 9, "a kernel of 2 does not fit into 1"},
        {"maxpool 2 [relu]", 10, 1, "is a comma missing before it?"},
        {"gap 2", 4, 1, "gap does not take '2'"},
        {"gap, maxpool 2", 5, 9, "maxpool needs images of channels x height x width, not 1"},
        {"flatten, avgpool 2 stride 3", 9, 18, "avgpool needs images of channels x height x width, not 784"},
        {"[maxpool 2]", 0, 11, "it gets 1x28x28 and gives 1x14x14"},
        {"[linear 784]", 0, 12, "it gets 1x28x28 and gives 784"},
    };
    for (size_t i = 0; i < ROOM(cases); i++)
        expect_wrong(cases[i].text, PMY_SHAPE(1, 28, 28), cases[i].position, cases[i].length, cases[i].words);
    /* What an op says, without its node's name and shapes. */
    pmy_net net;
    pmy_error error;
    assert_int_equal(pmy_net_read("relu, avgpool 4 pad 3", PMY_SHAPE(1, 28, 28), &net, &error), PMY_BAD_NET);
    assert_string_equal(error.message, "a padding of 3 is more than half of the kernel, 4");
    expect_wrong("maxpool 2", PMY_SHAPE(784), 0, 9, "images of channels x height x width, not 784");
    expect_wrong("maxpool 2", PMY_SHAPE(28, 28), 0, 9, "images of channels x height x width, not 28x28");
}

static void texts_say_whether_they_want_images(void **state)
{
    (void)state;
    assert_true(pmy_net_wants_images("maxpool 2, linear 3"));
    assert_true(pmy_net_wants_images("relu, [[gap]]"));
    assert_false(pmy_net_wants_images("linear 3, relu"));
    assert_true(pmy_net_wants_images("[relx, [linear 3,maxpool 2"));
    assert_false(pmy_net_wants_images("linear 3, relx]] ,,"));
    assert_false(pmy_net_wants_images(""));
}

static void nets_too_large_are_refused(void **state)
{
    (void)state;
    expect_wrong("linear 2147483647, linear 2147483647", PMY_SHAPE(7), 19, 17,
                 "a weight of 2147483647x2147483647 is too large");
    expect_wrong("relu, linear 2", PMY_SHAPE((size_t)1 << 32), 6, 8,
                 "4294967296 inputs and 2 outputs are too many");
    expect_wrong("relu, linear 2", PMY_SHAPE(1, (size_t)1 << 20, (size_t)1 << 20), 6, 8,
                 "1099511627776 inputs and 2 outputs are too many");
    static const pmy_shape bad[] = {
        {{0}}, {{2, 3, 4, 5}}, {{2, 0, 3}}, {{(size_t)1 << 40, (size_t)1 << 40}}, {{SIZE_MAX}}};
    for (size_t i = 0; i < ROOM(bad); i++) {
        pmy_net net;
        pmy_error error = {0};
        assert_int_equal(pmy_net_read("flatten, linear 2", bad[i], &net, &error), PMY_BAD_SHAPE);
        assert_int_equal(error.length, 0);
        assert_true(strlen(error.message) > 0);
    }
}

/* `count` times `word`, then `end`. */
static char *repeated(const char *word, size_t count, const char *end)
{
    size_t length = strlen(word);
    char *text = malloc(count * length + strlen(end) + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * length, word, length);
    strcpy(text + count * length, end);
    return text;
}

static void expect_wrong_and_free(char *text, size_t position, size_t length, const char *words)
{
    expect_wrong(text, PMY_SHAPE(1, 4, 4), position, length, words);
    free(text);
}

static void hostile_lines_are_refused(void **state)
{
    (void)state;
    pmy_net net;
    char *most = repeated("relu,", PMY_MAX_LAYERS - 1, "relu");
    read_net(most, PMY_SHAPE(4), &net);
    assert_int_equal(net.count, PMY_MAX_LAYERS);
    free(most);
    expect_wrong_and_free(repeated("relu,", PMY_MAX_LAYERS, " relu"), 5 * PMY_MAX_LAYERS + 1, 4,
                          "more than 288 layers");
    /* The flatten that is put in has no room either. */
    expect_wrong_and_free(repeated("relu,", PMY_MAX_LAYERS - 1, "linear 3"), 5 * (PMY_MAX_LAYERS - 1), 8,
                          "more than 288 layers");
    expect_wrong_and_free(repeated("relu,", 1000000, "relu"), 5 * PMY_MAX_LAYERS, 4, "more than 288 layers");
    /* 24 characters a layer; 78 and their commas fit in 2047. */
    expect_wrong_and_free(repeated("dropout 0.12345678901234,", 100, "relu"), 25 * 78, 24,
                          "the line is longer than 2047 characters");
    expect_wrong_and_free(repeated("x", 1000000, ""), 0, 1000000,
                          "unknown layer 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'");
    expect_wrong_and_free(repeated(" ", 1000000, ""), 1000000, 1, "a layer is missing here");
    /* Each has 2^58 parameters, and the 64th as many more as there are numbers of parameters. */
    char *layernorms = repeated("layernorm,", 70, "relu");
    expect_wrong(layernorms, PMY_SHAPE((size_t)1 << 57), 630, 9, "the net becomes too large here");
    free(layernorms);
    char *digits = repeated("9", 100000, "");
    char *line = repeated("linear ", 1, digits);
    free(digits);
    expect_wrong_and_free(line, 7, 100000, "between 1 and");
}

static void strange_letters_are_shown_without_harm(void **state)
{
    (void)state;
    expect_wrong("\x1b[31mrelu", PMY_SHAPE(4), 0, 1, "unknown layer '?'");
    expect_wrong("\x1b(31mrelu", PMY_SHAPE(4), 0, 1, "unknown layer '?'");
    expect_wrong("relu\x7f\x01", PMY_SHAPE(4), 0, 6, "unknown layer 'relu?\?': did you mean 'relu'?");
    expect_wrong("r\xc3\xa9lu", PMY_SHAPE(4), 0, 5, "unknown layer 'r\xc3\xa9lu': did you mean 'relu'?");
    expect_wrong("%s%n%d", PMY_SHAPE(4), 0, 6, "unknown layer '%s%n%d'");
    expect_wrong("linear \xef\xbc\x95", PMY_SHAPE(4), 7, 3, "whole positive number");
    expect_wrong("\xff\xfe", PMY_SHAPE(4), 0, 2, "unknown layer '?\?'");
    expect_wrong("re\xc2\x9blu", PMY_SHAPE(4), 0, 6, "unknown layer 're?lu': did you mean 'relu'?");
    /* 39 letters and one of two bytes: it would be cut in half. */
    expect_wrong("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\xc3\xa9yy", PMY_SHAPE(4), 0, 43,
                 "unknown layer 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'");
}

static void groups_know_what_is_in_them(void **state)
{
    (void)state;
    pmy_net net;
    read_net("relu, [linear 4, [tanh, gelu], linear 4], linear 3", PMY_SHAPE(4), &net);
    static const struct {
        const char *name, *text;
        size_t inner, position, length, parameters;
    } layers[] = {
        {"0", "relu", 0, 0, 4, 0},         {"1", "[...]", 5, 6, 34, 0},     {"1.0", "linear 4", 0, 7, 8, 20},
        {"1.1", "[...]", 2, 17, 12, 0},    {"1.1.0", "tanh", 0, 18, 4, 0},  {"1.1.1", "gelu", 0, 24, 4, 0},
        {"1.2", "linear 4", 0, 31, 8, 20}, {"2", "linear 3", 0, 42, 8, 15},
    };
    assert_int_equal(net.count, ROOM(layers));
    for (size_t i = 0; i < ROOM(layers); i++) {
        const pmy_layer *layer = &net.layer[i];
        assert_string_equal(layer->name, layers[i].name);
        assert_string_equal(pmy_layer_print(layer).text, layers[i].text);
        assert_int_equal(layer->inner, layers[i].inner);
        assert_int_equal(layer->position, layers[i].position);
        assert_int_equal(layer->length, layers[i].length);
        assert_int_equal(layer->parameters, layers[i].parameters);
    }
    assert_int_equal(net.parameters, 55);
    assert_true(pmy_shape_equal(net.output, PMY_SHAPE(1, 3)));
}

/* As a module that adds its input to an nn.Sequential of its own; an activation after a group is no part of
 * the linear at its end. */
static void groups_add_their_input(void **state)
{
    (void)state;
    pmy_node *x, *y;
    pmy_graph *g =
        build_net("[linear 3, tanh, [relu], linear 3], relu", PMY_SHAPE(3), PMY_SHAPE(2, 3), &x, &y);
    for (size_t i = 0; i < 6; i++)
        pmy_value(x).data[i] = (pmy_real)i - 3;
    assert_int_equal(pmy_forward(g, PMY_EVAL, NULL), PMY_OK);
    const pmy_real *w = pmy_value(pmy_find(g, "0.0.weight")).data,
                   *b = pmy_value(pmy_find(g, "0.0.bias")).data;
    const pmy_real *v = pmy_value(pmy_find(g, "0.3.weight")).data,
                   *c = pmy_value(pmy_find(g, "0.3.bias")).data;
    for (size_t r = 0; r < 2; r++) {
        const pmy_real *in = pmy_value(x).data + 3 * r;
        double hidden[3];
        for (size_t h = 0; h < 3; h++) {
            double z = (double)b[h];
            for (size_t i = 0; i < 3; i++)
                z += (double)w[h * 3 + i] * (double)in[i];
            hidden[h] = tanh(z) + fmax(tanh(z), 0);
        }
        for (size_t o = 0; o < 3; o++) {
            double sum = (double)in[o] + (double)c[o];
            for (size_t h = 0; h < 3; h++)
                sum += (double)v[o * 3 + h] * hidden[h];
            assert_true(fabs((double)pmy_value(y).data[r * 3 + o] - fmax(sum, 0)) < 1e-6);
        }
    }
    assert_int_equal(pmy_graph_parameters(g).count, 4);
    pmy_graph_free(g);
}

static void a_net_takes_only_its_own_examples(void **state)
{
    (void)state;
    pmy_net net;
    pmy_error error = {0};
    read_net("linear 3", PMY_SHAPE(2, 2), &net);
    pmy_graph *g = pmy_graph_new(NULL, 1);
    pmy_node *y = pmy_net_build(&net, g, pmy_input(g, PMY_SHAPE(5, 4)));
    assert_int_equal(pmy_build(g, y, &error), PMY_BAD_SHAPE);
    assert_non_null(strstr(error.message, "the net was read for examples of 2x2, not for those of 4"));
    pmy_graph_free(g);
}

static void two_nets_share_a_graph_under_prefixes(void **state)
{
    (void)state;
    pmy_net net;
    read_net("linear 3, relu", PMY_SHAPE(4), &net);
    pmy_graph *g = pmy_graph_new(NULL, 1);
    pmy_node *x = pmy_input(g, PMY_SHAPE(2, 4));
    pmy_prefix(g, "left");
    pmy_node *left = pmy_net_build(&net, g, x);
    assert_string_equal(pmy_current_prefix(g), "left");
    pmy_prefix(g, "right");
    pmy_node *right = pmy_net_build(&net, g, x);
    assert_int_equal(pmy_build(g, pmy_sum(g, pmy_mul(g, left, right)), NULL), PMY_OK);
    assert_non_null(pmy_find(g, "left.0.weight"));
    assert_non_null(pmy_find(g, "right.0.bias"));
    pmy_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_layer_follows_the_data),
        cmocka_unit_test(lines_become_canonical),
        cmocka_unit_test(layers_know_shapes_parameters_and_flops),
        cmocka_unit_test(parameters_are_named_as_pytorch_does),
        cmocka_unit_test(image_nets_have_pytorchs_indices),
        cmocka_unit_test(activations_are_fused_where_they_can_be),
        cmocka_unit_test(image_layers_know_shapes_parameters_and_flops),
        cmocka_unit_test(sequence_layers_know_shapes_parameters_and_flops),
        cmocka_unit_test(nets_know_their_least_batch),
        cmocka_unit_test(a_net_computes_what_its_layers_do),
        cmocka_unit_test(groups_know_what_is_in_them),
        cmocka_unit_test(groups_add_their_input),
        cmocka_unit_test(a_net_takes_only_its_own_examples),
        cmocka_unit_test(every_word_has_an_explanation),
        cmocka_unit_test(each_wrong_word_is_pointed_at),
        cmocka_unit_test(each_wrong_word_about_images_is_pointed_at),
        cmocka_unit_test(texts_say_whether_they_want_images),
        cmocka_unit_test(nets_too_large_are_refused),
        cmocka_unit_test(hostile_lines_are_refused),
        cmocka_unit_test(strange_letters_are_shown_without_harm),
        cmocka_unit_test(two_nets_share_a_graph_under_prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
