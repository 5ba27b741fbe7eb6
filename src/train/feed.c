#include "train/classifier.h"

/* Into how many pieces a batch is gathered. */
enum { GATHER_PIECES = 8 };

typedef struct gathering {
    const pmy_classifier *classifier;
    const pmy_dataset *dataset;
    const uint32_t *indices; /* [count] */
    size_t count;
    pmy_augmenter *const *augmenter; /* [threads of the pool]; NULL: the pictures as they are */
    uint32_t epoch;
} gathering;

static void gather_piece(void *context, size_t piece, unsigned worker)
{
    const gathering *g = context;
    const pmy_normalization *normalization = &g->classifier->facts.normalization;
    size_t begin = g->count * piece / GATHER_PIECES, end = g->count * (piece + 1) / GATHER_PIECES;
    pmy_real *images = pmy_value(g->classifier->images).data;  /* [count, channels, height, width] */
    int32_t *labels = pmy_integer_data(g->classifier->labels); /* [count] */
    if (g->augmenter)
        pmy_gather_augmented(g->dataset, g->indices, begin, end, normalization, g->augmenter[worker],
                             g->classifier->options.seed, g->epoch, images, labels);
    else
        pmy_gather(g->dataset, g->indices, begin, end, normalization, images, labels);
}

pmy_status pmy_classifier_feed(pmy_classifier *classifier, const pmy_dataset *dataset,
                               const uint32_t *indices, size_t count, pmy_augmenter *const *augmenter,
                               uint32_t epoch, pmy_error *error)
{
    gathering g = {classifier, dataset, indices, count, augmenter, epoch};
    pmy_status status = pmy_set_batch(classifier->graph, count, error);
    if (status == PMY_OK)
        pmy_pool_run(classifier->pool, GATHER_PIECES, gather_piece, &g);
    return status;
}
