/* What mnist export has no code for, or no integers, it refuses. */
#include "mnist/export_layers.h"
#include "mnist/int8_net.h"
#include "mnist/int8_scales.h"
#include "net/layer_kind.h"
#include "pmy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static pmy_net net;

/* Of sequences, which mnist has none of, and rmsnorm. */
static bool has_no_code(const pmy_layer_kind *kind)
{
    return kind->sequences || kind->tokens || strcmp(kind->word, "rmsnorm") == 0;
}

/* What must stand after the word, with 0 for a rate and 1 for any other number; then `more`. */
static void read_word(const pmy_layer_kind *kind, const char *more)
{
    char text[64];
    pmy_error error;
    (void)snprintf(text, sizeof text, "%s%s", kind->word,
                   kind->group == ']' ? "flatten]"
                   : kind->group      ? "relu)"
                                      : "");
    for (const pmy_layer_argument *argument = kind->argument; argument->type && !argument->name[0];
         argument++)
        (void)strcat(text, argument->type == PMY_RATE ? " 0" : " 1");
    (void)strcat(text, more);
    if (pmy_net_read(text, kind->group ? PMY_SHAPE(3) : PMY_SHAPE(1, 5, 5), &net, &error) != PMY_OK)
        fail_msg("'%s': %s", text, error.message);
}

/* The code of a net of that word. */
static char *code_of(void)
{
    static export_plan plan;
    char *code = NULL;
    size_t size;
    FILE *file = open_memstream(&code, &size);
    assert_non_null(file);
    export_plan_make(&net, &plan);
    export_activations(file, &plan);
    for (size_t i = 0; i < plan.count; i++)
        export_layer(file, &plan.step[i]);
    assert_int_equal(fclose(file), 0);
    return code;
}

static void every_word_has_code(void **state)
{
    (void)state;
    for (const pmy_layer_kind *kind = pmy_layer_kinds; kind->word; kind++) {
        pmy_error error;
        if (has_no_code(kind))
            continue;
        read_word(kind, "");
        if (export_check(&net, &error) != PMY_OK)
            fail_msg("%s", error.message);
        char *code = code_of();
        bool computes_nothing = strcmp(kind->word, "flatten") == 0 || strcmp(kind->word, "dropout") == 0;
        assert_int_equal(code[0] == 0, computes_nothing);
        free(code);
    }
}

static int8_net integers;

/* The integers of the net that was read, which are then there to be freed. */
static pmy_status make_integers(pmy_error *error)
{
    pmy_graph *graph = pmy_graph_new(NULL, 1);
    pmy_node *x = pmy_input(graph, net.input);
    assert_int_equal(pmy_build(graph, pmy_sum(graph, pmy_net_build(&net, graph, x)), error), PMY_OK);
    pmy_model_facts facts = {.net = net, .normalization = {0, 1}, .classes = 2};
    pmy_status status = int8_net_make(&facts, graph, &integers, error);
    pmy_graph_free(graph);
    return status;
}

static void every_word_has_integers_or_is_refused_by_name(void **state)
{
    (void)state;
    size_t refused = 0;
    for (const pmy_layer_kind *kind = pmy_layer_kinds; kind->word; kind++) {
        pmy_error error;
        if (kind->sequences || kind->tokens)
            continue;
        read_word(kind, ", linear 2");
        if (make_integers(&error) != PMY_OK) {
            assert_int_equal(error.code, PMY_BAD_NET);
            assert_non_null(strstr(error.message, kind->word));
            refused++;
        }
        int8_net_free(&integers);
    }
    assert_int_equal(refused, 2); /* layernorm and rmsnorm */
}

/* The C counts in uint16_t. */
static void sizes_that_have_no_16_bits_are_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {"conv 84 1, linear 2", "conv 1 1 stride 65536, linear 2"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        pmy_error error;
        assert_int_equal(pmy_net_read(lines[i], PMY_SHAPE(1, 28, 28), &net, &error), PMY_OK);
        assert_int_equal(make_integers(&error), PMY_BAD_NET);
        assert_non_null(strstr(error.message, "65,535"));
        int8_net_free(&integers);
    }
}

/* As after a last layer whose inputs are all dead. */
static void logits_that_are_always_0_have_a_unit(void **state)
{
    (void)state;
    pmy_error error;
    assert_int_equal(pmy_net_read("linear 2", PMY_SHAPE(1, 5, 5), &net, &error), PMY_OK);
    assert_int_equal(make_integers(&error), PMY_OK);
    if (int8_find_scales(&integers, &error) != PMY_OK) /* nothing was seen, so all ranges are 0 */
        fail_msg("%s", error.message);
    assert_true(integers.logit_unit > 0);
    int8_net_free(&integers);
}

static void other_words_are_refused(void **state)
{
    (void)state;
    pmy_error error;
    pmy_layer_kind unknown = {.word = "softshrink"};
    assert_int_equal(pmy_net_read("linear 3, relu, [tanh]", PMY_SHAPE(3), &net, NULL), PMY_OK);
    assert_int_equal(export_check(&net, &error), PMY_OK);
    net.layer[3].kind = &unknown;
    assert_int_equal(export_check(&net, &error), PMY_BAD_NET);
    assert_string_equal(error.message, "layer 2.0, softshrink, cannot be written as C");
    net.layer[1].kind = &unknown;
    assert_int_equal(export_check(&net, &error), PMY_BAD_NET);
    assert_string_equal(error.message, "layer 1, softshrink, cannot be written as C");
    assert_int_equal(export_check(&net, NULL), PMY_BAD_NET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_has_code),
        cmocka_unit_test(every_word_has_integers_or_is_refused_by_name),
        cmocka_unit_test(sizes_that_have_no_16_bits_are_refused),
        cmocka_unit_test(logits_that_are_always_0_have_a_unit),
        cmocka_unit_test(other_words_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
