/* How a training run went, step by step, as plots. */
#ifndef COMMON_LEARNING_PLOT_H
#define COMMON_LEARNING_PLOT_H

#include "common/svg_plot.h"

/* A step: its place in the run, in the unit that the run is counted in, and what it came to. */
typedef struct learning_step {
    double place, loss, learning_rate;
} learning_step;

/* The steps of a run, wherever they are kept. */
typedef struct learning_steps {
    const void *kept;
    size_t count;
    learning_step (*at)(const void *kept, size_t index);
    const char *unit; /* "epoch" */
} learning_steps;

extern const svg_box learning_page;

/* The losses of the steps, smoothed too, on a logarithmic axis; and `more` curves [count <=
 * LEARNING_MOST_CURVES] over them, of which the first may continue the steps' colour. */
enum { LEARNING_MOST_CURVES = 2 };
void learning_draw_loss(svg *picture, const learning_steps *steps, const svg_curve *more, size_t count);

/* The learning rates; the picture is NULL if there was no memory. */
svg *learning_draw_rate(const learning_steps *steps);

#endif
