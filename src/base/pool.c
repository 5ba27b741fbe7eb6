#ifdef __linux__
#define _GNU_SOURCE /* sched_getaffinity */
#else
#define _DARWIN_C_SOURCE /* _SC_NPROCESSORS_ONLN */
#endif
#include "base/pool.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* How often a waiting thread looks again before it sleeps: about 50 µs. */
enum { SPINS = 2000 };

/* A thread's share of a job's pieces, in a cache line of its own. `next` holds the job's number in
 * its high half and the next piece in its low half, so that a thread that comes late cannot take a
 * piece of a job it does not know. */
typedef struct share {
    _Alignas(64) atomic_uint_least64_t next;
    atomic_uint_least32_t end;
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
    pmy_work *work;  /* these two are steady while a piece is taken and not done */
    void *context;
    _Alignas(64) atomic_uint_least32_t job;  /* counts up; a new value is a new job */
    _Alignas(64) atomic_uint_least32_t left; /* pieces of the job that are not done */
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
#ifdef __linux__
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
#else
    long count = sysconf(_SC_NPROCESSORS_ONLN);
#endif
    return count > 0 ? (unsigned)count : 1;
}

unsigned pmy_pool_threads(const pmy_pool *pool)
{
    return pool ? pool->threads : 1;
}

/* The next piece of a share, if the share is of that job and has one left. */
static bool take_piece(share *from, uint32_t job, uint32_t *piece)
{
    uint64_t next = atomic_load_explicit(&from->next, memory_order_acquire);
    do {
        *piece = (uint32_t)next;
        if (next >> 32 != job || *piece >= atomic_load_explicit(&from->end, memory_order_acquire))
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&from->next, &next, next + 1, memory_order_acq_rel,
                                                    memory_order_acquire));
    return true;
}

static void piece_is_done(pmy_pool *pool)
{
    if (atomic_fetch_sub(&pool->left, 1) == 1 && atomic_load(&pool->sleepers)) {
        pthread_mutex_lock(&pool->mutex);
        pthread_cond_signal(&pool->all_done);
        pthread_mutex_unlock(&pool->mutex);
    }
}

static void work_through(pmy_pool *pool, uint32_t job, unsigned worker)
{
    for (unsigned turn = 0; turn < pool->threads; turn++) {
        share *from = &pool->shares[(worker + turn) % pool->threads];
        uint32_t piece;
        while (take_piece(from, job, &piece)) {
            pool->work(pool->context, piece, worker);
            piece_is_done(pool);
        }
    }
}

/* Waits until there is a job newer than `seen`, and returns its number. */
static uint32_t wait_for_job(pmy_pool *pool, uint32_t seen)
{
    uint32_t job;
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
    uint32_t seen = 0;
    for (;;) {
        seen = wait_for_job(pool, seen);
        if (atomic_load_explicit(&pool->leaving, memory_order_relaxed))
            return NULL;
        work_through(pool, seen, self->worker);
    }
}

static void announce_job(pmy_pool *pool, uint32_t job)
{
    atomic_store(&pool->job, job);
    if (atomic_load(&pool->sleepers)) {
        pthread_mutex_lock(&pool->mutex);
        pthread_cond_broadcast(&pool->new_job);
        pthread_mutex_unlock(&pool->mutex);
    }
}

static void wait_for_all(pmy_pool *pool)
{
    for (unsigned spin = 0; spin < pool->spins; spin++) {
        if (!atomic_load_explicit(&pool->left, memory_order_acquire))
            return;
        relax();
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->sleepers, 1);
    while (atomic_load(&pool->left))
        pthread_cond_wait(&pool->all_done, &pool->mutex);
    atomic_fetch_sub(&pool->sleepers, 1);
    pthread_mutex_unlock(&pool->mutex);
}

static void deal_share(pmy_pool *pool, uint32_t job, unsigned worker, uint32_t pieces)
{
    uint32_t each = pieces / pool->threads, more = pieces % pool->threads;
    uint32_t begin = each * worker + (worker < more ? worker : more);
    share *to = &pool->shares[worker];
    uint64_t number = (uint64_t)job << 32;
    /* Closed before its end moves: who saw the new end cannot take a piece by the old number. */
    atomic_store_explicit(&to->next, number | UINT32_MAX, memory_order_relaxed);
    atomic_store_explicit(&to->end, begin + each + (worker < more), memory_order_release);
    atomic_store_explicit(&to->next, number | begin, memory_order_release);
}

void pmy_pool_run(pmy_pool *pool, size_t pieces, pmy_work *work, void *context)
{
    if (!pool || pool->threads == 1 || pieces <= 1) {
        for (size_t piece = 0; piece < pieces; piece++)
            work(context, piece, 0);
        return;
    }
    assert(pieces <= UINT32_MAX);
    pool->work = work;
    pool->context = context;
    atomic_store_explicit(&pool->left, (uint32_t)pieces, memory_order_relaxed);
    uint32_t job = atomic_load(&pool->job) + 1;
    for (unsigned worker = 0; worker < pool->threads; worker++)
        deal_share(pool, job, worker, (uint32_t)pieces);
    announce_job(pool, job);
    work_through(pool, job, 0);
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
    announce_job(pool, atomic_load(&pool->job) + 1);
    for (unsigned worker = 1; worker < pool->started; worker++)
        pthread_join(pool->members[worker].thread, NULL);
    pthread_cond_destroy(&pool->all_done);
    pthread_cond_destroy(&pool->new_job);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->members);
    free(pool->shares);
    free(pool);
}
