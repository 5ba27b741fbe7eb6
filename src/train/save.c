#include "train/save.h"

#include "train/stored.h"

pmy_status pmy_save(const char *path, const pmy_graph *graph, pmy_error *error)
{
    pmy_stored stored = {.failed = false};
    pmy_stored_add(&stored, pmy_stored_of_graph, graph);
    return pmy_stored_write(&stored, path, error);
}

pmy_status pmy_load(const char *path, pmy_graph *graph, pmy_error *error)
{
    pmy_stored_file stored;
    pmy_status status = pmy_stored_open(path, &stored, error);
    if (status == PMY_OK)
        status = pmy_stored_fill(&stored, graph, error);
    pmy_stored_close(&stored);
    return status;
}
