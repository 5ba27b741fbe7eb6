#include "mnist/int8_code.h"

/* As the C has them. */
enum { IMAGE_BYTES = 12, STEP_BYTES = 60, IN_A_LINE = 16 };

static const char *const row_makers[] = {
    [INT8_PRODUCT] = "product_row", [INT8_MAXIMUM] = "maximum_row", [INT8_MEAN] = "mean_row",
    [INT8_AFFINE] = "affine_row",   [INT8_TABLE] = "table_row",     [INT8_SUM] = "total_row",
};

/* How many of each a step has. */
static size_t count_weights(const int8_step *step)
{
    return step->kind == INT8_PRODUCT ? step->of->weights : 0;
}

static size_t count_biases(const int8_net *net, const int8_step *step)
{
    size_t channels = net->image[step - net->step + 1].channels;
    if (step->kind == INT8_PRODUCT || step->kind == INT8_AFFINE)
        return step->kind == INT8_AFFINE ? 2 * channels : channels;
    return step->kind == INT8_MEAN ? 1 : 0;
}

static size_t count_multipliers(const int8_net *net, const int8_step *step)
{
    if (step->kind == INT8_SUM)
        return 2;
    return step->kind == INT8_AFFINE ? 0 : count_biases(net, step);
}

size_t int8_constant_bytes(const int8_net *net)
{
    size_t bytes = (net->count + 1) * IMAGE_BYTES + net->count * STEP_BYTES;
    for (const int8_step *step = net->step; step < net->step + net->count; step++)
        bytes += count_weights(step) + 4 * count_biases(net, step) + 2 * count_multipliers(net, step) +
                 (step->looks_up ? sizeof step->table : 0);
    return bytes;
}

/* The bytes of an image's rows that are kept; the pixels are the caller's, and so are logits. */
static size_t image_bytes(const int8_net *net, size_t index)
{
    if (index == 0 || net->step[index - 1].logits)
        return 0;
    return net->image[index].held * int8_row_size(&net->image[index]);
}

size_t int8_memory_bytes(const int8_net *net)
{
    size_t bytes = 0;
    for (size_t i = 0; i <= net->count; i++)
        bytes += image_bytes(net, i);
    return bytes > 0 ? bytes : 1;
}

/* --- Arrays ------------------------------------------------------------------------ */

static void begin_array(FILE *file, const char *type, const char *name, size_t step, size_t count)
{
    (void)fprintf(file, "static const %s %s_%zu[%zu] = {", type, name, step, count);
}

static void write_number(FILE *file, size_t index, int32_t number)
{
    (void)fprintf(file, "%s%ld,", index % IN_A_LINE ? " " : "\n    ", (long)number);
}

static void write_arrays(FILE *file, const int8_net *net, size_t index)
{
    const int8_step *step = &net->step[index];
    size_t weights = count_weights(step), biases = count_biases(net, step);
    size_t multipliers = count_multipliers(net, step);
    if (step->of)
        (void)fprintf(file, "\n/* Step %zu: layer %s, %s%s%s%s */\n", index, step->of->layer->name,
                      pmy_layer_print(step->of->layer).text, step->of->batchnorm ? ", batchnorm" : "",
                      step->of->activation ? ", " : "",
                      step->of->activation ? pmy_layer_word(step->of->activation) : "");
    else
        (void)fprintf(file, "\n/* Step %zu: the pixels' normalisation */\n", index);
    if (weights) {
        begin_array(file, "int8_t", "weight", index, weights);
        for (size_t i = 0; i < weights; i++)
            write_number(file, i, step->weight[i]);
        (void)fputs("\n};\n", file);
    }
    if (biases) {
        begin_array(file, "int32_t", "bias", index, biases);
        for (size_t i = 0; i < biases; i++)
            write_number(file, i, step->bias[i]);
        (void)fputs("\n};\n", file);
    }
    if (multipliers) {
        begin_array(file, "int16_t", "multiplier", index, multipliers);
        for (size_t i = 0; i < multipliers; i++)
            write_number(file, i, step->multiplier[i]);
        (void)fputs("\n};\n", file);
    }
    if (step->looks_up) {
        begin_array(file, "uint8_t", "table", index, sizeof step->table);
        for (size_t i = 0; i < sizeof step->table; i++)
            write_number(file, i, step->table[i]);
        (void)fputs("\n};\n", file);
    }
}

