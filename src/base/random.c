#include "base/random.h"

#include "base/portable_math.h"
#include "base/simd.h"

/* The four words of a block, each in 64 bits for its products. */
typedef struct block {
    uint64_t c0, c1, c2, c3;
} block;

static const uint64_t low_half = 0xFFFFFFFFu;

/* The key moves on by these with each round. */
static inline block mixed(block b, uint64_t seed, uint32_t round)
{
    uint32_t key0 = (uint32_t)seed + round * 0x9E3779B9u, key1 = (uint32_t)(seed >> 32) + round * 0xBB67AE85u;
    uint64_t product0 = 0xD2511F53u * b.c0, product1 = 0xCD9E8D57u * b.c2;
    return (block){product1 >> 32 ^ b.c1 ^ key0, product1 & low_half, product0 >> 32 ^ b.c3 ^ key1,
                   product0 & low_half};
}

/* The ten rounds, written out so that a loop over blocks has no loop in it and becomes vector code. */
static inline block philox(uint64_t seed, uint64_t stream, uint64_t position)
{
    block b = {position & low_half, position >> 32, stream & low_half, stream >> 32};
    b = mixed(mixed(b, seed, 0), seed, 1);
    b = mixed(mixed(b, seed, 2), seed, 3);
    b = mixed(mixed(b, seed, 4), seed, 5);
    b = mixed(mixed(b, seed, 6), seed, 7);
    return mixed(mixed(b, seed, 8), seed, 9);
}

pmy_philox_block pmy_philox(uint64_t seed, uint64_t stream, uint64_t position)
{
    block b = philox(seed, stream, position);
    return (pmy_philox_block){{(uint32_t)b.c0, (uint32_t)b.c1, (uint32_t)b.c2, (uint32_t)b.c3}};
}

PMY_CLONES
void pmy_philox_fill(uint64_t seed, uint64_t stream, uint64_t position, size_t blocks, uint32_t *words)
{
    for (size_t i = 0; i < blocks; i++) {
        block b = philox(seed, stream, position + i);
        words[4 * i] = (uint32_t)b.c0, words[4 * i + 1] = (uint32_t)b.c1;
        words[4 * i + 2] = (uint32_t)b.c2, words[4 * i + 3] = (uint32_t)b.c3;
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

static uint64_t two_words(pmy_random *random)
{
    uint64_t high = pmy_random_word(random), low = pmy_random_word(random);
    return high << 32 | low;
}

double pmy_random_uniform(pmy_random *random)
{
    return (double)(two_words(random) >> 11) * 0x1p-53;
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

uint64_t pmy_random_below_wide(pmy_random *random, uint64_t bound)
{
    if (bound <= UINT32_MAX)
        return pmy_random_below(random, (uint32_t)bound);
    /* Numbers below 2⁶⁴ mod bound would make the small remainders likelier. */
    uint64_t unfair = (0 - bound) % bound, drawn = two_words(random);
    while (drawn < unfair)
        drawn = two_words(random);
    return drawn % bound;
}

double pmy_random_normal(pmy_random *random)
{
    double radius = sqrt(-2 * PMY_DOUBLE_MATH(log1p)(-pmy_random_uniform(random)));
    double angle = 6.283185307179586 * pmy_random_uniform(random);
    return radius * PMY_DOUBLE_MATH(cos)(angle);
}

uint64_t pmy_stream(unsigned use, uint32_t index)
{
    return (uint64_t)index << 32 | use;
}
