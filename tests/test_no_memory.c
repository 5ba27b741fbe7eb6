/* Also in double. */
/* Each call for memory fails in turn: whatever was asked ends in PMY_NO_MEMORY, and nothing is
 * kept. And training steps ask for none. */
#include "failing_memory.h"

#include "everything.h"
#include "picture/digit.h"
#include "pictures.h"

#include <sched.h>

/* Does something that needs memory, frees what it got, and says how it ended. */
typedef pmy_status attempt(pmy_error *error);

static pmy_status make_pool(pmy_error *error)
{
    pmy_pool *pool;
    pmy_status status = pmy_pool_new(3, &pool, error);
    assert_true((pool != NULL) == (status == PMY_OK));
    pmy_pool_free(pool);
    return status;
}

static pmy_status build_and_free(pmy_graph *g, pmy_node *root, pmy_error *error)
{
    pmy_status status = pmy_build(g, root, error);
    /* A second attempt must not go on with a half-built graph. */
    if (status == PMY_NO_MEMORY)
        assert_int_equal(pmy_build(g, root, NULL), PMY_NO_MEMORY);
    pmy_graph_free(g);
    return status;
}

static pmy_status make_graph(pmy_error *error)
{
    pmy_graph *g = pmy_graph_new(NULL, 1);
    if (!g)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a graph");
    pmy_node *x = pmy_input(g, PMY_SHAPE(40, 300)), *labels = pmy_labels(g, 40);
    pmy_node *h = pmy_dropout(g, pmy_linear(g, x, 200, PMY_GELU), 0.5);
    h = pmy_tanh(g, pmy_add(g, h, pmy_parameter(g, PMY_SHAPE(200), "b", PMY_ONES, 0)));
    return build_and_free(g, pmy_softmax_xent(g, pmy_linear(g, h, 10, PMY_NONE), labels, NULL), error);
}

/* So many nodes that the arena's small blocks run out in every place. */
static pmy_status make_deep_graph(pmy_error *error)
{
    pmy_graph *g = pmy_graph_new(NULL, 1);
    if (!g)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a graph");
    pmy_node *x = pmy_input(g, PMY_SHAPE(2, 3));
    for (unsigned i = 0; i < 100; i++)
        x = pmy_add(g, pmy_scale(g, x, 0.5), pmy_linear(g, x, 3, PMY_RELU));
    return build_and_free(g, pmy_mean(g, x), error);
}

static pmy_status make_net(pmy_error *error)
{
    static pmy_net net;
    pmy_status status =
        pmy_net_read("linear 100, relu, dropout 0.2, [linear 100, batchnorm, tanh], [linear 100, batchnorm], "
                     "[linear 100, batchnorm], [linear 100, batchnorm], linear 10",
                     PMY_SHAPE(1, 28, 28), &net, error);
    if (status != PMY_OK)
        return status;
    pmy_graph *g = pmy_graph_new(NULL, 1);
    if (!g)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a graph");
    pmy_node *z = pmy_net_build(&net, g, pmy_input(g, PMY_SHAPE(32, 1, 28, 28)));
    return build_and_free(g, pmy_softmax_xent(g, z, pmy_labels(g, 32), NULL), error);
}

static pmy_picture photo; /* what make_digit's is of */

static pmy_status make_digit(pmy_error *error)
{
    pmy_digit digit;
    pmy_status status = pmy_digit_make(&photo, &digit, error);
    assert_true((digit.stage[PMY_STAGE_GREY].values != NULL) == (status == PMY_OK));
    pmy_digit_free(&digit);
    return status;
}

static pmy_graph *learned; /* what make_optim's works on */

static pmy_status make_optim(pmy_error *error)
{
    pmy_optim *optim;
    pmy_status status = pmy_optim_new(&pmy_optim_muon, NULL, learned, &optim, error);
    assert_true((optim != NULL) == (status == PMY_OK));
    pmy_optim_free(optim);
    return status;
}

static pmy_status make_text(pmy_error *error)
{
    static const char bytes[] = "h\xc3\xa9\nllo\n";
    pmy_vocabulary vocabulary = {.unit = PMY_CHARACTERS, .lines = true}, read = {.count = 0};
    pmy_text text;
    pmy_status status = pmy_text_encode("text", bytes, sizeof bytes - 1, &vocabulary, &text, error);
    assert_true((text.owned_tokens != NULL) == (status == PMY_OK));
    char *line = status == PMY_OK ? pmy_vocabulary_print(&vocabulary) : NULL;
    if (status == PMY_OK && !line)
        status = pmy_fail(error, PMY_NO_MEMORY, "no memory for a line");
    if (status == PMY_OK)
        status = pmy_vocabulary_read(&read, "line", line, error);
    free(line);
    pmy_text_free(&text);
    pmy_vocabulary_free(&read);
    pmy_vocabulary_free(&vocabulary);
    return status;
}

