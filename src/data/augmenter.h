/* Augments pictures: carries out what a pmy_augmentation says. */
#ifndef PMY_DATA_AUGMENTER_H
#define PMY_DATA_AUGMENTER_H

#include "data/augmentation.h"

#include <stddef.h>
#include <stdint.h>

typedef struct pmy_augmenter pmy_augmenter;

/* For pictures of one size, for one thread at a time. Errors: PMY_BAD_ARGUMENT (see pmy_augmentation_check; a
 * picture higher or wider than 8192), PMY_NO_MEMORY. */
pmy_status pmy_augmenter_new(const pmy_augmentation *augmentation, size_t channels, size_t height,
                             size_t width, pmy_augmenter **augmenter, pmy_error *error);
void pmy_augmenter_free(pmy_augmenter *augmenter);

/* Augments image [channels, height, width] as a function of seed, epoch and index (the picture's in its
 * dataset) alone; gives [channels, height, width], in the same scale, which live until the next call.
 *
 * The pixel at offset o from the picture's middle is what the picture has, bilinearly, at
 *
 *   S o + shift + field(o),   S = rotation · shear / scale,
 *
 * the same in all channels, and 0 outside of the picture. */
const float *pmy_augment(pmy_augmenter *augmenter, const uint8_t *image, uint64_t seed, uint32_t epoch,
                         uint32_t index);
const float *pmy_augment_reals(pmy_augmenter *augmenter, const float *image, uint64_t seed, uint32_t epoch,
                               uint32_t index);

#endif
