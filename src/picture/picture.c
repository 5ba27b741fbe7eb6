#include "picture/picture.h"

#include "io/file.h"
#include "picture/picture_formats.h"

#include <stdlib.h>
#include <string.h>

typedef pmy_status check(const char *name, const uint8_t *bytes, size_t size, pmy_error *error);
typedef pmy_status decode(const char *name, const uint8_t *bytes, size_t size, pmy_picture *picture,
                          pmy_error *error);

/* How files begin; a format without a decoder is here so that the message can name it. */
static const struct format {
    size_t at;
    const char *magic, *name;
    check *check; /* before decoding; NULL: none */
    decode *decode;
} formats[] = {
    {0, "\xff\xd8\xff", "a JPEG picture", NULL, pmy_decode_jpeg},
    {0, "\x89PNG\r\n\x1a\n", "a PNG picture", pmy_check_png, pmy_decode_stb},
    {0, "BM", "a BMP picture", pmy_check_bmp, pmy_decode_stb},
    {0, "GIF8", "a GIF picture", NULL, NULL},
    {8, "WEBP", "a WebP picture", NULL, NULL},
    {4, "ftyphei", "a HEIC picture (heif-convert makes a JPEG of it)", NULL, NULL},
    {4, "ftypmif1", "a HEIC picture (heif-convert makes a JPEG of it)", NULL, NULL},
    {4, "ftypavif", "an AVIF picture", NULL, NULL},
    {0, "II*", "a TIFF picture", NULL, NULL},
    {0, "MM", "a TIFF picture", NULL, NULL},
    {0, "%PDF", "a PDF document", NULL, NULL},
    {0, "<svg", "an SVG picture", NULL, NULL},
};

static const struct format *format_of(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        size_t at = formats[i].at, length = strlen(formats[i].magic);
        if (size >= at + length && memcmp(bytes + at, formats[i].magic, length) == 0)
            return &formats[i];
    }
    return NULL;
}

pmy_status pmy_picture_decode(const char *name, const uint8_t *bytes, size_t size, pmy_picture *picture,
                              pmy_error *error)
{
    const struct format *format = format_of(bytes, size);
    *picture = (pmy_picture){0};
    if (size > PMY_PICTURE_LARGEST_FILE)
        return pmy_fail(error, PMY_BAD_FILE, "%s: %zu bytes are too many for a picture: at most %zu MiB",
                        name, size, PMY_PICTURE_LARGEST_FILE >> 20);
    if (size == 0)
        return pmy_fail(error, PMY_BAD_FILE, "%s: is empty", name);
    if (!format)
        return pmy_fail(error, PMY_BAD_FILE, "%s: is no PNG, BMP or JPEG picture", name);
    if (!format->decode)
        return pmy_fail(error, PMY_BAD_FILE, "%s: is %s; PNG, BMP and JPEG are read", name, format->name);
    pmy_status status = format->check ? format->check(name, bytes, size, error) : PMY_OK;
    return status ? status : format->decode(name, bytes, size, picture, error);
}

pmy_status pmy_picture_read(const char *path, pmy_picture *picture, pmy_error *error)
{
    pmy_file file;
    *picture = (pmy_picture){0};
    pmy_status status = pmy_file_read(path, &file, error);
    if (!status)
        status = pmy_picture_decode(path, file.bytes, file.size, picture, error);
    pmy_file_free(&file);
    return status;
}

void pmy_picture_free(pmy_picture *picture)
{
    free(picture->pixels);
    *picture = (pmy_picture){0};
}
