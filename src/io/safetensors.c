#include "io/safetensors.h"

#include <math.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "elements are copied as they are: safetensors are little-endian"
#endif

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
#define DTYPE(name, word, size) [name] = {word, size},
    PMY_DTYPE_LIST(DTYPE)
#undef DTYPE
};

const char *pmy_dtype_name(pmy_dtype dtype)
{
    return dtypes[dtype].name;
}

size_t pmy_dtype_size(pmy_dtype dtype)
{
    return dtypes[dtype].size;
}

bool pmy_dtype_read(const char *name, pmy_dtype *dtype)
{
    size_t i = 0, count = sizeof dtypes / sizeof *dtypes;
    while (i < count && strcmp(name, dtypes[i].name) != 0)
        i++;
    *dtype = (pmy_dtype)i;
    return i < count;
}

/* IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
static double half_value(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double magnitude;
    if (exponent == 31)
        magnitude = fraction ? (double)NAN : (double)INFINITY;
    else if (exponent == 0)
        magnitude = ldexp(fraction, -24);
    else
        magnitude = ldexp(1024 + fraction, exponent - 25);
    return bits >> 15 ? -magnitude : magnitude;
}

double pmy_safetensor_element(const pmy_safetensor *tensor, size_t index)
{
    size_t size = pmy_dtype_size(tensor->dtype);
    union {
        double f64;
        int64_t i64;
        float f32;
        uint32_t bits32;
        uint16_t bits16;
    } element = {0};
    uint32_t bits;
    memcpy(&element, (const char *)tensor->data + index * size, size);
    switch (tensor->dtype) {
    case PMY_F64:
        return element.f64;
    case PMY_I64:
        return (double)element.i64;
    case PMY_F32:
        return (double)element.f32;
    case PMY_F16:
        return half_value(element.bits16);
    case PMY_BF16: /* the upper half of an F32 */
        bits = element.bits16;
        element.bits32 = bits << 16;
        return (double)element.f32;
    }
    return 0;
}
