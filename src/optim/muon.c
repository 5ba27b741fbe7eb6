/* Muon (Jordan, Jin, Boza, You, Cesista, Newhouse and Bernstein, "Muon: an optimizer for hidden layers in
 * neural networks", 2024): a matrix moves by its momentum with all singular values made about 1, so that no
 * direction is learned much faster than others. W [rows, columns]:
 *
 *   m = momentum · m + (1 − momentum) · ∇W
 *   u = nesterov: momentum · m + (1 − momentum) · ∇W; otherwise: m (without a momentum both are ∇W)
 *   X = u / max(‖u‖, 1e-7), ‖ ‖ being Frobenius' norm
 *   five times: X = a X + b (X Xᵀ) X + c (X Xᵀ)² X, a = 3.4445, b = −4.7750, c = 2.0315
 *   W = W · (1 − learning_rate · weight_decay) − learning_rate · 0.2 · √(larger of rows, columns) · X
 *
 * Five turns of the polynomial take a singular value between 0.003 and 1 to between 0.68 and 1.21 rather than
 * to exactly 1, which would take more of them. The factor 0.2 · √… is that of Liu et al., "Muon is scalable
 * for LLM training", arXiv:2502.16982: a step is then about as large as adamw's, so that one learning rate
 * and weight decay serve for matrices and for all other parameters, which move as adamw's do. It is
 * torch.optim.Muon with adjust_lr_fn = "match_rms_adamw", but for its bfloat16: here a step is computed in
 * pmy_real.
 *
 * It is for hidden layers: training runs leave a net's ends to adamw (net/net_ends.h).
 *
 * A layer's weight of several matrices one upon the other, as in_proj_weight is of queries, keys and values,
 * is one matrix here, as it is in PyTorch. */
#include "optim/adam.h"
#include "optim/sgd.h"

#include "base/simd.h"
#include "kernels/gemm.h"
#include "kernels/reduce.h"

#include <string.h>

enum { TURNS = 5 };
static const double a = 3.4445, b = -4.7750, c = 2.0315;
static const double smallest_norm = 1e-7;

static pmy_status muon_check(const pmy_optim_kind *kind, const pmy_optim_options *options, pmy_error *error)
{
    pmy_status status = pmy_momentum_check(kind, options, error);
    return status == PMY_OK ? pmy_adam_check(kind, options, error) : status;
}

static bool is_matrix(const pmy_node *parameter, const void *context)
{
    (void)context;
    return pmy_shape_rank(pmy_node_shape(parameter)) == 2;
}

/* A matrix and its smaller side. */
typedef struct extent {
    size_t rows, columns, side;
} extent;

static extent extent_of(const pmy_optim_tensor *tensor)
{
    pmy_shape shape = pmy_node_shape(tensor->parameter);
    size_t rows = shape.dim[0], columns = shape.dim[1];
    return (extent){rows, columns, rows < columns ? rows : columns};
}

/* Square matrices that making X orthogonal takes. */
enum { GRAM, POLYNOMIAL, PRODUCT, SPARE, SQUARES };

/* X twice, and those. */
static size_t muon_room(const pmy_optim_tensor *tensor)
{
    extent e = extent_of(tensor);
    return 2 * e.rows * e.columns + SQUARES * e.side * e.side;
}

/* x [n] = the step's direction before it is made orthogonal. */
PMY_CLONES
static void pmy_muon_direction(const pmy_optim *optim, size_t begin, size_t n, pmy_real *restrict x)
{
    const pmy_real scale = (pmy_real)optim->gradient_scale, momentum = (pmy_real)optim->options.momentum,
                   rest = (pmy_real)(1 - optim->options.momentum);
    const bool nesterov = optim->options.nesterov;
    const pmy_real *restrict gradients = optim->parameters.gradients + begin; /* [n] */
    pmy_real *restrict moment = optim->state[0] + begin;                      /* [n] */
    for (size_t i = 0; i < n; i++) {
        pmy_real gradient = scale * gradients[i];
        moment[i] = momentum * moment[i] + rest * gradient;
        x[i] = nesterov ? momentum * moment[i] + rest * gradient : moment[i];
    }
}

PMY_CLONES
static void pmy_muon_scale(size_t n, pmy_real factor, pmy_real *x /* [n] */)
{
    for (size_t i = 0; i < n; i++)
        x[i] *= factor;
}

/* polynomial [side, side] = a I + b · gram + c · gram², which it holds at first. */
PMY_CLONES
static void pmy_muon_polynomial(size_t side, const pmy_real *restrict gram, pmy_real *restrict polynomial)
{
    for (size_t i = 0; i < side * side; i++)
        polynomial[i] = (pmy_real)b * gram[i] + (pmy_real)c * polynomial[i];
    for (size_t i = 0; i < side; i++)
        polynomial[i * side + i] += (pmy_real)a;
}

