#include "mnist/int8_scales.h"

#include "tensor/activation.h"

#include <math.h>
#include <stdlib.h>

enum {
    MOST_WEIGHT = 127,
    MOST_MULTIPLIER = 32767, /* as is what it is multiplied with */
    MOST_LOGIT = 32767,
    SUM_BITS = 15,
    WEIGHT_SPREAD = 64 /* no channel's unit is a smaller part of the largest one's */
};

/* --- Units ------------------------------------------------------------------------ */

static double most_level(bool is_signed)
{
    return is_signed ? 127 : 255;
}

/* Of so many levels that reach from least to most. */
static double unit_up_to(double levels, double least, double most)
{
    double largest = fmax(fabs(least), fabs(most));
    return largest > 0 ? largest / levels : 1;
}

static double unit_of(double least, double most)
{
    return unit_up_to(most_level(least < 0), least, most);
}

/* The units of what a step makes. */
static void choose_unit(int8_net *net, const int8_step *step, int8_image *out)
{
    const int8_image *from = &net->image[step->from];
    out->is_signed = step->kind == INT8_MAXIMUM ? from->is_signed : out->least < 0;
    out->unit = step->kind == INT8_MAXIMUM ? from->unit : unit_of(out->least, out->most);
}

/* --- What becomes of a sum -------------------------------------------------------- */

static int32_t level(double value, double least, double most)
{
    return (int32_t)fmax(least, fmin(most, floor(value + 0.5)));
}

/* The outcomes' unit, and where they are cut off: as bytes of the image or, before a table, signed ones. */
static double choose_outcome(int8_step *step, const int8_image *out)
{
    const pmy_op *op = pmy_activation_op(step->activation);
    step->looks_up = step->kind == INT8_TABLE || (op && step->activation != PMY_RELU);
    if (step->logits) {
        step->high = MOST_LOGIT;
        step->low = -MOST_LOGIT;
        return 2 * unit_up_to(MOST_LOGIT, step->least, step->most);
    }
    bool is_signed = step->looks_up ? step->least < 0 : out->is_signed;
    step->high = (int32_t)most_level(is_signed);
    step->low = is_signed ? -step->high : 0;
    return step->looks_up ? unit_of(step->least, step->most) : out->unit;
}

/* The byte of the image that stands for f of an outcome. */
static void fill_table(int8_step *step, const int8_image *out, double unit, double offset)
{
    const pmy_op *op = pmy_activation_op(step->activation);
    double most = most_level(out->is_signed), least = out->is_signed ? -most : 0;
    for (int byte = 0; byte < 256; byte++) {
        int outcome = step->low < 0 && byte > 127 ? byte - 256 : byte;
        pmy_real x = (pmy_real)(outcome * unit + offset);
        if (op)
            op->unary->forward(NULL, 1, &x, &x);
        step->table[byte] = (uint8_t)level((double)x / out->unit, least, most);
    }
}

static unsigned bits_of(double value)
{
    unsigned bits = 0;
    while (value >= 1) {
        value /= 2;
        bits++;
    }
    return bits;
}

/* How far the largest of the factors can be shifted for its multiplier to fit. */
static pmy_status choose_after(int8_step *step, const double *factor, size_t count, pmy_error *error)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(factor[i]));
    for (step->after = 1; step->after < 29 && ldexp(largest, (int)step->after + 1) <= MOST_MULTIPLIER;)
        step->after++;
    if (!(ldexp(largest, (int)step->after) <= MOST_MULTIPLIER))
        return pmy_fail(error, PMY_BAD_DATA, "layer %s, %s: its numbers are too far apart for int8",
                        step->of->layer->name, pmy_layer_print(step->of->layer).text);
    for (size_t i = 0; i < count; i++)
        step->multiplier[i] = level(ldexp(factor[i], (int)step->after), -MOST_MULTIPLIER, MOST_MULTIPLIER);
    return PMY_OK;
}

/* factor [count]: a sum's unit in outcomes'; `bound`: no sum is larger. */
static pmy_status scale_sums(int8_step *step, double *factor, size_t count, double bound, pmy_error *error)
{
    double smallest = HUGE_VAL;
    for (size_t i = 0; i < count; i++)
        smallest = fmin(smallest, factor[i]);
    step->sum_most = (int32_t)fmin(bound, (step->high + 1) / smallest);
    step->sum_least = -(int32_t)fmin(bound, (1 - step->low) / smallest);
    unsigned bits = bits_of(fmax(step->sum_most, -step->sum_least));
    step->before = bits > SUM_BITS ? bits - SUM_BITS : 0;
    for (size_t i = 0; i < count; i++) {
        factor[i] = ldexp(factor[i], (int)step->before);
        step->bias[i] += step->before ? 1 << (step->before - 1) : 0; /* what is shifted away is rounded */
    }
    return choose_after(step, factor, count, error);
}

/* --- Steps -------------------------------------------------------------------------- */

/* The unit of a channel's weights, whose sums are of such units times the input's. */
static double weight_unit(const pmy_real *weight, size_t count, double bias, double input_unit, double least)
{
    const double most_bias = 1 << 24;
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs((double)weight[i]));
    return fmax(fmax(largest / MOST_WEIGHT, least), fabs(bias) / (input_unit * most_bias));
}

