/* Several numbers side by side, for sums: what a compiler will not re-order by itself is written down
 * in lanes, which it keeps in registers. A pmy_lanes takes + − · like a number; the quad build's is one.
 *
 * Lanes are no arguments or results of functions, which would have no one way to be passed: pointers are. */
#ifndef PMY_TENSOR_LANES_H
#define PMY_TENSOR_LANES_H

#include "tensor/real.h"
#include "tensor/simd.h"

#include <stddef.h>
#include <string.h>

#if PMY_SCALAR == 128
enum { PMY_LANES = 1 };
typedef pmy_real pmy_lanes;
#define PMY_LANE(lanes, l) (*(lanes))
#else
enum { PMY_LANES = 32 / sizeof(pmy_real) };
typedef pmy_real pmy_lanes __attribute__((vector_size(32)));
#define PMY_LANE(lanes, l) ((*(lanes))[l])
#endif

PMY_INLINED void pmy_lanes_read(pmy_lanes *lanes, const pmy_real *from)
{
    memcpy(lanes, from, sizeof *lanes);
}

/* 0 in the first n <= PMY_LANES lanes, 1 in the others. */
PMY_INLINED void pmy_lanes_ones_behind(pmy_lanes *lanes, size_t n)
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
