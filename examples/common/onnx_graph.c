#include "common/onnx_graph.h"

#include "base/version.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* --- Memory ------------------------------------------------------------------- */

static void *take(onnx_graph *graph, size_t count, size_t size)
{
    void *memory = pmy_arena_take(&graph->arena, count, size);
    graph->failed |= !memory;
    return memory;
}

static void *copy(onnx_graph *graph, const void *of, size_t count, size_t size)
{
    void *memory = take(graph, count, size);
    if (memory)
        memcpy(memory, of, count * size);
    return memory;
}

char *onnx_text(onnx_graph *graph, const char *text)
{
    static char nothing[1];
    char *memory = copy(graph, text, strlen(text) + 1, 1);
    return memory ? memory : nothing;
}

/* A message as its INIT has it. */
#define MESSAGE(graph, type, init) (type *)copy(graph, &(const type)init, 1, sizeof(type))

/* One more pointer at the end of a list [*count] that is copied whenever its length is a power of two.
 * Returns the list; an item for which there is no memory is left out. */
static void *append(onnx_graph *graph, void *list, size_t *count, void *item)
{
    void **items = list;
    if (!item)
        return list;
    if ((*count & (*count - 1)) == 0) {
        void **more = take(graph, *count ? 2 * *count : 1, sizeof *more);
        if (!more)
            return list;
        if (*count)
            memcpy(more, items, *count * sizeof *more);
        items = more;
    }
    items[(*count)++] = item;
    return items;
}

/* --- The model ---------------------------------------------------------------- */

void onnx_graph_begin(onnx_graph *graph)
{
    *graph = (onnx_graph){.model = ONNX__MODEL_PROTO__INIT, .proto = ONNX__GRAPH_PROTO__INIT};
    graph->proto.name = onnx_text(graph, "pmy");
    graph->model.graph = &graph->proto;
    graph->model.has_ir_version = true;
    graph->model.ir_version = ONNX_FORMAT;
    graph->model.producer_name = onnx_text(graph, "pmy");
    graph->model.producer_version = onnx_text(graph, PMY_VERSION);
    Onnx__OperatorSetIdProto *operators =
        MESSAGE(graph, Onnx__OperatorSetIdProto, ONNX__OPERATOR_SET_ID_PROTO__INIT);
    graph->model.opset_import =
        append(graph, graph->model.opset_import, &graph->model.n_opset_import, operators);
    if (operators) {
        operators->domain = onnx_text(graph, "");
        operators->has_version = true;
        operators->version = ONNX_OPERATORS;
    }
}

void onnx_graph_free(onnx_graph *graph)
{
    pmy_arena_free(&graph->arena);
}

void onnx_note(onnx_graph *graph, const char *key, const char *text)
{
    Onnx__StringStringEntryProto *note =
        MESSAGE(graph, Onnx__StringStringEntryProto, ONNX__STRING_STRING_ENTRY_PROTO__INIT);
    if (note) {
        note->key = onnx_text(graph, key);
        note->value = onnx_text(graph, text);
    }
    graph->model.metadata_props =
        append(graph, graph->model.metadata_props, &graph->model.n_metadata_props, note);
}

/* --- Operators ---------------------------------------------------------------- */

/* "conv_3": a name that no parameter has. */
static onnx_value new_value(onnx_graph *graph, const char *what)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s_%zu", what, graph->values++);
    name[0] = (char)tolower((unsigned char)name[0]);
    return onnx_text(graph, name);
}

static void add_output(onnx_graph *graph, Onnx__NodeProto *node, onnx_value value)
{
    node->output = append(graph, node->output, &node->n_output, (char *)value);
}

onnx_value onnx_operator(onnx_graph *graph, const char *type, const onnx_value *inputs)
{
    Onnx__NodeProto *node = MESSAGE(graph, Onnx__NodeProto, ONNX__NODE_PROTO__INIT);
    onnx_value value = new_value(graph, type);
    if (!node)
        return value;
    node->op_type = onnx_text(graph, type);
    node->name = (char *)value;
    for (; *inputs; inputs++)
        node->input = append(graph, node->input, &node->n_input, (char *)*inputs);
    add_output(graph, node, value);
    graph->proto.node = append(graph, graph->proto.node, &graph->proto.n_node, node);
    return value;
}

static Onnx__NodeProto *newest(onnx_graph *graph)
{
    return graph->proto.n_node ? graph->proto.node[graph->proto.n_node - 1] : NULL;
}

onnx_value onnx_also(onnx_graph *graph)
{
    Onnx__NodeProto *node = newest(graph);
    onnx_value value = new_value(graph, node ? node->op_type : "");
    if (node)
        add_output(graph, node, value);
    return value;
}

static void add_attribute(onnx_graph *graph, const char *name, Onnx__AttributeProto attribute)
{
    Onnx__NodeProto *node = newest(graph);
    Onnx__AttributeProto *message = copy(graph, &attribute, 1, sizeof attribute);
    if (!node || !message)
        return;
    message->name = onnx_text(graph, name);
    message->has_type = true;
    node->attribute = append(graph, node->attribute, &node->n_attribute, message);
}

void onnx_whole(onnx_graph *graph, const char *name, int64_t value)
{
    Onnx__AttributeProto attribute = ONNX__ATTRIBUTE_PROTO__INIT;
    attribute.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
    attribute.has_i = true;
    attribute.i = value;
    add_attribute(graph, name, attribute);
}

void onnx_wholes(onnx_graph *graph, const char *name, size_t count, const int64_t *values)
{
    Onnx__AttributeProto attribute = ONNX__ATTRIBUTE_PROTO__INIT;
    attribute.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
    attribute.ints = copy(graph, values, count, sizeof *values);
    attribute.n_ints = attribute.ints ? count : 0;
    add_attribute(graph, name, attribute);
}

