/* What a wrong gradient looks like. Simple transformations of the right gradient are tried
 * in turn; the first that gives backward's is the likely cause. */
#include "gradcheck/session.h"

/* How well a transformation must fit, relative to the largest difference that it is to explain. */
static const pmy_real FIT = PMY_R(1e-4);

static bool near(const pmy_suspect *wrong, pmy_real a, pmy_real b)
{
    return pmy_real_fabs(a - b) <= FIT * wrong->distance;
}

/* Whether backward's is factor · the right one + factor_of_share · the share, if there is one. */
static bool fits(const pmy_suspect *wrong, pmy_real factor, pmy_real factor_of_share)
{
    for (size_t i = 0; i < wrong->size; i++) {
        pmy_real rest = wrong->share ? factor_of_share * wrong->share[i] : 0;
        if (!near(wrong, wrong->analytic[i], factor * wrong->numeric[i] + rest))
            return false;
    }
    return true;
}

/* The factor that fits best in the least-squares sense. */
static pmy_real best_factor(const pmy_suspect *wrong)
{
    pmy_accum square = pmy_inner_product(wrong->size, wrong->numeric, wrong->numeric);
    return square > 0 ? (pmy_real)(pmy_inner_product(wrong->size, wrong->analytic, wrong->numeric) / square)
                      : 0;
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
            if (counts[i] > 2 &&
                (pmy_real_fabs(factor / count - 1) < FIT || pmy_real_fabs(factor * count - 1) < FIT))
                return true;
        }
    }
    return false;
}

/* Read as [rows, columns] where it was written as [columns, rows], or the other way round. */
static bool fits_transposed(const pmy_suspect *wrong, bool other_way)
{
    unsigned rank = pmy_shape_rank(wrong->node->shape);
    if (rank < 2)
        return false;
    const size_t *dim = wrong->node->shape.dim;
    size_t rows = dim[rank - 2], columns = dim[rank - 1], matrix = rows * columns;
    for (size_t i = 0; i < wrong->size; i++) {
        size_t at = i % matrix, swapped = i - at + at % columns * rows + at / columns;
        if (!near(wrong, wrong->analytic[other_way ? swapped : i], wrong->numeric[other_way ? i : swapped]))
            return false;
    }
    return true;
}

static bool fits_shifted(const pmy_suspect *wrong, bool up)
{
    for (size_t i = 0; i + 1 < wrong->size; i++)
        if (!near(wrong, wrong->analytic[up ? i + 1 : i], wrong->numeric[up ? i : i + 1]))
            return false;
    return wrong->size > 2;
}

/* Whether the gradient is what the outputs of one row alone (the first, or the
 * last) ask for. */
static bool fits_one_row(pmy_session *session, const pmy_suspect *wrong)
{
    const pmy_checked *leaf = wrong->leaf;
    pmy_probe one_row = session->probe;
    size_t rows = pmy_rows(one_row.root), row_size = pmy_row_size(one_row.root);
    if (rows < 2 || !leaf || leaf->node->batched)
        return false;
    for (unsigned last = 0; last < 2; last++) {
        one_row.weights = 1;
        one_row.weight[0] = pmy_arena_take(&session->arena, one_row.outputs, sizeof(pmy_real));
        if (!one_row.weight[0])
            return false;
        for (size_t o = last ? (rows - 1) * row_size : 0, n = 0; n < row_size; n++)
            one_row.weight[0][o + n] = session->probe.weight[0][o + n];
        bool fits = true;
        for (size_t i = 0; i < wrong->size && fits; i++) {
            pmy_line line = {.tensor = leaf->node, .origin = leaf->origin, .element = i};
            pmy_real goal = FIT * wrong->distance / 4;
            pmy_derivative derivative;
            fits = pmy_differentiate(&one_row, &line, &goal, &derivative) == PMY_SMOOTH &&
                   near(wrong, wrong->analytic[i], derivative.estimate[0].value);
        }
        if (fits)
            return true;
    }
    return false;
}

