/* Also in double. */
/* Dropout: how much it drops, when, and that the masks are those of seed, node and step alone. */
#include "running.h"

enum { ROWS = 50, COLUMNS = 1013, SIZE = ROWS * COLUMNS };

typedef struct dropping {
    pmy_graph *graph;
    pmy_node *x, *y;
} dropping;

/* Ones through a dropout; `before` counts nodes made before it. */
static dropping new_dropping(pmy_pool *pool, uint64_t seed, double rate, unsigned before)
{
    dropping d = {.graph = pmy_graph_new(pool, seed)};
    assert_non_null(d.graph);
    d.x = pmy_input(d.graph, PMY_SHAPE(ROWS, COLUMNS));
    pmy_want_gradient(d.x);
    for (; before > 0; before--)
        (void)pmy_constant(d.graph, PMY_SHAPE(1));
    d.y = pmy_dropout(d.graph, d.x, rate);
    build(d.graph, pmy_sum(d.graph, d.y));
    fill(d.x, 0, 1, 1);
    return d;
}

static size_t count_kept(const dropping *d)
{
    size_t kept = 0;
    for (size_t i = 0; i < SIZE; i++)
        kept += pmy_value(d->y).data[i] != 0;
    return kept;
}

static void the_rate_is_dropped_and_the_rest_scaled(void **state)
{
    (void)state;
    static const double rates[] = {0.001, 0.1, 0.3, 0.5, 0.9};
    for (size_t r = 0; r < ROOM(rates); r++) {
        dropping d = new_dropping(NULL, 1, rates[r], 0);
        pmy_real scaled = (pmy_real)(1 / (1 - rates[r]));
        for (unsigned step = 0; step < 4; step++) {
            forward(d.graph, PMY_TRAIN);
            pmy_backward(d.graph);
            for (size_t i = 0; i < SIZE; i++) {
                pmy_real y = pmy_value(d.y).data[i];
                assert_true(y == 0 || y == scaled);
                assert_true(pmy_gradient(d.x).data[i] == y);
            }
            double deviation = sqrt(SIZE * rates[r] * (1 - rates[r]));
            if (fabs((double)count_kept(&d) - SIZE * (1 - rates[r])) > 5 * deviation)
                fail_msg("at rate %g, %zu of %d are kept", rates[r], count_kept(&d), SIZE);
        }
        pmy_graph_free(d.graph);
    }
}

/* Neighbours in a row, a column and the next step agree as often as chance has it. */
static void elements_are_dropped_independently(void **state)
{
    (void)state;
    dropping d = new_dropping(NULL, 2, 0.5, 0);
    static bool kept[2][SIZE];
    for (unsigned step = 0; step < 2; step++) {
        forward(d.graph, PMY_TRAIN);
        for (size_t i = 0; i < SIZE; i++)
            kept[step][i] = pmy_value(d.y).data[i] != 0;
    }
    static const size_t distances[] = {1, 2, 3, 4, 16, 64, 256, COLUMNS};
    double deviation = sqrt(SIZE / 4.0);
    for (size_t k = 0; k < ROOM(distances); k++) {
        size_t agreeing = 0, pairs = SIZE - distances[k];
        for (size_t i = 0; i < pairs; i++)
            agreeing += kept[0][i] == kept[0][i + distances[k]];
        assert_true(fabs((double)agreeing - (double)pairs / 2) < 5 * deviation);
    }
    size_t agreeing = 0;
    for (size_t i = 0; i < SIZE; i++)
        agreeing += kept[0][i] == kept[1][i];
    assert_true(fabs((double)agreeing - SIZE / 2.0) < 5 * deviation);
    pmy_graph_free(d.graph);
}

