/* Nets from random texts: every one is read or refused with its place, and what is read is the net that its
 * canonical line describes. */
#include "net/layer_kind.h"
#include "pmy.h"
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT = 600, TEXTS = 20000, MOST_LAYERS = 6, DEEPEST = PMY_MAX_NET_DEPTH + 1 };

/* The last stands for examples of tokens. */
static const pmy_shape inputs[] = {{{16}}, {{4, 4}}, {{1, 12, 12}}, {{3, 7, 9}}, {{2, 1, 1}}, {{0}}};
enum { TIME = 4, VOCABULARY = 7 };
enum { INPUTS = sizeof inputs / sizeof *inputs };

/* --- Texts of the language --------------------------------------------------- */

typedef struct writer {
    pmy_random random;
    char text[TEXT]; /* cut where it is full, which is a net's text as good as any */
} writer;

static unsigned below(writer *w, unsigned count)
{
    return pmy_random_below(&w->random, count);
}

static void put(writer *w, const char *words)
{
    size_t used = strlen(w->text);
    (void)snprintf(w->text + used, sizeof w->text - used, "%s", words);
}

static void put_number(writer *w, pmy_argument_type type)
{
    char number[32];
    if (type == PMY_RATE)
        (void)snprintf(number, sizeof number, " %.*g", 1 + (int)below(w, 17), pmy_random_uniform(&w->random));
    else
        (void)snprintf(number, sizeof number, " %u", below(w, 4) + (type == PMY_COUNT));
    put(w, number);
}

static void put_layer(writer *w, const pmy_layer_kind *kind)
{
    put(w, kind->word);
    for (const pmy_layer_argument *argument = kind->argument; argument->type; argument++) {
        if (argument->name[0] && below(w, 2))
            continue;
        put(w, "  ");
        put(w, argument->name);
        if (argument->type != PMY_FLAG)
            put_number(w, argument->type);
    }
}

static const pmy_layer_kind *any_kind(writer *w)
{
    unsigned count = 0;
    while (pmy_layer_kinds[count].word)
        count++;
    return &pmy_layer_kinds[below(w, count)];
}

static void put_layers(writer *w, unsigned depth)
{
    for (unsigned count = 1 + below(w, MOST_LAYERS), i = 0; i < count; i++) {
        const pmy_layer_kind *kind = any_kind(w);
        while (kind->group && depth == DEEPEST)
            kind = any_kind(w);
        put(w, i ? (below(w, 3) ? ", " : " ,") : "");
        if (kind->group == ')' && below(w, 2))
            put_number(w, PMY_COUNT);
        put_layer(w, kind);
        if (kind->group) {
            put_layers(w, depth + 1);
            put(w, (char[]){kind->group, 0});
        }
    }
}

/* --- What must hold of each --------------------------------------------------- */

static void expect_same(const pmy_net *a, const pmy_net *b)
{
    assert_string_equal(a->text, b->text);
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->parameters, b->parameters);
    assert_true(pmy_shape_equal(a->output, b->output));
    for (size_t l = 0; l < a->count; l++) {
        const pmy_layer *one = &a->layer[l], *other = &b->layer[l];
        assert_ptr_equal(one->kind, other->kind);
        assert_memory_equal(one->number, other->number, sizeof one->number);
        assert_string_equal(one->name, other->name);
        assert_int_equal(one->inner, other->inner);
        assert_true(pmy_shape_equal(one->output, other->output));
        assert_int_equal(one->parameters, other->parameters);
        assert_true(one->flops == other->flops);
    }
}

