#include "mnist/export_int8.h"

#include "base/number.h"
#include "base/version.h"
#include "mnist/export_names.h"
#include "mnist/int8_code.h"
#include "mnist/int8_range.h"
#include "mnist/int8_scales.h"

#include <stdlib.h>

/* The most that compilers have made of the code, rounded up; the tests look at it. */
enum { CODE_BYTES = 2048, STACK_BYTES = 256 };

static void write_head(FILE *file, const pmy_model_facts *facts, const int8_net *net)
{
    const int8_image *pixels = &net->image[0];
    size_t given = int8_image_size(pixels) + sizeof(int16_t) * facts->classes; /* pixels and logits */
    size_t counts = sizeof(uint16_t) * (net->count + 1);                       /* of rows */
    size_t ram = given + int8_memory_bytes(net) + counts + STACK_BYTES;
    (void)fprintf(
        file,
        "/* A trained neural net in integers, written by mnist export of pmy %s:\n"
        " *\n"
        " *   %s\n"
        " *\n"
        " *   int pmy_classify(const uint8_t pixels[%zu], int16_t logits[%zu]);\n"
        " *\n"
        " * Pixels are [%zu, %zu, %zu] (height, width, channels, the last index fastest), from 0 to\n"
        " * 255, a digit light on dark. What it returns is the class%s, whose logit is\n"
        " * the largest; softmax(%s logits) are the probabilities.\n"
        " *\n"
        " * C99, with <stdint.h> as all it needs, and the same integers on every machine. Nothing is\n"
        " * allocated: constants take %zu bytes (where an address has four), and of the layers'\n"
        " * outputs the rows that are still needed are static, %zu bytes, so that one call at a time\n"
        " * can run. With gcc -Os for a Cortex-M0+ that is less than %zu bytes of flash, code and library\n"
        " * routines included, and less than %zu of RAM, pixels, logits and stack included. The code\n"
        " * stands after the numbers. */\n"
        "#include <stdint.h>\n",
        PMY_VERSION, facts->net.text, int8_image_size(pixels), facts->classes, pixels->rows, pixels->columns,
        pixels->channels, facts->names ? ", which pmy_classes names" : "",
        pmy_number_print((double)(float)net->logit_unit, PMY_NUMBER_FLOAT).text, int8_constant_bytes(net),
        int8_memory_bytes(net), int8_constant_bytes(net) + CODE_BYTES, ram);
}

static pmy_status check_pictures(const pmy_dataset *pictures, const int8_image *pixels, pmy_error *error)
{
    if (pictures->channels == pixels->channels && pictures->height == pixels->rows &&
        pictures->width == pixels->columns)
        return PMY_OK;
    return pmy_fail(
        error, PMY_BAD_ARGUMENT,
        "the model is for pictures of %zux%zu and %zu channels, and the data are of %zux%zu and %zu",
        pixels->rows, pixels->columns, pixels->channels, pictures->height, pictures->width,
        pictures->channels);
}

pmy_status export_int8_write(FILE *file, const void *source, pmy_error *error)
{
    const export_int8_source *s = source;
    const pmy_model_facts *facts = &s->classifier->facts;
    int8_net *net = malloc(sizeof *net);
    if (!net)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a net in integers");
    pmy_status status = int8_net_make(facts, s->classifier->graph, net, error);
    if (status == PMY_OK)
        status = check_pictures(s->pictures, &net->image[0], error);
    if (status == PMY_OK)
        status = int8_find_ranges(net, s->pictures, error);
    if (status == PMY_OK)
        status = int8_find_scales(net, error);
    if (status == PMY_OK) {
        write_head(file, facts, net);
        export_names(file, facts);
        int8_write_numbers(file, net);
        int8_write_code(file, net);
    }
    int8_net_free(net);
    free(net);
    return status;
}
