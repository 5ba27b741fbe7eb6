/* Pictures for tests: files in memory, and digits drawn plainly. */
#ifndef TESTS_PICTURES_H
#define TESTS_PICTURES_H

#include "io/file.h"
#include "picture/grey.h"
#include "picture/picture.h"

typedef enum picture_scans { PICTURE_BASELINE, PICTURE_PROGRESSIVE, PICTURE_FEW_SCANS } picture_scans;

/* Files of pixels [height, width, channels], which the caller frees with pmy_file_free. PNG with 1, 3 or 4
 * channels; BMP with 3 or 4, its rows from the bottom up or the other way; JPEG with 1, 3 or 4 (how much
 * light cyan, magenta, yellow and black leave), with an EXIF orientation (0: no EXIF data), in one scan or
 * several. */
pmy_file picture_png(const uint8_t *pixels, size_t width, size_t height, size_t channels);
pmy_file picture_bmp(const uint8_t *pixels, size_t width, size_t height, size_t channels, int top_first);
pmy_file picture_jpeg(const uint8_t *pixels, size_t width, size_t height, size_t channels,
                      unsigned orientation, picture_scans scans);

/* A picture [height, width] that is all one shade, which the caller frees with pmy_picture_free. */
pmy_picture picture_blank(size_t width, size_t height, uint8_t shade);

/* Fills a rectangle, cut at the picture's edges. */
void picture_fill(const pmy_picture *picture, long left, long top, long right, long bottom, uint8_t shade);

/* Lays a ring, thick enough to be one, around a point: a plain 0. */
void picture_ring(const pmy_picture *picture, double x, double y, double radius, double thickness,
                  uint8_t shade);

/* A grey picture with these values [height, width]. */
pmy_grey grey_of(size_t width, size_t height, const float *values);

#endif
