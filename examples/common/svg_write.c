#include "common/svg.h"
#include "io/atomic_file.h"

pmy_status svg_write(svg *picture, const char *path, pmy_error *error)
{
    size_t size;
    const char *text = svg_whole(picture, &size);
    if (!text)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for the picture", path);
    pmy_atomic_file output;
    pmy_status status = pmy_atomic_file_begin(path, &output, error);
    if (status)
        return status;
    (void)fwrite(text, 1, size, output.file);
    return pmy_atomic_file_end(&output, error);
}
