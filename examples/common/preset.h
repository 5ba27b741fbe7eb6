/* Nets with a name, each with the recipe that trains it well: what a program that trains has a table of. */
#ifndef COMMON_PRESET_H
#define COMMON_PRESET_H

#include <stddef.h>

enum { MOST_PRESET_WORDS = 40 };

typedef struct preset {
    const char *name;
    const char *net;
    char *options[MOST_PRESET_WORDS + 1]; /* of its command, as one would type them; ends with NULL */
} preset;

typedef struct preset_table {
    const preset *presets; /* [count > 0] */
    size_t count;
    char *const *usual; /* what every run begins with, before its preset: options, too */
} preset_table;

/* The preset of that name; for any other net the first, whose recipe a net of one's own begins
 * with. */
const preset *preset_for(const preset_table *table, const char *net);

/* The value of one of its options, "--lr"; NULL: it says nothing of that. */
const char *preset_value(const preset *p, const char *option);

/* The line of text that a net's name stands for, or the net itself. */
const char *preset_net(const preset_table *table, const char *net);

#endif
