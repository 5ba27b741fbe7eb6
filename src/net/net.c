#include "net/net.h"

#include "base/suggestion.h"
#include "base/words.h"
#include "net/layer_kind.h"
#include "tensor/ops/ops.h"

#include <stdio.h>
#include <string.h>

/* The list of layers that is being read: the net's, or a group's. */
typedef struct layer_list {
    const char *name; /* the group's, "" outside of all */
    size_t index;     /* of the next layer in it */
    unsigned depth;   /* groups around it */
} layer_list;

typedef struct reader {
    pmy_words words;
    pmy_net *net;
    pmy_graph *graph; /* of one example; only recorded, for what its nodes say of their shapes */
    pmy_node *x;      /* what the layers so far put out: the graph's last node */
    layer_list list;
} reader;

/* --- One layer's words -------------------------------------------------------- */

static pmy_status unknown_layer(const reader *r, pmy_span word)
{
    pmy_suggestion nearest = {0};
    for (const pmy_layer_kind *kind = pmy_layer_kinds; kind->word; kind++)
        if (!kind->group)
            pmy_suggest(&nearest, r->words.text + word.begin, word.end - word.begin, kind->word);
    return pmy_wrong_word(&r->words, word, "unknown layer '%s'%s", pmy_show_word(&r->words, word).text,
                          pmy_suggestion_print(nearest, "").text);
}

/* A word after a layer's numbers that is the name of none. */
static pmy_status unknown_argument(const reader *r, const pmy_layer_kind *kind, pmy_span word)
{
    pmy_suggestion nearest = {0};
    for (const pmy_layer_argument *argument = kind->argument; argument->type; argument++)
        if (argument->name[0])
            pmy_suggest(&nearest, r->words.text + word.begin, word.end - word.begin, argument->name);
    return pmy_wrong_word(&r->words, word, "%s does not take '%s'%s", kind->word,
                          pmy_show_word(&r->words, word).text,
                          pmy_suggestion_print(nearest, "; is a comma missing before it?").text);
}

/* The index-th number of the layer, which `who` needs. */
static pmy_status read_number(reader *r, pmy_layer *layer, size_t index, pmy_span name, const char *who)
{
    pmy_error why;
    const pmy_layer_argument *argument = &layer->kind->argument[index];
    pmy_span place = {name.begin, r->words.end}, word = pmy_next_word(&r->words);
    if (pmy_is_empty(word))
        return pmy_wrong_word(&r->words, place, "%s needs %s number after it", who,
                              index > 0 && !argument->name[0] ? "another" : "a");
    if (pmy_argument_read(argument, who, r->words.text + word.begin, word.end - word.begin,
                          &layer->number[index], &why) != PMY_OK)
        return pmy_wrong_word(&r->words, word, "%s", why.message);
    return PMY_OK;
}

