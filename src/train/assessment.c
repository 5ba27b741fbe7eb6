#include "train/assessment.h"

#include "kernels/softmax_row.h"

#include <stdlib.h>

pmy_status pmy_assessment_new(size_t classes, size_t examples, pmy_assessment **assessment, pmy_error *error)
{
    pmy_assessment *a = *assessment = calloc(1, sizeof *a);
    if (a) {
        a->classes = classes;
        a->mistakes = calloc(examples + 1, sizeof *a->mistakes);
        /* calloc refuses a product of its two numbers that is too large. */
        a->confusion = classes <= SIZE_MAX / sizeof *a->confusion
                           ? calloc(classes, classes * sizeof *a->confusion)
                           : NULL;
        if (a->mistakes && a->confusion)
            return PMY_OK;
    }
    pmy_assessment_free(a);
    *assessment = NULL;
    return pmy_fail(error, PMY_NO_MEMORY, "no memory to assess %zu examples in %zu classes", examples,
                    classes);
}

void pmy_assessment_free(pmy_assessment *assessment)
{
    if (!assessment)
        return;
    free(assessment->mistakes);
    free(assessment->confusion);
    free(assessment);
}

/* --- Taking examples in ----------------------------------------------------- */

static void pmy_add_to_bin(pmy_assessment *a, double p, bool correct)
{
    /* Bins are open below and closed above. */
    double place = ceil(p * PMY_RELIABILITY_BINS) - 1;
    size_t bin = place < 0 ? 0 : place >= PMY_RELIABILITY_BINS ? PMY_RELIABILITY_BINS - 1 : (size_t)place;
    a->bins[bin].count++;
    a->bins[bin].correct += correct;
    a->bins[bin].p += p;
}

void pmy_assessment_add(pmy_assessment *assessment, size_t index, int32_t label, const pmy_real *logits)
{
    pmy_assessment *a = assessment;
    pmy_softmax_row row;
    (void)pmy_softmax_exponentials(a->classes, logits, 1, NULL, &row);
    size_t best = row.argmax, truth = (size_t)label;
    double p = (double)pmy_probability(&row, logits[best], 1);
    bool correct = best == truth;
    if (!correct)
        a->mistakes[a->count - a->correct] =
            (pmy_mistake){.index = index,
                          .label = label,
                          .prediction = (int32_t)best,
                          .p = p,
                          .label_p = (double)pmy_probability(&row, logits[truth], 1)};
    pmy_add_to_bin(a, p, correct);
    a->confusion[truth * a->classes + best]++;
    a->count++;
    a->correct += correct;
    double loss = (double)pmy_negative_log_probability(&row, logits[truth], 1);
    a->loss += (loss - a->loss) / (double)a->count;
}

static void pmy_assessment_see(void *context, const pmy_predictions *batch)
{
    for (size_t row = 0; row < batch->count; row++)
        pmy_assessment_add(context, batch->first + row, batch->labels[row],
                           batch->logits + row * batch->classes);
}

pmy_predictions_watcher pmy_assessment_watcher(pmy_assessment *assessment)
{
    return (pmy_predictions_watcher){assessment, pmy_assessment_see};
}

static int pmy_compare_mistakes(const void *left, const void *right)
{
    const pmy_mistake *a = left, *b = right;
    if (a->p != b->p)
        return a->p > b->p ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

void pmy_assessment_end(pmy_assessment *assessment)
{
    qsort(assessment->mistakes, assessment->count - assessment->correct, sizeof *assessment->mistakes,
          pmy_compare_mistakes);
}

/* --- Reading it --------------------------------------------------------------- */

static double pmy_share(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : (double)NAN;
}

pmy_class_score pmy_class_score_of(const pmy_assessment *assessment, size_t of_class)
{
    size_t classes = assessment->classes;
    pmy_class_score score = {.correct = assessment->confusion[of_class * classes + of_class]};
    for (size_t k = 0; k < classes; k++) {
        score.examples += assessment->confusion[of_class * classes + k];
        score.predicted += assessment->confusion[k * classes + of_class];
    }
    score.precision = pmy_share(score.correct, score.predicted);
    score.recall = pmy_share(score.correct, score.examples);
    score.f1 = pmy_share(2 * score.correct, score.examples + score.predicted);
    return score;
}

size_t pmy_worst_confusions(const pmy_assessment *assessment, size_t most, pmy_confusion *worst /* [most] */)
{
    size_t classes = assessment->classes, found = 0;
    for (size_t cell = 0; cell < classes * classes; cell++) {
        pmy_confusion next = {cell / classes, cell % classes, assessment->confusion[cell]};
        if (next.label == next.prediction || next.count == 0)
            continue;
        size_t place = found;
        for (; place > 0 && worst[place - 1].count < next.count; place--)
            if (place < most)
                worst[place] = worst[place - 1];
        if (place < most)
            worst[place] = next;
        found += found < most;
    }
    return found;
}

double pmy_calibration_error(const pmy_assessment *assessment)
{
    double sum = 0;
    for (size_t i = 0; i < PMY_RELIABILITY_BINS; i++)
        sum += fabs((double)assessment->bins[i].correct - assessment->bins[i].p);
    return pmy_share(1, assessment->count) * sum;
}
