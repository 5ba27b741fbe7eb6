#include "mnist/int8_net.h"

#include <stdlib.h>
#include <string.h>

size_t int8_row_size(const int8_image *image)
{
    return image->columns * image->channels;
}

size_t int8_image_size(const int8_image *image)
{
    return image->rows * int8_row_size(image);
}

/* --- Steps ---------------------------------------------------------------------- */

static pmy_status refuse(const pmy_layer *layer, const char *why, pmy_error *error)
{
    return pmy_fail(error, PMY_BAD_NET, "layer %s, %s, cannot be written in int8%s", layer->name,
                    pmy_layer_print(layer).text, why);
}

static void set_window(int8_step *step, const pmy_layer *layer, size_t first)
{
    step->kernel_rows = step->kernel_columns = (size_t)layer->number[first];
    step->stride = (size_t)layer->number[first + 1];
    step->padding = (size_t)layer->number[first + 2];
}

static void see_all(int8_step *step, const int8_image *from)
{
    step->kernel_rows = from->rows;
    step->kernel_columns = from->columns;
    step->stride = 1;
}

/* Kind and window of a step; false: the layer has none. */
static bool describe(int8_step *step, const int8_image *from)
{
    const pmy_layer *layer = step->of->layer;
    step->kernel_rows = step->kernel_columns = step->stride = 1;
    if (export_is(layer, "linear")) {
        step->kind = INT8_PRODUCT;
        step->whole = true;
        see_all(step, from);
    } else if (export_is(layer, "conv")) {
        step->kind = INT8_PRODUCT;
        set_window(step, layer, 1);
    } else if (export_is(layer, "maxpool")) {
        step->kind = INT8_MAXIMUM;
        set_window(step, layer, 0);
    } else if (export_is(layer, "avgpool")) {
        step->kind = INT8_MEAN;
        set_window(step, layer, 0);
    } else if (export_is(layer, "gap")) {
        step->kind = INT8_MEAN;
        see_all(step, from);
    } else if (export_is(layer, "batchnorm")) {
        step->kind = INT8_AFFINE;
    } else if (export_is(layer, "[")) {
        step->kind = INT8_SUM;
    } else {
        step->kind = INT8_TABLE;
        step->activation = pmy_layer_activation(layer);
        return step->activation != PMY_NONE;
    }
    if (step->of->activation)
        step->activation = pmy_layer_activation(step->of->activation);
    return true;
}

/* The image that a step makes: as large as its input where it works number by number. */
static int8_image image_after(const int8_step *step, const int8_image *from)
{
    const size_t *dim = step->of->output.dim;
    if (step->kind >= INT8_AFFINE)
        return (int8_image){.rows = from->rows, .columns = from->columns, .channels = from->channels};
    if (pmy_shape_rank(step->of->output) == 2)
        return (int8_image){.rows = 1, .columns = 1, .channels = dim[1]};
    return (int8_image){.rows = dim[2], .columns = dim[3], .channels = dim[1]};
}

static bool is_flattened(const export_step *step, const int8_image *image)
{
    return pmy_shape_rank(step->output) == 2 && image->rows * image->columns > 1;
}

static bool equal_sizes(const int8_image *a, const int8_image *b)
{
    return a->rows == b->rows && a->columns == b->columns && a->channels == b->channels;
}

/* What the C has is counted in 16 bits. */
static bool is_countable(const int8_step *step, const int8_image *from, const int8_image *out)
{
    const size_t counts[] = {out->rows,    out->columns,  out->channels,
                             step->stride, step->padding, step->whole ? int8_image_size(from) : 0};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i] > UINT16_MAX)
            return false;
    return true;
}

static pmy_status add_step(int8_net *net, const export_step *of, size_t *image_in, pmy_error *error)
{
    int8_step *step = &net->step[net->count];
    *step = (int8_step){.of = of, .from = image_in[of->from], .also = image_in[of->begun_with]};
    const int8_image *from = &net->image[step->from];
    if (!describe(step, from))
        return refuse(of->layer, "", error);
    net->image[++net->count] = image_after(step, from);
    image_in[of->to] = net->count;
    if (!is_countable(step, from, &net->image[net->count]))
        return refuse(of->layer, ": sizes end at 65,535 there", error);
    if (step->kind == INT8_AFFINE && is_flattened(of, from))
        return refuse(of->layer, " right after a flatten", error);
    if (step->kind == INT8_SUM && !equal_sizes(from, &net->image[step->also]))
        return refuse(of->layer, " right after a flatten", error);
    return PMY_OK;
}