static pmy_status read_arguments(reader *r, pmy_layer *layer, pmy_span name)
{
    const pmy_layer_argument *argument = layer->kind->argument;
    bool given[PMY_MAX_ARGUMENTS] = {false};
    pmy_status status = PMY_OK;
    pmy_span word;
    size_t i = 0;
    for (; status == PMY_OK && argument[i].type && !argument[i].name[0]; i++)
        status = read_number(r, layer, i, name, layer->kind->word);
    for (; argument[i].type; i++)
        layer->number[i] = pmy_argument_default(&argument[i], layer->number[0]);
    while (status == PMY_OK && !pmy_is_empty(word = pmy_next_word(&r->words))) {
        for (i = 0; argument[i].type && !pmy_is_word(&r->words, word, argument[i].name);)
            i++;
        if (!argument[i].type)
            return unknown_argument(r, layer->kind, word);
        if (given[i])
            return pmy_wrong_word(&r->words, word, "%s is given twice", argument[i].name);
        given[i] = true;
        if (argument[i].type == PMY_FLAG)
            layer->number[i] = 1;
        else
            status = read_number(r, layer, i, word, argument[i].name);
    }
    return status;
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

/* Gives the layer its place in the net. */
static pmy_status add_layer(reader *r, pmy_layer *layer, const char *text, pmy_span place)
{
    pmy_net *net = r->net;
    if (net->count == PMY_MAX_LAYERS)
        return pmy_wrong_word(&r->words, place, "more than %d layers", PMY_MAX_LAYERS);
    pmy_status status = add_text(r, r->list.index ? ", " : "", text, place);
    if (status != PMY_OK)
        return status;
    (void)snprintf(layer->name, sizeof layer->name, "%s%s%zu", r->list.name, r->list.name[0] ? "." : "",
                   r->list.index);
    r->list.index += layer->kind->indices ? layer->kind->indices : 1;
    net->layer[net->count++] = *layer;
    return PMY_OK;
}

/* Of a node that the layer made. */
static void measure(const pmy_node *node, pmy_layer *layer, pmy_net *net)
{
    size_t size = pmy_shape_size(node->shape);
    if (node->role == PMY_LEARNED)
        layer->parameters += size;
    /* In a product each output channel has a part of the weight, which is used at every position. */
    if (node->op->epilogue != PMY_NO_EPILOGUE) {
        pmy_shape weight = node->input[1]->shape; /* [channels, …] */
        layer->flops += 2.0 * (double)pmy_shape_size(weight) * (double)(size / weight.dim[0]);
    }
    if (node->op->mixes_rows && size == node->shape.dim[1])
        net->least_batch = 2;
}

/* The graph could not make a node. What its message says before the colon, the node's name and the shapes of
 * all inputs, is not in the words of who wrote the line. */
static pmy_status refused(reader *r, pmy_span place)
{
    pmy_error why;
    if (pmy_graph_error(r->graph, &why) == PMY_NO_MEMORY)
        return pmy_fail(r->words.error, PMY_NO_MEMORY, "%s", why.message);
    const char *colon = strstr(why.message, ": ");
    return pmy_wrong_word(&r->words, place, "%s", colon ? colon + 2 : why.message);
}

static pmy_status build_layer(reader *r, pmy_layer layer, pmy_span place)
{
    pmy_net *net = r->net;
    const pmy_node *before = r->x;
    r->x = layer.kind->build(&layer, r->graph, r->x);
    if (!pmy_recorded(r->x))
        return refused(r, place);
    layer.output = r->x->shape;
    for (const pmy_node *node = before->next; node; node = node->next)
        measure(node, &layer, net);
    if (!pmy_size_add(net->parameters, layer.parameters, &net->parameters))
        return pmy_wrong_word(&r->words, place, "the net becomes too large here");
    return add_layer(r, &layer, pmy_layer_print(&layer).text, place);
}

static pmy_status read_layers(reader *r);

/* What stands between the brackets, and the one that closes. */
static pmy_status read_inner(reader *r, const char *name, pmy_span open)
{
    layer_list outer = r->list;
    r->list = (layer_list){.name = name, .depth = outer.depth + 1};
    pmy_status status = read_layers(r);
    r->list = outer;
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
    if (r->list.depth == PMY_MAX_NET_DEPTH)
        return pmy_wrong_word(&r->words, open, "more than %d groups in one another", PMY_MAX_NET_DEPTH);
    pmy_layer *group = &r->net->layer[r->net->count];
    pmy_node *input = r->x;
    layer.output = input->shape;
    pmy_status status = add_layer(r, &layer, "[", open);
    if (status == PMY_OK)
        status = read_inner(r, layer.name, open);
    if (status != PMY_OK)
        return status;
    group->position = open.begin;
    group->length = r->words.end - open.begin;
    group->inner = (size_t)(&r->net->layer[r->net->count] - group) - 1;
    pmy_span whole = {open.begin, r->words.end};
    if (!pmy_shape_equal(r->x->shape, input->shape))
        return pmy_wrong_word(&r->words, whole,
                              "a group must give what it gets, so that both can be added: it gets %s and "
                              "gives %s",
                              pmy_shape_print(pmy_shape_of_row(input->shape)).text,
                              pmy_shape_print(pmy_shape_of_row(r->x->shape)).text);
    r->x = pmy_add(r->graph, input, r->x);
    return pmy_recorded(r->x) ? add_text(r, "", "]", whole) : refused(r, whole);
}

static pmy_status read_layer(reader *r)
{
    pmy_span name = pmy_next_word(&r->words);
    if (pmy_is_empty(name))
        return pmy_wrong_word(&r->words, (pmy_span){name.begin, name.begin + 1}, "a layer is missing here");
    pmy_layer layer = {.kind = pmy_layer_kind_of(r->words.text + name.begin, name.end - name.begin)};
    if (!layer.kind)
        return unknown_layer(r, name);
    if (layer.kind->group)
        return read_group(r, layer, name);
    pmy_status status = read_arguments(r, &layer, name);
    pmy_span place = {name.begin, r->words.end};
    bool images = pmy_shape_rank(r->x->shape) == 4;
    if (status == PMY_OK && layer.kind->images && !images)
        return pmy_wrong_word(&r->words, place, "%s needs images of channels x height x width, not %s",
                              layer.kind->word, pmy_shape_print(pmy_shape_of_row(r->x->shape)).text);
    if (status == PMY_OK && layer.kind->flat && images)
        status = build_layer(r, (pmy_layer){.kind = pmy_layer_kind_of("flatten", strlen("flatten"))}, place);
    layer.position = place.begin;
    layer.length = place.end - place.begin;
    return status == PMY_OK ? build_layer(r, layer, place) : status;
}

/* Up to the end or a ] that closes them. */
static pmy_status read_layers(reader *r)
{
    pmy_status status;
    while ((status = read_layer(r)) == PMY_OK && pmy_next_mark(&r->words) == ',')
        r->words.at++;
    return status;
}

pmy_status pmy_net_read(const char *text, pmy_shape input, pmy_net *net, pmy_error *error)
{
    *net = (pmy_net){.input = {{1}}, .least_batch = 1};
    if (pmy_shape_rank(input) == PMY_MAX_RANK || pmy_shape_rank(input) == 0)
        return pmy_fail(error, PMY_BAD_SHAPE, "an example needs 1 to %d axes", PMY_MAX_RANK - 1);
    for (unsigned axis = 1; axis < PMY_MAX_RANK; axis++)
        net->input.dim[axis] = input.dim[axis - 1];
    pmy_graph *graph = pmy_graph_new(NULL, 0);
    if (!graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a graph");
    reader r = {.words = {.text = text, .wrong = PMY_BAD_NET, .error = error},
                .net = net,
                .graph = graph,
                .x = pmy_input(graph, net->input),
                .list = {.name = ""}};
    pmy_status status = pmy_recorded(r.x) ? read_layers(&r) : pmy_graph_error(graph, error);
    pmy_span next = {r.words.at, r.words.at + 1};
    if (status == PMY_OK && text[next.begin])
        status = pmy_wrong_word(&r.words, next, "there is no [ that this ] closes");
    net->output = r.x->shape;
    pmy_graph_free(graph);
    return status;
}

bool pmy_net_wants_images(const char *text)
{
    pmy_words words = {.text = text};
    while (pmy_next_mark(&words)) {
        pmy_span word = pmy_next_word(&words);
        const pmy_layer_kind *kind = pmy_layer_kind_of(text + word.begin, word.end - word.begin);
        if (kind && kind->images)
            return true;
        words.at += pmy_is_empty(word);
    }
    return false;
}
