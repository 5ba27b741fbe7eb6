/* Nets with a name, each with the recipe that trains it well. */
#ifndef MNIST_PRESET_H
#define MNIST_PRESET_H

#include <stddef.h>

typedef struct preset {
    const char *name;
    const char *net;
    const char *optim, *schedule;
    long long epochs, batch;
    double learning_rate, momentum, weight_decay, label_smoothing;
    double mean, deviation; /* of pixels in 0 … 1, taken off and divided by; both 0: they stay as they are */
    const char *augmentation; /* see data/augmentation.h; NULL: none */
    long long unaugmented;    /* epochs at the end */
} preset;

/* The index-th, or NULL after the last. */
const preset *preset_at(size_t index);

/* The preset of that name; for any other net the first, whose recipe a net of one's own begins
 * with. */
const preset *preset_for(const char *net);

/* The learning rate to begin with where neither the preset nor the command line has one for this optimizer.
 */
double preset_rate_of(const char *optim);

/* The line of text that a net's name stands for, or the net itself. */
const char *preset_net(const char *net);

#endif