static pmy_status plan_steps(int8_net *net, const pmy_model_facts *facts, pmy_error *error)
{
    size_t image_in[EXPORT_MAX_BUFFERS] = {0};
    const size_t *dim = facts->net.input.dim;
    pmy_status status = PMY_OK;
    double mean = (double)facts->normalization.mean, deviation = (double)facts->normalization.deviation;
    net->image[0] = (int8_image){.rows = dim[2],
                                 .columns = dim[3],
                                 .channels = dim[1],
                                 .unit = 1 / (255 * deviation),
                                 .offset = -mean / deviation};
    if (mean != 0) {
        net->step[0] = (int8_step){.kind = INT8_TABLE, .kernel_rows = 1, .kernel_columns = 1, .stride = 1};
        net->image[++net->count] = net->image[0];
        net->image[net->count].offset = 0;
        image_in[0] = net->count;
    }
    for (size_t i = 0; status == PMY_OK && i < net->plan.count; i++)
        status = add_step(net, &net->plan.step[i], image_in, error);
    if (status != PMY_OK)
        return status;
    const int8_image *last = &net->image[net->count];
    if (net->count == 0 || last->rows * last->columns > 1)
        return pmy_fail(error, PMY_BAD_NET, "a net that ends in a flattened image cannot be written in int8");
    int8_step *answer = &net->step[net->count - 1];
    answer->logits = answer->kind == INT8_PRODUCT && answer->activation == PMY_NONE;
    return PMY_OK;
}

/* --- Weights ------------------------------------------------------------------------- */

/* From [out, in, rows, columns] to [out, rows, columns, in]. */
static void order(const int8_step *step, const int8_image *from, size_t outputs, pmy_real *to,
                  const pmy_real *weight)
{
    size_t places = step->kernel_rows * step->kernel_columns, channels = from->channels;
    for (size_t o = 0; o < outputs; o++, weight += channels * places)
        for (size_t p = 0; p < places; p++)
            for (size_t c = 0; c < channels; c++)
                *to++ = weight[c * places + p];
}

static pmy_status take_numbers(int8_net *net, int8_step *step, const pmy_graph *graph, pmy_error *error)
{
    if (!step->of || step->of->weights == 0)
        return PMY_OK;
    size_t outputs = net->image[step - net->step + 1].channels;
    pmy_status status = export_numbers_take(step->of, graph, &step->numbers, error);
    if (status == PMY_OK && !step->numbers.bias)
        step->numbers.bias = calloc(outputs, sizeof *step->numbers.bias);
    if (status != PMY_OK || step->kind != INT8_PRODUCT)
        return status;
    pmy_real *ordered = calloc(step->of->weights, sizeof *ordered);
    if (!ordered || !step->numbers.bias) {
        free(ordered);
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for %zu weights", step->of->weights);
    }
    order(step, &net->image[step->from], outputs, ordered, step->numbers.weight);
    free(step->numbers.weight);
    step->numbers.weight = ordered;
    return PMY_OK;
}

/* --- Rows ------------------------------------------------------------------------------ */

size_t int8_first_row(const int8_step *step, size_t row)
{
    return row * step->stride > step->padding ? row * step->stride - step->padding : 0;
}

size_t int8_rows_needed(const int8_net *net, const int8_step *step, size_t row)
{
    size_t end = row * step->stride + step->kernel_rows, rows = net->image[step->from].rows;
    end = end > step->padding ? end - step->padding : 0;
    return end < rows ? end : rows;
}

static void hold(int8_net *net, size_t image, size_t made, size_t first)
{
    if (made > first && net->image[image].held < made - first)
        net->image[image].held = made - first;
}

/* Runs the steps as the C that is written does, without their numbers: what a step reads must still be held.
 */
static void count_rows(int8_net *net)
{
    size_t made[PMY_MAX_LAYERS + 2] = {net->image[0].rows};
    net->image[0].held = net->image[0].rows;
    for (size_t i = 1; i <= net->count; i++)
        net->image[i].held = 1;
    while (made[net->count] < net->image[net->count].rows) {
        const int8_step *step = &net->step[net->count];
        size_t row;
        do {
            step--;
            row = made[step - net->step + 1];
        } while (row == net->image[step - net->step + 1].rows ||
                 made[step->from] < int8_rows_needed(net, step, row) ||
                 (step->kind == INT8_SUM && made[step->also] <= row));
        hold(net, step->from, made[step->from], int8_first_row(step, row));
        if (step->kind == INT8_SUM)
            hold(net, step->also, made[step->also], row);
        made[step - net->step + 1]++;
    }
}

pmy_status int8_net_make(const pmy_model_facts *facts, const pmy_graph *graph, int8_net *net,
                         pmy_error *error)
{
    memset(net, 0, sizeof *net);
    export_plan_make(&facts->net, &net->plan);
    pmy_status status = plan_steps(net, facts, error);
    for (size_t i = 0; status == PMY_OK && i < net->count; i++)
        status = take_numbers(net, &net->step[i], graph, error);
    if (status == PMY_OK)
        count_rows(net);
    return status;
}

void int8_net_free(int8_net *net)
{
    for (size_t i = 0; i < net->count; i++) {
        int8_step *step = &net->step[i];
        export_numbers_free(&step->numbers);
        free(step->weight);
        free(step->bias);
        free(step->multiplier);
    }
}
