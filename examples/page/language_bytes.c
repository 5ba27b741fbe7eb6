#include "page/language_bytes.h"

#include "base/bytes.h"
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_UNITS = 32767, STEP_BYTES = 4, UNIT_BYTES = 2 };

/* What the lines begin with. */
static const char first_line[] = "pmy language model, 16 bits";
static const char *const keys[] = {"net ", "block ", "vocabulary ", "loss "};
enum { NET, BLOCK, VOCABULARY, LOSS, KEYS };

static size_t parameter_count(const pmy_language *language)
{
    return pmy_graph_parameters(language->graph).count;
}

static pmy_tensor parameter(const pmy_language *language, size_t index)
{
    return pmy_value(pmy_parameter_at(language->graph, index));
}

/* --- Made ------------------------------------------------------------------- */

static uint8_t *put_whole(uint8_t *to, uint32_t whole, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        *to++ = (uint8_t)(whole >> 8 * i);
    return to;
}

static uint8_t *put_tensor(uint8_t *to, pmy_tensor tensor)
{
    size_t size = pmy_shape_size(tensor.shape);
    pmy_real largest = 0;
    for (size_t i = 0; i < size; i++)
        largest = fmaxf(largest, fabsf(tensor.data[i]));
    float step = largest / MOST_UNITS;
    uint32_t bits;
    memcpy(&bits, &step, sizeof bits);
    to = put_whole(to, bits, STEP_BYTES);
    for (size_t i = 0; i < size; i++) {
        /* A largest number that is all but 0 has a step that was rounded. */
        double units = step > 0 ? round((double)tensor.data[i] / (double)step) : 0;
        to = put_whole(to, (uint32_t)(int32_t)fmax(-MOST_UNITS, fmin(units, MOST_UNITS)), UNIT_BYTES);
    }
    return to;
}

uint8_t *language_bytes_make(const pmy_language *language, const language_losses *losses, size_t *size)
{
    enum { OTHER_WORDS = 200 }; /* room for what is neither net nor vocabulary */
    const char *net = language->facts.net.text;
    char *vocabulary = pmy_vocabulary_print(&language->vocabulary);
    *size = 0;
    if (!vocabulary)
        return NULL;
    size_t head = strlen(net) + strlen(vocabulary) + OTHER_WORDS, tensors = 0;
    for (size_t i = 0; i < parameter_count(language); i++)
        tensors += STEP_BYTES + UNIT_BYTES * pmy_shape_size(parameter(language, i).shape);
    uint8_t *bytes = malloc(head + tensors);
    if (bytes) {
        head = (size_t)snprintf((char *)bytes, head, "%s\n%s%s\n%s%zu\n%s%s\n%s%.9g %.9g\n\n", first_line,
                                keys[NET], net, keys[BLOCK], language->block, keys[VOCABULARY], vocabulary,
                                keys[LOSS], losses->trained, losses->carried);
        uint8_t *to = bytes + head;
        for (size_t i = 0; i < parameter_count(language); i++)
            to = put_tensor(to, parameter(language, i));
        *size = (size_t)(to - bytes);
    }
    free(vocabulary);
    return bytes;
}

/* --- Read ------------------------------------------------------------------- */

/* What is not read yet. */
typedef struct rest {
    const uint8_t *at;
    size_t size;
} rest;

/* The next line, that begins with `key`, without it: a text that the caller frees; NULL: there is none, or no
 * memory. */
static char *take_line(rest *of, const char *key)
{
    const uint8_t *end = of->size ? memchr(of->at, '\n', of->size) : NULL;
    size_t length = end ? (size_t)(end - of->at) : 0, begun = strlen(key);
    if (!end || length < begun || memcmp(of->at, key, begun) != 0)
        return NULL;
    char *line = calloc(length - begun + 1, 1);
    if (line)
        memcpy(line, of->at + begun, length - begun);
    of->at += length + 1;
    of->size -= length + 1;
    return line;
}

static pmy_status refuse(pmy_error *error, const char *what)
{
    return pmy_fail(error, PMY_BAD_FILE, "the page's language model: %s", what);
}

static bool read_losses(const char *text, language_losses *losses)
{
    const char *space = strchr(text, ' ');
    return space && pmy_number_read(text, (size_t)(space - text), &losses->trained) &&
           pmy_number_read(space + 1, strlen(space + 1), &losses->carried);
}

static pmy_status read_head(char *const line[KEYS], pmy_language **language, language_losses *losses,
                            pmy_error *error)
{
    const pmy_language_options one = {.batch = 1};
    pmy_vocabulary vocabulary;
    pmy_model_facts *facts = malloc(sizeof *facts);
    uint64_t block;
    if (!facts)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a language model");
    pmy_status status =
        pmy_vocabulary_read(&vocabulary, "the page's language model", line[VOCABULARY], error);
    if (status == PMY_OK && (!pmy_whole_read(line[BLOCK], &block) || block < 1 || block > PMY_MAX_BLOCK ||
                             !read_losses(line[LOSS], losses)))
        status = refuse(error, "its numbers are wrong");
    if (status == PMY_OK)
        status = pmy_language_facts(line[NET], (size_t)block, &vocabulary, facts, error);
    if (status == PMY_OK)
        status = pmy_language_new(facts, &one, NULL, language, error);
    pmy_vocabulary_free(&vocabulary);
    free(facts);
    return status;
}

static pmy_status take_tensor(rest *of, pmy_tensor tensor, pmy_error *error)
{
    size_t size = pmy_shape_size(tensor.shape), bytes = STEP_BYTES + UNIT_BYTES * size;
    if (of->size < bytes)
        return refuse(error, "it ends too early");
    uint32_t bits = (uint32_t)pmy_little_endian(of->at, STEP_BYTES);
    float step;
    memcpy(&step, &bits, sizeof step);
    if (!isfinite(step))
        return refuse(error, "a tensor's step is no number");
    for (size_t i = 0; i < size; i++) {
        int32_t units = (int32_t)pmy_little_endian(of->at + STEP_BYTES + UNIT_BYTES * i, UNIT_BYTES);
        tensor.data[i] = (pmy_real)(units > MOST_UNITS ? units - 65536 : units) * step;
    }
    of->at += bytes;
    of->size -= bytes;
    return PMY_OK;
}

static pmy_status fill(rest *of, const pmy_language *language, pmy_error *error)
{
    pmy_status status = PMY_OK;
    for (size_t i = 0; status == PMY_OK && i < parameter_count(language); i++)
        status = take_tensor(of, parameter(language, i), error);
    return status == PMY_OK && of->size > 0 ? refuse(error, "it does not end where it should") : status;
}

pmy_status language_bytes_read(const uint8_t *bytes, size_t size, pmy_language **language,
                               language_losses *losses, pmy_error *error)
{
    rest left = {bytes, size};
    char *line[KEYS] = {NULL}, *title = take_line(&left, first_line), *empty = NULL;
    *language = NULL;
    for (size_t i = 0; i < KEYS; i++)
        line[i] = take_line(&left, keys[i]);
    empty = take_line(&left, "");
    bool all = title && line[NET] && line[BLOCK] && line[VOCABULARY] && line[LOSS] && empty;
    pmy_status status =
        all ? read_head(line, language, losses, error) : refuse(error, "its first lines are not there");
    if (status == PMY_OK)
        status = fill(&left, *language, error);
    if (status != PMY_OK) {
        pmy_language_free(*language);
        *language = NULL;
    }
    for (size_t i = 0; i < KEYS; i++)
        free(line[i]);
    free(title);
    free(empty);
    return status;
}
