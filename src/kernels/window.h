/* A square window that slides over pictures: what convolutions and poolings share. */
#ifndef PMY_KERNELS_WINDOW_H
#define PMY_KERNELS_WINDOW_H

#include "base/status.h"

/* It is `kernel` wide and high, moves by `stride`, and begins `padding` outside of the picture. */
typedef struct pmy_window {
    size_t kernel, stride, padding;
} pmy_window;

/* How many places it has along an axis: *output = floor((length + 2 padding − kernel)/stride) + 1.
 * PMY_BAD_ARGUMENT for a kernel or stride of 0, PMY_BAD_SHAPE where the kernel is longer than the padded
 * axis. */
pmy_status pmy_window_measure(pmy_window window, size_t length, size_t *output, pmy_error *error);

#endif
