/* The numbers of any graph, saved and loaded. */
#include "pmy.h"

#include "folder.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { BATCH = 4 };

/* A graph that no line of text makes: a parameter of one's own, names of one's own, a prefix, statistics. */
static pmy_graph *graph_of(uint64_t seed, size_t wide, const char *own)
{
    pmy_graph *g = pmy_graph_new(NULL, seed);
    assert_non_null(g);
    pmy_node *x = pmy_input(g, PMY_SHAPE(BATCH, 3));
    pmy_prefix(g, "encoder.0");
    x = pmy_linear(g, x, wide, PMY_NONE);
    pmy_prefix(g, "encoder.1");
    x = pmy_batchnorm(g, x, PMY_NONE);
    pmy_prefix(g, "");
    x = pmy_matmul(g, x, pmy_parameter(g, PMY_SHAPE(wide, 2), own, PMY_UNIFORM, 1));
    pmy_error error;
    if (pmy_build(g, pmy_mean(g, x), &error) != PMY_OK)
        fail_msg("%s", error.message);
    return g;
}

/* Statistics as after some training. */
static void train(pmy_graph *g)
{
    for (size_t step = 0; step < 3; step++) {
        pmy_tensor x = pmy_value(pmy_node_at(g, 0));
        for (size_t i = 0; i < BATCH * 3; i++)
            x.data[i] = (pmy_real)sin((double)(i + step));
        assert_int_equal(pmy_forward(g, PMY_TRAIN, NULL), PMY_OK);
    }
}

static bool same(const pmy_graph *a, const pmy_graph *b)
{
    pmy_parameters p = pmy_graph_parameters(a), q = pmy_graph_parameters(b);
    pmy_statistics s = pmy_graph_statistics(a), t = pmy_graph_statistics(b);
    assert_int_equal(p.size, q.size);
    assert_int_equal(s.size, t.size);
    static const char counter[] = "encoder.1.num_batches_tracked";
    if (pmy_find(a, counter) &&
        *pmy_count_data(pmy_find(a, counter)) != *pmy_count_data(pmy_find(b, counter)))
        return false;
    return memcmp(p.values, q.values, p.size * sizeof *p.values) == 0 &&
           memcmp(s.values, t.values, s.size * sizeof *s.values) == 0;
}

static void the_same_bits_come_back(void **state)
{
    const char *path = folder_file(*state, "g.safetensors");
    pmy_graph *saved = graph_of(1, 5, "own"), *loaded = graph_of(2, 5, "own");
    train(saved);
    pmy_real *weight = pmy_value(pmy_find(saved, "own")).data;
    weight[0] = (pmy_real)-0.0, weight[1] = (pmy_real)1e-45, weight[2] = (pmy_real)3.4e38;
    assert_false(same(saved, loaded));
    pmy_error error;
    if (pmy_save(path, saved, &error) != PMY_OK || pmy_load(path, loaded, &error) != PMY_OK)
        fail_msg("%s", error.message);
    assert_true(same(saved, loaded));
    assert_int_equal(*pmy_count_data(pmy_find(loaded, "encoder.1.num_batches_tracked")), 3);
    pmy_graph_free(saved);
    pmy_graph_free(loaded);
}

static void a_graph_without_numbers_comes_back(void **state)
{
    const char *path = folder_file(*state, "g.safetensors");
    pmy_graph *g = pmy_graph_new(NULL, 1);
    assert_int_equal(pmy_build(g, pmy_mean(g, pmy_input(g, PMY_SHAPE(BATCH, 3))), NULL), PMY_OK);
    assert_int_equal(pmy_save(path, g, NULL), PMY_OK);
    assert_int_equal(pmy_load(path, g, NULL), PMY_OK);
    pmy_graph_free(g);
}

/* Says the words, and leaves the graph as it is. */
static void expect_refused(const char *path, size_t wide, const char *own, const char *words)
{
    pmy_graph *g = graph_of(2, wide, own), *before = graph_of(2, wide, own);
    pmy_error error;
    assert_failure(pmy_load(path, g, &error), PMY_BAD_FILE, &error, path, words);
    assert_true(same(g, before));
    pmy_graph_free(g);
    pmy_graph_free(before);
}

static void what_does_not_fit_is_refused(void **state)
{
    const char *path = folder_file(*state, "g.safetensors");
    pmy_graph *g = graph_of(1, 5, "own");
    assert_int_equal(pmy_save(path, g, NULL), PMY_OK);
    expect_refused(path, 6, "own", "tensor 'encoder.0.weight' is 5x3, but the net's is 6x3");
    expect_refused(path, 5, "another", "tensor 'another' is missing");
    pmy_graph_free(g);

    /* More than the graph has. */
    g = pmy_graph_new(NULL, 1);
    pmy_node *own = pmy_parameter(g, PMY_SHAPE(BATCH, 2), "own", PMY_ONES, 0);
    pmy_node *more = pmy_parameter(g, PMY_SHAPE(BATCH, 2), "more", PMY_ONES, 0);
    pmy_error error;
    if (pmy_build(g, pmy_mean(g, pmy_add(g, own, more)), &error) != PMY_OK)
        fail_msg("%s", error.message);
    assert_int_equal(pmy_save(path, g, NULL), PMY_OK);
    pmy_graph *fewer = pmy_graph_new(NULL, 1);
    own = pmy_parameter(fewer, PMY_SHAPE(BATCH, 2), "own", PMY_ZEROS, 0);
    assert_int_equal(pmy_build(fewer, pmy_mean(fewer, own), NULL), PMY_OK);
    assert_failure(pmy_load(path, fewer, &error), PMY_BAD_FILE, &error, path, "tensor 'more' is none");
    assert_true(pmy_value(own).data[0] == 0);
    pmy_graph_free(fewer);
    pmy_graph_free(g);

    path = folder_file(*state, "nowhere");
    g = graph_of(1, 5, "own");
    assert_failure(pmy_load(path, g, &error), PMY_IO, &error, path, "No such file");
    pmy_graph_free(g);
}

/* A file that could not be read again is not written, and the one that was there stays. */
static void what_could_not_be_loaded_is_not_saved(void **state)
{
    static const double wrong[] = {(double)NAN, (double)INFINITY};
    const char *path = folder_file(*state, "g.safetensors");
    pmy_graph *g = graph_of(1, 5, "own"), *loaded = graph_of(2, 5, "own");
    assert_int_equal(pmy_save(path, g, NULL), PMY_OK);
    for (size_t i = 0; i < 2; i++) {
        pmy_error error;
        pmy_real *number = &pmy_value(pmy_find(g, "own")).data[3];
        const pmy_real before = *number;
        *number = (pmy_real)wrong[i];
        assert_failure(pmy_save(path, g, &error), PMY_BAD_DATA, &error, path, "tensor 'own', element 3: ");
        *number = before;
    }
    assert_int_equal(pmy_load(path, loaded, NULL), PMY_OK);
    assert_true(same(g, loaded));
    pmy_graph_free(g);
    pmy_graph_free(loaded);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(the_same_bits_come_back),
        WITH_FOLDER(a_graph_without_numbers_comes_back),
        WITH_FOLDER(what_does_not_fit_is_refused),
        WITH_FOLDER(what_could_not_be_loaded_is_not_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
