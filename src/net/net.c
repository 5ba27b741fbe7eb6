#include "net/net.h"

#include "net/layer_kind.h"
#include "base/suggestion.h"
#include "base/words.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct reader {
    pmy_words words;
    pmy_net *net;
    pmy_shape shape;   /* what the layers so far put out */
    const char *list;  /* the name of the group that is being read, "" outside of all */
    size_t index;      /* of the next layer in it */
    unsigned depth;    /* groups around it */
    bool wants_images; /* a layer that needs images has got something else */
} reader;

/* --- One layer's words -------------------------------------------------------- */

static pmy_status unknown_layer(const reader *r, pmy_span word)
{
    pmy_suggestion nearest = {0};
    pmy_shown_word shown = pmy_show_word(&r->words, word);
    for (size_t k = 0; pmy_layer_kind_at(k); k++)
        if (!pmy_layer_kind_at(k)->group)
            pmy_suggest(&nearest, r->words.text + word.begin, word.end - word.begin,
                        pmy_layer_kind_at(k)->word);
    if (nearest.word)
        return pmy_wrong_word(&r->words, word, "unknown layer '%s': did you mean '%s'?", shown.text,
                              nearest.word);
    return pmy_wrong_word(&r->words, word, "unknown layer '%s'", shown.text);
}

/* A word after a layer's numbers that is the name of none. */
static pmy_status unknown_argument(const reader *r, const pmy_layer_kind *kind, pmy_span word)
{
    pmy_suggestion nearest = {0};
    for (size_t i = 0; i < pmy_argument_count(kind->argument); i++)
        if (kind->argument[i].name)
            pmy_suggest(&nearest, r->words.text + word.begin, word.end - word.begin, kind->argument[i].name);
    if (nearest.word)
        return pmy_wrong_word(&r->words, word, "%s does not take '%s': did you mean '%s'?", kind->word,
                              pmy_show_word(&r->words, word).text, nearest.word);
    return pmy_wrong_word(&r->words, word, "%s does not take this; is a comma missing before it?",
                          kind->word);
}

/* The index-th number of the layer, which `who` needs. */
static pmy_status read_number(reader *r, pmy_layer *layer, size_t index, pmy_span name, const char *who)
{
    pmy_error why;
    const pmy_layer_argument *argument = &layer->kind->argument[index];
    pmy_span place = {name.begin, r->words.end}, word = pmy_next_word(&r->words);
    if (pmy_is_empty(word))
        return pmy_wrong_word(&r->words, place, "%s needs %s number after it", who,
                              index > 0 && !argument->name ? "another" : "a");
    if (pmy_argument_read(argument, who, r->words.text + word.begin, word.end - word.begin,
                          &layer->number[index], &why) != PMY_OK)
        return pmy_wrong_word(&r->words, word, "%s", why.message);
    return PMY_OK;
}

static pmy_status read_named(reader *r, pmy_layer *layer)
{
    const pmy_layer_kind *kind = layer->kind;
    size_t count = pmy_argument_count(kind->argument);
    bool given[PMY_MAX_ARGUMENTS] = {false};
    for (;;) {
        pmy_span word = pmy_next_word(&r->words);
        if (pmy_is_empty(word))
            break;
        size_t i = 0;
        while (i < count && !(kind->argument[i].name && pmy_is_word(&r->words, word, kind->argument[i].name)))
            i++;
        if (i == count)
            return unknown_argument(r, kind, word);
        if (given[i])
            return pmy_wrong_word(&r->words, word, "%s is given twice", kind->argument[i].name);
        given[i] = true;
        pmy_status status = read_number(r, layer, i, word, kind->argument[i].name);
        if (status != PMY_OK)
            return status;
    }
    for (size_t i = 0; i < count; i++)
        if (kind->argument[i].name && !given[i])
            layer->number[i] = pmy_argument_default(&kind->argument[i], layer->number[0]);
    return PMY_OK;
}

static pmy_status read_numbers(reader *r, pmy_layer *layer, pmy_span name)
{
    const pmy_layer_kind *kind = layer->kind;
    pmy_status status = PMY_OK;
    for (size_t i = 0; status == PMY_OK && i < pmy_argument_count(kind->argument) && !kind->argument[i].name;
         i++)
        status = read_number(r, layer, i, name, kind->word);
    return status == PMY_OK ? read_named(r, layer) : status;
}

/* --- The net ---------------------------------------------------------------- */

static pmy_status add_text(reader *r, const char *before, const char *more, pmy_span place)
{
    size_t used = strlen(r->net->text), room = sizeof r->net->text - used;
    if (strlen(before) + strlen(more) >= room)
        return pmy_wrong_word(&r->words, place, "the line is longer than %d characters",
                              PMY_MAX_NET_TEXT - 1);
    (void)snprintf(r->net->text + used, room, "%s%s", before, more);
    return PMY_OK;
}

/* Gives the layer its place in the net; its measures come before (a layer) or after (a group). */
static pmy_status add_layer(reader *r, pmy_layer *layer, const char *text, pmy_span place)
{
    pmy_net *net = r->net;
    if (net->count == PMY_MAX_LAYERS)
        return pmy_wrong_word(&r->words, place, "more than %d layers", PMY_MAX_LAYERS);
    pmy_status status = add_text(r, r->index ? ", " : "", text, place);
    if (status != PMY_OK)
        return status;
    (void)snprintf(layer->name, sizeof layer->name, "%s%s%zu", r->list, *r->list ? "." : "", r->index);
    r->index += layer->kind->indices ? layer->kind->indices : 1;
    net->layer[net->count++] = *layer;
    return PMY_OK;
}