/* Of a gradient, or of a sum whose share has been taken off. */
static pmy_cause find(pmy_session *session, const pmy_suspect *wrong, pmy_check *check)
{
    check->factor = (double)wrong->different;
    if (wrong->size > 4 && wrong->different <= wrong->size / 4)
        return PMY_CAUSE_FEW;
    pmy_real factor = best_factor(wrong);
    check->factor = (double)factor;
    if (fits(wrong, -1, 0))
        return PMY_CAUSE_SIGN;
    if (factor != 0 && fits(wrong, factor, 0))
        return is_count(session->probe.graph, factor) ? PMY_CAUSE_COUNT : PMY_CAUSE_FACTOR;
    if (fits_transposed(wrong, false) || fits_transposed(wrong, true))
        return PMY_CAUSE_TRANSPOSED;
    if (fits_one_row(session, wrong))
        return PMY_CAUSE_BROADCAST;
    if (fits_shifted(wrong, false) || fits_shifted(wrong, true))
        return PMY_CAUSE_SHIFTED;
    return PMY_CAUSE_UNKNOWN;
}

/* What shows without the right gradient; PMY_CAUSE_UNKNOWN: nothing. */
static pmy_cause find_plain(const pmy_suspect *wrong)
{
    bool zero = true;
    for (size_t i = 0; i < wrong->size; i++) {
        if (!pmy_is_finite(wrong->analytic[i]))
            return PMY_CAUSE_NOT_FINITE;
        zero &= wrong->analytic[i] == 0;
    }
    return zero ? PMY_CAUSE_ZERO : PMY_CAUSE_UNKNOWN;
}

/* The b of sum = a · gradient + b · share that fits best in the least-squares sense; 1 where none fits. */
static pmy_real factor_of_share(const pmy_suspect *wrong)
{
    size_t size = wrong->size;
    const pmy_real *alone = wrong->numeric, *share = wrong->share, *found = wrong->analytic; /* [size] */
    pmy_accum aa = pmy_inner_product(size, alone, alone), as = pmy_inner_product(size, alone, share);
    pmy_accum ss = pmy_inner_product(size, share, share), af = pmy_inner_product(size, alone, found);
    pmy_accum sf = pmy_inner_product(size, share, found), determinant = aa * ss - as * as;
    if (!(determinant >
          (pmy_accum)FIT * aa * ss)) /* nearly the same direction, as in a tensor of one number */
        return fits(wrong, 1, 0) ? 0 : 1;
    pmy_real a = (pmy_real)((af * ss - sf * as) / determinant);
    pmy_real b = (pmy_real)((sf * aa - af * as) / determinant);
    return fits(wrong, a, b) ? b : 1;
}

static pmy_cause find_in_share(const pmy_suspect *wrong, pmy_check *check)
{
    pmy_real factor = factor_of_share(wrong);
    check->factor = (double)factor;
    if (pmy_real_fabs(factor) < FIT)
        return PMY_CAUSE_OVERWRITES;
    if (pmy_real_fabs(factor - 1) > FIT)
        return PMY_CAUSE_SCALES;
    for (size_t i = 0; i < wrong->size; i++)
        wrong->analytic[i] -= wrong->share[i];
    return find_plain(wrong);
}

void pmy_find_cause(pmy_session *session, pmy_suspect *wrong, pmy_check *check)
{
    check->cause = find_plain(wrong);
    if (check->cause != PMY_CAUSE_UNKNOWN || !wrong->numeric)
        return;
    for (size_t i = 0; i < wrong->size; i++) {
        pmy_real right = wrong->numeric[i] + (wrong->share ? wrong->share[i] : 0);
        wrong->distance = pmy_real_maximum(wrong->distance, pmy_real_fabs(wrong->analytic[i] - right));
    }
    if (wrong->share)
        check->cause = find_in_share(wrong, check);
    wrong->share = NULL;
    if (check->cause == PMY_CAUSE_UNKNOWN)
        check->cause = find(session, wrong, check);
}
