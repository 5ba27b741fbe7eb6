/* A team of threads that runs work in pieces. The pieces of a job are
 * numbered and know nothing of threads, so results do not depend on how many there are. */
#ifndef PMY_BASE_POOL_H
#define PMY_BASE_POOL_H

#include "base/status.h"

#include <stddef.h>

#define PMY_MAX_THREADS 256

typedef struct pmy_pool pmy_pool;

/* A team of `threads` (1 to PMY_MAX_THREADS): the caller's and threads − 1 new ones. Where a target has no
 * threads (pool_alone.c), only 1 is possible, and that team is NULL. */
pmy_status pmy_pool_new(unsigned threads, pmy_pool **pool, pmy_error *error);
void pmy_pool_free(pmy_pool *pool);

/* 1 for a NULL pool. */
unsigned pmy_pool_threads(const pmy_pool *pool);

/* Processors this process may run on, at least 1. */
unsigned pmy_processors(void);

/* Calls work(context, piece, worker) once for each piece in 0 … pieces − 1, on
 * any thread and in any order, and returns when all are done; worker tells
 * the threads apart (0 … threads − 1). Each thread begins with its own share of
 * the pieces, the same share each time, so that what it touched last time is
 * in its cache, then helps the others. A NULL pool works on the calling thread
 * alone. One caller at a time. */
typedef void pmy_work(void *context, size_t piece, unsigned worker);
void pmy_pool_run(pmy_pool *pool, size_t pieces, pmy_work *work, void *context);

#endif
