/* Explains a linear layer below softmax_xent, on one row: its numbers forward, backward, by finite
 * differences, and after one step of gradient descent. */
#ifndef PMY_GRADCHECK_EXPLAIN_LAYER_H
#define PMY_GRADCHECK_EXPLAIN_LAYER_H

#include "base/real.h"
#include "base/status.h"

#include <stddef.h>

/* No more inputs and classes than one can follow by hand. */
enum { PMY_EXPLAINED_LAYER = 12, PMY_EXPLAINED_LAYER_WEIGHTS = PMY_EXPLAINED_LAYER * PMY_EXPLAINED_LAYER };

typedef pmy_real pmy_layer_row[PMY_EXPLAINED_LAYER];
typedef pmy_real pmy_layer_weights[PMY_EXPLAINED_LAYER_WEIGHTS];

typedef struct pmy_layer_explanation {
    /* What it is about, set before. */
    size_t inputs, classes; /* 1 to PMY_EXPLAINED_LAYER */
    size_t target;          /* a class */
    pmy_real rate;          /* how far the step of gradient descent goes */
    pmy_layer_row x, b;     /* [inputs], [classes] */
    pmy_layer_weights w;    /* [classes, inputs] */

    pmy_layer_row z, p, y; /* [classes] Wx + b, softmax(z), and 1 at the target */
    pmy_real loss;

    /* Backward, and the same by differences of the loss. */
    pmy_layer_row slope;                          /* [classes] ∂L/∂z = p − y */
    pmy_layer_row dx, numeric_dx, db, numeric_db; /* [inputs], [classes] */
    pmy_layer_weights dw, numeric_dw;             /* [classes, inputs] */

    /* W − rate dW, b − rate db, and the loss there. */
    pmy_layer_weights new_w; /* [classes, inputs] */
    pmy_layer_row new_b;     /* [classes] */
    pmy_real new_loss;
} pmy_layer_explanation;

/* Fills in all that follows. PMY_BAD_ARGUMENT: a size or the target is out of its range. PMY_BAD_DATA: a
 * number is not finite, or leads to one. PMY_NO_MEMORY. */
pmy_status pmy_explain_layer(pmy_layer_explanation *of, pmy_error *error);

#endif
