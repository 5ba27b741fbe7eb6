#include "picture/picture.h"

#include "io/file.h"
#include "picture/picture_formats.h"

#include <stdlib.h>
#include <string.h>

static bool begins(const uint8_t *bytes, size_t size, const char *magic, size_t length)
{
    return size >= length && memcmp(bytes, magic, length) == 0;
}

bool pmy_is_png(const uint8_t *bytes, size_t size)
{
    return begins(bytes, size, "\x89PNG\r\n\x1a\n", 8);
}

bool pmy_is_bmp(const uint8_t *bytes, size_t size)
{
    return begins(bytes, size, "BM", 2);
}

bool pmy_is_jpeg(const uint8_t *bytes, size_t size)
{
    return begins(bytes, size, "\xff\xd8\xff", 3);
}

/* What people have that is not read, so that the message can name it. */
static const char *other_format(const uint8_t *bytes, size_t size)
{
    static const struct {
        size_t at;
        const char *magic, *name;
    } formats[] = {
        {0, "GIF8", "a GIF picture"},       {8, "WEBP", "a WebP picture"},
        {4, "ftyphei", "a HEIC picture"},   {4, "ftypmif1", "a HEIC picture"},
        {4, "ftypavif", "an AVIF picture"}, {0, "II*\0", "a TIFF picture"},
        {0, "MM\0*", "a TIFF picture"},     {0, "%PDF", "a PDF document"},
        {0, "<svg", "an SVG picture"},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (size > formats[i].at &&
            begins(bytes + formats[i].at, size - formats[i].at, formats[i].magic, strlen(formats[i].magic)))
            return formats[i].name;
    return NULL;
}

static pmy_status refuse_format(const char *name, const uint8_t *bytes, size_t size, pmy_error *error)
{
    if (size == 0)
        return pmy_fail(error, PMY_BAD_FILE, "%s: is empty", name);
    const char *other = other_format(bytes, size);
    if (other)
        return pmy_fail(error, PMY_BAD_FILE, "%s: is %s; PNG, BMP and JPEG are read", name, other);
    return pmy_fail(error, PMY_BAD_FILE, "%s: is no PNG, BMP or JPEG picture", name);
}

pmy_status pmy_picture_decode(const char *name, const uint8_t *bytes, size_t size, pmy_picture *picture,
                              pmy_error *error)
{
    *picture = (pmy_picture){0};
    if (size > PMY_PICTURE_LARGEST_FILE)
        return pmy_fail(error, PMY_BAD_FILE, "%s: %zu bytes are too many for a picture: at most %zu MiB",
                        name, size, PMY_PICTURE_LARGEST_FILE >> 20);
    if (pmy_is_jpeg(bytes, size))
        return pmy_decode_jpeg(name, bytes, size, picture, error);
    pmy_status status = PMY_OK;
    if (pmy_is_png(bytes, size))
        status = pmy_check_png(name, bytes, size, error);
    else if (pmy_is_bmp(bytes, size))
        status = pmy_check_bmp(name, bytes, size, error);
    else
        status = refuse_format(name, bytes, size, error);
    return status ? status : pmy_decode_stb(name, bytes, size, picture, error);
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
