/* For madvise, which POSIX has not. */
#define _DEFAULT_SOURCE
#include "base/arena.h"

#include "base/shape.h"

#include <stdint.h>
#include <stdlib.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

/* A block is its header, up to PMY_ALIGNMENT − 1 bytes of padding, and the
 * bytes that are given out; `used` counts the latter. */
struct pmy_arena_block {
    pmy_arena_block *older;
    unsigned char *bytes;
    size_t size, used;
};

/* Blocks of large pieces grow with the arena, so that all but the first fill large pages. */
enum { SMALLEST_BLOCK = 16384, LARGE = 1 << 20, GROWTH = 4, LARGEST_GROWTH = 32 << 20 };

/* Large memory may come in large pages, which a processor needs not look up as often: activations are read
 * and written all the time. It is a wish; memory in small pages is as good. */
static void wish_for_large_pages(void *memory, size_t size)
{
#ifdef MADV_HUGEPAGE
    enum { LARGE_PAGE = 2 << 20 };
    uintptr_t begin = ((uintptr_t)memory + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    uintptr_t end = ((uintptr_t)memory + size) / LARGE_PAGE * LARGE_PAGE;
    if (begin < end)
        (void)madvise((void *)begin, end - begin, MADV_HUGEPAGE);
#else
    (void)memory, (void)size;
#endif
}

static pmy_arena_block *block_new(size_t size)
{
    size_t whole = sizeof(pmy_arena_block) + PMY_ALIGNMENT;
    if (!pmy_size_add(whole, size, &whole))
        return NULL;
    pmy_arena_block *block = calloc(1, whole);
    if (!block)
        return NULL;
    wish_for_large_pages(block, whole);
    uintptr_t after = (uintptr_t)(block + 1);
    uintptr_t padding = (PMY_ALIGNMENT - after % PMY_ALIGNMENT) % PMY_ALIGNMENT;
    block->bytes = (unsigned char *)(block + 1) + padding;
    block->size = size;
    return block;
}

static size_t block_size(const pmy_arena *arena, size_t bytes)
{
    if (bytes < LARGE)
        return bytes > SMALLEST_BLOCK ? bytes : SMALLEST_BLOCK;
    size_t size = 0;
#ifdef __SANITIZE_ADDRESS__ /* which sees a piece end where its block does */
    (void)arena;
#else
    for (const pmy_arena_block *block = arena->newest; block && size < LARGEST_GROWTH; block = block->older)
        size += GROWTH * block->size;
    if (size > LARGEST_GROWTH)
        size = LARGEST_GROWTH;
#endif
    return size > bytes ? size : bytes;
}

/* Makes the newest block have room for that many bytes. */
static bool make_room(pmy_arena *arena, size_t bytes)
{
    pmy_arena_block *newest = arena->newest;
    if (newest && newest->size - newest->used >= bytes)
        return true;
    pmy_arena_block *block = block_new(block_size(arena, bytes));
    if (!block)
        return false;
    block->older = newest;
    arena->newest = block;
    return true;
}

bool pmy_arena_reserve(pmy_arena *arena, size_t bytes)
{
#ifdef __SANITIZE_ADDRESS__
    (void)arena, (void)bytes;
    return true;
#else
    return make_room(arena, bytes);
#endif
}

void *pmy_arena_take(pmy_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (!pmy_size_multiply(count, size, &bytes) || !pmy_size_add(bytes, PMY_ALIGNMENT - 1, &bytes))
        return NULL;
    bytes -= bytes % PMY_ALIGNMENT;
    if (!make_room(arena, bytes))
        return NULL;
    pmy_arena_block *block = arena->newest;
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
