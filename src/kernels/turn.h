/* A square of PMY_LANES lanes, pmy_lanes square[PMY_LANES], turned about its diagonal: PMY_TURN(square). For
 * functions marked PMY_LANE_CLONES. */
#ifndef PMY_KERNELS_TURN_H
#define PMY_KERNELS_TURN_H

#include "base/lanes.h"

#include <stdint.h>

/* gcc 11 has no __builtin_shufflevector. */
#if defined __clang__ || __GNUC__ >= 12
#define PMY_SHUFFLE __builtin_shufflevector
#else
#if PMY_SCALAR == 32
typedef int32_t pmy_lane_numbers __attribute__((vector_size(32)));
#elif PMY_SCALAR == 64
typedef int64_t pmy_lane_numbers __attribute__((vector_size(32)));
#endif
#define PMY_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (pmy_lane_numbers){__VA_ARGS__})
#endif

/* Lanes l of a and b whose bit `step` is clear, and then those where it is set. */
#if PMY_SCALAR == 32
#define PMY_EXCHANGE_4(a, b, low, high) \
    low = PMY_SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11), high = PMY_SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#define PMY_EXCHANGE_2(a, b, low, high) \
    low = PMY_SHUFFLE(a, b, 0, 1, 8, 9, 4, 5, 12, 13), high = PMY_SHUFFLE(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define PMY_EXCHANGE_1(a, b, low, high) \
    low = PMY_SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14), high = PMY_SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
#elif PMY_SCALAR == 64
#define PMY_EXCHANGE_4(a, b, low, high) (void)(a), (void)(b)
#define PMY_EXCHANGE_2(a, b, low, high) \
    low = PMY_SHUFFLE(a, b, 0, 1, 4, 5), high = PMY_SHUFFLE(a, b, 2, 3, 6, 7)
#define PMY_EXCHANGE_1(a, b, low, high) \
    low = PMY_SHUFFLE(a, b, 0, 4, 2, 6), high = PMY_SHUFFLE(a, b, 1, 5, 3, 7)
#endif

#if PMY_SCALAR == 128
#define PMY_TURN(square) (void)(square)
#else
#define PMY_EXCHANGE_ALL(square, step, exchange)                                              \
    for (size_t l = 0; l < PMY_LANES; l++)                                                    \
        if ((l & (step)) == 0 && (step) < PMY_LANES) {                                        \
            pmy_lanes a = square[l], b = square[(l + (step)) % PMY_LANES], low = a, high = b; \
            exchange(a, b, low, high);                                                        \
            square[l] = low, square[(l + (step)) % PMY_LANES] = high;                         \
        }
#define PMY_TURN(square)                             \
    do {                                             \
        PMY_EXCHANGE_ALL(square, 4, PMY_EXCHANGE_4); \
        PMY_EXCHANGE_ALL(square, 2, PMY_EXCHANGE_2); \
        PMY_EXCHANGE_ALL(square, 1, PMY_EXCHANGE_1); \
    } while (0)
#endif
#endif
