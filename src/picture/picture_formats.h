/* Inside src/picture: the decoders after pmy_picture_decode, one for each library. */
#ifndef PMY_PICTURE_PICTURE_FORMATS_H
#define PMY_PICTURE_PICTURE_FORMATS_H

#include "picture/picture.h"

/* Each takes bytes of its format, and leaves *picture empty after an error. */
pmy_status pmy_decode_jpeg(const char *name, const uint8_t *bytes, size_t size, pmy_picture *picture,
                           pmy_error *error);
/* PNG and BMP. What pmy_check_png and pmy_check_bmp refuse is not for it: it would make a picture of what is
 * left of the file. */
pmy_status pmy_decode_stb(const char *name, const uint8_t *bytes, size_t size, pmy_picture *picture,
                          pmy_error *error);

/* Are the chunks whole, down to the last, and their checksums right? */
pmy_status pmy_check_png(const char *name, const uint8_t *bytes, size_t size, pmy_error *error);

/* What a whole PNG's eXIf chunk says of the orientation: 1 … 8; 1 if there is none. */
unsigned pmy_png_orientation(const uint8_t *bytes, size_t size);

/* Are there as many bytes of pixels as the header says? */
pmy_status pmy_check_bmp(const char *name, const uint8_t *bytes, size_t size, pmy_error *error);

/* What JPEG's EXIF data [size], from "Exif" on, say of the orientation: 1 … 8; 1 if they say nothing. */
unsigned pmy_exif_orientation(const uint8_t *data, size_t size);

#endif
