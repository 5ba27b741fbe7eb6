/* Central differences of a graph's outputs around a point. */
#ifndef PMY_GRADCHECK_PROBE_H
#define PMY_GRADCHECK_PROBE_H

#include "tensor/op.h"

enum { PMY_MAX_WEIGHTS = 2 };

/* The graph as the differences see it, and the point, which is what its leaves hold. */
typedef struct pmy_probe {
    pmy_graph *graph;
    pmy_node *root;
    size_t outputs;                    /* elements of the root */
    unsigned weights;                  /* how many weighted sums of the outputs are differentiated */
    pmy_real *weight[PMY_MAX_WEIGHTS]; /* [outputs] each; of a scalar root there is one, 1 */
    pmy_real *above;                   /* [outputs], to work in */
    bool kinked;                       /* some op makes discrete choices */
    uint64_t choices;                  /* those at the point */
    bool by_rows;                      /* a change in one row of the batch needs only that row computed */
    size_t stale_row;                  /* the row that was left computed elsewhere; PMY_NO_ROW: none */
} pmy_probe;

#define PMY_NO_ROW ((size_t)-1)

/* The points x + t·direction of one tensor x. */
typedef struct pmy_line {
    pmy_node *tensor;
    const pmy_real *origin;    /* [tensor's shape]: x */
    const pmy_real *direction; /* [tensor's shape]; NULL: along one element alone */
    size_t element;            /* which */
    pmy_real shift;            /* of that element: the point is x + shift */
    unsigned finer;            /* how much further down the ladder of steps a derivative is looked for */
    unsigned shorter;          /* by how many 32nds of theirs the steps are shorter */
} pmy_line;

typedef enum pmy_outcome {
    PMY_SMOOTH, /* the same discrete choices on both sides as at the point */
    PMY_KINKED, /* others: no derivative */
    PMY_FAULTY  /* an output that is not finite, or the forward pass refuses the data */
} pmy_outcome;

typedef struct pmy_difference {
    pmy_real value[PMY_MAX_WEIGHTS]; /* Σ weight · (y(x + h) − y(x − h)) / 2h */
    pmy_real noise[PMY_MAX_WEIGHTS]; /* its round-off, as far as it comes from rounding y */
} pmy_difference;

/* Takes what the leaves hold for the point: computes it and remembers its choices. */
pmy_outcome pmy_probe_here(pmy_probe *probe);

/* Computes the line at t, and whether the choices there are those of the point. Leaves the tensor moved. */
pmy_outcome pmy_probe_at(pmy_probe *probe, const pmy_line *line, pmy_real t);

/* The difference with step h on the line; outputs are differenced before they
 * are weighted, so that what does not change cannot drown what does. Leaves the
 * tensor moved; pmy_line_reset puts it back. */
pmy_outcome pmy_central_difference(pmy_probe *probe, const pmy_line *line, pmy_real h,
                                   pmy_difference *difference);
void pmy_line_reset(pmy_probe *probe, const pmy_line *line);

/* Finds out whether rows are independent as far as the line can tell: whether computing one row gives the
 * bits of computing all. */
bool pmy_rows_suffice(pmy_probe *probe, const pmy_line *line, pmy_real h);

#endif
