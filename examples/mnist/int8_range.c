#include "mnist/int8_range.h"

#include "tensor/activation.h"

#include <math.h>
#include <stdlib.h>

/* Pictures side by side: each number of an image stands for so many. */
enum { LANES = 32 };

typedef struct values {
    int8_net *net;
    pmy_real *image[PMY_MAX_LAYERS + 2]; /* [rows, columns, channels, LANES] */
} values;

/* --- A number of each kind of step ----------------------------------------------------- */

/* One of the output's numbers and what it is made of. */
typedef struct place {
    const int8_step *step;
    const int8_image *in;
    const pmy_real *x, *also;    /* the input [rows, columns, channels, LANES], and a sum's other one */
    size_t row, column, channel; /* of the output */
} place;

/* x at a place of the kernel and a channel; NULL: outside of the picture. */
static const pmy_real *input_at(const place *at, size_t r, size_t s, size_t channel)
{
    size_t row = at->row * at->step->stride + r, column = at->column * at->step->stride + s;
    size_t padding = at->step->padding;
    if (row < padding || column < padding || row - padding >= at->in->rows ||
        column - padding >= at->in->columns)
        return NULL;
    size_t index = ((row - padding) * at->in->columns + column - padding) * at->in->channels + channel;
    return at->x + index * LANES;
}

static void add_products(const place *at, pmy_real *restrict sum /* [LANES] */)
{
    const int8_step *step = at->step;
    size_t channels = at->in->channels;
    const pmy_real *weight =
        step->numbers.weight + at->channel * step->kernel_rows * step->kernel_columns * channels;
    for (size_t l = 0; l < LANES; l++)
        sum[l] = step->numbers.bias[at->channel];
    for (size_t r = 0; r < step->kernel_rows; r++)
        for (size_t s = 0; s < step->kernel_columns; s++, weight += channels) {
            const pmy_real *x = input_at(at, r, s, 0);
            for (size_t c = 0; x && c < channels; c++)
                for (size_t l = 0; l < LANES; l++)
                    sum[l] += weight[c] * x[c * LANES + l];
        }
}

static void pool(const place *at, pmy_real *y /* [LANES] */)
{
    const int8_step *step = at->step;
    bool mean = step->kind == INT8_MEAN;
    pmy_real count = (pmy_real)(step->kernel_rows * step->kernel_columns);
    for (size_t l = 0; l < LANES; l++)
        y[l] = mean ? 0 : -(pmy_real)HUGE_VAL;
    for (size_t r = 0; r < step->kernel_rows; r++)
        for (size_t s = 0; s < step->kernel_columns; s++) {
            const pmy_real *x = input_at(at, r, s, at->channel);
            for (size_t l = 0; x && l < LANES; l++)
                y[l] = mean ? y[l] + x[l] / count : x[l] > y[l] ? x[l] : y[l];
        }
}

static void compute(const place *at, pmy_real *y /* [LANES] */)
{
    const export_numbers *numbers = &at->step->numbers;
    bool alone = at->step->kind >= INT8_AFFINE; /* works number by number */
    size_t index = alone ? (at->row * at->in->columns + at->column) * at->in->channels + at->channel : 0;
    const pmy_real *x = at->x + index * LANES, *also = at->also;
    switch (at->step->kind) {
    case INT8_PRODUCT:
        add_products(at, y);
        break;
    case INT8_MAXIMUM:
    case INT8_MEAN:
        pool(at, y);
        break;
    case INT8_AFFINE:
        for (size_t l = 0; l < LANES; l++)
            y[l] = x[l] * numbers->weight[at->channel] + numbers->bias[at->channel];
        break;
    case INT8_TABLE:
        for (size_t l = 0; l < LANES; l++)
            y[l] = x[l];
        break;
    case INT8_SUM:
        for (size_t l = 0; l < LANES; l++)
            y[l] = x[l] + also[index * LANES + l];
        break;
    }
}

/* --- All of them ------------------------------------------------------------------------ */

static void see(const pmy_real *x, size_t count, double *least, double *most)
{
    for (size_t i = 0; i < count; i++) {
        *least = fmin(*least, (double)x[i]);
        *most = fmax(*most, (double)x[i]);
    }
}

static void run_step(values *v, size_t index)
{
    int8_step *step = &v->net->step[index];
    int8_image *out = &v->net->image[index + 1];
    pmy_real *y = v->image[index + 1];
    place at = {.step = step,
                .in = &v->net->image[step->from],
                .x = v->image[step->from],
                .also = v->image[step->also]};
    const pmy_op *op = pmy_activation_op(step->activation);
    for (at.row = 0; at.row < out->rows; at.row++)
        for (at.column = 0; at.column < out->columns; at.column++)
            for (at.channel = 0; at.channel < out->channels; at.channel++, y += LANES)
                compute(&at, y);
    size_t size = int8_image_size(out) * LANES;
    y = v->image[index + 1];
    see(y, size, &step->least, &step->most);
    if (op)
        op->unary->forward(NULL, size, y, y);
    see(y, size, &out->least, &out->most);
}

static void feed(const values *v, const pmy_dataset *pictures, size_t first, size_t apart)
{
    const int8_image *pixels = &v->net->image[0];
    size_t places = pixels->rows * pixels->columns, size = int8_image_size(pixels);
    for (size_t l = 0; l < LANES; l++) {
        const uint8_t *picture = pictures->images + (first + l) * apart % pictures->count * size;
        for (size_t i = 0; i < size; i++) {
            double value = picture[i] * pixels->unit + pixels->offset;
            v->image[0][(i % places * pixels->channels + i / places) * LANES + l] = (pmy_real)value;
        }
    }
}

pmy_status int8_find_ranges(int8_net *net, const pmy_dataset *pictures, pmy_error *error)
{
    values v = {.net = net};
    bool failed = false;
    size_t count = pictures->count < INT8_PICTURES ? pictures->count : INT8_PICTURES;
    for (size_t i = 0; i <= net->count; i++) {
        v.image[i] = calloc(int8_image_size(&net->image[i]) * LANES, sizeof *v.image[i]);
        failed |= !v.image[i];
    }
    for (size_t first = 0; !failed && first < count; first += LANES) {
        feed(&v, pictures, first, pictures->count / count);
        for (size_t i = 0; i < net->count; i++)
            run_step(&v, i);
    }
    for (size_t i = 0; i <= net->count; i++)
        free(v.image[i]);
    return failed ? pmy_fail(error, PMY_NO_MEMORY, "no memory for the numbers of %d pictures", LANES)
                  : PMY_OK;
}