/* Integers of channel c; the most that its sums can be. */
static double round_channel(int8_step *step, size_t c, size_t count, double unit, const int8_image *from)
{
    double bound = 0;
    for (size_t i = c * count; i < (c + 1) * count; i++) {
        step->weight[i] = (int8_t)level((double)step->numbers.weight[i] / unit, -MOST_WEIGHT, MOST_WEIGHT);
        bound += abs(step->weight[i]) * most_level(from->is_signed);
    }
    step->bias[c] = level((double)step->numbers.bias[c] / (unit * from->unit), -INT32_MAX, INT32_MAX);
    return bound + abs(step->bias[c]);
}

static pmy_status scale_product(int8_step *step, const int8_image *from, double *factor, size_t outputs,
                                double unit, pmy_error *error)
{
    size_t count = step->of->weights / outputs;
    const pmy_real *weight = step->numbers.weight; /* [outputs, count] */
    double bound = 0, least = weight_unit(weight, outputs * count, 0, 1, 0) / WEIGHT_SPREAD;
    if (least == 0)
        least = 1;
    for (size_t c = 0; c < outputs; c++) {
        double of_weights =
            weight_unit(weight + c * count, count, (double)step->numbers.bias[c], from->unit, least);
        bound = fmax(bound, round_channel(step, c, count, of_weights, from));
        factor[c] = of_weights * from->unit / unit;
    }
    if (bound > INT32_MAX / 2)
        return pmy_fail(error, PMY_BAD_DATA, "layer %s, %s: its sums are too large for int8",
                        step->of->layer->name, pmy_layer_print(step->of->layer).text);
    return scale_sums(step, factor, outputs, bound, error);
}

static pmy_status scale_mean(int8_step *step, const int8_image *from, double *factor, double unit,
                             pmy_error *error)
{
    double count = (double)(step->kernel_rows * step->kernel_columns);
    factor[0] = from->unit / (unit * count);
    return scale_sums(step, factor, 1, count * 255, error);
}

/* Scale and shift of each channel, of 32 bits: a channel that is always 0 may have a scale far from the
 * others'.
 */
static void scale_affine(int8_step *step, const int8_image *from, size_t channels, double unit)
{
    /* In levels; beyond, what is not 0 is cut off anyway. Their sum has 31 bits. */
    const double most_scale = 256, most_shift = 1 << 14;
    step->after = 14;
    for (size_t c = 0; c < channels; c++) {
        double scale = (double)step->numbers.weight[c] * from->unit / unit;
        double shift = (double)step->numbers.bias[c] / unit;
        step->bias[2 * c] =
            level(ldexp(fmax(-most_scale, fmin(most_scale, scale)), 14), -INT32_MAX, INT32_MAX);
        step->bias[2 * c + 1] =
            level(ldexp(fmax(-most_shift, fmin(most_shift, shift)), 14), -INT32_MAX, INT32_MAX);
    }
}

static pmy_status scale_step(int8_net *net, int8_step *step, double *factor, pmy_error *error)
{
    const int8_image *from = &net->image[step->from];
    int8_image *out = &net->image[step - net->step + 1];
    choose_unit(net, step, out);
    double unit = choose_outcome(step, out);
    if (step->looks_up && step->kind != INT8_TABLE)
        fill_table(step, out, unit, 0);
    switch (step->kind) {
    case INT8_PRODUCT:
        net->logit_unit = unit;
        return scale_product(step, from, factor, out->channels, unit, error);
    case INT8_MEAN:
        return scale_mean(step, from, factor, unit, error);
    case INT8_AFFINE:
        scale_affine(step, from, out->channels, unit);
        break;
    case INT8_SUM:
        factor[0] = from->unit / unit;
        factor[1] = net->image[step->also].unit / unit;
        return choose_after(step, factor, 2, error);
    case INT8_TABLE:
        step->low = from->is_signed ? -127 : 0;
        fill_table(step, out, from->unit, from->offset);
        break;
    case INT8_MAXIMUM:
        break;
    }
    return PMY_OK;
}

/* Room for a step's integers; false: no memory. */
static bool take(int8_step *step, size_t channels)
{
    size_t count = channels < 2 ? 2 : channels;
    step->bias = calloc(2 * count, sizeof *step->bias);
    step->multiplier = calloc(count, sizeof *step->multiplier);
    if (step->kind == INT8_PRODUCT)
        step->weight = calloc(step->of->weights, sizeof *step->weight);
    return step->bias && step->multiplier && (step->weight || step->kind != INT8_PRODUCT);
}

pmy_status int8_find_scales(int8_net *net, pmy_error *error)
{
    pmy_status status = PMY_OK;
    for (size_t i = 0; status == PMY_OK && i < net->count; i++) {
        size_t channels = net->image[i + 1].channels;
        double *factor = calloc(channels + 2, sizeof *factor);
        status = factor && take(&net->step[i], channels)
                     ? scale_step(net, &net->step[i], factor, error)
                     : pmy_fail(error, PMY_NO_MEMORY, "no memory for the scales of %zu channels", channels);
        free(factor);
    }
    if (!net->step[net->count - 1].logits)
        net->logit_unit = net->image[net->count].unit;
    return status;
}
