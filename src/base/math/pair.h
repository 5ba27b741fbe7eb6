/* Numbers of twice a double's digits: unevaluated sums of two doubles, the second at most half a unit in the
 * last place of the first (Dekker, "A floating-point technique for extending the available precision",
 * Numerische Mathematik 18, 1971; the sum of any two is Knuth's). For numbers far from overflow. */
#ifndef PMY_BASE_MATH_PAIR_H
#define PMY_BASE_MATH_PAIR_H

typedef struct pmy_pair {
    double high, low;
} pmy_pair;

/* a + b, exactly, where |a| ≥ |b| or a is 0. */
static inline pmy_pair pmy_pair_of_ordered(double a, double b)
{
    double sum = a + b;
    return (pmy_pair){sum, b - (sum - a)};
}

/* a + b, exactly. */
static inline pmy_pair pmy_pair_of_sum(double a, double b)
{
    double sum = a + b, of_b = sum - a;
    return (pmy_pair){sum, (a - (sum - of_b)) + (b - of_b)};
}

/* a · b, exactly. */
static inline pmy_pair pmy_pair_of_product(double a, double b)
{
    const double splitter = 0x1p27 + 1; /* cuts a double into halves of 26 bits and a sign */
    double a_cut = a * splitter, b_cut = b * splitter;
    double a_high = a_cut - (a_cut - a), b_high = b_cut - (b_cut - b), a_low = a - a_high, b_low = b - b_high;
    double product = a * b;
    return (pmy_pair){product,
                      ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low};
}

static inline pmy_pair pmy_pair_add(pmy_pair a, pmy_pair b)
{
    pmy_pair high = pmy_pair_of_sum(a.high, b.high), low = pmy_pair_of_sum(a.low, b.low);
    high = pmy_pair_of_ordered(high.high, high.low + low.high);
    return pmy_pair_of_ordered(high.high, high.low + low.low);
}

static inline pmy_pair pmy_pair_multiply(pmy_pair a, pmy_pair b)
{
    pmy_pair product = pmy_pair_of_product(a.high, b.high);
    return pmy_pair_of_ordered(product.high, product.low + (a.high * b.low + a.low * b.high));
}

static inline pmy_pair pmy_pair_divide(pmy_pair a, pmy_pair b)
{
    double quotient = a.high / b.high;
    pmy_pair taken = pmy_pair_of_product(quotient, b.high);
    double rest = ((a.high - taken.high) - taken.low) + (a.low - quotient * b.low);
    return pmy_pair_of_ordered(quotient, rest / b.high);
}

#endif
