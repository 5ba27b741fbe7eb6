/* sin and cos: x = n π/2 + r, |r| ≤ π/4, then the Taylor series of r.
 *
 * r comes from as many digits of 2/π as x asks for (Payne and Hanek, "Radian reduction for trigonometric
 * functions", SIGNUM Newsletter 18, 1983). With x = m 2^e, m whole, the digits of 2/π that weigh 4 or more
 * after they are multiplied by 2^e give whole turns; from the others up to 2^-190, times m mod 4, follow n
 * and the fraction r/(π/2), with at least 70 good bits even where x is as near to a multiple of π/2 as a
 * double can be. */
#include "base/math/pair.h"
#include "base/portable_math.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { WORD = 32, WORDS = 6, ZEROS = 2 };

/* The bits of 2/π after the point, and before them zeros, for a small x. */
static const uint32_t two_by_pi[] = {
    0,          0,          0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041,
    0xfe5163ab, 0xdebbc561, 0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e,
    0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b,
    0x1ff897ff, 0xde05980f, 0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d,
    0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab};

/* Fixed-point numbers of six words, the highest first. */
typedef struct fixed {
    uint32_t word[WORDS];
} fixed;

/* WORDS words of the bits of 2/π, from the bit at `place` on. */
static fixed bits_from(int place)
{
    fixed out;
    int first = place / WORD + ZEROS, shift = place % WORD;
    if (shift < 0) {
        shift += WORD;
        first--;
    }
    for (int i = 0; i < WORDS; i++) {
        uint64_t two = (uint64_t)two_by_pi[first + i] << WORD | two_by_pi[first + i + 1];
        out.word[i] = (uint32_t)(two >> (WORD - shift));
    }
    return out;
}

static fixed shifted_left(fixed x, int bits)
{
    for (int i = 0; i < WORDS; i++)
        x.word[i] = x.word[i] << bits | (i + 1 < WORDS ? x.word[i + 1] >> (WORD - bits) : 0);
    return x;
}

/* x · m, without what is above. */
static fixed times(fixed x, uint64_t m)
{
    const uint64_t low = m & UINT32_MAX, high = m >> WORD;
    fixed out;
    uint64_t carry = 0;
    for (int i = WORDS - 1; i >= 0; i--) {
        uint64_t first = x.word[i] * low + (carry & UINT32_MAX);
        uint64_t second = i + 1 < WORDS ? x.word[i + 1] * high : 0;
        carry >>= WORD;
        carry += (first >> WORD) + (second >> WORD);
        uint64_t sum = (first & UINT32_MAX) + (second & UINT32_MAX);
        out.word[i] = (uint32_t)sum;
        carry += sum >> WORD;
    }
    return out;
}

static fixed negative(fixed x)
{
    uint32_t carry = 1;
    for (int i = WORDS - 1; i >= 0; i--) {
        x.word[i] = ~x.word[i] + carry;
        carry = carry && x.word[i] == 0;
    }
    return x;
}

/* r, and n mod 4, of a finite x ≥ 0. */
static pmy_pair reduced(double x, unsigned *quarter)
{
    const pmy_pair half_pi = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};
    *quarter = 0;
    if (x < half_pi.high / 2)
        return (pmy_pair){x, 0};
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint64_t m = (bits & (UINT64_MAX >> 12)) | UINT64_C(1) << 52;
    int e = (int)(bits >> 52) - 1075;
    fixed product = times(bits_from(e - 2), m); /* its first two bits are whole quarters */
    unsigned whole = product.word[0] >> (WORD - 2);
    product = shifted_left(product, 2);
    bool above_half = product.word[0] >> (WORD - 1);
    if (above_half)
        product = negative(product);
    pmy_pair fraction = {0, 0};
    double unit = 0x1p-192;
    for (int i = WORDS - 1; i >= 0; i--, unit *= 0x1p32)
        fraction = pmy_pair_add((pmy_pair){(double)product.word[i] * unit, 0}, fraction);
    if (above_half)
        fraction = (pmy_pair){-fraction.high, -fraction.low};
    *quarter = (whole + above_half) % 4;
    return pmy_pair_multiply(fraction, half_pi);
}

static double sine(pmy_pair r)
{
    double x = r.high, w = x * x;
    double series = 1.0 / 6227020800 + w * (-1.0 / 1307674368000 + w * (1.0 / 355687428096000));
    series = -1.0 / 5040 + w * (1.0 / 362880 + w * (-1.0 / 39916800 + w * series));
    series = -1.0 / 6 + w * (1.0 / 120 + w * series);
    return x + (x * w * series + r.low * (1 - w / 2));
}

static double cosine(pmy_pair r)
{
    double x = r.high;
    pmy_pair square = pmy_pair_of_product(x, x);
    double w = square.high;
    double series = -1.0 / 87178291200 + w * (1.0 / 20922789888000 + w * (-1.0 / 6402373705728000));
    series = 1.0 / 40320 + w * (-1.0 / 3628800 + w * (1.0 / 479001600 + w * series));
    series = 1.0 / 24 + w * (-1.0 / 720 + w * series);
    pmy_pair first = pmy_pair_of_ordered(1, -w / 2);
    return first.high + (first.low + (w * w * series - (square.low / 2 + x * r.low)));
}

/* sin(x + quarters π/2) of an x ≥ 0. */
static double sine_after(double x, unsigned quarters)
{
    if (!(x < (double)INFINITY))
        return (double)NAN;
    unsigned quarter;
    pmy_pair r = reduced(x, &quarter);
    quarter = (quarter + quarters) % 4;
    double value = quarter % 2 ? cosine(r) : sine(r);
    return quarter < 2 ? value : -value;
}

double pmy_portable_sin(double x)
{
    double value = sine_after(fabs(x), 0);
    return signbit(x) ? -value : value;
}

double pmy_portable_cos(double x)
{
    return sine_after(fabs(x), 1);
}
