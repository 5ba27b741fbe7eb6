#include "train/classifier.h"

/* Into how many pieces a batch is gathered. */
enum { GATHER_PIECES = 8 };

typedef struct gathering {
    const pmy_classifier *classifier;
    const pmy_dataset *dataset;
    const uint32_t *indices; /* [count] */
    size_t count;
} gathering;

static void gather_piece(void *context, size_t piece, unsigned worker)
{
    (void)worker;
    const gathering *g = context;
    pmy_gather(g->dataset, g->indices, g->count * piece / GATHER_PIECES,
               g->count * (piece + 1) / GATHER_PIECES, &g->classifier->facts.normalization,
               pmy_value(g->classifier->images).data, pmy_label_data(g->classifier->labels));
}

pmy_status pmy_classifier_feed(pmy_classifier *classifier, const pmy_dataset *dataset,
                               const uint32_t *indices, size_t count, pmy_error *error)
{
    pmy_status status = pmy_set_batch(classifier->graph, count, error);
    if (status != PMY_OK)
        return status;
    gathering g = {classifier, dataset, indices, count};
    pmy_pool_run(classifier->pool, GATHER_PIECES, gather_piece, &g);
    return PMY_OK;
}
