#include "tensor/random.h"

#include <math.h>

pmy_philox_block pmy_philox(uint64_t seed, uint64_t stream, uint64_t position)
{
    enum { ROUNDS = 10 };
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    uint32_t c0 = (uint32_t)position, c1 = (uint32_t)(position >> 32);
    uint32_t c2 = (uint32_t)stream, c3 = (uint32_t)(stream >> 32);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t product0 = (uint64_t)0xD2511F53u * c0;
        uint64_t product1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(product1 >> 32) ^ c1 ^ key0;
        c2 = (uint32_t)(product0 >> 32) ^ c3 ^ key1;
        c1 = (uint32_t)product1;
        c3 = (uint32_t)product0;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return (pmy_philox_block){{c0, c1, c2, c3}};
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
