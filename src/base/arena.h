/* Memory that is given out piece by piece and freed all at once. Everything a
 * graph owns lives in its arena. */
#ifndef PMY_BASE_ARENA_H
#define PMY_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#define PMY_ALIGNMENT 64

typedef struct pmy_arena_block pmy_arena_block;

/* {0} is an empty arena. */
typedef struct pmy_arena {
    pmy_arena_block *newest;
} pmy_arena;

/* `count` times `size` zeroed bytes at a multiple of PMY_ALIGNMENT, or NULL
 * when there is no memory or the product overflows. */
void *pmy_arena_take(pmy_arena *arena, size_t count, size_t size);

/* The next takes, as many as fit into that many bytes (each rounded up to PMY_ALIGNMENT), come from one piece
 * of memory; false when there is none. Under the address sanitizer, which tells pieces apart, nothing is
 * reserved. */
bool pmy_arena_reserve(pmy_arena *arena, size_t bytes);

void pmy_arena_free(pmy_arena *arena);

#endif
