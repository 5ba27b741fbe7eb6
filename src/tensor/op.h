/* How to write an op: one file that holds its shape rule, its forward and its
 * backward, and a table of this type. This header is public: an op of your own
 * is made in the same way.
 *
 * The executor runs an op's forward and backward as phases. A phase is split
 * into pieces that run on any thread, so a piece must write only what is its own:
 * either a range of rows, or one of a number of tiles that the op defines. */
#ifndef PMY_TENSOR_OP_H
#define PMY_TENSOR_OP_H

#include "base/parts.h"
#include "kernels/channel_affine.h"
#include "tensor/graph.h"
#include "tensor/sample.h"

enum { PMY_MAX_INPUTS = 16, PMY_MAX_PHASES = 4, PMY_MAX_NAME = 64 };

/* What a node is to its graph. */
typedef enum pmy_role {
    PMY_COMPUTED,
    PMY_GIVEN,   /* an input or a constant */
    PMY_LEARNED, /* a parameter */
    PMY_FIXED,   /* a parameter that is held fixed */
    PMY_STATISTIC
} pmy_role;

/* The part of a phase one call works on: rows (or tiles) begin … end − 1. The rows are those of the first
 * axis; of a batch they make up whole examples. */
typedef struct pmy_piece {
    size_t begin, end;
    void *scratch; /* pmy_node.scratch bytes, this thread's own until the call returns */
} pmy_piece;

typedef void pmy_phase_run(const pmy_node *node, pmy_piece piece);

/* What pmy_phase.tiles returns for "by rows". */
#define PMY_BY_ROWS ((size_t)-1)

/* One pass over an op's data.
 *
 * A phase by rows reads, of every input that is not in pmy_op.whole, only the
 * rows of its piece, and writes the same rows of the value (forward) or of the
 * inputs' gradients (backward). Runs of such phases go piece by piece while
 * the data is in cache. A phase by tiles may read anything, and finds
 * everything before it complete. */
typedef struct pmy_phase {
    pmy_phase_run *run;
    /* Into how many tiles, which must not depend on the number of threads; 0 leaves the phase
     * out; PMY_BY_ROWS, or a NULL function: by rows. */
    size_t (*tiles)(const pmy_node *node);
    /* Backward: bit i says that the phase gives input i its gradient, or that a phase after it needs this one
     * to do so; it is left out when none of these gradients is wanted. Both 0: it prepares for whatever comes
     * after it. */
    unsigned gives, prepares;
    /* Forward: bit i says that the phase does not read input i, and so need not wait for it. */
    unsigned spares;
} pmy_phase;

/* f and f′ of an element-wise op, for the op's own node and for the layers it is fused into. */
typedef struct pmy_unary {
    /* y = f(x) for n elements; x and y may be the same. */
    void (*forward)(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y);
    /* dx (+)= f′ dy, from x or y as the op needs; dx and dy may be the same. */
    void (*backward)(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y, const pmy_real *dy,
                     pmy_real *dx, bool accumulate);
    /* NULL, or y = f(x) and, of the same parts, slope = f′(x), for a layer that keeps a number of x for
     * backward anyway: it keeps the slope. x and y may be the same. */
    void (*slope)(size_t n, const pmy_real *x, pmy_real *y, pmy_real *slope);
    bool needs_x;     /* backward reads x; without this, x may be NULL there */
    bool kinked;      /* f′ jumps where the sign of x changes; an activation's y has that sign, too */
    double low, high; /* samples have x in this range */
    const char *code; /* of an activation: f of a float x, as an expression of C99 with <math.h> */
} pmy_unary;

/* Which axis the channels of an op's epilogue are; see layers/epilogue.h. */
typedef enum pmy_epilogue_axis {
    PMY_NO_EPILOGUE,
    PMY_EPILOGUE_AXIS_1,
    PMY_EPILOGUE_LAST_AXIS
} pmy_epilogue_axis;

/* What the checks of an op, and its reference, need. */
typedef struct pmy_op_checks {
    /* One line: the formula. */
    const char *formula;
    /* Makes the index-th sample instance and returns its node; NULL: no more. See sample.h. */
    pmy_node *(*sample)(pmy_sample *sample, unsigned index);
    /* NULL for an op that is smooth but for its activation. Otherwise a number that differs where a discrete
     * choice of the last forward (a pooling winner) differs: finite differences across such a change are no
     * derivative. */
    uint64_t (*choices)(const pmy_node *node);
} pmy_op_checks;

