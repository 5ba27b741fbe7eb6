/* Nets with a name, each with the recipe that trains it well. */
#ifndef MNIST_PRESET_H
#define MNIST_PRESET_H

#include <stddef.h>

enum { MOST_PRESET_WORDS = 32 };

typedef struct preset {
    const char *name;
    const char *net;
    char *options[MOST_PRESET_WORDS + 1]; /* of `mnist train`, as one would type them; ends with NULL */
} preset;

/* What every run begins with, before its preset: options, too. */
extern char *const preset_usual[];

/* The index-th, or NULL after the last. */
const preset *preset_at(size_t index);

/* The preset of that name; for any other net the first, whose recipe a net of one's own begins
 * with. */
const preset *preset_for(const char *net);

/* The value of one of its options, "--lr"; NULL: it says nothing of that. */
const char *preset_value(const preset *p, const char *option);

/* The learning rate to begin with where neither the preset nor the command line has one for this optimizer.
 */
double preset_rate_of(const char *optim);

/* The line of text that a net's name stands for, or the net itself. */
const char *preset_net(const char *net);

#endif
