#include "products.h"

#include "base/clock.h"
#include "kernels/lane_product.h"

#include <stdlib.h>

/* --- The products -------------------------------------------------------------- */

static void add(products *p, bool transposed_a, size_t m, size_t n, size_t k, size_t times)
{
    p->product[p->count++] = (product){.transposed_a = transposed_a, .m = m, .n = n, .k = k, .times = times};
}

void products_add_linear(products *p, size_t rows, size_t in, size_t out, size_t times)
{
    add(p, false, rows, out, in, times);
    add(p, false, rows, in, out, times);
    add(p, true, out, in, rows, times);
}

void products_add_attention(products *p, size_t time, size_t d, size_t times)
{
    add(p, false, time, time, d, 2 * times); /* q kᵀ, ∂y vᵀ */
    add(p, false, time, d, time, 2 * times); /* shares v, ∂scores k */
    add(p, true, time, d, time, 2 * times);  /* ∂scoresᵀ q, sharesᵀ ∂y */
}

/* --- Ways ------------------------------------------------------------------------ */

typedef void multiply(const product *p, const float *a, const float *b, float *c);

static void by_blas(const product *p, pmy_gemm_transpose transpose_b, const float *a, const float *b,
                    float *c)
{
    pmy_gemm(p->transposed_a ? PMY_TRANSPOSED : PMY_PLAIN, transpose_b, p->m, p->n, p->k, a,
             p->transposed_a ? p->m : p->k, b, transpose_b == PMY_TRANSPOSED ? p->k : p->n, false, c, p->n);
}

static void by_blas_plain(const product *p, const float *a, const float *b, float *c)
{
    by_blas(p, PMY_PLAIN, a, b, c);
}

static void by_blas_transposed(const product *p, const float *a, const float *b, float *c)
{
    by_blas(p, PMY_TRANSPOSED, a, b, c);
}

/* So many rows of C at a time. */
static void by_lanes(const product *p, size_t rows, const float *a, const float *b, float *c)
{
    for (size_t i = 0; i < p->m; i += rows) {
        size_t m = p->m - i < rows ? p->m - i : rows;
        if (p->transposed_a)
            pmy_lane_gemm(PMY_TRANSPOSED, m, p->n, p->k, a + i, p->m, b, p->n, c + i * p->n, p->n);
        else
            pmy_lane_gemm(PMY_PLAIN, m, p->n, p->k, a + i * p->k, p->k, b, p->n, c + i * p->n, p->n);
    }
}

static void by_lanes_whole(const product *p, const float *a, const float *b, float *c)
{
    by_lanes(p, p->m, a, b, c);
}

static void by_lanes_in_pieces(const product *p, const float *a, const float *b, float *c)
{
    by_lanes(p, 64, a, b, c);
}

static multiply *const ways[] = {by_blas_plain, by_blas_transposed, by_lanes_whole, by_lanes_in_pieces};
enum { WAYS = sizeof ways / sizeof *ways };

/* The one that takes least, of several tries in turn. */
static unsigned fastest(const product *p, float *const numbers[3])
{
    enum { TRIES = 20 };
    double least[WAYS] = {0};
    unsigned best = 0;
    for (unsigned try = 0; try < TRIES; try++)
        for (unsigned way = 0; way < WAYS; way++) {
            double started = pmy_seconds();
            ways[way](p, numbers[0], numbers[1], numbers[2]);
            double elapsed = pmy_seconds() - started;
            least[way] = try == 0 || elapsed < least[way] ? elapsed : least[way];
        }
    for (unsigned way = 1; way < WAYS; way++)
        best = least[way] < least[best] ? way : best;
    return best;
}

/* --- Measuring -------------------------------------------------------------------- */

bool products_begin(products *p, unsigned threads)
{
    size_t largest = 0;
    for (size_t i = 0; i < p->count; i++) {
        const product *of = &p->product[i];
        size_t sizes[] = {of->m * of->k, of->k * of->n, of->m * of->n};
        for (size_t s = 0; s < 3; s++)
            largest = sizes[s] > largest ? sizes[s] : largest;
    }
    for (unsigned t = 0; t < threads; t++)
        for (size_t s = 0; s < 3; s++) {
            float *numbers = p->numbers[t][s] = malloc(largest * sizeof *numbers);
            if (!numbers)
                return false;
            for (size_t i = 0; i < largest; i++)
                numbers[i] = (float)(i % 7) * 0.1f;
        }
    for (size_t i = 0; i < p->count; i++)
        p->product[i].way = fastest(&p->product[i], p->numbers[0]);
    return true;
}

void products_end(products *p)
{
    for (size_t t = 0; t < PMY_MAX_THREADS; t++)
        for (size_t s = 0; s < 3; s++)
            free(p->numbers[t][s]);
}

static void make_steps(void *context, size_t piece, unsigned worker)
{
    (void)worker;
    const products *p = context;
    float *const *numbers = p->numbers[piece];
    for (size_t step = 0; step < p->steps; step++)
        for (size_t i = 0; i < p->count; i++)
            for (size_t time = 0; time < p->product[i].times; time++)
                ways[p->product[i].way](&p->product[i], numbers[0], numbers[1], numbers[2]);
}

double products_rate(products *p, pmy_pool *pool, double seconds)
{
    unsigned threads = pmy_pool_threads(pool);
    double started = pmy_seconds();
    p->steps = 1;
    for (size_t steps = 0;; p->steps *= 2) {
        pmy_pool_run(pool, threads, make_steps, p);
        steps += p->steps;
        double elapsed = pmy_seconds() - started;
        if (elapsed >= seconds / 2)
            return (double)(threads * steps) / elapsed;
    }
}
