#include "common/written_file.h"

#include "io/atomic_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static pmy_status replace(const char *path, file_writer *writer, const void *of, pmy_error *error)
{
    pmy_atomic_file output;
    pmy_status status = pmy_atomic_file_begin(path, &output, error);
    if (status != PMY_OK)
        return status;
    status = writer(output.file, of, error);
    if (status == PMY_OK)
        return pmy_atomic_file_end(&output, error);
    pmy_atomic_file_abandon(&output);
    return status;
}

static pmy_status print(file_writer *writer, const void *of, pmy_error *error)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&bytes, &size);
    if (!memory)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for what is to be written");
    pmy_status status = writer(memory, of, error);
    bool failed = ferror(memory) != 0;
    if ((fclose(memory) != 0 || failed) && status == PMY_OK)
        status = pmy_fail(error, PMY_NO_MEMORY, "no memory for what is to be written");
    if (status == PMY_OK && (fwrite(bytes, 1, size, stdout) != size || fflush(stdout) != 0))
        status = pmy_fail(error, PMY_IO, "standard output cannot be written");
    free(bytes);
    return status;
}

pmy_status written_file(const char *path, file_writer *writer, const void *of, pmy_error *error)
{
    return strcmp(path, "-") == 0 ? print(writer, of, error) : replace(path, writer, of, error);
}
