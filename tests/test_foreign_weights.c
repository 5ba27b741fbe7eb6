/* Also in double. */
/* Weights from elsewhere: names with something before them, as of a net without its flatten, of someone's own
 * modules, and without counters; each is taken for what it is, or refused with both lists. */
#include "io/safetensors.h"
#include "train/classifier.h"

#include "folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROOM(array) (sizeof(array) / sizeof *(array))

enum { SIDE = 6, CLASSES = 4, MOST = 16 };

static pmy_model_facts facts_of(const char *net)
{
    pmy_model_facts facts = {.normalization = {0, 1}, .classes = CLASSES};
    pmy_error error;
    if (pmy_net_read(net, PMY_SHAPE(1, SIDE, SIDE), &facts.net, &error) != PMY_OK)
        fail_msg("%s", error.message);
    return facts;
}

/* Names as the file has them, for the net's in its order; NULL: it is left out. */
typedef struct renamed {
    const char *from, *to;
} renamed;

/* Writes the net's parameters and statistics under other names, in this order, which is the file's but that
 * F32 all come before a counter. */
static void write_as(const char *path, const pmy_graph *graph, const renamed *names, size_t count)
{
    pmy_safetensor tensor[MOST];
    pmy_safetensors contents = {.tensor = tensor};
    for (size_t i = 0; i < count; i++) {
        const pmy_node *node = pmy_find(graph, names[i].from);
        assert_non_null(node);
        pmy_dtype reals = sizeof(pmy_real) == sizeof(float) ? PMY_F32 : PMY_F64;
        bool counts = pmy_node_type(node) == PMY_COUNTS;
        tensor[contents.count++] = (pmy_safetensor){
            names[i].to, counts ? PMY_I64 : reals, pmy_node_shape(node),
            counts ? (const void *)pmy_count_data(node) : (const void *)pmy_value(node).data};
    }
    assert_int_equal(pmy_safetensors_write(path, &contents, NULL), PMY_OK);
}

static pmy_classifier *new_classifier(const pmy_model_facts *facts)
{
    pmy_classifier *classifier;
    const pmy_classifier_options options = {.batch = 2, .seed = 5};
    assert_int_equal(pmy_classifier_new(facts, &options, NULL, &classifier, NULL), PMY_OK);
    return classifier;
}

/* It loads with the same numbers, and with this said; NULL: with nothing. */
static void expect_taken(test_folder *folder, const char *net, const renamed *names, size_t count,
                         const char *note)
{
    const pmy_model_facts facts = facts_of(net);
    const char *path = folder_file(folder, "w.st");
    pmy_classifier *saved = new_classifier(&facts), *loaded;
    pmy_error error;
    write_as(path, saved->graph, names, count);
    if (pmy_classifier_load(path, &facts, NULL, NULL, &loaded, &error) != PMY_OK)
        fail_msg("%s", error.message);
    pmy_parameters p = pmy_graph_parameters(saved->graph), q = pmy_graph_parameters(loaded->graph);
    assert_int_equal(p.size, q.size);
    assert_memory_equal(p.values, q.values, p.size * sizeof *p.values);
    if (!note)
        assert_null(loaded->note);
    else if (!loaded->note || strncmp(loaded->note, path, strlen(path)) != 0 || !strstr(loaded->note, note))
        fail_msg("'%s' does not say '%s'", loaded->note ? loaded->note : "nothing", note);
    pmy_classifier_free(saved);
    pmy_classifier_free(loaded);
}

static void expect_refused(test_folder *folder, const char *net, const renamed *names, size_t count,
                           const char *words)
{
    const pmy_model_facts facts = facts_of(net);
    const char *path = folder_file(folder, "w.st");
    pmy_classifier *saved = new_classifier(&facts), *loaded;
    pmy_error error;
    write_as(path, saved->graph, names, count);
    assert_failure(pmy_classifier_load(path, &facts, NULL, NULL, &loaded, &error), PMY_BAD_FILE, &error, path,
                   words);
    assert_null(loaded);
    pmy_classifier_free(saved);
}

