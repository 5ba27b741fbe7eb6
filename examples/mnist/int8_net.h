/* An exported net in bytes: what its steps make of which images, and how many rows of each are kept. A step
 * makes one row at a time, as soon as the rows are there that it needs, and the last step that can goes
 * first; so a convolution's rows go into its pooling while they are there, and no image but those that are
 * needed as wholes is ever whole. */
#ifndef MNIST_INT8_NET_H
#define MNIST_INT8_NET_H

#include "mnist/export_numbers.h"
#include "mnist/export_plan.h"
#include "train/model.h"

#include <stdint.h>

/* Numbers [rows, columns, channels], a byte each, worth `unit` times the byte plus `offset`, which is 0 but
 * for pixels. Vectors have one row and one column, but for those that were images: these stay as they lay. */
typedef struct int8_image {
    size_t rows, columns, channels;
    size_t held; /* rows kept at a time, the newest ones */
    bool is_signed;
    double unit, offset;
    double least, most; /* numbers seen in calibration */
} int8_image;

typedef enum int8_kind {
    INT8_PRODUCT, /* conv and linear: a kernel over a whole image */
    INT8_MAXIMUM,
    INT8_MEAN,   /* avgpool and gap */
    INT8_AFFINE, /* batchnorm by itself */
    INT8_TABLE,  /* an activation by itself, and the pixels' normalisation */
    INT8_SUM     /* the end of a group */
} int8_kind;

typedef struct int8_step {
    int8_kind kind;
    const export_step *of; /* NULL: the pixels' normalisation */
    size_t from, also;     /* the images it reads; `also` of a group, its input */
    size_t kernel_rows, kernel_columns, stride, padding; /* a number of the output sees these of `from` */
    bool whole;                /* the kernel is all of `from`, whose rows lie side by side */
    pmy_activation activation; /* after it */
    export_numbers numbers;    /* of a product [out, kernel rows, kernel columns, in], and biases [out] */
    double least, most;        /* before the activation, seen in calibration */
    /* In integers (int8_scales.h): */
    int8_t *weight;              /* of a product, as numbers.weight */
    int32_t *bias;               /* [out]; of a product in units of its sums */
    int32_t *multiplier;         /* [out], of a mean [1], of a sum [2] */
    unsigned before, after;      /* places that a sum is shifted by before and after it is multiplied */
    int32_t sum_least, sum_most; /* sums are cut off there first */
    int32_t low, high;           /* and the outcome there */
    bool logits;                 /* the last product, whose outcomes have 16 bits */
    bool looks_up;               /* then the table says what byte that is */
    uint8_t table[256];
} int8_step;

/* Step k makes image k + 1; image 0 are the pixels. */
typedef struct int8_net {
    export_plan plan;
    size_t count;
    int8_step step[PMY_MAX_LAYERS + 1];
    int8_image image[PMY_MAX_LAYERS + 2];
    double logit_unit;
} int8_net;

/* Plans a net and takes its numbers from the built graph. Errors: PMY_BAD_NET (naming the layer that has no
 * integers), PMY_BAD_DATA, PMY_NO_MEMORY. Freed either way. */
pmy_status int8_net_make(const pmy_model_facts *facts, const pmy_graph *graph, int8_net *net,
                         pmy_error *error);
void int8_net_free(int8_net *net);

size_t int8_image_size(const int8_image *image);
size_t int8_row_size(const int8_image *image);

/* Of `from`, how many rows the step must have for row `row` of its own, and the first of these. */
size_t int8_rows_needed(const int8_net *net, const int8_step *step, size_t row);
size_t int8_first_row(const int8_step *step, size_t row);

#endif
