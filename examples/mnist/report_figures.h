/* The plots of a report. Each is NULL if there was no memory. */
#ifndef MNIST_REPORT_FIGURES_H
#define MNIST_REPORT_FIGURES_H

#include "common/svg.h"
#include "mnist/report.h"

svg *report_draw_loss(const history *h);
svg *report_draw_accuracy(const history *h);
svg *report_draw_rate(const history *h);
svg *report_draw_confusion(const pmy_assessment *a, const char *const *classes);
svg *report_draw_reliability(const pmy_assessment *a);

#endif