/* C = A · B, each [side, side] and symmetric: as A · Bᵀ, for which OpenBLAS takes no memory (kernels/gemm.h).
 */
static void multiply(size_t side, const pmy_real *left, const pmy_real *right, pmy_real *product)
{
    pmy_gemm(PMY_PLAIN, PMY_TRANSPOSED, side, side, side, left, side, right, side, false, product, side);
}

static void exchange(pmy_real **one, pmy_real **other)
{
    pmy_real *kept = *one;
    *one = *other;
    *other = kept;
}

/* A turn takes X to P X, where P is the polynomial of G = X Xᵀ. So the next turn's G is P G P, and after all
 * of them X is the product of their Ps times the X at first: all is done with matrices of the smaller side,
 * at little more than half the cost for X of [512, 128]. Where X has more rows, G is Xᵀ X and the product
 * comes after X. */
static void orthogonalize(extent e, const pmy_real *x /* [rows, columns] */,
                          pmy_real *const room /* [SQUARES, side, side] */, pmy_real *y /* [rows, columns] */)
{
    bool wide = e.rows <= e.columns;
    size_t side = e.side;
    pmy_real *square[SQUARES]; /* [side, side] each */
    for (size_t s = 0; s < SQUARES; s++)
        square[s] = room + s * side * side;
    pmy_gemm(wide ? PMY_PLAIN : PMY_TRANSPOSED, wide ? PMY_TRANSPOSED : PMY_PLAIN, side, side,
             wide ? e.columns : e.rows, x, e.columns, x, e.columns, false, square[GRAM], side);
    for (int turn = 1; turn <= TURNS; turn++) {
        multiply(side, square[GRAM], square[GRAM], square[POLYNOMIAL]);
        pmy_muon_polynomial(side, square[GRAM], square[POLYNOMIAL]);
        if (turn == 1)
            memcpy(square[PRODUCT], square[POLYNOMIAL], side * side * sizeof *room);
        else {
            multiply(side, square[POLYNOMIAL], square[PRODUCT], square[SPARE]);
            exchange(&square[PRODUCT], &square[SPARE]);
        }
        if (turn == TURNS)
            break;
        multiply(side, square[POLYNOMIAL], square[GRAM], square[SPARE]);
        multiply(side, square[SPARE], square[POLYNOMIAL], square[GRAM]);
    }
    if (wide)
        pmy_gemm(PMY_TRANSPOSED, PMY_PLAIN, e.rows, e.columns, side, square[PRODUCT], side, x, e.columns,
                 false, y, e.columns);
    else
        pmy_gemm(PMY_PLAIN, PMY_TRANSPOSED, e.rows, e.columns, side, x, e.columns, square[PRODUCT], side,
                 false, y, e.columns);
}

PMY_CLONES
static void pmy_muon_move(size_t n, pmy_real shrink, pmy_real rate, const pmy_real *restrict x /* [n] */,
                          pmy_real *restrict values /* [n] */)
{
    for (size_t i = 0; i < n; i++)
        values[i] = shrink * values[i] - rate * x[i];
}

static void muon_update_whole(const pmy_optim *optim, const pmy_optim_run *run, pmy_real *room)
{
    extent e = extent_of(run->tensor);
    size_t n = e.rows * e.columns, larger = n / e.side;
    pmy_real *x = room, *y = x + n; /* [rows, columns] */
    pmy_muon_direction(optim, run->begin, n, x);
    double norm = sqrt((double)pmy_sum_of_squares(n, x));
    pmy_muon_scale(n, (pmy_real)(1 / (norm > smallest_norm ? norm : smallest_norm)), x);
    orthogonalize(e, x, y + n, y);
    pmy_muon_move(n, (pmy_real)(1 - run->learning_rate * run->weight_decay),
                  (pmy_real)(run->learning_rate * 0.2 * sqrt((double)larger)), y,
                  optim->parameters.values + run->begin);
}

const pmy_optim_kind pmy_optim_muon = {
    .name = "muon",
    .defaults = {.weight_decay = 0.1,
                 .momentum = 0.95,
                 .nesterov = true,
                 .beta1 = 0.9,
                 .beta2 = 0.999,
                 .epsilon = 1e-8},
    .state = {"first_moment", "second_moment"},
    .states = pmy_adam_states,
    .check = muon_check,
    .update = pmy_adam_update,
    .takes_whole = is_matrix,
    .room = muon_room,
    .update_whole = muon_update_whole,
};
