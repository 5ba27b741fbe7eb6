#include "picture/picture_formats.h"

#include <libexif/exif-data.h>
#include <limits.h>

unsigned pmy_exif_orientation(const uint8_t *data, size_t size)
{
    enum { ORIENTATIONS = 8 };
    unsigned orientation = 1;
    ExifData *exif = size <= UINT_MAX ? exif_data_new_from_data(data, (unsigned)size) : NULL;
    if (!exif)
        return orientation;
    const ExifEntry *entry = exif_content_get_entry(exif->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    if (entry && entry->format == EXIF_FORMAT_SHORT && entry->components == 1 && entry->size >= 2) {
        unsigned stored = exif_get_short(entry->data, exif_data_get_byte_order(exif));
        if (stored >= 1 && stored <= ORIENTATIONS)
            orientation = stored;
    }
    exif_data_unref(exif);
    return orientation;
}