/* A graph of it has the parameters and the output that were measured. */
static void expect_builds(const pmy_net *net)
{
    enum { ROWS = 2 };
    pmy_graph *g = pmy_graph_new(NULL, 1);
    pmy_shape batch = net->input, output = net->output;
    batch.dim[0] = output.dim[0] = ROWS;
    pmy_node *y = pmy_net_build(net, g, (net->vocabulary ? pmy_integers : pmy_input)(g, batch));
    pmy_error error = {0};
    if (pmy_build(g, y, &error) != PMY_OK)
        fail_msg("'%s': %s", net->text, error.message);
    assert_true(pmy_shape_equal(pmy_node_shape(y), output));
    size_t parameters = 0;
    for (size_t p = 0; p < pmy_graph_parameters(g).count; p++)
        parameters += pmy_shape_size(pmy_node_shape(pmy_parameter_at(g, p)));
    if (parameters != net->parameters)
        fail_msg("'%s': %zu parameters, not %zu", net->text, parameters, net->parameters);
    pmy_graph_free(g);
}

static pmy_status read_of(const char *text, pmy_shape input, pmy_net *net, pmy_error *error)
{
    return input.dim[0] ? pmy_net_read(text, input, net, error)
                        : pmy_net_read_tokens(text, TIME, VOCABULARY, net, error);
}

/* Whether the text is a net. */
static bool read_any(const char *text, pmy_shape input, pmy_net *net)
{
    static pmy_net again;
    pmy_error error = {.position = 12345, .length = 12345};
    pmy_status status = read_of(text, input, net, &error);
    assert_int_equal(read_of(text, input, &again, NULL), status);
    if (status != PMY_OK) {
        if (status != PMY_BAD_NET || error.code != PMY_BAD_NET || error.length == 0 ||
            error.position > strlen(text) || error.length > strlen(text) + 1 - error.position ||
            !error.message[0])
            fail_msg("'%s': %d, %zu, %zu, '%s'", text, (int)status, error.position, error.length,
                     error.message);
        return false;
    }
    assert_int_equal(read_of(net->text, input, &again, NULL), PMY_OK);
    expect_same(net, &again);
    return true;
}

/* --- The tests ---------------------------------------------------------------- */

static void texts_of_the_language_are_read_and_built(void **state)
{
    (void)state;
    static pmy_net net;
    writer w = {.random = {.seed = 1}};
    size_t nets = 0, groups = 0;
    for (size_t i = 0; i < TEXTS; i++) {
        w.text[0] = 0;
        if (!inputs[i % INPUTS].dim[0])
            put(&w, "embed 4, ");
        put_layers(&w, 0);
        if (!read_any(w.text, inputs[i % INPUTS], &net))
            continue;
        nets++;
        groups += strchr(net.text, '[') != NULL;
        if (nets % 8 == 0)
            expect_builds(&net);
    }
    assert_true(nets > TEXTS / 20);
    assert_true(groups > 100);
}

static void texts_cut_short_or_broken_are_read_or_refused(void **state)
{
    (void)state;
    static const char marks[] = "[](),, 0159.-+ep\t\n\x1b\xc3\xff";
    static pmy_net net;
    writer w = {.random = {.seed = 2}};
    for (size_t i = 0; i < TEXTS; i++) {
        w.text[0] = 0;
        put_layers(&w, 0);
        size_t length = strlen(w.text);
        if (i % 2)
            w.text[below(&w, (unsigned)length)] = 0;
        length = strlen(w.text);
        for (unsigned change = below(&w, 4); length && change > 0; change--)
            w.text[below(&w, (unsigned)length)] = marks[below(&w, sizeof marks - 1)];
        (void)read_any(w.text, inputs[i % INPUTS], &net);
    }
}

static void random_bytes_are_refused(void **state)
{
    (void)state;
    static pmy_net net;
    writer w = {.random = {.seed = 3}};
    for (size_t i = 0; i < TEXTS; i++) {
        size_t length = below(&w, i % 100 ? 40 : TEXT - 1);
        for (size_t at = 0; at < length; at++)
            w.text[at] = (char)(1 + below(&w, 255));
        w.text[length] = 0;
        assert_false(read_any(w.text, inputs[i % INPUTS], &net));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_the_language_are_read_and_built),
        cmocka_unit_test(texts_cut_short_or_broken_are_read_or_refused),
        cmocka_unit_test(random_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
