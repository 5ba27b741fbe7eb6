#include "mnist/outcome.h"

#include "mnist/confusions.h"
#include "train/classifier.h"

static double accuracy(const pmy_assessment *assessment)
{
    return (double)assessment->correct / (double)assessment->count;
}

void outcome_add(json_line *line, const pmy_assessment *assessment, const char *const *names)
{
    double low, high;
    pmy_wilson95(assessment->correct, assessment->count, &low, &high);
    json_real(line, "accuracy", accuracy(assessment), PMY_NUMBER_DOUBLE);
    json_whole(line, "correct", (long long)assessment->correct);
    json_whole(line, "total", (long long)assessment->count);
    json_reals(line, "wilson95", (double[]){low, high}, 2, PMY_NUMBER_DOUBLE);
    json_real(line, "loss", assessment->loss, PMY_NUMBER_DOUBLE);
    if (names)
        json_texts(line, "classes", names, assessment->classes);
}

void outcome_print(const pmy_assessment *assessment, const char *const *labels, bool quiet)
{
    double low, high;
    pmy_wilson95(assessment->correct, assessment->count, &low, &high);
    printf("test    %.2f %% right: %zu of %zu; with 95 %% confidence between %.2f and %.2f %%\n",
           100 * accuracy(assessment), assessment->correct, assessment->count, 100 * low, 100 * high);
    if (!quiet)
        confusions_print(assessment, labels, stdout);
}