/* --- Images and steps ---------------------------------------------------------------- */

static void write_types(FILE *file)
{
    (void)fputs(
        "\n"
        "/* Rows of bytes [columns, channels]; the `held` newest ones are kept, the row i at place\n"
        " * i mod held. */\n"
        "typedef struct image {\n"
        "    uint16_t rows, columns, channels, held;\n"
        "    uint32_t place; /* in memory */\n"
        "} image;\n"
        "\n"
        "/* What makes a row of an image from rows of another one, or of two. */\n"
        "typedef struct step {\n"
        "    void (*make_row)(const struct step *s);\n"
        "    const int8_t *weight;  /* [channels of the output, kernel_rows, kernel_columns, channels] */\n"
        "    const int32_t *bias;   /* sums begin with it; of a batchnorm, scales and shifts by turns */\n"
        "    const int16_t *multiplier;\n"
        "    const uint8_t *table;  /* of what becomes of each byte; 0: it stays */\n"
        "    int32_t sum_least, sum_most;\n"
        "    int16_t low, high;\n"
        "    uint16_t from, also, to; /* images */\n"
        "    uint16_t rows, columns, channels, reach; /* of the input, and how many rows it reads */\n"
        "    uint16_t kernel_rows, kernel_columns, stride, padding;\n"
        "    uint8_t before, after; /* places to shift by */\n"
        "    uint8_t is_signed, also_is_signed, logits;\n"
        "} step;\n",
        file);
}

static void write_images(FILE *file, const int8_net *net)
{
    size_t place = 0;
    (void)fputs("\nstatic const image images[STEPS + 1] = {\n", file);
    for (size_t i = 0; i <= net->count; i++) {
        const int8_image *m = &net->image[i];
        (void)fprintf(file, "    {%zu, %zu, %zu, %zu, %zu},\n", m->rows, m->columns, m->channels, m->held,
                      place);
        place += image_bytes(net, i);
    }
    (void)fputs("};\n", file);
}

static void write_pointer(FILE *file, const char *name, size_t step, bool there)
{
    if (there)
        (void)fprintf(file, ", %s_%zu", name, step);
    else
        (void)fputs(", 0", file);
}

static void write_step(FILE *file, const int8_net *net, size_t index)
{
    const int8_step *step = &net->step[index];
    const int8_image *from = &net->image[step->from];
    size_t also = step->kind == INT8_SUM ? step->also : step->from;
    bool whole = step->whole;
    (void)fprintf(file, "    {%s", row_makers[step->kind]);
    write_pointer(file, "weight", index, count_weights(step) > 0);
    write_pointer(file, "bias", index, count_biases(net, step) > 0);
    write_pointer(file, "multiplier", index, count_multipliers(net, step) > 0);
    write_pointer(file, "table", index, step->looks_up);
    (void)fprintf(file, ", %ld, %ld, %ld, %ld, %zu, %zu, %zu,\n     ", (long)step->sum_least,
                  (long)step->sum_most, (long)step->low, (long)step->high, step->from, also, index + 1);
    (void)fprintf(
        file, "%zu, %zu, %zu, %zu, %zu, %zu, %zu, %zu, %u, %u, %d, %d, %d},\n", whole ? 1 : from->rows,
        whole ? 1 : from->columns, whole ? int8_image_size(from) : from->channels, step->kernel_rows,
        whole ? 1 : step->kernel_rows, whole ? 1 : step->kernel_columns, step->stride, step->padding,
        step->before, step->after, from->is_signed, net->image[also].is_signed, step->logits);
}

void int8_write_numbers(FILE *file, const int8_net *net)
{
    write_types(file);
    for (size_t i = 0; i < net->count; i++)
        write_arrays(file, net, i);
    (void)fputc('\n', file);
    for (int8_kind kind = 0; kind <= INT8_SUM; kind++)
        for (size_t i = 0; i < net->count; i++)
            if (net->step[i].kind == kind) {
                (void)fprintf(file, "static void %s(const step *s);\n", row_makers[kind]);
                break;
            }
    (void)fprintf(file, "\nenum { STEPS = %zu };\n", net->count);
    write_images(file, net);
    (void)fputs("\nstatic const step steps[STEPS] = {\n", file);
    for (size_t i = 0; i < net->count; i++)
        write_step(file, net, i);
    (void)fputs("};\n", file);
}
