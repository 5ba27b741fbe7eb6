#include "net/net.h"

#include "base/number.h"
#include "net/layer_kind.h"
#include "net/layer_words.h"
#include "net/recording.h"
#include "tensor/ops/ops.h"

#include <stdio.h>
#include <string.h>

/* The list of layers that is being read: the net's, or a group's. */
typedef struct layer_list {
    const char *name; /* the group's or its copy's, "" outside of all */
    size_t index;     /* of the next layer in it */
    unsigned depth;   /* groups around it */
} layer_list;

typedef struct reader {
    pmy_words words;
    pmy_net *net;
    pmy_recording into; /* a graph of one example; only recorded, for what its nodes say of their shapes */
    pmy_node *x;        /* what the layers so far put out: the graph's last node */
    layer_list list;
    unsigned again;    /* groups around that are read again, whose text is there */
    unsigned repeated; /* groups around that are there more than once */
} reader;

/* --- The net ---------------------------------------------------------------- */

static pmy_status add_text(reader *r, const char *before, const char *more, pmy_span place)
{
    size_t used = strlen(r->net->text), room = sizeof r->net->text - used;
    if (r->again)
        return PMY_OK;
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
    if (pmy_graph_error(r->into.graph, &why) == PMY_NO_MEMORY)
        return pmy_fail(r->words.error, PMY_NO_MEMORY, "%s", why.message);
    const char *colon = strstr(why.message, ": ");
    return pmy_wrong_word(&r->words, place, "%s", colon ? colon + 2 : why.message);
}

static pmy_status build_layer(reader *r, pmy_layer layer, pmy_span place)
{
    pmy_net *net = r->net;
    const pmy_node *before = r->x;
    r->x = layer.kind->build(&layer, &r->into, r->x);
    if (!pmy_recorded(r->x))
        return refused(r, place);
    layer.output = r->x->shape;
    for (const pmy_node *node = before->next; node; node = node->next)
        measure(node, &layer, net);
    if (layer.kind->attends) /* each position's scores of all and its sum of all */
        layer.flops += 4.0 * (double)r->into.time * (double)pmy_shape_size(layer.output);
    if (!pmy_size_add(net->parameters, layer.parameters, &net->parameters))
        return pmy_wrong_word(&r->words, place, "the net becomes too large here");
    return add_layer(r, &layer, pmy_layer_print(&layer).text, place);
}

static pmy_status read_layers(reader *r);

/* What stands between the brackets, and the one that closes. */
static pmy_status read_inner(reader *r, const char *name, pmy_span open, char close)
{
    layer_list outer = r->list;
    r->list = (layer_list){.name = name, .depth = outer.depth + 1};
    pmy_status status = read_layers(r);
    r->list = outer;
    if (status != PMY_OK)
        return status;
    if (r->words.text[r->words.at] != close)
        return pmy_wrong_word(&r->words, open, "this %s is not closed", close == ']' ? "[" : "(");
    r->words.end = ++r->words.at;
    pmy_span more = pmy_next_word(&r->words);
    if (!pmy_is_empty(more))
        return pmy_wrong_word(&r->words, more, "a comma is missing before this");
    return PMY_OK;
}

/* The layers of a group that is there `times`, one copy after another. */
static pmy_status read_copies(reader *r, const char *name, size_t times, pmy_span open)
{
    size_t begin = r->words.at;
    pmy_status status = PMY_OK;
    r->repeated += times > 1;
    for (size_t copy = 0; status == PMY_OK && copy < times; copy++) {
        char copy_name[64];
        (void)snprintf(copy_name, sizeof copy_name, "%s.%zu", name, copy);
        r->words.at = begin;
        r->again += copy > 0;
        status = read_inner(r, copy_name, open, ')');
        r->again -= copy > 0;
    }
    r->repeated -= times > 1;
    return status;
}

/* Of a residual group whose layers have been read. */
static pmy_status add_input(reader *r, pmy_node *input, pmy_span whole)
{
    if (!pmy_shape_equal(r->x->shape, input->shape))
        return pmy_wrong_word(&r->words, whole,
                              "a group must give what it gets, so that both can be added: it gets %s and "
                              "gives %s",
                              pmy_shape_print(pmy_shape_of_row(input->shape)).text,
                              pmy_shape_print(pmy_shape_of_row(r->x->shape)).text);
    r->x = pmy_add(r->into.graph, input, r->x);
    return pmy_recorded(r->x) ? PMY_OK : refused(r, whole);
}

