/* The inside of a graph, shared by the files that record (graph.c), build
 * (build.c, plan.c) and run it (execute.c). Nobody else includes this. */
#ifndef PMY_TENSOR_GRAPH_STATE_H
#define PMY_TENSOR_GRAPH_STATE_H

#include "base/arena.h"
#include "tensor/op.h"

#include <stdatomic.h>

/* One phase of one node. */
typedef struct pmy_step pmy_step;
struct pmy_step {
    const pmy_node *node;
    const pmy_phase *phase;
    pmy_step *next; /* of the same stage */
};

/* Steps between two barriers: by tiles, none of which waits for another, or by the same rows, one
 * step after another for each piece of rows. */
typedef struct pmy_stage {
    pmy_step *first, *last;
    const pmy_node *rows_of; /* NULL: by tiles */
    size_t row_elements;     /* numbers touched per row, all steps together */
} pmy_stage;

typedef struct pmy_stages {
    pmy_stage *stage; /* [count] */
    size_t count;
} pmy_stages;

struct pmy_graph {
    pmy_arena arena;
    pmy_pool *pool;
    uint64_t seed;

    pmy_node *first, *last;
    size_t count;
    char prefix[PMY_MAX_NAME];
    pmy_error error;  /* the first of a builder call */
    pmy_node refused; /* stands in for a node that could not be made */

    bool built;
    pmy_node *root;
    size_t batch_built, batch; /* 0: nothing in the graph is batched */
    pmy_node **nodes;          /* [count], by index */
    size_t *users;             /* [count]: how many have the node as an input, once more for the root */
    pmy_parameters parameters;
    pmy_node **parameter; /* [parameters.count] */
    pmy_statistics statistics;
    pmy_node **statistic; /* [statistics.count] */
    pmy_stages forward, backward;
    bool mixes_rows;        /* a row of some node depends on other rows of the batch */
    unsigned char *scratch; /* [threads][scratch_size] */
    size_t scratch_size;

    pmy_mode mode;
    bool split_always;
    bool partial; /* the running forward is of some rows */
    uint64_t step;
    atomic_flag fault_is_written; /* who sets it may read and write what follows */
    bool fault;
    size_t fault_node, fault_place;
    pmy_error fault_error;
};

/* The attributes of a leaf; how it starts, where it is a parameter or a statistic. */
typedef struct pmy_leaf {
    pmy_shape shape;
    pmy_role role;
    pmy_type type;
    bool batched;
    pmy_start start;
    double scale;
} pmy_leaf;

/* Whether it is a view that a forward writes to. */
static inline bool pmy_changes_input(const pmy_node *node)
{
    return node->op->view && node->op->forward[0].run;
}

/* Plans the stages of both passes; false: no memory. */
bool pmy_plan_stages(pmy_graph *graph);

#endif
