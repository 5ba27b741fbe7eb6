/* Several numbers side by side: what a compiler will not re-order by itself is written down
 * in lanes, which it keeps in registers. A pmy_lanes takes + − · like a number; the quad build's is one.
 *
 * Lanes are no arguments or results of functions, which would have no one way to be passed: pointers are. */
#ifndef PMY_BASE_LANES_H
#define PMY_BASE_LANES_H

#include "base/real.h"
#include "base/parts.h"
#include "base/simd.h"

#include <stddef.h>
#include <string.h>

#if PMY_SCALAR == 128
enum { PMY_LANES = 1 };
typedef pmy_real pmy_lanes;
typedef pmy_real pmy_lanes_in_memory;
#define PMY_LANE(lanes, l) (*(lanes))
#else
enum { PMY_LANES = 32 / sizeof(pmy_real) };
typedef pmy_real pmy_lanes __attribute__((vector_size(32)));
typedef pmy_real pmy_lanes_in_memory __attribute__((vector_size(32), aligned(sizeof(pmy_real)), may_alias));
#define PMY_LANE(lanes, l) ((*(lanes))[l])
#endif

PMY_INLINED void pmy_lanes_read(pmy_lanes *lanes, const pmy_real *from)
{
    memcpy(lanes, from, sizeof *lanes);
}

/* The PMY_LANES numbers from `place` on, to be read or written. */
#define PMY_LANES_AT(place) (*(pmy_lanes_in_memory *)(place))

/* Twice as many, for processors that multiply and add as many at a time (AVX-512): only in functions marked
 * PMY_AVX512, and only where pmy_has_avx512 is true. */
#if PMY_SCALAR != 128 && defined PMY_HAS_CLONES && __GNUC__ >= 12
#define PMY_AVX512 __attribute__((target("arch=x86-64-v4")))
typedef pmy_real pmy_avx512_lanes __attribute__((vector_size(64)));
typedef pmy_real pmy_avx512_lanes_in_memory
    __attribute__((vector_size(64), aligned(sizeof(pmy_real)), may_alias));

static inline bool pmy_has_avx512(void)
{
    return __builtin_cpu_supports("x86-64-v4");
}
#endif

/* Half of them, a register of arm64: gcc leaves what is larger than a register in memory. */
#if PMY_SCALAR != 128 && defined __aarch64__
#define PMY_HALF_LANES
typedef pmy_real pmy_half_lanes __attribute__((vector_size(16)));
typedef pmy_real pmy_half_lanes_in_memory
    __attribute__((vector_size(16), aligned(sizeof(pmy_real)), may_alias));
#endif

/* The smallest multiple of PMY_LANES that is not below n. */
static inline size_t pmy_lanes_round(size_t n)
{
    return pmy_round_up(n, PMY_LANES);
}

/* PMY_CLONES without AVX-512, for loops that multiply and add lanes: their lanes have 32 bytes there, too,
 * and gcc would take the factor that all lanes share from memory for each product anew. */
#if defined PMY_HAS_CLONES && __GNUC__ >= 12
#define PMY_LANE_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#elif defined PMY_HAS_CLONES
#define PMY_LANE_CLONES __attribute__((target_clones("fma", "default")))
#else
#define PMY_LANE_CLONES
#endif

/* Whether vector registers have only 16 bytes, so that lanes are in two. */
#if defined __AVX__ || (PMY_SCALAR != 128 && defined PMY_HAS_CLONES)
#define PMY_LANES_IN_TWO false
#else
#define PMY_LANES_IN_TWO true
#endif

/* 0 in the first n <= PMY_LANES lanes, 1 in the others. */
PMY_INLINED void pmy_lanes_ones_after(pmy_lanes *lanes, size_t n)
{
    static const pmy_real zeros_and_ones[16] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};
    pmy_lanes_read(lanes, zeros_and_ones + 8 - n);
}

/* Neighbours first: ((0 + 1) + (2 + 3)) + … */
PMY_INLINED pmy_real pmy_lanes_sum(const pmy_lanes *lanes)
{
#if PMY_SCALAR == 128
    return *lanes;
#elif PMY_SCALAR == 64
    return (PMY_LANE(lanes, 0) + PMY_LANE(lanes, 1)) + (PMY_LANE(lanes, 2) + PMY_LANE(lanes, 3));
#else
    return ((PMY_LANE(lanes, 0) + PMY_LANE(lanes, 1)) + (PMY_LANE(lanes, 2) + PMY_LANE(lanes, 3))) +
           ((PMY_LANE(lanes, 4) + PMY_LANE(lanes, 5)) + (PMY_LANE(lanes, 6) + PMY_LANE(lanes, 7)));
#endif
}

#endif