static void fail_each_call(attempt *try, size_t at_least)
{
    size_t n, live = atomic_load(&memory_live);
    for (n = 1;; n++) {
        pmy_error error = {0};
        memory_fail_at(n);
        pmy_status status = try(&error);
        bool failed = memory_countdown == 0;
        memory_fail_at(0);
        if (atomic_load(&memory_live) != live)
            fail_msg("%zu pieces are left after call %zu failed", atomic_load(&memory_live) - live, n);
        if (!failed) {
            assert_int_equal(status, PMY_OK);
            break;
        }
        /* A new thread's own memory is the system's business. */
        if ((status != PMY_NO_MEMORY && status != PMY_NO_THREADS) || error.code != status)
            fail_msg("call %zu failed, and that ended in '%s'", n, pmy_status_text(status));
        assert_true(strstr(error.message, status == PMY_NO_MEMORY ? "no memory" : "threads") != NULL);
    }
    assert_true(n > at_least);
}

static void a_team_of_threads(void **state)
{
    (void)state;
    (void)make_pool(NULL); /* what the system keeps from its first threads is no leak */
    fail_each_call(make_pool, 3);
}

static void a_graph(void **state)
{
    (void)state;
    fail_each_call(make_graph, 10);
}

static void a_deep_graph(void **state)
{
    (void)state;
    fail_each_call(make_deep_graph, 10);
}

static void an_optimizer(void **state)
{
    (void)state;
    learned = pmy_graph_new(NULL, 1);
    pmy_node *x = pmy_input(learned, PMY_SHAPE(40, 300));
    assert_int_equal(pmy_build(learned, pmy_linear(learned, x, 200, PMY_NONE), NULL), PMY_OK);
    fail_each_call(make_optim, 4);
    pmy_graph_free(learned);
}

static void a_text(void **state)
{
    (void)state;
    fail_each_call(make_text, 6);
}

static void a_net(void **state)
{
    (void)state;
    fail_each_call(make_net, 10);
}

/* A thin stroke, which is thickened; and no ink at all, where a shadow is looked for. */
static void a_digit(void **state)
{
    (void)state;
    photo = picture_blank(600, 500, 200);
    photo.orientation = 6;
    fail_each_call(make_digit, 20);
    picture_ring(&photo, 300, 250, 150, 4, 0);
    fail_each_call(make_digit, 20);
    pmy_picture_free(&photo);
}

static void more_memory_than_there_is(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_error error = {0};
    pmy_node *x = pmy_constant(g, PMY_SHAPE((size_t)1 << 29, (size_t)1 << 29));
    assert_int_equal(pmy_build(g, pmy_sum(g, x), &error), PMY_NO_MEMORY);
    assert_string_equal(error.message, "no memory for a graph of 2 nodes");
    pmy_graph_free(g);
}

/* The whole of it: new data, another size of batch, forward, backward, an update. */
static void train_a_step(const everything *e, size_t batch, uint64_t seed)
{
    assert_int_equal(pmy_set_batch(e->graph, batch, NULL), PMY_OK);
    everything_fill(e, seed);
    forward(e->graph, PMY_TRAIN);
    pmy_backward(e->graph);
    everything_descend(e);
    forward(e->graph, PMY_REPLAY);
    forward(e->graph, PMY_EVAL);
    pmy_integer_data(e->labels)[batch - 1] = -1;
    assert_int_equal(pmy_forward(e->graph, PMY_TRAIN, &(pmy_error){0}), PMY_BAD_DATA);
}

/* One of as many pieces as there are threads: none ends before each thread has taken one. */
static void watch_a_thread(void *context, size_t piece, unsigned worker)
{
    (void)piece, (void)worker;
    atomic_uint *absent = context;
    memory_watch();
    atomic_fetch_sub(absent, 1);
    while (atomic_load(absent))
        sched_yield();
}

static void steps_ask_for_no_memory(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 3; threads++) {
        pmy_pool *pool;
        assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
        atomic_uint absent = threads;
        pmy_pool_run(pool, threads, watch_a_thread, &absent);
        everything e = everything_new(pool, 64);
        train_a_step(&e, 64, 0);
        memory_fail_at(0);
        for (uint64_t step = 1; step <= 10; step++)
            train_a_step(&e, step % 3 ? 64 : 17, step);
        size_t calls = atomic_load(&memory_calls);
        assert_int_equal(calls, 0);
        pmy_graph_free(e.graph);
        pmy_pool_free(pool);
    }
}

int main(void)
{
    memory_watch();
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_team_of_threads),
        cmocka_unit_test(a_graph),
        cmocka_unit_test(a_deep_graph),
        cmocka_unit_test(a_net),
        cmocka_unit_test(an_optimizer),
        cmocka_unit_test(a_text),
        cmocka_unit_test(a_digit),
        cmocka_unit_test(more_memory_than_there_is),
        cmocka_unit_test(steps_ask_for_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
