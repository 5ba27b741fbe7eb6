#include "kernels/exact_sum.h"

#include "kernels/softmax_math.h"

static const pmy_accum UNIT = (pmy_accum)0x1p-132;

static void add_to_parts(pmy_exact_sum *sum, pmy_accum x)
{
    size_t kept = 0;
    for (size_t i = 0; i < sum->parts; i++) {
        pmy_accum y = sum->part[i], whole = x + y, of_y = whole - x;
        pmy_accum lost = (x - (whole - of_y)) + (y - of_y);
        if (lost != 0)
            sum->part[kept++] = lost;
        x = whole;
    }
    if (kept == PMY_EXACT_PARTS) /* more digits than there is room for */
        sum->part[kept - 1] += x;
    else if (x != 0)
        sum->part[kept++] = x;
    sum->parts = kept;
}

void pmy_exact_add(pmy_exact_sum *sum, pmy_accum x)
{
    pmy_accum scaled = x * UNIT;
    /* Nothing becomes 0, which would lose its side. */
    add_to_parts(sum, scaled != 0 || x == 0 ? scaled : PMY_ACCUM_MATH(nextafter)(0, x));
}

void pmy_exact_add_product(pmy_exact_sum *sum, pmy_accum x, pmy_accum y)
{
    pmy_accum scaled = y * UNIT, product = x * scaled;
    add_to_parts(sum, product);
    add_to_parts(sum, PMY_ACCUM_MATH(fma)(x, scaled, -product));
}

bool pmy_exact_is_positive(const pmy_exact_sum *sum)
{
    return sum->parts > 0 && sum->part[sum->parts - 1] > 0;
}
