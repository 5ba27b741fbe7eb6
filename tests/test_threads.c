/* Also in double. */
/* The same bits on any number of threads, and two graphs in two threads. */
#include "everything.h"

#include <pthread.h>

enum { BATCH = 67, STEPS = 6, MOST_THREADS = 4 };

typedef struct run {
    pmy_pool *pool;
    pmy_real losses[STEPS];
    pmy_real *values; /* the parameters at the end */
    size_t size;
} run;

/* Trains a few steps, the last with fewer rows. */
static void *train(void *argument)
{
    run *r = argument;
    everything e = everything_new(r->pool, BATCH);
    for (size_t step = 0; step < STEPS; step++) {
        if (step == STEPS - 1)
            assert_int_equal(pmy_set_batch(e.graph, 13, NULL), PMY_OK);
        everything_fill(&e, step);
        forward(e.graph, PMY_TRAIN);
        pmy_backward(e.graph);
        everything_descend(&e);
        r->losses[step] = pmy_item(e.root);
    }
    r->size = pmy_graph_parameters(e.graph).size;
    r->values = malloc(r->size * sizeof *r->values);
    assert_non_null(r->values);
    memcpy(r->values, pmy_graph_parameters(e.graph).values, r->size * sizeof *r->values);
    pmy_graph_free(e.graph);
    return NULL;
}

static void expect_same_run(const run *a, const run *b)
{
    assert_true(same_bits(a->losses, b->losses, STEPS));
    assert_int_equal(a->size, b->size);
    assert_true(same_bits(a->values, b->values, a->size));
}

static void the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    run first = {.pool = NULL};
    train(&first);
    assert_true(first.losses[STEPS - 2] < first.losses[0]);
    for (unsigned threads = 1; threads <= MOST_THREADS; threads++) {
        run again = {.pool = NULL};
        assert_int_equal(pmy_pool_new(threads, &again.pool, NULL), PMY_OK);
        train(&again);
        expect_same_run(&again, &first);
        free(again.values);
        pmy_pool_free(again.pool);
    }
    free(first.values);
}

static void two_graphs_train_in_two_threads(void **state)
{
    (void)state;
    run alone = {.pool = NULL}, beside[2] = {{.pool = NULL}};
    train(&alone);
    pthread_t thread[2];
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pmy_pool_new(2, &beside[i].pool, NULL), PMY_OK);
        assert_int_equal(pthread_create(&thread[i], NULL, train, &beside[i]), 0);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        expect_same_run(&beside[i], &alone);
        free(beside[i].values);
        pmy_pool_free(beside[i].pool);
    }
    free(alone.values);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(two_graphs_train_in_two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
