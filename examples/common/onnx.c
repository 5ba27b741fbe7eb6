#include "common/onnx.h"

#include "common/onnx_layers.h"

#include <limits.h>
#include <stdlib.h>

/* What the layers do not say, under the keys of a model file. */
static void add_notes(onnx_graph *g, const pmy_model_facts *facts)
{
    onnx_note(g, "pmy.net", facts->net.text);
    for (size_t i = 0; facts->names && i < facts->classes; i++) {
        char key[32];
        (void)snprintf(key, sizeof key, "pmy.class.%zu", i);
        onnx_note(g, key, facts->names[i]);
    }
    if (facts->vocabulary) {
        char *line = pmy_vocabulary_print(facts->vocabulary);
        onnx_note(g, "pmy.vocabulary", line ? line : "");
        g->failed |= !line;
        free(line);
    }
}

/* What the first layer takes. */
static onnx_value add_pixels(onnx_graph *g, const pmy_model_facts *facts)
{
    double mean = (double)facts->normalization.mean, deviation = (double)facts->normalization.deviation;
    onnx_value x = onnx_input(g, "pixels", ONNX_REALS, facts->net.input, NULL);
    if (mean != 0)
        x = ONNX(g, "Sub", x, onnx_constant(g, mean));
    return deviation != 1 ? ONNX(g, "Div", x, onnx_constant(g, deviation)) : x;
}

static pmy_status put_together(onnx_graph *g, const onnx_source *source, pmy_error *error)
{
    const pmy_model_facts *facts = source->facts;
    const char *time = facts->vocabulary && !pmy_net_without_positions(&facts->net) ? "time" : NULL;
    onnx_net net = {.graph = g, .net = &facts->net, .numbers = source->graph};
    add_notes(g, facts);
    net.input = facts->vocabulary ? onnx_input(g, "tokens", ONNX_INTEGERS, facts->net.input, time)
                                  : add_pixels(g, facts);
    onnx_value logits = onnx_layers(&net, error);
    if (!logits)
        return PMY_BAD_NET;
    onnx_value probabilities = ONNX(g, "Softmax", logits);
    onnx_whole(g, "axis", -1);
    onnx_output(g, "probabilities", probabilities, facts->net.output, time);
    return PMY_OK;
}

static pmy_status write_message(FILE *file, const onnx_graph *g, pmy_error *error)
{
    size_t size = g->failed ? 0 : onnx__model_proto__get_packed_size(&g->model);
    if (size > INT_MAX)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a model of ONNX ends at 2 GB, and this one has %zu bytes",
                        size);
    uint8_t *bytes = size ? malloc(size) : NULL;
    if (!bytes)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the model of ONNX");
    (void)onnx__model_proto__pack(&g->model, bytes);
    (void)fwrite(bytes, 1, size, file); /* a failure stays with the file */
    free(bytes);
    return PMY_OK;
}

pmy_status onnx_write(FILE *file, const void *source, pmy_error *error)
{
    onnx_graph g;
    onnx_graph_begin(&g);
    pmy_status status = put_together(&g, source, error);
    if (status == PMY_OK)
        status = write_message(file, &g, error);
    onnx_graph_free(&g);
    return status;
}