void onnx_real(onnx_graph *graph, const char *name, double value)
{
    Onnx__AttributeProto attribute = ONNX__ATTRIBUTE_PROTO__INIT;
    attribute.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
    attribute.has_f = true;
    attribute.f = (float)value;
    add_attribute(graph, name, attribute);
}

/* --- Tensors ------------------------------------------------------------------ */

static onnx_value add_tensor(onnx_graph *graph, onnx_value name, onnx_type type, size_t axes,
                             const int64_t *dims, Onnx__TensorProto tensor)
{
    Onnx__TensorProto *message = copy(graph, &tensor, 1, sizeof tensor);
    if (!message)
        return name;
    message->name = (char *)name;
    message->has_data_type = true;
    message->data_type = (int32_t)type;
    message->dims = axes ? copy(graph, dims, axes, sizeof *dims) : NULL;
    message->n_dims = message->dims ? axes : 0;
    graph->proto.initializer = append(graph, graph->proto.initializer, &graph->proto.n_initializer, message);
    return name;
}

onnx_value onnx_tensor(onnx_graph *graph, const char *name, pmy_shape shape, const float *numbers)
{
    int64_t dims[PMY_MAX_RANK];
    Onnx__TensorProto tensor = ONNX__TENSOR_PROTO__INIT;
    size_t axes = pmy_shape_rank(shape);
    for (size_t i = 0; i < axes; i++)
        dims[i] = (int64_t)shape.dim[i];
    tensor.n_float_data = numbers ? pmy_shape_size(shape) : 0;
    tensor.float_data = (float *)numbers;
    return add_tensor(graph, name ? onnx_text(graph, name) : new_value(graph, "numbers"), ONNX_REALS, axes,
                      dims, tensor);
}

float *onnx_numbers(onnx_graph *graph, size_t count)
{
    return take(graph, count, sizeof(float));
}

onnx_value onnx_constant(onnx_graph *graph, double value)
{
    float number = (float)value;
    return onnx_tensor(graph, NULL, PMY_SCALAR_SHAPE, copy(graph, &number, 1, sizeof number));
}

/* Of `axes` axes, one or none. */
static onnx_value whole_numbers(onnx_graph *graph, size_t axes, size_t count, const int64_t *values)
{
    Onnx__TensorProto tensor = ONNX__TENSOR_PROTO__INIT;
    tensor.int64_data = copy(graph, values, count, sizeof *values);
    tensor.n_int64_data = tensor.int64_data ? count : 0;
    return add_tensor(graph, new_value(graph, "whole"), ONNX_INTEGERS, axes, &(int64_t){(int64_t)count},
                      tensor);
}

onnx_value onnx_list(onnx_graph *graph, size_t count, const int64_t *values)
{
    return whole_numbers(graph, 1, count, values);
}

onnx_value onnx_count(onnx_graph *graph, int64_t value)
{
    return whole_numbers(graph, 0, 1, &value);
}

/* --- What goes in and comes out ----------------------------------------------- */

static Onnx__TensorShapeProto *describe_axes(onnx_graph *graph, pmy_shape shape, const char *time)
{
    Onnx__TensorShapeProto *axes = MESSAGE(graph, Onnx__TensorShapeProto, ONNX__TENSOR_SHAPE_PROTO__INIT);
    for (size_t i = 0; axes && i < pmy_shape_rank(shape); i++) {
        const char *name = i == 0 ? "batch" : i == 1 ? time : NULL;
        Onnx__TensorShapeProto__Dimension *axis =
            MESSAGE(graph, Onnx__TensorShapeProto__Dimension, ONNX__TENSOR_SHAPE_PROTO__DIMENSION__INIT);
        if (axis && name) {
            axis->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
            axis->dim_param = onnx_text(graph, name);
        } else if (axis) {
            axis->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
            axis->dim_value = (int64_t)shape.dim[i];
        }
        axes->dim = append(graph, axes->dim, &axes->n_dim, axis);
    }
    return axes;
}

static Onnx__ValueInfoProto *describe(onnx_graph *graph, const char *name, onnx_type type, pmy_shape shape,
                                      const char *time)
{
    Onnx__ValueInfoProto *info = MESSAGE(graph, Onnx__ValueInfoProto, ONNX__VALUE_INFO_PROTO__INIT);
    Onnx__TypeProto *kind = MESSAGE(graph, Onnx__TypeProto, ONNX__TYPE_PROTO__INIT);
    Onnx__TypeProto__Tensor *tensor = MESSAGE(graph, Onnx__TypeProto__Tensor, ONNX__TYPE_PROTO__TENSOR__INIT);
    if (!info || !kind || !tensor)
        return NULL;
    tensor->has_elem_type = true;
    tensor->elem_type = (int32_t)type;
    tensor->shape = describe_axes(graph, shape, time);
    kind->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    kind->tensor_type = tensor;
    info->name = onnx_text(graph, name);
    info->type = kind;
    return info;
}

onnx_value onnx_input(onnx_graph *graph, const char *name, onnx_type type, pmy_shape shape, const char *time)
{
    Onnx__ValueInfoProto *info = describe(graph, name, type, shape, time);
    graph->proto.input = append(graph, graph->proto.input, &graph->proto.n_input, info);
    return info ? info->name : "";
}

void onnx_output(onnx_graph *graph, const char *name, onnx_value value, pmy_shape shape, const char *time)
{
    (void)ONNX(graph, "Identity", value);
    if (newest(graph) && newest(graph)->n_output)
        newest(graph)->output[0] = onnx_text(graph, name);
    graph->proto.output = append(graph, graph->proto.output, &graph->proto.n_output,
                                 describe(graph, name, ONNX_REALS, shape, time));
}
