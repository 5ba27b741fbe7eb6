/* Counter-based random numbers: Philox4x32-10 of Salmon, Moraes, Dror and Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). A number is a function of (seed,
 * stream, position) alone, so that any thread can make any of them, in any order. */
#ifndef PMY_BASE_RANDOM_H
#define PMY_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Four words for one counter and key. */
typedef struct pmy_philox_block {
    uint32_t word[4];
} pmy_philox_block;
pmy_philox_block pmy_philox(uint64_t seed, uint64_t stream, uint64_t position);

/* The words of `blocks` blocks from `position` on, several at a time: words[4 i … 4 i + 3] are those of
 * position + i. Multiples of 16 are fastest. */
void pmy_philox_fill(uint64_t seed, uint64_t stream, uint64_t position, size_t blocks, uint32_t *words);

/* A sequence: reads the blocks of (seed, stream) from position 0 on.
 * {.seed = …, .stream = …} starts one. */
typedef struct pmy_random {
    uint64_t seed, stream;
    uint64_t drawn; /* words drawn so far */
    pmy_philox_block block;
} pmy_random;

uint32_t pmy_random_word(pmy_random *random);

/* Uniform in [0, 1), 53 random bits. */
double pmy_random_uniform(pmy_random *random);

/* Uniform in {0, …, bound − 1} without bias, bound > 0 (Lemire, "Fast random
 * integer generation in an interval", ACM TOMACS 2019). */
uint32_t pmy_random_below(pmy_random *random, uint32_t bound);
/* The same for any bound: the same numbers where it fits in 32 bits; above, two words for each. */
uint64_t pmy_random_below_wide(pmy_random *random, uint64_t bound);

/* Normal with mean 0 and variance 1 (Box and Muller, 1958). */
double pmy_random_normal(pmy_random *random);

/* Streams of one seed, one for each use, so that no two uses share numbers. */
enum {
    PMY_STREAM_PARAMETERS = 1, /* initial values; the parameter's index is in the high half */
    PMY_STREAM_DROPOUT = 2,    /* masks; the node's index is in the high half */
    PMY_STREAM_SHUFFLE = 3,    /* order of the data; the epoch is in the high half */
    PMY_STREAM_SAMPLE = 4,     /* values of the samples that checks run on */
    PMY_STREAM_GRADCHECK = 5,  /* weights and directions of gradient checks */
    PMY_STREAM_AUGMENT = 6,    /* augmentation of pictures; the epoch is in the high half */
    PMY_STREAM_WINDOW = 7,     /* windows of a text; the row of the batch is in the high half */
    PMY_STREAM_TOKEN = 8       /* tokens drawn from a model, in their order */
};
uint64_t pmy_stream(unsigned use, uint32_t index);

#endif