static void evaluation_and_rate_0_pass_everything(void **state)
{
    (void)state;
    for (unsigned rate = 0; rate < 2; rate++) {
        dropping d = new_dropping(NULL, 3, rate ? 0.5 : 0, 0);
        fill(d.x, 1, -1, 1);
        forward(d.graph, PMY_TRAIN);
        forward(d.graph, rate ? PMY_EVAL : PMY_TRAIN);
        assert_true(same_bits(pmy_value(d.x).data, pmy_value(d.y).data, SIZE));
        if (!rate) {
            pmy_backward(d.graph);
            for (size_t i = 0; i < SIZE; i++)
                assert_true(pmy_gradient(d.x).data[i] == 1);
        }
        pmy_graph_free(d.graph);
    }
}

static void copy_value(const dropping *d, pmy_real *copy)
{
    memcpy(copy, pmy_value(d->y).data, SIZE * sizeof *copy);
}

static void replay_keeps_the_masks_and_training_draws_new_ones(void **state)
{
    (void)state;
    static pmy_real first[SIZE];
    dropping d = new_dropping(NULL, 4, 0.5, 0);
    forward(d.graph, PMY_TRAIN);
    copy_value(&d, first);
    forward(d.graph, PMY_REPLAY);
    assert_true(same_bits(pmy_value(d.y).data, first, SIZE));
    /* An evaluation between them changes nothing. */
    forward(d.graph, PMY_EVAL);
    forward(d.graph, PMY_REPLAY);
    assert_true(same_bits(pmy_value(d.y).data, first, SIZE));
    pmy_backward(d.graph);
    assert_true(same_bits(pmy_gradient(d.x).data, first, SIZE));
    forward(d.graph, PMY_TRAIN);
    assert_false(same_bits(pmy_value(d.y).data, first, SIZE));
    pmy_graph_free(d.graph);
}

static void masks_depend_on_seed_node_and_step_alone(void **state)
{
    (void)state;
    static pmy_real first[SIZE];
    dropping d = new_dropping(NULL, 5, 0.5, 0);
    forward(d.graph, PMY_TRAIN);
    copy_value(&d, first);
    pmy_graph_free(d.graph);
    pmy_pool *pool;
    assert_int_equal(pmy_pool_new(3, &pool, NULL), PMY_OK);
    const struct {
        uint64_t seed;
        unsigned before;
        bool same;
    } others[] = {{5, 0, true}, {6, 0, false}, {(uint64_t)1 << 32 | 5, 0, false}, {5, 1, false}};
    for (size_t i = 0; i < ROOM(others); i++) {
        d = new_dropping(pool, others[i].seed, 0.5, others[i].before);
        forward(d.graph, PMY_TRAIN);
        assert_int_equal(same_bits(pmy_value(d.y).data, first, SIZE), others[i].same);
        pmy_graph_free(d.graph);
    }
    pmy_pool_free(pool);
}

/* Element i goes by word i of the step's stream, wherever the pieces of work begin and however many rows a
 * batch has. */
static void each_element_has_its_own_word(void **state)
{
    (void)state;
    const double rate = 0.3;
    dropping d = new_dropping(NULL, 6, rate, 0);
    for (uint64_t step = 1; step <= 2; step++) {
        assert_int_equal(pmy_set_batch(d.graph, step == 1 ? ROWS : 7, NULL), PMY_OK);
        fill(d.x, 0, 1, 1);
        forward(d.graph, PMY_TRAIN);
        size_t size = pmy_shape_size(pmy_node_shape(d.y));
        for (size_t i = 0; i < size; i++) {
            pmy_philox_block block =
                pmy_philox(6, pmy_stream(PMY_STREAM_DROPOUT, (uint32_t)d.y->index), (step << 32) + i / 4);
            assert_int_equal(pmy_value(d.y).data[i] != 0, block.word[i % 4] >= (uint32_t)(rate * 0x1p32));
        }
    }
    pmy_graph_free(d.graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rate_is_dropped_and_the_rest_scaled),
        cmocka_unit_test(elements_are_dropped_independently),
        cmocka_unit_test(evaluation_and_rate_0_pass_everything),
        cmocka_unit_test(replay_keeps_the_masks_and_training_draws_new_ones),
        cmocka_unit_test(masks_depend_on_seed_node_and_step_alone),
        cmocka_unit_test(each_element_has_its_own_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
