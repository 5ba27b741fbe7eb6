/* What gathering must do in every precision, written once. */
#ifndef TESTS_BATCH_EXACT_H
#define TESTS_BATCH_EXACT_H

#include "data/dataset.h"

/* One row with every byte, in a length that leaves a rest for any width of vector. */
enum { EXACT_FEATURES = 256 + 255 };
static inline pmy_dataset every_byte(uint8_t *image /* [EXACT_FEATURES] */)
{
    for (unsigned i = 0; i < EXACT_FEATURES; i++)
        image[i] = (uint8_t)i;
    return (pmy_dataset){.images = image, .count = 1, .channels = 1, .height = 1, .width = EXACT_FEATURES};
}

/* Defines a test that every byte becomes exactly (byte / 255 − mean) / deviation
 * with each operation rounded to the scalar. */
#define BATCH_EXACT(name, prefix)                                                                            \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        static const prefix##normalization normalizations[] = {                                              \
            {0, 1}, {(prefix##real)0.1307, (prefix##real)0.3081}, {(prefix##real)0.5, (prefix##real)1 / 3}}; \
        uint8_t image[EXACT_FEATURES];                                                                       \
        const pmy_dataset dataset = every_byte(image);                                                       \
        const uint32_t index = 0;                                                                            \
        prefix##real x[EXACT_FEATURES];                                                                      \
        prefix##gather(&dataset, &index, 0, 1, NULL, x, NULL);                                               \
        for (unsigned i = 0; i < EXACT_FEATURES; i++)                                                        \
            assert_true(x[i] == (prefix##real)image[i] / 255);                                               \
        for (unsigned k = 0; k < 3; k++) {                                                                   \
            const prefix##normalization *n = &normalizations[k];                                             \
            prefix##gather(&dataset, &index, 0, 1, n, x, NULL);                                              \
            for (unsigned i = 0; i < EXACT_FEATURES; i++)                                                    \
                assert_true(x[i] == ((prefix##real)image[i] / 255 - n->mean) / n->deviation);                \
        }                                                                                                    \
    }

#endif
