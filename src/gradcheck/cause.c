/* What a wrong gradient looks like. Simple transformations of the numeric gradient are tried
 * in turn; the first that gives backward's is the likely cause. */
#include "gradcheck/session.h"

/* How well a transformation must fit, relative to the largest element; errors made on purpose are
 * far larger, round-off far smaller. */
static const pmy_real FIT = PMY_R(1e-4);

typedef struct gradients {
    size_t size;
    const pmy_real *analytic, *numeric; /* [size] */
    pmy_real largest;                   /* of both */
} gradients;

static bool near(const gradients *both, pmy_real a, pmy_real b)
{
    return pmy_fabs(a - b) <= FIT * both->largest;
}

static bool fits_factor(const gradients *both, pmy_real factor)
{
    for (size_t i = 0; i < both->size; i++)
        if (!near(both, both->analytic[i], factor * both->numeric[i]))
            return false;
    return true;
}

/* The factor that fits best in the least-squares sense. */
static pmy_real best_factor(const gradients *both)
{
    pmy_accum product = 0, square = 0;
    for (size_t i = 0; i < both->size; i++) {
        product += (pmy_accum)both->analytic[i] * (pmy_accum)both->numeric[i];
        square += (pmy_accum)both->numeric[i] * (pmy_accum)both->numeric[i];
    }
    return square > 0 ? (pmy_real)(product / square) : 0;
}

/* Whether the factor, or one over it, is a count above 2 of rows, columns or elements in the graph. */
static bool is_count(const pmy_graph *graph, pmy_real factor)
{
    for (size_t at = 0; at < pmy_node_count(graph); at++) {
        const pmy_node *node = pmy_node_at(graph, at);
        size_t size = pmy_shape_size(node->shape), last = pmy_shape_last(node->shape);
        const size_t counts[] = {pmy_rows(node), last, size, size / last};
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            pmy_real count = (pmy_real)counts[i];
            if (counts[i] > 2 && (pmy_fabs(factor / count - 1) < FIT || pmy_fabs(factor * count - 1) < FIT))
                return true;
        }
    }
    return false;
}

/* Read as [rows, columns] where it was written as [columns, rows], or the other way round. */
static bool fits_transposed(const gradients *both, pmy_shape shape, bool other_way)
{
    unsigned rank = pmy_shape_rank(shape);
    if (rank < 2)
        return false;
    size_t rows = shape.dim[rank - 2], columns = shape.dim[rank - 1], matrix = rows * columns;
    for (size_t i = 0; i < both->size; i++) {
        size_t at = i % matrix, swapped = i - at + at % columns * rows + at / columns;
        if (!near(both, both->analytic[other_way ? swapped : i], both->numeric[other_way ? i : swapped]))
            return false;
    }
    return true;
}

static bool fits_shifted(const gradients *both, bool up)
{
    for (size_t i = 0; i + 1 < both->size; i++)
        if (!near(both, both->analytic[up ? i + 1 : i], both->numeric[up ? i : i + 1]))
            return false;
    return both->size > 2;
}

/* Whether the gradient is what the outputs of one row alone (the first, or the
 * last) ask for. */
static bool fits_one_row(pmy_session *session, const pmy_checked *checked, const gradients *both)
{
    pmy_probe one_row = session->probe;
    size_t rows = pmy_rows(one_row.root), row_size = pmy_row_size(one_row.root);
    if (rows < 2 || checked->node->batched)
        return false;
    for (unsigned last = 0; last < 2; last++) {
        one_row.weights = 1;
        one_row.weight[0] = pmy_arena_take(&session->arena, one_row.outputs, sizeof(pmy_real));
        if (!one_row.weight[0])
            return false;
        for (size_t o = last ? (rows - 1) * row_size : 0, n = 0; n < row_size; n++)
            one_row.weight[0][o + n] = session->probe.weight[0][o + n];
        bool fits = true;
        for (size_t i = 0; i < both->size && fits; i++) {
            pmy_line line = {.tensor = checked->node, .origin = checked->origin, .element = i};
            pmy_real goal = FIT * both->largest / 4;
            pmy_derivative derivative;
            fits = pmy_differentiate(&one_row, &line, &goal, &derivative) == PMY_SMOOTH &&
                   near(both, both->analytic[i], derivative.estimate[0].value);
        }
        if (fits)
            return true;
    }
    return false;
}

static size_t count_different(const gradients *both, double tolerance)
{
    size_t different = 0;
    for (size_t i = 0; i < both->size; i++)
        different += pmy_gradient_error(both->analytic[i], both->numeric[i], both->largest) > tolerance;
    return different;
}

static pmy_cause find(pmy_session *session, const pmy_checked *checked, const gradients *both,
                      pmy_check *check)
{
    check->factor = (double)count_different(both, check->tolerance);
    if (both->size > 4 && check->factor <= (double)(both->size / 4))
        return PMY_CAUSE_FEW;
    pmy_real factor = best_factor(both);
    check->factor = (double)factor;
    if (fits_factor(both, -1))
        return PMY_CAUSE_SIGN;
    if (factor != 0 && fits_factor(both, factor))
        return is_count(session->probe.graph, factor) ? PMY_CAUSE_COUNT : PMY_CAUSE_FACTOR;
    if (fits_transposed(both, checked->node->shape, false) ||
        fits_transposed(both, checked->node->shape, true))
        return PMY_CAUSE_TRANSPOSED;
    if (fits_one_row(session, checked, both))
        return PMY_CAUSE_BROADCAST;
    if (fits_shifted(both, false) || fits_shifted(both, true))
        return PMY_CAUSE_SHIFTED;
    return PMY_CAUSE_UNKNOWN;
}

void pmy_find_cause(pmy_session *session, const pmy_checked *checked, const pmy_numeric *numeric,
                    pmy_check *check)
{
    gradients both = {checked->size, checked->analytic[0], numeric->value[0], checked->largest[0]};
    check->cause = PMY_CAUSE_UNKNOWN;
    for (size_t i = 0; i < both.size; i++)
        if (!pmy_is_finite(both.analytic[i])) {
            check->cause = PMY_CAUSE_NOT_FINITE;
            return;
        }
    if (both.largest == 0) {
        check->cause = PMY_CAUSE_ZERO;
        return;
    }
    if (!numeric->complete)
        return;
    for (size_t i = 0; i < both.size; i++)
        both.largest = pmy_maximum(both.largest, pmy_fabs(both.numeric[i]));
    check->cause = find(session, checked, &both, check);
}
