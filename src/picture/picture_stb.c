/* PNG and BMP through stb_image: this unit holds it, with these two formats only. */
#include "picture/picture_formats.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What is left of the memory one picture may take. Given back is nothing: what a decoder asks for in all
 * is little more than what it holds at a time. */
static _Thread_local size_t memory_left;
static _Thread_local bool out_of_memory;

static void *take_again(void *memory, size_t old_size, size_t size)
{
    size_t more = size > old_size ? size - old_size : 0;
    void *taken = more <= memory_left ? realloc(memory, size) : NULL;
    if (taken)
        memory_left -= more;
    else
        out_of_memory = true;
    return taken;
}

static void *take(size_t size)
{
    return take_again(NULL, 0, size);
}

#define STBI_MALLOC(size) take(size)
#define STBI_REALLOC_SIZED(memory, old_size, size) take_again(memory, old_size, size)
#define STBI_FREE(memory) free(memory)
#define STBI_MAX_DIMENSIONS PMY_PICTURE_LONGEST_SIDE
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_ASSERT(condition) ((void)0)
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
/* What it declares is not all defined with these formats; and gcc 12 does not see that what is read from
 * memory needs no callbacks. */
#pragma GCC diagnostic ignored "-Wunused-function"
#if !defined __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <stb/stb_image.h>

pmy_status pmy_decode_stb(const char *name, const uint8_t *bytes, size_t size, pmy_picture *picture,
                          pmy_error *error)
{
    int width = 0, height = 0, channels = 0;
    *picture = (pmy_picture){0};
    memory_left = PMY_PICTURE_MOST_MEMORY;
    out_of_memory = false;
    uint8_t *pixels = stbi_load_from_memory(bytes, (int)size, &width, &height, &channels, STBI_rgb_alpha);
    if (!pixels) {
        const char *reason = stbi_failure_reason();
        if (out_of_memory)
            return pmy_fail(error, PMY_NO_MEMORY,
                            "%s: no memory for this picture, or it needs more than %zu MiB", name,
                            PMY_PICTURE_MOST_MEMORY >> 20);
        if (reason && strcmp(reason, "too large") == 0)
            return pmy_fail(error, PMY_BAD_FILE, "%s: is too large: sides of up to %d pixels are read", name,
                            PMY_PICTURE_LONGEST_SIDE);
        return pmy_fail(error, PMY_BAD_FILE, "%s: damaged picture, or of a kind that is not read (%s)", name,
                        reason ? reason : "unknown");
    }
    unsigned orientation = memcmp(bytes, "BM", 2) == 0 ? 1 : pmy_png_orientation(bytes, size);
    *picture = (pmy_picture){(size_t)width, (size_t)height, pixels, orientation};
    return PMY_OK;
}
