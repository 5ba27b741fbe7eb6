#include "train/classifier.h"

#include <string.h>

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

/* Labels or targets of rows begin … end − 1. */
static void gather_truth(const gathering *g, size_t begin, size_t end)
{
    const pmy_classifier *c = g->classifier;
    const pmy_dataset *dataset = g->dataset;
    if (c->labels) {
        int32_t *labels = pmy_integer_data(c->labels); /* [count] */
        for (size_t row = begin; row < end; row++)
            labels[row] = dataset->labels ? dataset->labels[g->indices[row]] : 0;
        return;
    }
    size_t width = c->facts.targets;
    pmy_real *targets = pmy_value(c->targets).data; /* [count, width] */
    if (!dataset->targets) {
        memset(targets + begin * width, 0, (end - begin) * width * sizeof *targets);
        return;
    }
    pmy_gather_targets(dataset, g->indices, begin, end, targets);
    if (c->facts.target)
        pmy_normalize_columns(c->facts.target, end - begin, width, targets + begin * width);
}

static void gather_piece(void *context, size_t piece, unsigned worker)
{
    const gathering *g = context;
    const pmy_classifier *c = g->classifier;
    const pmy_normalization *columns = c->facts.columns; /* [features] */
    const pmy_normalization *normalization = columns ? NULL : &c->facts.normalization;
    size_t begin = g->count * piece / GATHER_PIECES, end = g->count * (piece + 1) / GATHER_PIECES;
    pmy_real *images = pmy_value(c->images).data; /* [count, …example] */
    pmy_gather_augmented(g->dataset, g->indices, begin, end, normalization,
                         g->augmenter ? g->augmenter[worker] : NULL, c->options.seed, g->epoch, images, NULL);
    if (columns) {
        size_t features = pmy_dataset_features(g->dataset);
        pmy_normalize_columns(columns, end - begin, features, images + begin * features);
    }
    gather_truth(g, begin, end);
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
