#include "kernels/softmax_lanes.h"

#include "base/parts.h"
#include "base/simd.h"
#include "kernels/softmax_math.h"

#if defined __SSE2__
#include <emmintrin.h>
#endif

enum { LANES = 16 };

/* The power of two by which e is larger than exp, for floats: other reals have the room, and at a T of 1e290
 * a gradient's factor over 2^90 would lose its digits. */
enum { UNIT_EXPONENT = 90 };
static const pmy_accum UNIT = PMY_SCALAR == 32 ? 0x1p90 : 1;

/* As pmy_softmax_exponentials, for temperatures out of the ordinary. */
static void plain_row(size_t classes, const pmy_real *z, pmy_accum temperature, pmy_real *e,
                      pmy_softmax_row *row)
{
    row->unit = UNIT;
    for (size_t i = 0; i < classes; i++) {
        pmy_accum power = exponential(-distance(row->maximum, z[i], temperature));
        e[i] = (pmy_real)(UNIT * power);
        row->rest += i != row->argmax ? power : 0;
    }
}

#if PMY_SCALAR == 32
/* With U = T ln 2, a logit z is split into
 *
 *   z − anchor = k U + T r,   k whole, |r| ≤ ln 2 / 2,   so   exp((z − anchor)/T) = 2^k exp(r)
 *
 * in single precision, and yet r is right to 2^-26:
 *
 *   z − anchor  is exact. The anchor is 0, or m where |m| is so large that every logit that
 *               counts lies within a factor of 2 of it.
 *   k U         is taken off in two steps: U = step + step_tail, and step has so few bits that
 *               k · step is exact, as then is its difference from z − anchor, which is close to it.
 *
 * So m need not be subtracted from each logit, which would round it; the exponentials of
 * a row all have the factor exp((anchor − m)/T) instead, which is 2^-k_m exp(-r_m). */
typedef struct row_scale {
    float anchor;
    float floor;    /* lifts z − anchor to where exp is 2^-SEEN of the largest: less is never seen */
    float per_step; /* 1/U */
    float step, step_tail;
    float per_temperature, per_temperature_tail; /* 1/T */
    uint32_t exponent;                           /* UNIT_EXPONENT − k_m, where a float has its exponent */
} row_scale;

/* Temperatures for which all of row_scale are normal floats with room, and for which 2^-SEEN of
 * the largest, over T, is no float. */
static const double COLDEST = 0x1p-50, HOTTEST = 0x1p50;

/* |k| < 2^10 for all logits between the floor and the largest, so that k · step is exact. */
enum { SEEN = 214, FARTHEST = 2 * SEEN };

/* exp(r) for |r| < 0.36, to 2^-40. */
static double exp_of_remainder(double r)
{
    double power = 1;
    for (int n = 10; n > 0; n--)
        power = 1 + power * r * (1.0 / n);
    return power;
}

/* The scale for a row with that largest logit, and the unit of its exponentials. */
static row_scale scale_of_row(double maximum, double temperature, double *unit)
{
    double step = temperature * LN2, per_temperature = 1 / temperature;
    row_scale s = {.step = first_bits((float)step),
                   .per_step = (float)(per_temperature * (1 / LN2)),
                   .per_temperature = (float)per_temperature};
    s.per_temperature_tail = (float)(per_temperature - (double)s.per_temperature);
    s.step_tail = (float)(step - (double)s.step);
    s.anchor = fabs(maximum) > FARTHEST * step ? (float)maximum : 0;
    double height = maximum - (double)s.anchor;
    s.floor = (float)(height - SEEN * step);
    float k = ((float)height * s.per_step + ROUNDER) - ROUNDER;
    s.exponent = (uint32_t)(UNIT_EXPONENT - (int)k) << 23;
    *unit = exp_of_remainder(height * per_temperature - (double)k * LN2) * UNIT;
    return s;
}

