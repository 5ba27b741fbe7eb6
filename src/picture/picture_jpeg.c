/* JPEG through libjpeg-turbo. */
#include "picture/picture_formats.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

enum {
    CHANNELS = 4,
    ENOUGH_PIXELS = 1000, /* on the longer side, for a digit of 20 */
    MOST_SCANS = 200 /* a progressive file of few bytes may ask for thousands, each over the whole picture */
};

typedef struct decoder {
    struct jpeg_error_mgr errors; /* first, so that the library's pointer to it is one to this */
    struct jpeg_progress_mgr progress;
    struct jpeg_decompress_struct jpeg;
    jmp_buf failed;
    char reason[JMSG_LENGTH_MAX];
    pmy_picture *picture;
} decoder;

static void fail(j_common_ptr jpeg)
{
    decoder *d = (decoder *)jpeg->err;
    d->errors.format_message(jpeg, d->reason);
    longjmp(d->failed, 1);
}

/* Data that end too early, or do not decode, are only a warning to the library, which fills the rest with
 * grey. Other warnings are about what has no effect on the picture. */
static void judge_message(j_common_ptr jpeg, int level)
{
    bool warning = level < 0;
    int code = jpeg->err->msg_code;
    if (warning && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE ||
                    code == JWRN_BOGUS_PROGRESSION || code == JWRN_ARITH_BAD_CODE))
        fail(jpeg);
}

static void watch_scans(j_common_ptr jpeg)
{
    decoder *d = (decoder *)jpeg->err;
    if (d->jpeg.input_scan_number > MOST_SCANS) {
        (void)snprintf(d->reason, sizeof d->reason, "more than %d scans", MOST_SCANS);
        longjmp(d->failed, 1);
    }
}

static unsigned orientation_of(const struct jpeg_decompress_struct *jpeg)
{
    for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker; marker = marker->next)
        if (marker->marker == JPEG_APP0 + 1 && marker->data_length > 6 &&
            memcmp(marker->data, "Exif\0", 6) == 0)
            return pmy_exif_orientation(marker->data, marker->data_length);
    return 1;
}

/* Reads the header and settles in what size and colours the picture will come. */
static void begin(decoder *d, const uint8_t *bytes, size_t size)
{
    enum { LONGEST_MARKER = 0xFFFF, LARGEST_REDUCTION = 8 };
    jpeg_mem_src(&d->jpeg, bytes, (unsigned long)size);
    jpeg_save_markers(&d->jpeg, JPEG_APP0 + 1, LONGEST_MARKER);
    (void)jpeg_read_header(&d->jpeg, TRUE);
    JDIMENSION longer =
        d->jpeg.image_width > d->jpeg.image_height ? d->jpeg.image_width : d->jpeg.image_height;
    if (longer > PMY_PICTURE_LONGEST_SIDE) {
        (void)snprintf(d->reason, sizeof d->reason, "%ux%u pixels; sides of up to %d are read",
                       d->jpeg.image_width, d->jpeg.image_height, PMY_PICTURE_LONGEST_SIDE);
        longjmp(d->failed, 1);
    }
    bool inks = d->jpeg.jpeg_color_space == JCS_CMYK || d->jpeg.jpeg_color_space == JCS_YCCK;
    d->jpeg.out_color_space = inks ? JCS_CMYK : JCS_EXT_RGBA;
    d->jpeg.scale_num = 1;
    d->jpeg.scale_denom = 1;
    while (d->jpeg.scale_denom < LARGEST_REDUCTION && longer / (2 * d->jpeg.scale_denom) >= ENOUGH_PIXELS)
        d->jpeg.scale_denom *= 2;
}

/* Cyan, magenta, yellow and black become red, green, blue and opaque. Adobe, whose marker says so, stores how
 * much light each ink leaves, others how much ink there is. */
static void to_rgba(uint8_t *pixel, size_t count, bool adobe)
{
    const unsigned full = 255;
    for (; count > 0; count--, pixel += CHANNELS) {
        unsigned black = adobe ? pixel[3] : full - pixel[3];
        for (size_t c = 0; c < 3; c++)
            pixel[c] = (uint8_t)((adobe ? pixel[c] : full - pixel[c]) * black / full);
        pixel[3] = (uint8_t)full;
    }
}

static void read_pixels(decoder *d)
{
    (void)jpeg_start_decompress(&d->jpeg);
    size_t row = (size_t)d->jpeg.output_width * CHANNELS;
    d->picture->pixels = malloc(row * d->jpeg.output_height);
    if (!d->picture->pixels) {
        d->errors.msg_code = JERR_OUT_OF_MEMORY;
        longjmp(d->failed, 1);
    }
    d->picture->width = d->jpeg.output_width;
    d->picture->height = d->jpeg.output_height;
    while (d->jpeg.output_scanline < d->jpeg.output_height) {
        JSAMPROW line = d->picture->pixels + row * d->jpeg.output_scanline;
        (void)jpeg_read_scanlines(&d->jpeg, &line, 1);
        if (d->jpeg.out_color_space == JCS_CMYK)
            to_rgba(line, d->picture->width, d->jpeg.saw_Adobe_marker);
    }
    (void)jpeg_finish_decompress(&d->jpeg);
}

/* False: the library or one of the above jumped out. */
static bool decode(decoder *d, const uint8_t *bytes, size_t size)
{
    if (setjmp(d->failed))
        return false;
    jpeg_create_decompress(&d->jpeg);
    d->jpeg.progress = &d->progress;
    d->jpeg.mem->max_memory_to_use = (long)PMY_PICTURE_MOST_MEMORY;
    begin(d, bytes, size);
    d->picture->orientation = orientation_of(&d->jpeg);
    read_pixels(d);
    return true;
}

pmy_status pmy_decode_jpeg(const char *name, const uint8_t *bytes, size_t size, pmy_picture *picture,
                           pmy_error *error)
{
    decoder d = {.picture = picture};
    *picture = (pmy_picture){0};
    d.jpeg.err = jpeg_std_error(&d.errors);
    d.errors.error_exit = fail;
    d.errors.emit_message = judge_message;
    d.progress.progress_monitor = watch_scans;
    bool decoded = decode(&d, bytes, size);
    jpeg_destroy_decompress(&d.jpeg);
    if (decoded)
        return PMY_OK;
    pmy_picture_free(picture);
    if (d.errors.msg_code == JERR_OUT_OF_MEMORY || d.errors.msg_code == JERR_NO_BACKING_STORE)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for this picture, or it needs more than %zu MiB",
                        name, PMY_PICTURE_MOST_MEMORY >> 20);
    return pmy_fail(error, PMY_BAD_FILE, "%s: damaged JPEG picture, or of a kind that is not read (%s)", name,
                    d.reason);
}