typedef struct pmy_op {
    const char *name; /* at most PMY_MAX_NAME / 2 letters */
    /* The shape rule: looks at the inputs' shapes, sets the node's (pmy_node.shape) and what else follows
     * from them (batched, rows_of). It takes no memory, so that a graph can be recorded only to ask for
     * shapes. Its message needs to say only what is wrong: the caller puts the node's name in front. */
    pmy_status (*infer)(pmy_node *node, pmy_error *error);
    /* NULL, or called by pmy_build: takes what forward leaves for backward (saved), with pmy_take, and says
     * how much scratch a piece needs; false: no memory. */
    bool (*take)(pmy_node *node);
    /* NULL, or called by pmy_forward's thread before any phase runs; may read only what is given
     * (pmy_is_given). */
    void (*prepare)(pmy_node *node);
    /* NULL, or called by pmy_prepack: keeps the parameters as forwards in PMY_EVAL read them fastest, with
     * pmy_take for the first time; false: no memory. */
    bool (*prepack)(pmy_node *node);
    pmy_phase forward[PMY_MAX_PHASES];
    pmy_phase backward[PMY_MAX_PHASES];
    /* Bit i: forward reads the whole of input i for any of its rows. */
    unsigned whole;
    /* Bit i: input i may hold integers or counts, and then has no value. */
    unsigned integers;
    /* A row of the value depends on other rows of the batch. */
    bool mixes_rows;
    /* NULL, or called by pmy_forward's thread after a PMY_TRAIN forward that found no bad data: where
     * statistics move. */
    void (*move_statistics)(pmy_node *node);
    /* NULL, or for evaluation: forward in PMY_EVAL and PMY_FROZEN is this affine function of input 0 in each
     * channel, axis 1, and then the node's activation, where all other inputs are given. It computes the
     * numbers, which stay until the next call. See pmy_node.folded. */
    pmy_channel_affine (*affine)(const pmy_node *node);
    /* Whether forward ends with an epilogue, and so can apply such a function to its value. */
    pmy_epilogue_axis epilogue;
    /* The value is the memory of input 0, which nobody else uses where there is a forward that changes it. */
    bool view;
    const pmy_unary *unary;
    pmy_op_checks checks;
} pmy_op;

struct pmy_node {
    const pmy_op *op;
    pmy_graph *graph;
    char name[PMY_MAX_NAME];
    size_t index; /* place in the order of creation */
    pmy_node *next;
    unsigned inputs;
    pmy_node *input[PMY_MAX_INPUTS];
    /* Bit i: the gradient of input i already holds another user's part, so
     * backward adds to it; otherwise backward overwrites it. In pmy_backward_add, those of parameters too. */
    unsigned accumulate;
    unsigned shared; /* the first part of that */

    pmy_shape shape;
    bool batched;  /* the first axis is the batch, and may shrink */
    size_t joined; /* of a batch: entries of the first axis that an example has, 1 unless axes were joined */
    pmy_type type;
    pmy_role role;
    const pmy_node
        *rows_of;    /* the node whose rows phases by rows run over: this one, unless infer says otherwise */
    pmy_real *value; /* [shape] */
    pmy_real *gradient; /* [shape]; NULL: nobody needs it */
    int32_t *integers;  /* [shape], where the type is that */
    int64_t *counts;    /* [shape], likewise */
    bool wants_gradient;
    /* The node's only user, whose value forward gives in PMY_EVAL instead of the node's own; or NULL. */
    const pmy_node *folded;
    pmy_channel_affine affine; /* of that one, in the running PMY_EVAL */
    /* What the op ends in: an element-wise op's own function, or an activation that is fused into it; NULL:
     * none. */
    const pmy_unary *activation;

    void *attributes; /* what the builder call was told: the op's own struct, in the arena */
    void *saved;      /* what forward leaves for backward: the op's own struct, made by its take */
    size_t scratch;   /* bytes a piece needs for itself */
};