static inline float exponential_of(const row_scale *s, float z)
{
    float height = z - s->anchor;
    height = height > s->floor ? height : s->floor;
    float rounded = height * s->per_step + ROUNDER;
    float k = rounded - ROUNDER;
    float left = (height - k * s->step) - k * s->step_tail;
    float r = left * s->per_temperature + left * s->per_temperature_tail;
    float power = exp_near_zero(r);
    uint32_t bits, k_bits;
    memcpy(&bits, &power, sizeof bits);
    memcpy(&k_bits, &rounded, sizeof k_bits);
    bits += (k_bits << 23) + s->exponent;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* The exponentials of whole lanes, begin … end − 1; adds them up by the lane. Two at a time are
 * added as floats, which rounds once and halves the conversions. What lies `ahead`, the next row's
 * logits, is fetched meanwhile (a prefetch of what is not there does nothing). */
static inline void exponentials_between(size_t ahead, size_t begin, size_t end, const float *restrict z,
                                        const row_scale *s, float *restrict e, double sum[LANES])
{
    const row_scale scale = *s;
    double lane[LANES];
    memcpy(lane, sum, sizeof lane);
    size_t i = begin;
    for (; i + 2 * LANES <= end; i += 2 * LANES) {
        __builtin_prefetch(z + i + ahead, 0, 2);
        __builtin_prefetch(z + i + LANES + ahead, 0, 2);
        for (size_t l = 0; l < LANES; l++) {
            float first = exponential_of(&scale, z[i + l]), second = exponential_of(&scale, z[i + LANES + l]);
            e[i + l] = first;
            e[i + LANES + l] = second;
            lane[l] += (double)(first + second);
        }
    }
    for (; i < end; i += LANES)
        for (size_t l = 0; l < LANES; l++) {
            e[i + l] = exponential_of(&scale, z[i + l]);
            lane[l] += (double)e[i + l];
        }
    memcpy(sum, lane, sizeof lane);
}

/* The same for the lanes that begin at `begin`, where the row ends or the argmax is to be left out. */
static inline void some_exponentials(size_t begin, size_t end, size_t argmax, const float *z,
                                     const row_scale *s, float *e, double sum[LANES])
{
    float some[LANES];
    for (size_t l = 0; l < LANES; l++)
        some[l] = -INFINITY;
    memcpy(some, z + begin, pmy_at_most(end - begin, LANES) * sizeof *z);
    if (argmax - begin < LANES)
        some[argmax - begin] = -INFINITY;
    exponentials_between(0, 0, LANES, some, s, e + begin, sum);
}

/* Writes e, where argmax gets a number of no meaning. Returns Σ e without it. */
PMY_CLONES
static double pmy_exponentials_of_others(size_t n, const float *z, size_t argmax, const row_scale *scale,
                                         float *e)
{
    double lane[LANES] = {0};
    size_t with_argmax = argmax - argmax % LANES, whole = n - n % LANES;
    exponentials_between(n, 0, with_argmax, z, scale, e, lane);
    some_exponentials(with_argmax, n, argmax, z, scale, e, lane);
    if (with_argmax < whole) {
        exponentials_between(n, with_argmax + LANES, whole, z, scale, e, lane);
        if (whole < n)
            some_exponentials(whole, n, argmax, z, scale, e, lane);
    }
    for (size_t half = LANES / 2; half > 0; half /= 2)
        for (size_t l = 0; l < half; l++)
            lane[l] += lane[l + half];
    return lane[0];
}

static void fast_row(size_t classes, const float *z, double temperature, float *e, pmy_softmax_row *row)
{
    row_scale scale = scale_of_row((double)row->maximum, temperature, &row->unit);
    double rest = pmy_exponentials_of_others(classes, z, row->argmax, &scale, e) / row->unit;
    /* A masked class leaves about 2^-SEEN, and so does each lane that was not needed. */
    row->rest = rest > (double)(classes + 2 * LANES) * 0x1p-213 ? rest : 0;
    e[row->argmax] = (float)row->unit;
}
#endif

pmy_row_fault pmy_softmax_in_lanes(size_t classes, const pmy_real *z, pmy_accum temperature, pmy_real *e,
                                   pmy_softmax_row *row)
{
    pmy_row_fault fault = pmy_softmax_begin(classes, z, row);
    if (fault != PMY_ROW_FINE)
        return fault;
#if PMY_SCALAR == 32
    if (temperature >= COLDEST && temperature <= HOTTEST)
        fast_row(classes, z, temperature, e, row);
    else
#endif
        plain_row(classes, z, temperature, e, row);
    row->log1p_rest = log_of_1_and(row->rest);
    return PMY_ROW_FINE;
}

size_t pmy_softmax_room(size_t classes)
{
    return pmy_round_up(classes, LANES);
}

/* --- From exponentials to results --------------------------------------- */

#if PMY_SCALAR == 32
/* About factor = scale · power, the latter a power of two: the product of an exponential and
 * `scale` keeps its digits also where the factor is below the smallest normal float. */
typedef struct split_factor {
    float scale, power;
} split_factor;

/* False if no normal float can be its power. */
static bool split(double factor, split_factor *parts)
{
    uint64_t bits, exponent_bits = UINT64_C(0x7ff) << 52;
    memcpy(&bits, &factor, sizeof bits);
    bits &= exponent_bits;
    double power;
    memcpy(&power, &bits, sizeof power);
    parts->scale = (float)(factor / power);
    parts->power = (float)power;
    return power >= 0x1p-126 && power <= 0x1p126;
}

PMY_CLONES
static void pmy_scale_in_lanes(size_t n, const float *restrict e, split_factor factor, float *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = e[i] * factor.scale * factor.power;
}

/* Past the caches, a line at a time; y begins one. */
PMY_CLONES
static void pmy_stream_in_lanes(size_t lines, const float *restrict e, split_factor factor, float *restrict y)
{
    for (size_t i = 0; i < lines * LANES; i += LANES) {
        float line[LANES];
        for (size_t l = 0; l < LANES; l++)
            line[l] = e[i + l] * factor.scale * factor.power;
#if defined __SSE2__
        for (size_t l = 0; l < LANES; l += 4)
            _mm_stream_ps(y + i + l, _mm_loadu_ps(line + l));
#else
        memcpy(y + i, line, sizeof line);
#endif
    }
}

static void stream_scaled(size_t n, const float *e, split_factor factor, float *y)
{
    const size_t line = LANES * sizeof *y;
    size_t before = (line - (uintptr_t)y % line) % line / sizeof *y;
    before = pmy_at_most(before, n);
    size_t lines = (n - before) / LANES, done = before + lines * LANES;
    pmy_scale_in_lanes(before, e, factor, y);
    pmy_stream_in_lanes(lines, e + before, factor, y + before);
    pmy_scale_in_lanes(n - done, e + done, factor, y + done);
#if defined __SSE2__
    _mm_sfence();
#endif
}
#endif

void pmy_softmax_gradient(size_t n, const pmy_real *e, pmy_accum factor, pmy_real *dz, bool streamed)
{
#if PMY_SCALAR == 32
    split_factor parts;
    if (split(factor, &parts)) {
        if (streamed)
            stream_scaled(n, e, parts, dz);
        else
            pmy_scale_in_lanes(n, e, parts, dz);
        return;
    }
#else
    (void)streamed;
#endif
    for (size_t i = 0; i < n; i++)
        dz[i] = (pmy_real)((pmy_accum)e[i] * factor);
}
