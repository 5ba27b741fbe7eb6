/* The graph: recorded once by builder calls, then replayed.
 *
 * Builder calls append nodes; the order of the calls is the order of the
 * forward pass, and backward is one scan the other way. A call that goes wrong
 * returns a node all the same, so that calls can be chained; pmy_build then
 * reports the first error. After pmy_build a step allocates nothing. */
#ifndef PMY_TENSOR_GRAPH_H
#define PMY_TENSOR_GRAPH_H

#include "base/pool.h"
#include "base/real.h"
#include "base/shape.h"
#include "base/status.h"

#include <stdint.h>

typedef struct pmy_graph pmy_graph;
typedef struct pmy_node pmy_node;

/* A view of numbers that live elsewhere. */
typedef struct pmy_tensor {
    pmy_shape shape;
    pmy_real *data; /* [shape]; NULL: there is no such tensor */
} pmy_tensor;

/* An empty graph whose work runs on `pool` (NULL: on the calling thread), and
 * whose random numbers come from `seed`. The pool must outlive the graph. NULL:
 * no memory. */
pmy_graph *pmy_graph_new(pmy_pool *pool, uint64_t seed);
void pmy_graph_free(pmy_graph *graph);

/* --- Leaves ------------------------------------------------------------- */

/* Numbers the caller fills in before each forward. The first axis is the
 * batch, and must be the same for all inputs and integers of a graph. */
pmy_node *pmy_input(pmy_graph *graph, pmy_shape shape);

/* As an input, but not a part of the batch: its first axis never shrinks. */
pmy_node *pmy_constant(pmy_graph *graph, pmy_shape shape);

/* As an input, but integers: tokens [batch, time], labels [batch]; written through pmy_integer_data. */
pmy_node *pmy_integers(pmy_graph *graph, pmy_shape shape);
/* pmy_integers of [batch]. */
pmy_node *pmy_labels(pmy_graph *graph, size_t batch);

/* How a parameter begins: PMY_UNIFORM in ±scale, PMY_NORMAL with mean 0 and the standard deviation `scale`.
 */
typedef enum pmy_start { PMY_ZEROS, PMY_ONES, PMY_UNIFORM, PMY_NORMAL } pmy_start;

/* Numbers that an optimizer learns. `name` must be new in the graph. */
pmy_node *pmy_parameter(pmy_graph *graph, pmy_shape shape, const char *name, pmy_start start, double scale);

/* Lets a parameter start in another way, before pmy_build. */
void pmy_set_start(pmy_node *parameter, pmy_start start, double scale);

/* Holds a parameter fixed, before pmy_build: it has no gradient, and no optimizer or average moves it. */
void pmy_fix(pmy_node *parameter);

/* Numbers that belong to the model, as a batchnorm's running mean does, but that no optimizer learns: a layer
 * moves them itself. `name` must be new in the graph; `start` is PMY_ZEROS or PMY_ONES. */
pmy_node *pmy_statistic(pmy_graph *graph, pmy_shape shape, const char *name, pmy_start start);
/* A statistic that counts: one integer, which begins at 0. */
pmy_node *pmy_counter(pmy_graph *graph, const char *name);

/* Asks, before pmy_build, for the gradient of an input or constant, which otherwise is not computed. Nodes
 * between these or parameters and the root have one in any case. */
void pmy_want_gradient(pmy_node *leaf);

/* --- Names -------------------------------------------------------------- */

/* Gives the node a name, by which pmy_find finds it; before, it is its op's with a number, "relu0". No name
 * (NULL), one that is taken or too long is refused, here and wherever a name is given. */
void pmy_name(pmy_node *node, const char *name);

/* Names the layers that follow: their parameters become "prefix.weight" and so
 * on. "" goes back to names made from the node's. */
void pmy_prefix(pmy_graph *graph, const char *prefix);
const char *pmy_current_prefix(const pmy_graph *graph);

/* The node of that name, or NULL. */
pmy_node *pmy_find(const pmy_graph *graph, const char *name);
const char *pmy_node_name(const pmy_node *node);
pmy_shape pmy_node_shape(const pmy_node *node);

/* --- Build and run ------------------------------------------------------ */

/* Checks the whole, plans and takes the memory, and gives parameters their
 * first values. `root` is the node that backward starts from. Once a graph. */
pmy_status pmy_build(pmy_graph *graph, pmy_node *root, pmy_error *error);

/* The first error of a builder call, also of one after pmy_build, which the next pmy_forward returns. */
pmy_status pmy_graph_error(const pmy_graph *graph, pmy_error *error);

/* How many examples the coming batches have: 1 to the number the graph was built
 * with. Nothing is rebuilt; shapes and results follow. */
pmy_status pmy_set_batch(pmy_graph *graph, size_t batch, pmy_error *error);
size_t pmy_batch(const pmy_graph *graph);

typedef enum pmy_mode {
    PMY_TRAIN,  /* each forward draws new dropout masks and moves running statistics */
    PMY_REPLAY, /* as PMY_TRAIN, with the masks of the last PMY_TRAIN; running statistics stay */
    /* No masks, running statistics; backward is not allowed after it. A layer with weights that nobody but
     * a batchnorm uses gives that one's value straight away, and its own stays what it was. */
    PMY_EVAL,
    /* As PMY_EVAL, bit for bit, but every node gets its value, and backward differentiates what was computed:
     * a batchnorm's mean and variance are constants. */
    PMY_FROZEN
} pmy_mode;