/* Appends a node with copies of the inputs and of `attributes` (size bytes; may be NULL, 0).
 * Never NULL: on an error the graph remembers it for pmy_build. */
pmy_node *pmy_append(pmy_graph *graph, const pmy_op *op, unsigned inputs, pmy_node *const input[],
                     const void *attributes, size_t size);

/* Zeroed memory for an op's take, freed with the graph. NULL: no memory. */
void *pmy_take(pmy_node *node, size_t count, size_t size);

/* Remembers an error of a builder call (the first one counts) and returns the
 * node that stands in for the one that could not be made. */
#if defined __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
pmy_node *
pmy_refuse(pmy_graph *graph, pmy_status code, const char *format, ...);

/* The shape of a node while the graph is being recorded, for builders that make parameters to fit;
 * false if the node stands for an error, or is NULL. */
bool pmy_recorded(const pmy_node *node);

/* A parameter for the layer whose node comes next: named by the graph's
 * prefix, or as "linear0" where there is none, then ".part". */
pmy_node *pmy_layer_parameter(pmy_graph *graph, const char *op, const char *part, pmy_shape shape,
                              pmy_start start, double scale);

/* The same for a statistic, and for a counter. */
pmy_node *pmy_layer_statistic(pmy_graph *graph, const char *op, const char *part, pmy_shape shape,
                              pmy_start start);
pmy_node *pmy_layer_counter(pmy_graph *graph, const char *op, const char *part);

/* Reports bad data found by a phase in a row of what phases run over (pmy_node.rows_of): pmy_forward returns
 * it. The lowest node and row win. May be called from any thread. */
#if defined __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
void pmy_report(const pmy_node *node, size_t row, const char *format, ...);
/* The same, found in a vector of the last axis: all of them are numbered through. */
#if defined __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
void pmy_report_vector(const pmy_node *node, size_t vector, const char *format, ...);

/* The mode of the running forward. What random numbers are drawn from is pmy_graph_step, within a PMY_TRAIN
 * forward counting this one. */
pmy_mode pmy_graph_mode(const pmy_graph *graph);
/* Whether the running forward, or the one that the running backward belongs to, is without masks and by
 * running statistics. */
static inline bool pmy_evaluates(const pmy_graph *graph)
{
    return pmy_graph_mode(graph) == PMY_EVAL || pmy_graph_mode(graph) == PMY_FROZEN;
}
/* Whether the running forward computes only some of the rows (pmy_forward_rows): what an op keeps of the
 * others must stay as it is. */
bool pmy_graph_is_partial(const pmy_graph *graph);
/* Whether a row of some node depends on other rows of the batch. */
bool pmy_graph_mixes_rows(const pmy_graph *graph);

/* True if the node's numbers are there before forward begins: a leaf's, or a
 * view's of one. */
bool pmy_is_given(const pmy_node *node);

/* True if the node is the graph's root and the only user of its input 0, whose gradient it
 * may then write before backward begins. Known from pmy_build on. */
bool pmy_sole_root(const pmy_node *node);

/* Rows of a node (its first axis, or 1) and the elements in each. */
static inline size_t pmy_rows(const pmy_node *node)
{
    return node->shape.dim[0] ? node->shape.dim[0] : 1;
}

static inline size_t pmy_row_size(const pmy_node *node)
{
    return pmy_shape_size(node->shape) / pmy_rows(node);
}

/* The elements of a row, or of a batch's example. */
static inline size_t pmy_example_size(const pmy_node *node)
{
    return pmy_row_size(node) * node->joined;
}

/* Whether a batch has so many examples that all threads have some: then what can go by tiles, too, had better
 * go by rows, without barriers. Of the batch that the graph is built for where asked by an op's take. */
static inline bool pmy_has_many_examples(const pmy_node *node)
{
    enum { MANY = 8 };
    return node->batched && pmy_rows(node) / node->joined >= MANY;
}

/* The last axis holds the features: how many such vectors a node has, and one row of it. */
static inline size_t pmy_vectors(const pmy_node *node)
{
    return pmy_shape_size(node->shape) / pmy_shape_last(node->shape);
}

static inline size_t pmy_row_vectors(const pmy_node *node)
{
    size_t vectors = pmy_vectors(node), rows = pmy_rows(node);
    return vectors > rows ? vectors / rows : 1;
}

