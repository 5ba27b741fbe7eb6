/* For sched_getaffinity. */
#define _GNU_SOURCE
#include "tensor/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* How often a waiting thread looks again before it sleeps: about 50 µs. */
enum { SPINS = 2000 };

/* A thread's share of the pieces, in a cache line of its own. */
typedef struct share {
    _Alignas(64) atomic_size_t next;
    size_t end;
} share;

typedef struct member {
    pmy_pool *pool;
    pthread_t thread;
    unsigned worker;
} member;

struct pmy_pool {
    unsigned threads, started;
    unsigned spins;
    share *shares;   /* [threads] */
    member *members; /* [threads]; the first is the caller's and has no thread of its own */
    pmy_work *work;
    void *context;
    _Alignas(64) atomic_uint job;  /* counts up; a new value is a new job */
    _Alignas(64) atomic_uint busy; /* members other than the caller still at it */
    _Alignas(64) atomic_uint sleepers;
    atomic_bool leaving;
    pthread_mutex_t mutex;
    pthread_cond_t new_job, all_done;
};

static inline void relax(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#endif
}

unsigned pmy_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int count = CPU_COUNT(&set);
    return count > 0 ? (unsigned)count : 1;
}

unsigned pmy_pool_threads(const pmy_pool *pool)
{
    return pool ? pool->threads : 1;
}

static void work_through(pmy_pool *pool, unsigned worker)
{
    for (unsigned turn = 0; turn < pool->threads; turn++) {
        share *from = &pool->shares[(worker + turn) % pool->threads];
        size_t piece;
        /* The load first: a finished share's counter must not run up with every visitor. */
        while (atomic_load_explicit(&from->next, memory_order_relaxed) < from->end &&
               (piece = atomic_fetch_add_explicit(&from->next, 1, memory_order_relaxed)) < from->end)
            pool->work(pool->context, piece, worker);
    }
}

/* Waits until there is a job newer than `seen`, and returns its number. */
static unsigned wait_for_job(pmy_pool *pool, unsigned seen)
{
    unsigned job;
    for (unsigned spin = 0; spin < pool->spins; spin++) {
        if ((job = atomic_load_explicit(&pool->job, memory_order_acquire)) != seen)
            return job;
        relax();
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->sleepers, 1);
    while ((job = atomic_load(&pool->job)) == seen)
        pthread_cond_wait(&pool->new_job, &pool->mutex);
    atomic_fetch_sub(&pool->sleepers, 1);
    pthread_mutex_unlock(&pool->mutex);
    return job;
}

static void *member_main(void *argument)
{
    member *self = argument;
    pmy_pool *pool = self->pool;
    unsigned seen = 0;
    for (;;) {
        seen = wait_for_job(pool, seen);
        if (atomic_load_explicit(&pool->leaving, memory_order_relaxed))
            return NULL;
        work_through(pool, self->worker);
        if (atomic_fetch_sub(&pool->busy, 1) == 1 && atomic_load(&pool->sleepers)) {
            pthread_mutex_lock(&pool->mutex);
            pthread_cond_signal(&pool->all_done);
            pthread_mutex_unlock(&pool->mutex);
        }
    }
}

static void announce_job(pmy_pool *pool)
{
    atomic_fetch_add(&pool->job, 1);
    if (atomic_load(&pool->sleepers)) {
        pthread_mutex_lock(&pool->mutex);
        pthread_cond_broadcast(&pool->new_job);
        pthread_mutex_unlock(&pool->mutex);
    }
}

static void wait_for_all(pmy_pool *pool)
{
    for (unsigned spin = 0; spin < pool->spins; spin++) {
        if (!atomic_load_explicit(&pool->busy, memory_order_acquire))
            return;
        relax();
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->sleepers, 1);
    while (atomic_load(&pool->busy))
        pthread_cond_wait(&pool->all_done, &pool->mutex);
    atomic_fetch_sub(&pool->sleepers, 1);
    pthread_mutex_unlock(&pool->mutex);
}

void pmy_pool_run(pmy_pool *pool, size_t pieces, pmy_work *work, void *context)
{
    if (!pool || pool->threads == 1 || pieces <= 1) {
        for (size_t piece = 0; piece < pieces; piece++)
            work(context, piece, 0);
        return;
    }
    pool->work = work;
    pool->context = context;
    for (unsigned worker = 0; worker < pool->threads; worker++) {
        size_t each = pieces / pool->threads, more = pieces % pool->threads;
        size_t begin = each * worker + (worker < more ? worker : more);
        atomic_store_explicit(&pool->shares[worker].next, begin, memory_order_relaxed);
        pool->shares[worker].end = begin + each + (worker < more);
    }
    atomic_store_explicit(&pool->busy, pool->threads - 1, memory_order_relaxed);
    announce_job(pool);
    work_through(pool, 0);
    wait_for_all(pool);
}

pmy_status pmy_pool_new(unsigned threads, pmy_pool **result, pmy_error *error)
{
    *result = NULL;
    if (threads < 1 || threads > PMY_MAX_THREADS)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "threads: %u is not between 1 and %d", threads,
                        PMY_MAX_THREADS);
    pmy_pool *pool = aligned_alloc(64, (sizeof *pool + 63) / 64 * 64);
    if (!pool)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a team of threads");
    *pool = (pmy_pool){.threads = threads, .started = 1};
    pool->spins = threads <= pmy_processors() ? SPINS : 0;
    pool->shares = aligned_alloc(64, threads * sizeof *pool->shares);
    pool->members = calloc(threads, sizeof *pool->members);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->new_job, NULL);
    pthread_cond_init(&pool->all_done, NULL);
    if (!pool->shares || !pool->members) {
        pmy_pool_free(pool);
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a team of threads");
    }
    for (unsigned worker = 1; worker < threads; worker++, pool->started++) {
        member *self = &pool->members[worker];
        *self = (member){.pool = pool, .worker = worker};
        if (pthread_create(&self->thread, NULL, member_main, self) != 0) {
            pmy_pool_free(pool);
            return pmy_fail(error, PMY_NO_THREADS, "the system gave only %u of %u threads", worker, threads);
        }
    }
    *result = pool;
    return PMY_OK;
}

void pmy_pool_free(pmy_pool *pool)
{
    if (!pool)
        return;
    atomic_store(&pool->leaving, true);
    announce_job(pool);
    for (unsigned worker = 1; worker < pool->started; worker++)
        pthread_join(pool->members[worker].thread, NULL);
    pthread_cond_destroy(&pool->all_done);
    pthread_cond_destroy(&pool->new_job);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->members);
    free(pool->shares);
    free(pool);
}
