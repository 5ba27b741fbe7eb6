#include "mnist/export_plan.h"

#include <string.h>

typedef struct planner {
    const pmy_net *net;
    export_plan *plan;
    pmy_shape shape;                    /* of what the last step left */
    unsigned current;                   /* and its buffer */
    unsigned holds[EXPORT_MAX_BUFFERS]; /* how many open groups began with what is in it */
} planner;

bool export_is(const pmy_layer *layer, const char *word)
{
    return strcmp(pmy_layer_word(layer), word) == 0;
}

static bool any_of(const pmy_layer *layer, const char *const *words)
{
    while (*words && !export_is(layer, *words))
        words++;
    return *words != NULL;
}

bool export_computes_nothing(const pmy_layer *layer)
{
    static const char *const words[] = {"flatten", "dropout", "(", NULL};
    return any_of(layer, words);
}

static bool is_activation(const pmy_layer *layer)
{
    return pmy_layer_activation(layer) != PMY_NONE;
}

static bool has_weights_and_sums(const pmy_layer *layer)
{
    static const char *const words[] = {"linear", "conv", NULL};
    return any_of(layer, words);
}

/* Each number of the output depends on the one in its place alone, or is written after all reading. */
static bool works_in_place(const pmy_layer *layer)
{
    static const char *const words[] = {"[", "batchnorm", "layernorm", NULL};
    return any_of(layer, words) || is_activation(layer);
}

static unsigned choose_buffer(const planner *p, const pmy_layer *layer)
{
    unsigned buffer = 0;
    if (works_in_place(layer) && !p->holds[p->current])
        return p->current;
    while (buffer == p->current || p->holds[buffer])
        buffer++;
    return buffer;
}

static void leave(planner *p, unsigned buffer, pmy_shape shape)
{
    size_t size = pmy_shape_size(shape);
    if (p->plan->buffers <= buffer)
        p->plan->buffers = buffer + 1;
    if (p->plan->size[buffer] < size)
        p->plan->size[buffer] = size;
    p->current = buffer;
    p->shape = shape;
}

static export_step *add_step(planner *p, const pmy_layer *layer, pmy_shape output)
{
    export_step *step = &p->plan->step[p->plan->count++];
    *step = (export_step){.layer = layer,
                          .input = p->shape,
                          .output = output,
                          .from = p->current,
                          .to = choose_buffer(p, layer)};
    leave(p, step->to, output);
    return step;
}

/* Whether its last number, nobias, is set. */
static bool is_biasless(const pmy_layer *layer)
{
    static const struct {
        const char *word;
        unsigned nobias;
    } places[] = {{"linear", 1}, {"conv", 4}, {"layernorm", 0}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (export_is(layer, places[i].word))
            return layer->number[places[i].nobias] > 0;
    return false;
}

/* The layer's own biases among its parameters: half of them, or one an output of a product. */
static size_t count_biases(const pmy_layer *layer)
{
    if (is_biasless(layer))
        return 0;
    return has_weights_and_sums(layer) ? layer->output.dim[1] : layer->parameters / 2;
}

/* The step of the layer at *i, and of those after it, before `end`, that go with it. */
static void plan_layer(planner *p, size_t *i, size_t end)
{
    const pmy_layer *layers = p->net->layer, *layer = &layers[*i];
    export_step *step = add_step(p, layer, layer->output);
    if (has_weights_and_sums(layer) && *i + 1 < end && export_is(&layers[*i + 1], "batchnorm"))
        step->batchnorm = &layers[++*i];
    step->biases = step->batchnorm ? layer->output.dim[1] : count_biases(layer);
    step->weights = layer->parameters - count_biases(layer);
    if ((has_weights_and_sums(layer) || export_is(layer, "batchnorm")) && *i + 1 < end &&
        is_activation(&layers[*i + 1]))
        step->activation = &layers[++*i];
}

/* Layers begin … end − 1, which are all of a group, or of the net. */
static void plan_layers(planner *p, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        const pmy_layer *layer = &p->net->layer[i];
        if (export_is(layer, "[")) {
            unsigned begun_with = p->current;
            p->holds[begun_with]++;
            plan_layers(p, i + 1, i + 1 + layer->inner);
            p->holds[begun_with]--;
            add_step(p, layer, p->shape)->begun_with = begun_with;
            i += layer->inner;
        } else if (export_computes_nothing(layer))
            p->shape = export_is(layer, "(") ? p->shape : layer->output;
        else
            plan_layer(p, &i, end);
    }
}

void export_plan_make(const pmy_net *net, export_plan *plan)
{
    planner p = {.net = net, .plan = plan};
    *plan = (export_plan){.count = 0};
    leave(&p, 0, net->input);
    plan_layers(&p, 0, net->count);
    plan->result = p.current;
}