/* For pmy_phase.tiles, where one piece does all. */
static inline size_t pmy_one_tile(const pmy_node *node)
{
    (void)node;
    return 1;
}

/* Of a phase whose tiles are parts of `each` of `count` things: the things in a piece, begin … end − 1. */
static inline pmy_piece pmy_tiled(pmy_piece piece, size_t each, size_t count)
{
    pmy_piece things = {piece.begin * each, pmy_at_most(piece.end * each, count), piece.scratch};
    return things;
}

/* Whether backward adds to the gradient of input i. */
static inline bool pmy_accumulates(const pmy_node *node, unsigned i)
{
    return node->accumulate >> i & 1;
}

/* Whether discrete choices lie in what the node computes, and a number that differs where one does. */
bool pmy_has_choices(const pmy_node *node);
uint64_t pmy_choices(const pmy_node *node);

/* Such a number is made from the choices one by one, beginning with PMY_NO_CHOICES (FNV-1a). */
#define PMY_NO_CHOICES UINT64_C(0xcbf29ce484222325)
static inline uint64_t pmy_add_choice(uint64_t choices, uint64_t choice)
{
    return (choices ^ choice) * UINT64_C(0x100000001b3);
}

/* --- For element-wise ops ------------------------------------------------ */

pmy_status pmy_unary_infer(pmy_node *node, pmy_error *error);
void pmy_unary_forward(const pmy_node *node, pmy_piece piece);
void pmy_unary_backward(const pmy_node *node, pmy_piece piece);
pmy_node *pmy_unary_sample(pmy_sample *sample, unsigned index, const pmy_op *op);

/* The op's rule from its formulas: y[i] from x[i], and dx[i] from dy[i] and y[i], or x[i] (see needs_x); then
 * what else a pmy_unary has. For a file that includes base/simd.h. */
#define PMY_UNARY_RULE(op, formula_of_y, formula_of_dx, ...)                                             \
    PMY_INLINED void op##_of(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)             \
    {                                                                                                    \
        (void)node;                                                                                      \
        for (size_t i = 0; i < n; i++)                                                                   \
            y[i] = formula_of_y;                                                                         \
    }                                                                                                    \
    PMY_CLONES                                                                                           \
    static void pmy_unary_##op##_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y) \
    {                                                                                                    \
        if (x == y) /* so that compilers know */                                                         \
            op##_of(node, n, y, y);                                                                      \
        else                                                                                             \
            op##_of(node, n, x, y);                                                                      \
    }                                                                                                    \
    PMY_CLONES                                                                                           \
    static void pmy_unary_##op##_backward(const pmy_node *node, size_t n, const pmy_real *x,             \
                                          const pmy_real *y, const pmy_real *dy, pmy_real *dx,           \
                                          bool accumulate)                                               \
    {                                                                                                    \
        (void)node, (void)x, (void)y;                                                                    \
        for (size_t i = 0; i < n; i++)                                                                   \
            pmy_put(&dx[i], formula_of_dx, accumulate);                                                  \
    }                                                                                                    \
    static const pmy_unary rule = {                                                                      \
        .forward = pmy_unary_##op##_forward, .backward = pmy_unary_##op##_backward, __VA_ARGS__}

/* The op's table, where `rule` is a pmy_unary of the file, and its builder. */
#define PMY_UNARY_OP(op, formula_)                              \
    extern const pmy_op pmy_op_##op;                            \
    pmy_node *pmy_##op(pmy_graph *graph, pmy_node *x)           \
    {                                                           \
        return pmy_append(graph, &pmy_op_##op, 1, &x, NULL, 0); \
    }                                                           \
    static pmy_node *sample(pmy_sample *s, unsigned index)      \
    {                                                           \
        return pmy_unary_sample(s, index, &pmy_op_##op);        \
    }                                                           \
    const pmy_op pmy_op_##op = {                                \
        .name = #op,                                            \
        .infer = pmy_unary_infer,                               \
        .forward = {{.run = pmy_unary_forward}},                \
        .backward = {{.run = pmy_unary_backward, .gives = 1}},  \
        .unary = &rule,                                         \
        .checks = {.formula = formula_, .sample = sample},      \
    }

#endif
