#include "train/training_state.h"

/* Into how many pieces a batch is gathered. */
enum { GATHER_PIECES = 8 };

pmy_shape pmy_image_shape(const pmy_dataset *dataset)
{
    return PMY_SHAPE(dataset->channels, dataset->height, dataset->width);
}

typedef struct gathering {
    const pmy_training *training;
    const pmy_dataset *dataset;
    const uint32_t *indices; /* [count] */
    size_t count;
} gathering;

static void gather_piece(void *context, size_t piece, unsigned worker)
{
    (void)worker;
    const gathering *g = context;
    pmy_gather(g->dataset, g->indices, g->count * piece / GATHER_PIECES,
               g->count * (piece + 1) / GATHER_PIECES, NULL, pmy_value(g->training->images).data,
               pmy_label_data(g->training->labels));
}

pmy_status pmy_feed(pmy_training *training, const pmy_dataset *dataset, const uint32_t *indices, size_t count,
                    pmy_error *error)
{
    pmy_status status = pmy_set_batch(training->graph, count, error);
    if (status != PMY_OK)
        return status;
    gathering g = {training, dataset, indices, count};
    pmy_pool_run(training->pool, GATHER_PIECES, gather_piece, &g);
    return PMY_OK;
}