static pmy_status add_measured(reader *r, pmy_layer layer, pmy_span place)
{
    pmy_net *net = r->net;
    pmy_error why;
    if (layer.kind->measure(&layer, r->shape, &why) != PMY_OK)
        return pmy_wrong_word(&r->words, place, "%s", why.message);
    if (!pmy_shape_valid(layer.output) || !pmy_size_add(net->parameters, layer.parameters, &net->parameters))
        return pmy_wrong_word(&r->words, place, "the net becomes too large here");
    r->shape = layer.output;
    return add_layer(r, &layer, pmy_layer_print(&layer).text, place);
}

static pmy_status read_layers(reader *r);

/* What stands between the brackets, and the one that closes. */
static pmy_status read_inner(reader *r, const char *name, pmy_span open)
{
    reader outer = *r;
    r->list = name;
    r->index = 0;
    r->depth++;
    pmy_status status = read_layers(r);
    r->list = outer.list;
    r->index = outer.index;
    r->depth = outer.depth;
    if (status != PMY_OK)
        return status;
    if (r->words.text[r->words.at] != ']')
        return pmy_wrong_word(&r->words, open, "this [ is not closed");
    r->words.end = ++r->words.at;
    pmy_span more = pmy_next_word(&r->words);
    if (!pmy_is_empty(more))
        return pmy_wrong_word(&r->words, more, "a comma is missing before this");
    return PMY_OK;
}

static pmy_status read_group(reader *r, pmy_layer layer, pmy_span open)
{
    if (r->depth == PMY_MAX_NET_DEPTH)
        return pmy_wrong_word(&r->words, open, "more than %d groups in one another", PMY_MAX_NET_DEPTH);
    size_t place = r->net->count;
    pmy_shape input = r->shape;
    layer.output = input;
    pmy_status status = add_layer(r, &layer, "[", open);
    if (status == PMY_OK)
        status = read_inner(r, layer.name, open);
    if (status != PMY_OK)
        return status;
    pmy_layer *group = &r->net->layer[place];
    group->position = open.begin;
    group->length = r->words.end - open.begin;
    group->inner = r->net->count - place - 1;
    pmy_span whole = {open.begin, r->words.end};
    if (!pmy_shape_equal(r->shape, input))
        return pmy_wrong_word(&r->words, whole,
                              "a group must give what it gets, so that both can be added: it gets %s and "
                              "gives %s",
                              pmy_shape_print(pmy_shape_of_row(input)).text,
                              pmy_shape_print(pmy_shape_of_row(r->shape)).text);
    return add_text(r, "", "]", whole);
}

static pmy_status read_layer(reader *r)
{
    pmy_span name = pmy_next_word(&r->words);
    if (pmy_is_empty(name))
        return pmy_wrong_word(&r->words, (pmy_span){name.begin, name.begin + 1}, "a layer is missing here");
    pmy_layer layer = {0};
    size_t k = 0;
    while ((layer.kind = pmy_layer_kind_at(k)) && !pmy_is_word(&r->words, name, layer.kind->word))
        k++;
    if (!layer.kind)
        return unknown_layer(r, name);
    if (layer.kind->group)
        return read_group(r, layer, name);
    pmy_status status = read_numbers(r, &layer, name);
    pmy_span place = {name.begin, r->words.end};
    if (status == PMY_OK && layer.kind->images && pmy_shape_rank(r->shape) != 4) {
        r->wants_images = true;
        return pmy_wrong_word(&r->words, place, "%s needs images of channels x height x width, not %s",
                              layer.kind->word, pmy_shape_print(pmy_shape_of_row(r->shape)).text);
    }
    if (status == PMY_OK && layer.kind->flat && pmy_shape_rank(r->shape) > 2)
        status = add_measured(r, (pmy_layer){.kind = pmy_layer_kind_of("flatten")}, place);
    layer.position = place.begin;
    layer.length = place.end - place.begin;
    return status == PMY_OK ? add_measured(r, layer, place) : status;
}

/* Up to the end or a ] that closes them. */
static pmy_status read_layers(reader *r)
{
    for (;;) {
        pmy_status status = read_layer(r);
        if (status != PMY_OK || pmy_next_mark(&r->words) != ',')
            return status;
        r->words.at++;
    }
}

static pmy_status read_net(reader *r)
{
    pmy_status status = read_layers(r);
    size_t at = r->words.at;
    if (status == PMY_OK && r->words.text[at])
        status = pmy_wrong_word(&r->words, (pmy_span){at, at + 1}, "there is no [ that this ] closes");
    r->net->output = r->shape;
    return status;
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
    reader r = {.words = {.text = text, .wrong = PMY_BAD_NET, .error = error},
                .net = net,
                .shape = net->input,
                .list = ""};
    return read_net(&r);
}

bool pmy_net_wants_images(const char *text)
{
    pmy_net net = {.input = PMY_SHAPE(1, 1)};
    reader r = {.words = {.text = text, .wrong = PMY_BAD_NET}, .net = &net, .shape = net.input, .list = ""};
    (void)read_net(&r);
    return r.wants_images;
}

size_t pmy_net_least_batch(const pmy_net *net)
{
    for (size_t i = 0; i < net->count; i++) {
        const pmy_layer *layer = &net->layer[i];
        if (layer->kind->mixes_rows && pmy_shape_size(layer->output) == layer->output.dim[1])
            return 2;
    }
    return 1;
}
