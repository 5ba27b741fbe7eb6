/* A team of threads: every piece once, whatever the sizes. */
#include "base/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

enum { MOST_THREADS = 8, MOST_PIECES = 1000 };

typedef struct tally {
    unsigned threads;
    unsigned times[MOST_PIECES]; /* plain: the thread sanitizer sees a piece that two threads run */
    atomic_uint strangers;       /* pieces with a worker's number out of range */
} tally;

static void count(void *context, size_t piece, unsigned worker)
{
    tally *t = context;
    t->times[piece]++;
    if (worker >= t->threads)
        atomic_fetch_add(&t->strangers, 1);
}

static pmy_pool *team(unsigned threads)
{
    pmy_pool *pool;
    pmy_error error;
    assert_int_equal(pmy_pool_new(threads, &pool, &error), PMY_OK);
    assert_int_equal(pmy_pool_threads(pool), threads);
    return pool;
}

static void expect_each_once(pmy_pool *pool, size_t pieces)
{
    tally t = {.threads = pmy_pool_threads(pool)};
    pmy_pool_run(pool, pieces, count, &t);
    for (size_t piece = 0; piece < MOST_PIECES; piece++)
        assert_int_equal(t.times[piece], piece < pieces);
    assert_int_equal(atomic_load(&t.strangers), 0);
}

static void every_piece_is_run_once(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 100, 999, MOST_PIECES};
    for (unsigned threads = 1; threads <= MOST_THREADS; threads++) {
        pmy_pool *pool = team(threads);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            expect_each_once(pool, sizes[i]);
        pmy_pool_free(pool);
    }
}

static void no_pool_is_the_calling_thread(void **state)
{
    (void)state;
    assert_int_equal(pmy_pool_threads(NULL), 1);
    expect_each_once(NULL, 17);
    pmy_pool_free(NULL);
}

typedef struct sum {
    const size_t *numbers;
    size_t partial[64];
} sum;

static void add_up(void *context, size_t piece, unsigned worker)
{
    (void)worker;
    sum *s = context;
    s->partial[piece] = s->numbers[piece] + piece;
}

/* Each job reads what the one before it wrote, so what threads write must be seen when a run returns. */
static void many_tiny_jobs_follow_each_other(void **state)
{
    (void)state;
    enum { JOBS = 20000, PIECES = 64 };
    for (unsigned threads = 2; threads <= 4; threads++) {
        pmy_pool *pool = team(threads);
        size_t numbers[PIECES] = {0};
        for (size_t job = 0; job < JOBS / threads; job++) {
            size_t pieces = 2 + job % (PIECES - 1);
            sum s = {.numbers = numbers};
            pmy_pool_run(pool, pieces, add_up, &s);
            for (size_t i = 0; i < pieces; i++) {
                assert_int_equal(s.partial[i], numbers[i] + i);
                numbers[i] = s.partial[i];
            }
        }
        pmy_pool_free(pool);
    }
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

static void slow_piece(void *context, size_t piece, unsigned worker)
{
    if (piece % 5 == 3)
        nap();
    count(context, piece, worker);
}

/* Long enough pauses for every thread to stop spinning and sleep: members between jobs, the
 * caller within one. */
static void sleeping_threads_wake_up(void **state)
{
    (void)state;
    pmy_pool *pool = team(4);
    for (size_t job = 0; job < 20; job++) {
        tally t = {.threads = 4};
        nap();
        pmy_pool_run(pool, 8, slow_piece, &t);
        for (size_t piece = 0; piece < 8; piece++)
            assert_int_equal(t.times[piece], 1);
    }
    pmy_pool_free(pool);
}

typedef struct meeting {
    atomic_uint arrived;
    atomic_bool given_up;
} meeting;

static void wait_until(meeting *m, unsigned arrived)
{
    time_t begin = time(NULL);
    while (atomic_load(&m->arrived) < arrived)
        if (time(NULL) - begin > 60) {
            atomic_store(&m->given_up, true);
            return;
        }
}

static void meet(void *context, size_t piece, unsigned worker)
{
    (void)piece, (void)worker;
    meeting *m = context;
    atomic_fetch_add(&m->arrived, 1);
    wait_until(m, 3);
}

/* Pieces that wait for each other end only if as many threads run them. */
static void pieces_run_at_the_same_time(void **state)
{
    (void)state;
    pmy_pool *pool = team(3);
    meeting m = {0};
    pmy_pool_run(pool, 3, meet, &m);
    assert_false(atomic_load(&m.given_up));
    pmy_pool_free(pool);
}

static void wait_for_all_others(void *context, size_t piece, unsigned worker)
{
    (void)worker;
    meeting *m = context;
    if (piece == 0)
        wait_until(m, 15);
    else
        atomic_fetch_add(&m->arrived, 1);
}

/* The first piece of a share lasts until all others are done, so others must do the rest of it. */
static void a_slow_thread_is_helped(void **state)
{
    (void)state;
    pmy_pool *pool = team(2);
    meeting m = {0};
    pmy_pool_run(pool, 16, wait_for_all_others, &m);
    assert_false(atomic_load(&m.given_up));
    pmy_pool_free(pool);
}

static void teams_come_and_go(void **state)
{
    (void)state;
    for (unsigned turn = 0; turn < 200; turn++) {
        pmy_pool *pool = team(1 + turn % MOST_THREADS);
        if (turn % 3)
            expect_each_once(pool, turn % 40);
        pmy_pool_free(pool);
    }
}

static void wrong_numbers_of_threads_are_refused(void **state)
{
    (void)state;
    pmy_pool *pool = (pmy_pool *)state;
    pmy_error error;
    assert_int_equal(pmy_pool_new(0, &pool, &error), PMY_BAD_ARGUMENT);
    assert_null(pool);
    assert_string_equal(error.message, "threads: 0 is not between 1 and 256");
    assert_int_equal(pmy_pool_new(PMY_MAX_THREADS + 1, &pool, NULL), PMY_BAD_ARGUMENT);
    assert_null(pool);
}

static void there_is_a_processor(void **state)
{
    (void)state;
    assert_true(pmy_processors() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_piece_is_run_once),
        cmocka_unit_test(no_pool_is_the_calling_thread),
        cmocka_unit_test(many_tiny_jobs_follow_each_other),
        cmocka_unit_test(sleeping_threads_wake_up),
        cmocka_unit_test(pieces_run_at_the_same_time),
        cmocka_unit_test(a_slow_thread_is_helped),
        cmocka_unit_test(teams_come_and_go),
        cmocka_unit_test(wrong_numbers_of_threads_are_refused),
        cmocka_unit_test(there_is_a_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
