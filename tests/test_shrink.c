/* Also in double. */
/* A batch that shrinks: the graph then computes what one built for that batch does. */
#include "everything.h"

enum { BUILT = 37 };

static void expect_equal_graphs(const everything *shrunken, const everything *exact, pmy_mode mode)
{
    everything_fill(shrunken, 5);
    everything_fill(exact, 5);
    forward(shrunken->graph, mode);
    forward(exact->graph, mode);
    assert_true(same_bits(pmy_value(shrunken->root).data, pmy_value(exact->root).data, 1));
    if (mode == PMY_EVAL)
        return;
    pmy_backward(shrunken->graph);
    pmy_backward(exact->graph);
    pmy_parameters a = pmy_graph_parameters(shrunken->graph), b = pmy_graph_parameters(exact->graph);
    assert_int_equal(a.size, b.size);
    assert_true(same_bits(a.values, b.values, a.size));
    assert_true(same_bits(a.gradients, b.gradients, a.size));
}

static void a_shrunken_batch_computes_as_one_built_for_it(void **state)
{
    (void)state;
    static const size_t batches[] = {BUILT, 36, 9, 8, 7, 1, 20, BUILT};
    everything shrunken = everything_new(NULL, BUILT);
    everything_fill(&shrunken, 99);
    for (size_t i = 0; i < ROOM(batches); i++) {
        everything exact = everything_new(NULL, batches[i]);
        assert_int_equal(pmy_set_batch(shrunken.graph, batches[i], NULL), PMY_OK);
        assert_int_equal(pmy_node_shape(shrunken.x).dim[0], batches[i]);
        /* The masks follow the number of training steps, which the new graph has to catch up on. */
        for (size_t step = 0; step < i; step++) {
            everything_fill(&exact, step);
            forward(exact.graph, PMY_TRAIN);
        }
        expect_equal_graphs(&shrunken, &exact, PMY_TRAIN);
        expect_equal_graphs(&shrunken, &exact, PMY_EVAL);
        pmy_graph_free(exact.graph);
    }
    pmy_graph_free(shrunken.graph);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shrunken_batch_computes_as_one_built_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