static pmy_status read_group(reader *r, pmy_layer layer, pmy_span open)
{
    if (r->list.depth == PMY_MAX_NET_DEPTH)
        return pmy_wrong_word(&r->words, open, "more than %d groups in one another", PMY_MAX_NET_DEPTH);
    pmy_layer *group = &r->net->layer[r->net->count];
    pmy_node *input = r->x;
    bool residual = layer.kind->group == ']';
    size_t times = (size_t)layer.number[0];
    char opens[40], closes[2] = {layer.kind->group, 0};
    (void)snprintf(opens, sizeof opens, "%s%s",
                   times ? pmy_number_print((double)times, PMY_NUMBER_DOUBLE).text : "",
                   times ? " (" : layer.kind->word);
    pmy_status status = add_layer(r, &layer, opens, open);
    if (status == PMY_OK)
        status = times ? read_copies(r, layer.name, times, open)
                       : read_inner(r, layer.name, open, layer.kind->group);
    if (status != PMY_OK)
        return status;
    pmy_span whole = {open.begin, r->words.end};
    group->position = whole.begin;
    group->length = whole.end - whole.begin;
    group->inner = (size_t)(&r->net->layer[r->net->count] - group) - 1;
    if (residual)
        status = add_input(r, input, whole);
    group->output = r->x->shape;
    return status == PMY_OK ? add_text(r, "", closes, whole) : status;
}

/* Whether the layer takes what there is. */
static pmy_status check_input(const reader *r, const pmy_layer_kind *kind, pmy_span place)
{
    const pmy_words *words = &r->words;
    unsigned rank = pmy_shape_rank(r->x->shape);
    bool tokens = r->x->type == PMY_INTEGERS;
    if (tokens && !kind->tokens)
        return pmy_wrong_word(words, place, "the examples are tokens, which embed must take before %s",
                              kind->word);
    if (kind->tokens && !tokens)
        return pmy_wrong_word(words, place,
                              r->into.vocabulary ? "%s can only be the first layer"
                                                 : "%s takes tokens, and the examples are none",
                              kind->word);
    if (kind->images && rank != 4)
        return pmy_wrong_word(words, place, "%s needs images of channels x height x width, not %s",
                              kind->word, pmy_shape_print(pmy_shape_of_row(r->x->shape)).text);
    if (kind->channels && r->into.vocabulary)
        return pmy_wrong_word(words, place, "%s needs channels, which tokens have none of: try layernorm",
                              kind->word);
    if (kind->sequences && rank != 3)
        return pmy_wrong_word(words, place, "%s needs sequences of time x features, not %s", kind->word,
                              pmy_shape_print(pmy_shape_of_row(r->x->shape)).text);
    if (kind->tied && !r->into.table)
        return pmy_wrong_word(words, place, "%s needs an embed before it, whose weights it takes",
                              kind->word);
    if (kind->tied && pmy_shape_last(r->x->shape) != pmy_shape_last(r->into.table->shape))
        return pmy_wrong_word(words, place, "%s needs vectors of %zu numbers, as embed gives, not of %zu",
                              kind->word, pmy_shape_last(r->into.table->shape), pmy_shape_last(r->x->shape));
    return PMY_OK;
}

/* A name and, before a (, the number of copies. */
static pmy_status read_name(reader *r, pmy_layer *layer, pmy_span *name)
{
    static const pmy_layer_argument copies = {PMY_COUNT, "N", "", 0};
    pmy_error why;
    *name = pmy_next_word(&r->words);
    if (pmy_is_empty(*name))
        return pmy_wrong_word(&r->words, (pmy_span){name->begin, name->begin + 1}, "a layer is missing here");
    const char *text = r->words.text;
    bool number = strchr("0123456789", text[name->begin]) && pmy_next_mark(&r->words) == '(';
    if (number && pmy_argument_read(&copies, "a group", text + name->begin, name->end - name->begin,
                                    &layer->number[0], &why) != PMY_OK)
        return pmy_wrong_word(&r->words, *name, "%s", why.message);
    pmy_span word = number ? pmy_next_word(&r->words) : *name;
    name->end = word.end;
    layer->kind = pmy_layer_kind_of(text + word.begin, word.end - word.begin);
    return layer->kind ? PMY_OK : pmy_layer_unknown(&r->words, word);
}

