/* A net as what learns the examples of a dataset: a graph that goes from pictures, or rows of a table, to
 * logits to the loss, to train, to evaluate or to ask. Where the data has targets, it is a regression, which
 * has outputs in place of logits and targets in place of labels.
 *
 *   pmy_classifier_load("m.safetensors", NULL, NULL, pool, &classifier, &error);
 *   pmy_classifier_evaluate(classifier, &test, (pmy_predictions_watcher){0}, &score, &error);
 */
#ifndef PMY_TRAIN_CLASSIFIER_H
#define PMY_TRAIN_CLASSIFIER_H

#include "train/model.h"
#include "train/predictions.h"

typedef struct pmy_classifier_options {
    size_t batch; /* pictures at a time, at most */
    uint64_t seed;
    double label_smoothing;
    /* Backward gives `images` a gradient, too. A linear layer right after them then leaves no columns out,
     * which the last bits of its sums show. */
    bool pictures_gradient;
} pmy_classifier_options;

/* To be read by anyone. */
typedef struct pmy_classifier {
    pmy_model_facts facts; /* its own: also the names of the classes are a copy */
    pmy_classifier_options options;
    pmy_pool *pool;
    pmy_graph *graph;
    pmy_node *images;   /* [batch, channels, height, width], or rows [batch, features] */
    pmy_node *labels;   /* [batch]; of a regression: NULL */
    pmy_node *logits;   /* [batch, classes]; of a regression: outputs [batch, targets], normalized, but in the
                         * targets' own units after an evaluation or prediction */
    pmy_node *loss;     /* of facts.loss, the mean over the batch */
    const char **names; /* what facts.names is; NULL: the classes have none */
    pmy_node *targets;  /* of a regression: [batch, targets], normalized; else NULL */
    pmy_table table;    /* what facts.table is, where there is one */
    pmy_normalization *own_normalizations; /* what facts.columns and facts.target are in; NULL: neither is */
    char *note;                            /* that pmy_model_note had of the file it is from; NULL: none */
} pmy_classifier;

/* The facts of a net for a dataset, whose names of classes they have; the loss is the usual one of labels or
 * of targets, and nothing has a normalization of its own. Errors: PMY_BAD_NET, with the place of the word
 * that is wrong; PMY_BAD_ARGUMENT (names that no class can have, see class_names.h), PMY_NO_MEMORY. */
pmy_status pmy_facts_for(const char *net, const pmy_dataset *dataset, pmy_normalization normalization,
                         pmy_model_facts *facts, pmy_error *error);

/* A classifier with first values, working on `pool` (NULL: the calling thread), which must outlive it.
 * Errors: PMY_BAD_ARGUMENT, PMY_NO_MEMORY. */
pmy_status pmy_classifier_new(const pmy_model_facts *facts, const pmy_classifier_options *options,
                              pmy_pool *pool, pmy_classifier **classifier, pmy_error *error);
/* One with the numbers of a file; options may be NULL, for up to PMY_EVALUATED pictures at a time; `assumed`
 * and errors as for pmy_model_open and pmy_model_fill. */
enum { PMY_EVALUATED = 256 };
pmy_status pmy_classifier_load(const char *path, const pmy_model_facts *assumed,
                               const pmy_classifier_options *options, pmy_pool *pool,
                               pmy_classifier **classifier, pmy_error *error);
void pmy_classifier_free(pmy_classifier *classifier);

/* Fills images, normalized, and labels or targets with the examples indices[0 … count − 1] of a dataset of
 * fitting examples, and makes that the size of the batch; where the dataset has neither, they become 0. With
 * an augmenter for each thread of the pool, the pictures are augmented as they are in this epoch, and the
 * seed is that of the options; NULL: they stay as they are. Errors: PMY_BAD_ARGUMENT. */
pmy_status pmy_classifier_feed(pmy_classifier *classifier, const pmy_dataset *dataset,
                               const uint32_t *indices, size_t count, pmy_augmenter *const *augmenter,
                               uint32_t epoch, pmy_error *error);

/* How many rows of the batch have their largest logit at their label; of a regression: 0. */
size_t pmy_count_correct(const pmy_classifier *classifier);

/* How a model does on a dataset. */
typedef struct pmy_score {
    size_t count, correct;
    double loss; /* mean, with the label smoothing of the options; of a part: its share of the whole's */
    double squared_error; /* of a regression: Σ over examples and targets of (prediction − target)², in the
                           * targets' own units */
} pmy_score;

/* Shows the watcher the logits, batch by batch, in the order of the dataset. Errors: PMY_BAD_ARGUMENT
 * (examples of another shape, number or names of classes, number of targets), PMY_BAD_DATA. */
pmy_status pmy_classifier_evaluate(pmy_classifier *classifier, const pmy_dataset *dataset,
                                   pmy_predictions_watcher watcher, pmy_score *score, pmy_error *error);

/* The same by parts: a batch more, after the score->count examples that a score, which begins as {0}, already
 * has; it is whole once that is dataset->count, and not to be asked again. Between two parts the model may be
 * used, but what is evaluated is what it then is. */
pmy_status pmy_classifier_evaluate_next(pmy_classifier *classifier, const pmy_dataset *dataset,
                                        pmy_predictions_watcher watcher, pmy_score *score, pmy_error *error);

/* Of a regression's whole score on a dataset: the root of the mean squared error of a target; and R², 1 −
 * Σ (prediction − target)² / Σ (target − its column's mean)², over examples and targets, which is NaN where
 * the targets are all the same. */
double pmy_root_mean_squared_error(const pmy_score *score, const pmy_dataset *dataset);
double pmy_r_squared(const pmy_score *score, const pmy_dataset *dataset);

/* The logits of every example, or a regression's predictions in the targets' own units; the dataset needs
 * neither labels nor targets. Errors: as pmy_classifier_evaluate's. */
pmy_status pmy_classifier_predict(pmy_classifier *classifier, const pmy_dataset *dataset,
                                  pmy_real *outputs /* [count, classes or targets] */, pmy_error *error);

/* The interval in which the true accuracy lies with 95 % confidence (Wilson, 1927). */
void pmy_wilson95(size_t correct, size_t count, double *low, double *high);

#endif
