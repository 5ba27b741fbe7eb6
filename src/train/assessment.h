/* How good a classifier's predictions on a dataset are, and where they are wrong.
 *
 *   pmy_assessment_new(classes, examples, &assessment, &error);
 *   pmy_evaluate(training, &test, pmy_assessment_watcher(assessment), &score, &error);
 *   pmy_assessment_end(assessment);
 *   …                                   read its members and call what follows
 *   pmy_assessment_free(assessment);
 *
 * The prediction is the class with the largest logit, the first of several; p is softmax of the logits, to
 * 2^-36 of itself (kernels/softmax_row.h). */
#ifndef PMY_TRAIN_ASSESSMENT_H
#define PMY_TRAIN_ASSESSMENT_H

#include "base/status.h"
#include "train/predictions.h"

typedef struct pmy_mistake {
    size_t index; /* of the example in its dataset */
    int32_t label, prediction;
    double p, label_p; /* what the model gave the prediction, and the label */
} pmy_mistake;

/* Examples whose prediction has p in (i/15, (i + 1)/15]. */
enum { PMY_RELIABILITY_BINS = 15 };
typedef struct pmy_reliability_bin {
    size_t count, correct;
    double p; /* Σ over the examples */
} pmy_reliability_bin;

typedef struct pmy_assessment {
    size_t classes, count, correct;
    double loss;           /* mean of −log p of the label; no smoothing, whatever the training had */
    size_t *confusion;     /* [classes of labels, classes of predictions] */
    pmy_mistake *mistakes; /* [count − correct]; the most confident first, once it has ended */
    pmy_reliability_bin bins[PMY_RELIABILITY_BINS];
} pmy_assessment;

/* For at most so many examples. Errors: PMY_NO_MEMORY. */
pmy_status pmy_assessment_new(size_t classes, size_t examples, pmy_assessment **assessment, pmy_error *error);
void pmy_assessment_free(pmy_assessment *assessment);

/* Takes in one example; logits [classes] are finite or −infinity, not all of the latter. */
void pmy_assessment_add(pmy_assessment *assessment, size_t index, int32_t label, const pmy_real *logits);

/* Takes in every batch that it is shown. */
pmy_predictions_watcher pmy_assessment_watcher(pmy_assessment *assessment);

/* Once all examples are in. */
void pmy_assessment_end(pmy_assessment *assessment);

/* A class on its own. What has no value (a precision where the class was never predicted) is NaN. */
typedef struct pmy_class_score {
    size_t examples, predicted, correct; /* with this label; with this prediction; with both */
    double precision, recall;            /* correct/predicted, correct/examples */
    double f1;                           /* their harmonic mean, 2 correct/(examples + predicted) */
} pmy_class_score;
pmy_class_score pmy_class_score_of(const pmy_assessment *assessment, size_t of_class);

/* The pairs that are most often confused, the most frequent first (of equal ones that with the smaller label,
 * then prediction); at most `most`. Returns how many there are. */
typedef struct pmy_confusion {
    size_t label, prediction, count;
} pmy_confusion;
size_t pmy_worst_confusions(const pmy_assessment *assessment, size_t most, pmy_confusion *worst /* [most] */);

/* Expected calibration error: Σ over the bins of count/all · |correct/count − mean p| (Naeini, Cooper and
 * Hauskrecht, 2015). */
double pmy_calibration_error(const pmy_assessment *assessment);

#endif
