/* The normal distribution, for loops that become vector code: in float without a call, as accurate where
 * Φ is small as where it is not. */
#ifndef PMY_KERNELS_NORMAL_H
#define PMY_KERNELS_NORMAL_H

#include "base/real.h"
#include "base/simd.h"

#include <stdint.h>
#include <string.h>

typedef struct pmy_normal {
    pmy_real distribution; /* Φ(x) */
    pmy_real exponential;  /* exp(−x²/2), which is √(2π) times the density */
} pmy_normal;

#if PMY_SCALAR == 32
/* Φ(−a) for a ≥ 0 is exp(−a²/2) g(a), where (a + 4) g(a) is smooth and nearly flat: a polynomial in
 * s = (a − 4)/(a + 4). The exponential is 2^k exp(r); a² is taken apart so that its rounding, which a large a
 * would show as many units, is in r. Both polynomials were fitted at Chebyshev's nodes. For a < 13
 * both results are within 6 units in their last place; beyond, where they are below 1e-36, 0. */
PMY_INLINED pmy_normal pmy_normal_at(float x)
{
    const float rounder = 0x1.8p23f; /* adding it rounds to an integer, in the low bits */
    const float largest = 13;
    float a = x < 0 ? -x : x;
    float kept = a < largest ? a : largest, head;
    uint32_t bits;
    memcpy(&bits, &kept, sizeof bits);
    bits &= UINT32_C(0xfffff000); /* 12 bits, whose square is exact */
    memcpy(&head, &bits, sizeof head);
    float square = -0.5f * head * head, rest = -0.5f * (kept - head) * (kept + head);
    float shifted = square * 0x1.715476p0f + rounder, k = shifted - rounder;
    float r = ((square - k * 0x1.62e4p-1f) - k * 0x1.7f7d1cp-20f) + rest;
    float power = 0.041676566f + r * (0.0083819724f + r * 0.0013411168f);
    power = 1 + r * (1 + r * (0.49999953f + r * (0.16666314f + r * power)));
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127) << 23;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    float e = power * scale;
    float over = 1 / (kept + 4), s = (kept - 4) * over;
    float g = 0.38713670f +
              s * (-0.18652235f +
                   s * (0.060406824f +
                        s * (-0.0075315346f +
                             s * (-0.0035287555f +
                                  s * (0.0015760097f + s * (0.00020846616f + s * -0.00011713775f))))));
    g = (0.75528514f + s * (-0.60789663f + s * g)) * over;
    float tail = a < largest ? e * g : 0;
    if (a != a) /* not a number */
        tail = a;
    return (pmy_normal){x < 0 ? tail : 1 - tail, a < largest ? e : 0};
}
#else
PMY_INLINED pmy_normal pmy_normal_at(pmy_real x)
{
    return (pmy_normal){PMY_R(0.5) * pmy_real_erfc(x * PMY_R(-0.70710678118654752440084436210484903928)),
                        pmy_real_exp(PMY_R(-0.5) * x * x)};
}
#endif

#endif
