#include "layers/net.h"

#include "layers/layer_kind.h"
#include "tensor/gemm.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A piece of the text. */
typedef struct span {
    size_t begin, end;
} span;

typedef struct reader {
    const char *text;
    size_t at;
    pmy_net *net;
    pmy_shape shape; /* what the layers so far put out */
    pmy_error *error;
} reader;

/* Fails with the place of the word that is wrong. */
#if defined __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
static pmy_status
wrong(const reader *r, span word, const char *format, ...)
{
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    (void)pmy_fail(r->error, PMY_BAD_NET, "%s", message);
    if (r->error) {
        r->error->position = word.begin;
        r->error->length = word.end - word.begin;
    }
    return PMY_BAD_NET;
}

/* The next word: up to a space, a comma or the end; empty at a comma or the end. */
static span next_word(reader *r)
{
    while (isspace((unsigned char)r->text[r->at]))
        r->at++;
    span word = {r->at, r->at};
    while (r->text[r->at] && r->text[r->at] != ',' && !isspace((unsigned char)r->text[r->at]))
        r->at++;
    word.end = r->at;
    return word;
}

static bool is_word(const reader *r, span word, const char *other)
{
    return strlen(other) == word.end - word.begin &&
           memcmp(r->text + word.begin, other, word.end - word.begin) == 0;
}

/* How many letters must be inserted, deleted or replaced to make one of the other (Levenshtein). */
static size_t distance(const char *a, size_t length, const char *b)
{
    enum { LONGEST = 24 };
    size_t row[LONGEST + 1], width = strlen(b);
    if (length > LONGEST || width > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 1; i <= length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
            size_t shorter = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = replaced < shorter ? replaced : shorter;
        }
    }
    return row[width];
}

/* The word as a message can show it: a long one is cut between two characters of UTF-8, and
 * nothing in it moves a terminal's cursor. */
typedef struct shown_word {
    char text[41];
} shown_word;

static shown_word show(const reader *r, span word)
{
    shown_word shown = {{0}};
    size_t length = word.end - word.begin;
    if (length > sizeof shown.text - 1) {
        length = sizeof shown.text - 1;
        while (length > 0 && ((unsigned char)r->text[word.begin + length] & 0xC0) == 0x80)
            length--;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)r->text[word.begin + i];
        shown.text[i] = byte < ' ' || byte == 0x7F ? '?' : (char)byte;
    }
    return shown;
}

static pmy_status unknown_word(const reader *r, span word)
{
    const char *nearest = NULL;
    size_t best = 3;
    for (size_t k = 0; pmy_layer_kind_at(k); k++) {
        size_t far = distance(r->text + word.begin, word.end - word.begin, pmy_layer_kind_at(k)->word);
        if (far < best)
            best = far, nearest = pmy_layer_kind_at(k)->word;
    }
    if (nearest)
        return wrong(r, word, "unknown layer '%s': did you mean '%s'?", show(r, word).text, nearest);
    return wrong(r, word, "unknown layer '%s'", show(r, word).text);
}

static pmy_status read_number(reader *r, pmy_layer *layer, span name)
{
    span word = next_word(r);
    if (word.begin == word.end)
        return wrong(r, name, "%s needs a number behind it", layer->kind->word);
    const char *text = r->text + word.begin;
    size_t length = word.end - word.begin;
    bool digits = strspn(text, "0123456789") >= length;
    if (!pmy_layer_number_read(text, length, &layer->number) || (layer->kind->number == PMY_COUNT && !digits))
        return wrong(r, word, "%s needs a %s number", layer->kind->word,
                     layer->kind->number == PMY_COUNT ? "whole positive" : "real");
    if (layer->kind->number == PMY_COUNT && !(layer->number >= 1 && layer->number <= (double)PMY_GEMM_MAX))
        return wrong(r, word, "%s needs a number between 1 and %zu", layer->kind->word, PMY_GEMM_MAX);
    if (layer->kind->number == PMY_RATE && !(layer->number >= 0 && layer->number < 1))
        return wrong(r, word, "%s needs a rate of 0 or more and below 1", layer->kind->word);
    return PMY_OK;
}