/* Computes every node. Not PMY_OK only for bad data (or a builder call that came too late): PMY_BAD_DATA, and
 * *error names node and row (the example), and where an example has several vectors the position in it; the
 * lowest node and row, whatever the number of threads. */
pmy_status pmy_forward(pmy_graph *graph, pmy_mode mode, pmy_error *error);

/* Lays the parameters of a built graph out, as they are now, in the way that forwards in PMY_EVAL read them
 * fastest: a forward of a few vectors takes most of its time to do so by itself. Values stay the same, bit
 * for bit. Once parameters are written, it is to be called again before the next PMY_EVAL. Errors:
 * PMY_NO_MEMORY. */
pmy_status pmy_prepack(pmy_graph *graph, pmy_error *error);

/* As pmy_forward in PMY_REPLAY, where since the last forward, in PMY_TRAIN or PMY_REPLAY, only examples first
 * to first + count − 1 of the inputs have changed, and no integers, by which a loss may count its rows: of
 * what runs by the batch, only these are computed again; all are where a row depends on others. For finite
 * differences, which change one number at a time. */
pmy_status pmy_forward_rows(pmy_graph *graph, size_t first, size_t count, pmy_error *error);

/* Work on few numbers runs in one piece. Checks turn that off, so that small samples see to it that pieces
 * begin where they should. */
void pmy_split_always(pmy_graph *graph, bool always);

/* How many forwards in PMY_TRAIN began, from which their random numbers follow; set where a graph goes on
 * with what another began. */
uint64_t pmy_graph_step(const pmy_graph *graph);
void pmy_set_graph_step(pmy_graph *graph, uint64_t step);

/* Computes the gradient of the root, which must be a scalar, with respect to
 * every parameter and wanted leaf. */
void pmy_backward(pmy_graph *graph);

/* The same, but what the parameters' gradients hold is kept, too: gradient = keep · gradient + weight · what
 * pmy_backward gives. With keep = n/(n + m) and weight = m/(n + m), where n rows counted in the losses of all
 * batches before and m in this one's (pmy_softmax_xent_counted), it is the gradient of the mean over all.
 * Where weight is 0, other leaves' gradients are not computed. */
void pmy_backward_add(pmy_graph *graph, double keep, double weight);

/* The same as pmy_backward for a root of any shape but scalar, weighted: the gradient of Σ seed · root. */
void pmy_backward_from(pmy_graph *graph, const pmy_real *seed /* [root's shape] */);

/* --- What can be read and written --------------------------------------- */

/* What the elements of a node are: most are reals, inputs may be integers, a statistic may be a count. */
typedef enum pmy_type { PMY_REALS, PMY_INTEGERS, PMY_COUNTS } pmy_type;
pmy_type pmy_node_type(const pmy_node *node);

/* Data NULL where they are not reals. */
pmy_tensor pmy_value(const pmy_node *node);
/* Data NULL where no gradient is computed for the node. */
pmy_tensor pmy_gradient(const pmy_node *node);
/* [shape] of pmy_integers; the one of a counter. Else NULL. */
int32_t *pmy_integer_data(const pmy_node *node);
int64_t *pmy_count_data(const pmy_node *node);
/* The value of a scalar node. */
pmy_real pmy_item(const pmy_node *node);

/* --- Parameters and statistics ------------------------------------------ */

/* All parameters that are not fixed are one flat vector and their gradients another; a tensor
 * begins at a multiple of 16 elements, and the gaps hold zeros in both. */
typedef struct pmy_parameters {
    size_t size;         /* elements, gaps included; fixed parameters are not among them */
    pmy_real *values;    /* [size] */
    pmy_real *gradients; /* [size] */
    size_t count;        /* tensors, fixed ones included */
} pmy_parameters;
pmy_parameters pmy_graph_parameters(const pmy_graph *graph);

/* Gives a built graph the learned parameters of another with the same ones, in the same order, or with more
 * behind them; those held fixed stay. */
void pmy_take_parameters(pmy_graph *graph, const pmy_graph *from);

/* The index-th parameter in the order of creation, 0 … count − 1. */
pmy_node *pmy_parameter_at(const pmy_graph *graph, size_t index);

/* All statistics but counters are one flat vector, laid out in the same way. With the parameters, statistics
 * are all that a trained model is. */
typedef struct pmy_statistics {
    size_t size;      /* elements, gaps included; counters are not among them */
    pmy_real *values; /* [size] */
    size_t count;     /* tensors, counters included */
} pmy_statistics;
pmy_statistics pmy_graph_statistics(const pmy_graph *graph);

/* The index-th statistic in the order of creation, 0 … count − 1. */
pmy_node *pmy_statistic_at(const pmy_graph *graph, size_t index);

/* The node that backward starts from, and every node in the order of creation,
 * 0 … count − 1; of a built graph. */
pmy_node *pmy_root(const pmy_graph *graph);
size_t pmy_node_count(const pmy_graph *graph);
pmy_node *pmy_node_at(const pmy_graph *graph, size_t index);

pmy_pool *pmy_graph_pool(const pmy_graph *graph);
uint64_t pmy_graph_seed(const pmy_graph *graph);

#endif
