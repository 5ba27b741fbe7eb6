#include "tensor/arena.h"

#include "tensor/shape.h"

#include <stdint.h>
#include <stdlib.h>

/* A block is its header, up to PMY_ALIGNMENT − 1 bytes of padding, and the
 * bytes that are given out; `used` counts the latter. */
struct pmy_arena_block {
    pmy_arena_block *older;
    unsigned char *bytes;
    size_t size, used;
};

enum { SMALLEST_BLOCK = 16384 };

static pmy_arena_block *block_new(size_t size)
{
    size_t whole = sizeof(pmy_arena_block) + PMY_ALIGNMENT;
    if (!pmy_size_add(whole, size, &whole))
        return NULL;
    pmy_arena_block *block = calloc(1, whole);
    if (!block)
        return NULL;
    uintptr_t after = (uintptr_t)(block + 1);
    uintptr_t padding = (PMY_ALIGNMENT - after % PMY_ALIGNMENT) % PMY_ALIGNMENT;
    block->bytes = (unsigned char *)(block + 1) + padding;
    block->size = size;
    return block;
}

void *pmy_arena_take(pmy_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (!pmy_size_multiply(count, size, &bytes) || !pmy_size_add(bytes, PMY_ALIGNMENT - 1, &bytes))
        return NULL;
    bytes -= bytes % PMY_ALIGNMENT;
    pmy_arena_block *block = arena->newest;
    if (!block || block->size - block->used < bytes) {
        block = block_new(bytes > SMALLEST_BLOCK ? bytes : SMALLEST_BLOCK);
        if (!block)
            return NULL;
        block->older = arena->newest;
        arena->newest = block;
    }
    void *taken = block->bytes + block->used;
    block->used += bytes;
    return taken;
}

void pmy_arena_free(pmy_arena *arena)
{
    while (arena->newest) {
        pmy_arena_block *block = arena->newest;
        arena->newest = block->older;
        free(block);
    }
}
