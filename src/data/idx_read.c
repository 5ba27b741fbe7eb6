#include "data/idx.h"

pmy_status pmy_idx_read(const char *path, size_t dimensions, pmy_idx *idx, pmy_error *error)
{
    pmy_file file;
    *idx = (pmy_idx){0};
    pmy_status status = pmy_file_read(path, &file, error);
    if (!status)
        status = pmy_idx_parse(path, file.bytes, file.size, dimensions, idx, error);
    if (status)
        pmy_file_free(&file);
    else
        idx->file = file;
    return status;
}
