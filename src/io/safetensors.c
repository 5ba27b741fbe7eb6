#include "io/safetensors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "elements are copied as they are: safetensors are little-endian"
#endif

const char *pmy_dtype_name(pmy_dtype dtype)
{
    static const char *const names[] = {
#define DTYPE_NAME(name, word, size) [name] = word,
        PMY_DTYPE_LIST(DTYPE_NAME)
#undef DTYPE_NAME
    };
    return names[dtype];
}

size_t pmy_dtype_size(pmy_dtype dtype)
{
    static const size_t sizes[] = {
#define DTYPE_SIZE(name, word, size) [name] = (size),
        PMY_DTYPE_LIST(DTYPE_SIZE)
#undef DTYPE_SIZE
    };
    return sizes[dtype];
}

static int compare_with_tensor(const void *name, const void *tensor)
{
    return strcmp(name, ((const pmy_safetensor *)tensor)->name);
}

const pmy_safetensor *pmy_safetensors_find(const pmy_safetensors *contents, const char *name)
{
    if (!contents->count)
        return NULL;
    return bsearch(name, contents->tensor, contents->count, sizeof *contents->tensor, compare_with_tensor);
}

static int compare_with_note(const void *key, const void *note)
{
    return strcmp(key, ((const pmy_safetensors_note *)note)->key);
}

const char *pmy_safetensors_text(const pmy_safetensors *contents, const char *key)
{
    if (!contents->notes)
        return NULL;
    const pmy_safetensors_note *note =
        bsearch(key, contents->note, contents->notes, sizeof *contents->note, compare_with_note);
    return note ? note->text : NULL;
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

/* bfloat16: the upper half of an F32. */
static double brain_value(uint16_t bits)
{
    uint32_t whole = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &whole, sizeof value);
    return (double)value;
}

double pmy_safetensor_element(const pmy_safetensor *tensor, size_t index)
{
    const char *from = (const char *)tensor->data + index * pmy_dtype_size(tensor->dtype);
    union {
        double f64;
        int64_t i64;
        float f32;
        uint16_t bits16;
    } element;
    switch (tensor->dtype) {
    case PMY_F64:
        memcpy(&element.f64, from, sizeof element.f64);
        return element.f64;
    case PMY_I64:
        memcpy(&element.i64, from, sizeof element.i64);
        return (double)element.i64;
    case PMY_F32:
        memcpy(&element.f32, from, sizeof element.f32);
        return (double)element.f32;
    case PMY_F16:
        memcpy(&element.bits16, from, sizeof element.bits16);
        return half_value(element.bits16);
    case PMY_BF16:
        memcpy(&element.bits16, from, sizeof element.bits16);
        return brain_value(element.bits16);
    }
    return 0;
}
