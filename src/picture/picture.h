/* Pictures from files: PNG, BMP and JPEG. */
#ifndef PMY_PICTURE_PICTURE_H
#define PMY_PICTURE_PICTURE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* The longest side that is read, the most memory that decoding one may take (a few bytes of file can ask for
 * gigabytes), and the largest file. */
#define PMY_PICTURE_LONGEST_SIDE 16384
#define PMY_PICTURE_MOST_MEMORY ((size_t)512 << 20)
#define PMY_PICTURE_LARGEST_FILE ((size_t)256 << 20)

typedef struct pmy_picture {
    size_t width, height;
    uint8_t *pixels;      /* [height, width, 4]: red, green, blue, and alpha, 0 where transparent */
    unsigned orientation; /* how EXIF says it lies, 1 … 8 (grey.h); 1: as it should */
} pmy_picture;

/* Decodes the file's bytes [size]; their first ones say which format it is. `name` begins every message. A
 * JPEG of more than 2,000 pixels is decoded at a half, a quarter or an eighth of its size, whichever
 * still leaves 1,000. *picture is empty after an error. Several threads may decode at once.
 * Errors: PMY_BAD_FILE (another format, damaged, truncated, too large), PMY_NO_MEMORY. */
pmy_status pmy_picture_decode(const char *name, const uint8_t *bytes, size_t size, pmy_picture *picture,
                              pmy_error *error);

/* The same of the file at `path`. Errors: those of pmy_file_read (file.h) too. */
pmy_status pmy_picture_read(const char *path, pmy_picture *picture, pmy_error *error);

/* Gives the memory back and empties *picture; an empty one is left as it is. */
void pmy_picture_free(pmy_picture *picture);

#endif