static pmy_status read_layer(reader *r)
{
    pmy_layer layer = {.kind = NULL};
    pmy_span name;
    pmy_status status = read_name(r, &layer, &name);
    if (status != PMY_OK)
        return status;
    if (layer.kind->group)
        return read_group(r, layer, name);
    status = pmy_layer_read(&r->words, name, r->into.vocabulary, &layer);
    pmy_span place = {name.begin, r->words.end};
    if (status == PMY_OK)
        status = check_input(r, layer.kind, place);
    if (status == PMY_OK && layer.kind->flat && pmy_shape_rank(r->x->shape) == 4) {
        if (r->repeated) /* there would be one in the first copy alone */
            return pmy_wrong_word(&r->words, place, "a flatten must stand before the group that is repeated");
        status = build_layer(r, (pmy_layer){.kind = pmy_layer_kind_of("flatten", strlen("flatten"))}, place);
    }
    layer.position = place.begin;
    layer.length = place.end - place.begin;
    return status == PMY_OK ? build_layer(r, layer, place) : status;
}

/* Up to the end or a bracket that closes them. */
static pmy_status read_layers(reader *r)
{
    pmy_status status;
    while ((status = read_layer(r)) == PMY_OK && pmy_next_mark(&r->words) == ',')
        r->words.at++;
    return status;
}

/* Of examples net->input, tokens where there is a vocabulary. */
static pmy_status read_net(const char *text, pmy_net *net, pmy_error *error)
{
    pmy_graph *graph = pmy_graph_new(NULL, 0);
    if (!graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a graph");
    reader r = {.words = {.text = text, .wrong = PMY_BAD_NET, .error = error},
                .net = net,
                .into = {.graph = graph, .vocabulary = net->vocabulary, .time = net->input.dim[1]},
                .x = (net->vocabulary ? pmy_integers : pmy_input)(graph, net->input),
                .list = {.name = ""}};
    pmy_status status = pmy_recorded(r.x) ? read_layers(&r) : pmy_graph_error(graph, error);
    char mark = text[r.words.at];
    if (status == PMY_OK && mark)
        status = pmy_wrong_word(&r.words, (pmy_span){r.words.at, r.words.at + 1},
                                "there is no %c that this %c closes", mark == ']' ? '[' : '(', mark);
    net->output = r.x->shape;
    pmy_graph_free(graph);
    return status;
}

pmy_status pmy_net_read(const char *text, pmy_shape input, pmy_net *net, pmy_error *error)
{
    *net = (pmy_net){.input = {{1}}, .least_batch = 1};
    if (pmy_shape_rank(input) == PMY_MAX_RANK || pmy_shape_rank(input) == 0)
        return pmy_fail(error, PMY_BAD_SHAPE, "an example needs 1 to %d axes", PMY_MAX_RANK - 1);
    for (unsigned axis = 1; axis < PMY_MAX_RANK; axis++)
        net->input.dim[axis] = input.dim[axis - 1];
    return read_net(text, net, error);
}

pmy_status pmy_net_read_tokens(const char *text, size_t time, size_t vocabulary, pmy_net *net,
                               pmy_error *error)
{
    *net = (pmy_net){.input = PMY_SHAPE(1, time), .least_batch = 1, .vocabulary = vocabulary};
    if (time == 0 || vocabulary == 0 || vocabulary > INT32_MAX)
        return pmy_fail(error, PMY_BAD_SHAPE, "examples of %zu tokens out of %zu", time, vocabulary);
    return read_net(text, net, error);
}

/* Whether one of the layers takes tokens, or images. */
static bool has_layer(const char *text, bool tokens)
{
    pmy_words words = {.text = text};
    while (pmy_next_mark(&words)) {
        pmy_span word = pmy_next_word(&words);
        const pmy_layer_kind *kind = pmy_layer_kind_of(text + word.begin, word.end - word.begin);
        if (kind && (tokens ? kind->tokens : kind->images))
            return true;
        words.at += pmy_is_empty(word);
    }
    return false;
}

bool pmy_net_wants_images(const char *text)
{
    return has_layer(text, false);
}

bool pmy_net_wants_tokens(const char *text)
{
    return has_layer(text, true);
}
