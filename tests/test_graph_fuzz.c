/* Also in double. */
/* Random graphs of plain ops and layers. Whatever the graph, its plan must not show: once through gives what
 * many times give, pieces and threads change no bit, a shrunk batch is as one built for it, some rows
 * are computed as all are, and gradients add up. */
#include "random_graph.h"

#include <math.h>

/* FEW examples go by tiles where there is a choice, BATCH by rows. */
enum { GRAPHS = 120, FEW = 7, BATCH = 11, MOST_THREADS = 3 };

/* Where rows go together in other numbers, or sums in another order. */
static const double tolerance = sizeof(pmy_real) == 4 ? 1e-4 : 1e-12;

static void step(const random_graph *f, pmy_mode mode)
{
    forward(f->graph, mode);
    pmy_backward(f->graph);
}

/* --- Comparing ------------------------------------------------------------- */

static void expect_tensor(const char *what, const pmy_node *node, pmy_tensor got, pmy_tensor expected,
                          bool exactly)
{
    size_t size = pmy_shape_size(got.shape);
    assert_int_equal(!got.data, !expected.data);
    if (!got.data || (exactly && same_bits(got.data, expected.data, size)))
        return;
    char name[96];
    (void)snprintf(name, sizeof name, "%s of %s", what, pmy_node_name(node));
    for (size_t i = 0; i < size; i++)
        expect_close(name, i, (double)got.data[i], (double)expected.data[i], exactly ? 0 : tolerance);
}

/* Of batches of the same size; and of all nodes, whichever root they lead to. */
static void expect_alike(const random_graph *got, const random_graph *expected, bool exactly, bool gradients)
{
    assert_int_equal(pmy_node_count(got->graph), pmy_node_count(expected->graph));
    for (size_t i = 0; i < pmy_node_count(got->graph); i++) {
        const pmy_node *a = pmy_node_at(got->graph, i), *b = pmy_node_at(expected->graph, i);
        assert_true(pmy_shape_equal(pmy_node_shape(a), pmy_node_shape(b)));
        expect_tensor("value", a, pmy_value(a), pmy_value(b), exactly);
        if (gradients)
            expect_tensor("gradient", a, pmy_gradient(a), pmy_gradient(b), exactly);
    }
}

/* --- The tests ------------------------------------------------------------- */

/* The graph with other numbers in it: what is read before it is written shows. */
static random_graph stale(uint64_t seed, size_t batch, pmy_pool *pool)
{
    random_graph f = new_random_graph(seed, batch, pool);
    feed(&f, seed + 1000);
    step(&f, PMY_TRAIN);
    return f;
}

static random_graph stepped(uint64_t seed, size_t batch, pmy_pool *pool)
{
    random_graph f = stale(seed, batch, pool);
    feed(&f, seed);
    step(&f, PMY_TRAIN);
    return f;
}

#define FOR_SEEDS for (uint64_t seed = 0; seed < GRAPHS; seed++)

/* What is computed too early is right once what it reads no longer changes. */
static void once_is_as_good_as_many_times(void **state)
{
    (void)state;
    FOR_SEEDS
    {
        random_graph once = stepped(seed, BATCH, NULL), often = stepped(seed, BATCH, NULL);
        for (size_t i = 0; i < CALLS; i++)
            step(&often, PMY_REPLAY);
        expect_alike(&once, &often, true, true);
        pmy_graph_free(once.graph);
        pmy_graph_free(often.graph);
    }
}

static void threads_and_pieces_do_not_matter(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= MOST_THREADS; threads++) {
        pmy_pool *pool;
        assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
        FOR_SEEDS
        {
            random_graph alone = stepped(seed, BATCH, NULL), together = stepped(seed, BATCH, pool);
            expect_alike(&together, &alone, true, true);
            pmy_split_always(together.graph, false);
            step(&together, PMY_REPLAY);
            expect_alike(&together, &alone, false, true);
            pmy_graph_free(alone.graph);
            pmy_graph_free(together.graph);
        }
        pmy_pool_free(pool);
    }
}

static void a_shrunk_batch_is_as_one_built_for_it(void **state)
{
    (void)state;
    FOR_SEEDS
    {
        size_t from = seed % 2 ? FEW : BATCH, batch = 1 + seed / 2 % (from - 1);
        bool alike = from == FEW || batch > FEW; /* else sums are in another order */
        random_graph shrunk = stale(seed, from, NULL), exact = stale(seed, batch, NULL);
        assert_int_equal(pmy_set_batch(shrunk.graph, batch, NULL), PMY_OK);
        feed(&shrunk, seed);
        feed(&exact, seed);
        step(&shrunk, PMY_TRAIN);
        step(&exact, PMY_TRAIN);
        expect_alike(&shrunk, &exact, alike, true);
        pmy_graph_free(shrunk.graph);
        pmy_graph_free(exact.graph);
    }
}

static void some_rows_are_computed_as_all_are(void **state)
{
    (void)state;
    FOR_SEEDS
    {
        random_graph some = stepped(seed, BATCH, NULL), all = stepped(seed, BATCH, NULL);
        size_t first = seed % BATCH, count = 1 + (seed / BATCH) % (BATCH - first);
        for (size_t i = first * TIME * WIDTH; i < (first + count) * TIME * WIDTH; i++)
            pmy_value(some.x).data[i] = pmy_value(all.x).data[i] = (pmy_real)sin((double)i);
        assert_int_equal(pmy_forward_rows(some.graph, first, count, NULL), PMY_OK);
        forward(all.graph, PMY_REPLAY);
        expect_alike(&some, &all, false, false);
        pmy_graph_free(some.graph);
        pmy_graph_free(all.graph);
    }
}

static void gradients_add_up(void **state)
{
    (void)state;
    const double keep = 0.75, weight = 0.5;
    FOR_SEEDS
    {
        random_graph adds = stale(seed, BATCH, NULL), before = stale(seed, BATCH, NULL),
                     after = stepped(seed, BATCH, NULL);
        feed(&adds, seed);
        forward(adds.graph, PMY_TRAIN);
        pmy_backward_add(adds.graph, keep, weight);
        pmy_parameters got = pmy_graph_parameters(adds.graph), old = pmy_graph_parameters(before.graph),
                       new = pmy_graph_parameters(after.graph);
        for (size_t i = 0; i < got.size; i++)
            expect_close("gradient", i, (double)got.gradients[i],
                         keep * (double)old.gradients[i] + weight * (double)new.gradients[i], tolerance);
        step(&adds, PMY_REPLAY); /* and nothing of it stays */
        expect_alike(&adds, &after, true, true);
        pmy_graph_free(adds.graph);
        pmy_graph_free(before.graph);
        pmy_graph_free(after.graph);
    }
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_is_as_good_as_many_times),
        cmocka_unit_test(threads_and_pieces_do_not_matter),
        cmocka_unit_test(a_shrunk_batch_is_as_one_built_for_it),
        cmocka_unit_test(some_rows_are_computed_as_all_are),
        cmocka_unit_test(gradients_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