static pmy_status add_layer(reader *r, pmy_layer layer, span place)
{
    pmy_net *net = r->net;
    if (net->count == PMY_MAX_LAYERS)
        return wrong(r, place, "more than %d layers", PMY_MAX_LAYERS);
    pmy_error why;
    if (layer.kind->measure(&layer, r->shape, &why) != PMY_OK)
        return wrong(r, place, "%s", why.message);
    if (!pmy_shape_valid(layer.output) || !pmy_size_add(net->parameters, layer.parameters, &net->parameters))
        return wrong(r, place, "the net becomes too large here");
    pmy_layer_text words = pmy_layer_print(&layer);
    size_t used = strlen(net->text);
    if (used + strlen(words.text) + sizeof ", " > sizeof net->text)
        return wrong(r, place, "the line is longer than %d characters", PMY_MAX_NET_TEXT);
    (void)snprintf(net->text + used, sizeof net->text - used, "%s%s", net->count ? ", " : "", words.text);
    net->layer[net->count++] = layer;
    r->shape = layer.output;
    return PMY_OK;
}

static pmy_status read_layer(reader *r)
{
    span name = next_word(r);
    if (name.begin == name.end)
        return wrong(r, ((span){name.begin, name.begin + 1}), "a layer is missing here");
    pmy_layer layer = {0};
    size_t k = 0;
    while ((layer.kind = pmy_layer_kind_at(k)) && !is_word(r, name, layer.kind->word))
        k++;
    if (!layer.kind)
        return unknown_word(r, name);
    pmy_status status = layer.kind->number == PMY_NO_NUMBER ? PMY_OK : read_number(r, &layer, name);
    span place = {name.begin, r->at};
    span more = next_word(r);
    if (status == PMY_OK && more.begin != more.end)
        return wrong(r, more, "%s does not take this; is a comma missing before it?", layer.kind->word);
    if (status == PMY_OK && layer.kind->flat && pmy_shape_rank(r->shape) > 2)
        status = add_layer(r, (pmy_layer){.kind = pmy_layer_kind_of("flatten")}, place);
    layer.position = place.begin;
    layer.length = place.end - place.begin;
    return status == PMY_OK ? add_layer(r, layer, place) : status;
}

pmy_status pmy_net_read(const char *text, pmy_shape input, pmy_net *net, pmy_error *error)
{
    *net = (pmy_net){.count = 0};
    if (pmy_shape_rank(input) == PMY_MAX_RANK || pmy_shape_rank(input) == 0)
        return pmy_fail(error, PMY_BAD_SHAPE, "an example needs 1 to %d axes", PMY_MAX_RANK - 1);
    net->input.dim[0] = 1;
    for (unsigned axis = 0; axis + 1 < PMY_MAX_RANK; axis++)
        net->input.dim[axis + 1] = input.dim[axis];
    if (!pmy_shape_valid(net->input))
        return pmy_fail(error, PMY_BAD_SHAPE, "an example of %s is too large or has a 0",
                        pmy_shape_print(input).text);
    reader r = {.text = text, .net = net, .shape = net->input, .error = error};
    for (;;) {
        pmy_status status = read_layer(&r);
        if (status != PMY_OK || !text[r.at])
            return status;
        r.at++; /* the comma */
    }
}

/* --- Building ------------------------------------------------------------ */

pmy_node *pmy_net_build(const pmy_net *net, pmy_graph *graph, pmy_node *x)
{
    char outer[PMY_MAX_NAME];
    (void)snprintf(outer, sizeof outer, "%s", pmy_current_prefix(graph));
    for (size_t i = 0; i < net->count; i++) {
        const pmy_layer *layer = &net->layer[i];
        char name[PMY_MAX_NAME + 24];
        (void)snprintf(name, sizeof name, "%s%s%zu", outer, outer[0] ? "." : "", i);
        pmy_prefix(graph, name);
        pmy_activation fused = PMY_NONE;
        if (layer->kind->fuses && i + 1 < net->count)
            fused = net->layer[i + 1].kind->activation;
        x = layer->kind->build(layer, graph, x, fused);
        i += fused != PMY_NONE;
    }
    pmy_prefix(graph, outer);
    return x;
}
