/* A graph of ONNX (https://onnx.ai) as it is put together: operators, each of values made before, and tensors
 * of numbers. Whatever there is no memory for is left out, and `failed` says so once, at the end. */
#ifndef COMMON_ONNX_GRAPH_H
#define COMMON_ONNX_GRAPH_H

#include "base/arena.h"
#include "base/real.h"
#include "base/shape.h"

#include <onnx.pb-c.h>
#include <stdint.h>

/* Which version of its operators a model is written in. */
enum { ONNX_OPERATORS = 17, ONNX_FORMAT = 8 };

typedef struct onnx_graph {
    Onnx__ModelProto model; /* of this graph alone */
    Onnx__GraphProto proto;
    pmy_arena arena; /* of all that these point to, but for the numbers of tensors */
    size_t values;   /* names given so far */
    bool failed;     /* there was no memory for something */
} onnx_graph;

/* Makes *graph one without operators, which must stay where it is. */
void onnx_graph_begin(onnx_graph *graph);
void onnx_graph_free(onnx_graph *graph);

/* An entry of the model's metadata. */
void onnx_note(onnx_graph *graph, const char *key, const char *text);

/* A value of the graph: its name. */
typedef const char *onnx_value;

/* A copy that lives as long as the graph; "" where there is no memory. */
char *onnx_text(onnx_graph *graph, const char *text);

/* The value of an operator of one to five values; a NULL ends them. */
onnx_value onnx_operator(onnx_graph *graph, const char *type, const onnx_value *inputs);
#define ONNX(graph, type, ...) onnx_operator(graph, type, (const onnx_value[]){__VA_ARGS__, NULL})

/* An attribute of the newest operator, and a second or third value of it. */
void onnx_whole(onnx_graph *graph, const char *name, int64_t value);
void onnx_wholes(onnx_graph *graph, const char *name, size_t count, const int64_t *values);
void onnx_real(onnx_graph *graph, const char *name, double value);
onnx_value onnx_also(onnx_graph *graph);

/* A tensor under this name (NULL: one of its own) whose numbers [shape] must outlive the graph. */
onnx_value onnx_tensor(onnx_graph *graph, const char *name, pmy_shape shape, const float *numbers);
/* Room for such numbers that the graph keeps; NULL: there is no memory. */
float *onnx_numbers(onnx_graph *graph, size_t count);
/* A tensor of one real or of whole numbers [count], and a whole number without axes. */
onnx_value onnx_constant(onnx_graph *graph, double value);
onnx_value onnx_list(onnx_graph *graph, size_t count, const int64_t *values);
#define ONNX_LIST(graph, ...) \
    onnx_list(graph, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (const int64_t[]){__VA_ARGS__})
onnx_value onnx_count(onnx_graph *graph, int64_t value);

/* Says what goes into the graph, or (output) gives a value the name that it comes out under. The first axis
 * is the batch, of any size, and so is the second where it has a name (time; NULL: it is as in `shape`). */
typedef enum onnx_type { ONNX_REALS = 1, ONNX_INTEGERS = 7 } onnx_type;
onnx_value onnx_input(onnx_graph *graph, const char *name, onnx_type type, pmy_shape shape, const char *time);
void onnx_output(onnx_graph *graph, const char *name, onnx_value value, pmy_shape shape, const char *time);

#endif
