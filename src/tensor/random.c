#include "tensor/random.h"

#include "tensor/simd.h"

#include <math.h>

enum { LANES = 16 };

/* Blocks side by side, one a lane. */
typedef struct lanes {
    uint32_t c0[LANES], c1[LANES], c2[LANES], c3[LANES];
} lanes;

/* The ten rounds, for the first n lanes. */
static inline void mix(lanes *b, size_t n, uint64_t seed)
{
    enum { ROUNDS = 10 };
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t l = 0; l < n; l++) {
            uint64_t product0 = (uint64_t)0xD2511F53u * b->c0[l];
            uint64_t product1 = (uint64_t)0xCD9E8D57u * b->c2[l];
            b->c0[l] = (uint32_t)(product1 >> 32) ^ b->c1[l] ^ key0;
            b->c2[l] = (uint32_t)(product0 >> 32) ^ b->c3[l] ^ key1;
            b->c1[l] = (uint32_t)product1;
            b->c3[l] = (uint32_t)product0;
        }
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
}

static inline void set_lane(lanes *b, size_t lane, uint64_t stream, uint64_t position)
{
    b->c0[lane] = (uint32_t)position;
    b->c1[lane] = (uint32_t)(position >> 32);
    b->c2[lane] = (uint32_t)stream;
    b->c3[lane] = (uint32_t)(stream >> 32);
}

pmy_philox_block pmy_philox(uint64_t seed, uint64_t stream, uint64_t position)
{
    lanes b;
    set_lane(&b, 0, stream, position);
    mix(&b, 1, seed);
    return (pmy_philox_block){{b.c0[0], b.c1[0], b.c2[0], b.c3[0]}};
}

PMY_CLONES
void pmy_philox_fill(uint64_t seed, uint64_t stream, uint64_t position, size_t blocks, uint32_t *words)
{
    lanes b;
    for (size_t first = 0; first < blocks; first += LANES) {
        for (size_t l = 0; l < LANES; l++)
            set_lane(&b, l, stream, position + first + l);
        mix(&b, LANES, seed);
        for (size_t l = 0; l < LANES; l++) {
            uint32_t *block = words + 4 * (first + l);
            block[0] = b.c0[l], block[1] = b.c1[l], block[2] = b.c2[l], block[3] = b.c3[l];
        }
    }
}

uint32_t pmy_random_word(pmy_random *random)
{
    unsigned lane = (unsigned)(random->drawn % 4);
    if (lane == 0)
        random->block = pmy_philox(random->seed, random->stream, random->drawn / 4);
    random->drawn++;
    return random->block.word[lane];
}

double pmy_random_uniform(pmy_random *random)
{
    uint64_t high = pmy_random_word(random), low = pmy_random_word(random);
    return (double)((high << 32 | low) >> 11) * 0x1p-53;
}

uint32_t pmy_random_below(pmy_random *random, uint32_t bound)
{
    uint64_t product = (uint64_t)pmy_random_word(random) * bound;
    /* Words below 2³² mod bound would make the small results likelier. */
    if ((uint32_t)product < bound) {
        uint32_t unfair = (0u - bound) % bound;
        while ((uint32_t)product < unfair)
            product = (uint64_t)pmy_random_word(random) * bound;
    }
    return (uint32_t)(product >> 32);
}

double pmy_random_normal(pmy_random *random)
{
    double radius = sqrt(-2 * log1p(-pmy_random_uniform(random)));
    double angle = 6.283185307179586 * pmy_random_uniform(random);
    return radius * cos(angle);
}

uint64_t pmy_stream(unsigned use, uint32_t index)
{
    return (uint64_t)index << 32 | use;
}
