/* Where there are no threads: the calling one is all, which no pool says as well. */
#include "base/pool.h"

unsigned pmy_processors(void)
{
    return 1;
}

unsigned pmy_pool_threads(const pmy_pool *pool)
{
    (void)pool;
    return 1;
}

void pmy_pool_run(pmy_pool *pool, size_t pieces, pmy_work *work, void *context)
{
    (void)pool;
    for (size_t piece = 0; piece < pieces; piece++)
        work(context, piece, 0);
}

pmy_status pmy_pool_new(unsigned threads, pmy_pool **pool, pmy_error *error)
{
    *pool = NULL;
    return threads == 1 ? PMY_OK : pmy_fail(error, PMY_NO_THREADS, "threads: there is 1, not %u", threads);
}

void pmy_pool_free(pmy_pool *pool)
{
    (void)pool;
}