static void names_after_a_common_beginning(void **state)
{
    static const renamed module[] = {{"1.weight", "module.1.weight"},
                                     {"1.bias", "module.1.bias"},
                                     {"3.weight", "module.3.weight"},
                                     {"3.bias", "module.3.bias"}},
                         twice[] = {{"1.weight", "_orig_mod.model.1.weight"},
                                    {"1.bias", "_orig_mod.model.1.bias"}};
    expect_taken(*state, "linear 5, relu, linear 4", module, ROOM(module), "begin with 'module.', which");
    expect_taken(*state, "linear 4", twice, ROOM(twice), "begin with '_orig_mod.model.', which");
}

static void a_counter_that_is_missing_is_0(void **state)
{
    static const renamed names[] = {{"1.weight", "1.weight"},
                                    {"1.bias", "1.bias"},
                                    {"2.weight", "2.weight"},
                                    {"2.bias", "2.bias"},
                                    {"2.running_mean", "2.running_mean"},
                                    {"2.running_var", "2.running_var"}};
    expect_taken(*state, "linear 4, batchnorm", names, ROOM(names), NULL);
}

static void numbers_one_lower_are_of_a_net_without_flatten(void **state)
{
    static const renamed names[] = {{"0.weight", "0.weight"}, {"0.bias", "0.bias"},
                                    {"3.weight", "2.weight"}, {"3.bias", "2.bias"},
                                    {"5.weight", "4.weight"}, {"5.bias", "4.bias"}};
    expect_taken(*state, "conv 2 3, relu, linear 5, relu, linear 4", names, ROOM(names),
                 "numbers are one lower: taken as saved without the flatten");
}

static void modules_of_ones_own(void **state)
{
    /* fc10 comes after fc9, whatever the order in the file, which here is that of names. */
    static const renamed numbered[] = {{"5.bias", "fc10.bias"}, {"5.weight", "fc10.weight"},
                                       {"1.bias", "fc8.bias"},  {"1.weight", "fc8.weight"},
                                       {"3.bias", "fc9.bias"},  {"3.weight", "fc9.weight"}},
                         unlike[] = {{"0.bias", "stem.bias"},
                                     {"0.weight", "stem.weight"},
                                     {"3.bias", "head.bias"},
                                     {"3.weight", "head.weight"}},
                         in_order[] = {{"1.weight", "one.weight"},   {"1.bias", "one.bias"},
                                       {"3.weight", "inner.weight"}, {"3.bias", "inner.bias"},
                                       {"5.weight", "after.weight"}, {"5.bias", "after.bias"}};
    expect_taken(*state, "linear 4, relu, linear 4, relu, linear 4", numbered, ROOM(numbered),
                 "taken 'fc8' for '1', 'fc9' for '3', 'fc10' for '5'");
    expect_taken(*state, "conv 2 3, relu, linear 4", unlike, ROOM(unlike),
                 "taken 'stem' for '0', 'head' for '3'");
    expect_taken(*state, "linear 4, relu, linear 4, relu, linear 4", in_order, ROOM(in_order),
                 "'one' for '1', 'inner' for '3', 'after' for '5'");
}

static void what_is_not_clear_is_refused_with_both_lists(void **state)
{
    static const char net[] = "linear 4, relu, linear 4, relu, linear 4";
    static const renamed by_names[] = {{"5.bias", "after.bias"},  {"5.weight", "after.weight"},
                                       {"3.bias", "before.bias"}, {"3.weight", "before.weight"},
                                       {"1.bias", "first.bias"},  {"1.weight", "first.weight"}},
                         too_few[] = {{"1.weight", "fc1.weight"}, {"1.bias", "fc1.bias"}},
                         too_many[] = {{"1.weight", "1.weight"}, {"1.bias", "1.bias"}, {"1.bias", "2.bias"}};
    expect_refused(*state, net, by_names, ROOM(by_names), "\n  before.bias 4              | 3.weight 4x4\n");
    expect_refused(*state, "linear 4", too_many, ROOM(too_many), "\n  2.bias 4                   | ");
    expect_refused(*state, "linear 4, relu", too_few, 1, "parameters, but the file");
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(names_after_a_common_beginning),
        WITH_FOLDER(a_counter_that_is_missing_is_0),
        WITH_FOLDER(numbers_one_lower_are_of_a_net_without_flatten),
        WITH_FOLDER(modules_of_ones_own),
        WITH_FOLDER(what_is_not_clear_is_refused_with_both_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
