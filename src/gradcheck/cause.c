/* What a wrong gradient looks like. Simple transformations of the right gradient are tried
 * in turn; the first that gives backward's is the likely cause. */
#include "gradcheck/session.h"

/* How well a transformation must fit, relative to the largest difference that it is to explain. */
static const pmy_real FIT = PMY_R(1e-4);

typedef struct gradients {
    const pmy_node *node; /* whose gradients they are */
    size_t size;
    const pmy_real *analytic, *numeric; /* [size]: backward's, and the right one */
    pmy_real distance;                  /* the largest between the two */
} gradients;

static gradients gradients_of(const pmy_node *node, const pmy_real *analytic, const pmy_real *numeric)
{
    gradients both = {node, pmy_shape_size(node->shape), analytic, numeric, 0};
    for (size_t i = 0; i < both.size; i++)
        both.distance = pmy_maximum(both.distance, pmy_fabs(analytic[i] - numeric[i]));
    return both;
}

static bool near(const gradients *both, pmy_real a, pmy_real b)
{
    return pmy_fabs(a - b) <= FIT * both->distance;
}

/* Whether backward's is factor · the right one + other_factor · another (which may be NULL). */
static bool fits(const gradients *both, pmy_real factor, pmy_real other_factor, const pmy_real *other)
{
    for (size_t i = 0; i < both->size; i++) {
        pmy_real rest = other ? other_factor * other[i] : 0;
        if (!near(both, both->analytic[i], factor * both->numeric[i] + rest))
            return false;
    }
    return true;
}

static pmy_accum product(size_t size, const pmy_real *a, const pmy_real *b)
{
    pmy_accum sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += (pmy_accum)a[i] * (pmy_accum)b[i];
    return sum;
}

/* The factor that fits best in the least-squares sense. */
static pmy_real best_factor(const gradients *both)
{
    pmy_accum square = product(both->size, both->numeric, both->numeric);
    return square > 0 ? (pmy_real)(product(both->size, both->analytic, both->numeric) / square) : 0;
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
static bool fits_transposed(const gradients *both, bool other_way)
{
    unsigned rank = pmy_shape_rank(both->node->shape);
    if (rank < 2)
        return false;
    const size_t *dim = both->node->shape.dim;
    size_t rows = dim[rank - 2], columns = dim[rank - 1], matrix = rows * columns;
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
static bool fits_one_row(pmy_session *session, const pmy_checked *leaf, const gradients *both)
{
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
        for (size_t i = 0; i < both->size && fits; i++) {
            pmy_line line = {.tensor = leaf->node, .origin = leaf->origin, .element = i};
            pmy_real goal = FIT * both->distance / 4;
            pmy_derivative derivative;
            fits = pmy_differentiate(&one_row, &line, &goal, &derivative) == PMY_SMOOTH &&
                   near(both, both->analytic[i], derivative.estimate[0].value);
        }
        if (fits)
            return true;
    }
    return false;
}

/* `different`: the elements whose error is too large; `leaf`: NULL where the node is none. */
static pmy_cause find(pmy_session *session, const pmy_checked *leaf, const gradients *both, size_t different,
                      pmy_check *check)
{
    check->factor = (double)different;
    if (both->size > 4 && different <= both->size / 4)
        return PMY_CAUSE_FEW;
    pmy_real factor = best_factor(both);
    check->factor = (double)factor;
    if (fits(both, -1, 0, NULL))
        return PMY_CAUSE_SIGN;
    if (factor != 0 && fits(both, factor, 0, NULL))
        return is_count(session->probe.graph, factor) ? PMY_CAUSE_COUNT : PMY_CAUSE_FACTOR;
    if (fits_transposed(both, false) || fits_transposed(both, true))
        return PMY_CAUSE_TRANSPOSED;
    if (fits_one_row(session, leaf, both))
        return PMY_CAUSE_BROADCAST;
    if (fits_shifted(both, false) || fits_shifted(both, true))
        return PMY_CAUSE_SHIFTED;
    return PMY_CAUSE_UNKNOWN;
}

/* What shows without the right gradient; PMY_CAUSE_UNKNOWN: nothing. */
static pmy_cause find_plain(size_t size, const pmy_real *analytic)
{
    bool zero = true;
    for (size_t i = 0; i < size; i++) {
        if (!pmy_is_finite(analytic[i]))
            return PMY_CAUSE_NOT_FINITE;
        zero &= analytic[i] == 0;
    }
    return zero ? PMY_CAUSE_ZERO : PMY_CAUSE_UNKNOWN;
}

void pmy_find_cause(pmy_session *session, const pmy_checked *leaf, const pmy_numeric *numeric,
                    pmy_check *check)
{
    check->cause = find_plain(leaf->size, leaf->analytic[0]);
    if (check->cause != PMY_CAUSE_UNKNOWN || !numeric->complete)
        return;
    gradients both = gradients_of(leaf->node, leaf->analytic[0], numeric->value);
    size_t different = 0;
    for (size_t i = 0; i < leaf->size; i++)
        different +=
            pmy_gradient_error(both.analytic[i], both.numeric[i], leaf->largest[0]) > check->tolerance;
    check->cause = find(session, leaf, &both, different, check);
}

/* The b of sum = a · alone + b · share that fits best in the least-squares sense; 1 where none fits. */
static pmy_real factor_of_share(const pmy_sum *sum)
{
    size_t size = pmy_shape_size(sum->node->shape);
    gradients both = {sum->node, size, sum->found, sum->alone, sum->distance};
    pmy_accum aa = product(size, sum->alone, sum->alone), as = product(size, sum->alone, sum->share);
    pmy_accum ss = product(size, sum->share, sum->share), af = product(size, sum->alone, sum->found);
    pmy_accum sf = product(size, sum->share, sum->found), determinant = aa * ss - as * as;
    if (!(determinant >
          (pmy_accum)FIT * aa * ss)) /* nearly the same direction, as in a tensor of one number */
        return fits(&both, 1, 0, NULL) ? 0 : 1;
    pmy_real a = (pmy_real)((af * ss - sf * as) / determinant);
    pmy_real b = (pmy_real)((sf * aa - af * as) / determinant);
    return fits(&both, a, b, sum->share) ? b : 1;
}

void pmy_find_cause_of_sum(pmy_session *session, const pmy_checked *leaf, const pmy_sum *sum,
                           size_t different, pmy_check *check)
{
    size_t size = pmy_shape_size(sum->node->shape);
    check->cause = find_plain(size, sum->found);
    if (check->cause != PMY_CAUSE_UNKNOWN)
        return;
    pmy_real factor = factor_of_share(sum);
    check->factor = (double)factor;
    if (pmy_fabs(factor) < FIT)
        check->cause = PMY_CAUSE_OVERWRITES;
    else if (pmy_fabs(factor - 1) > FIT)
        check->cause = PMY_CAUSE_SCALES;
    if (check->cause != PMY_CAUSE_UNKNOWN)
        return;
    for (size_t i = 0; i < size; i++)
        sum->found[i] -= sum->share[i];
    gradients both = gradients_of(sum->node, sum->found, sum->alone);
    check->cause = find_plain(size, sum->found);
    if (check->cause == PMY_CAUSE_UNKNOWN)
        check->cause = find(session, leaf, &both, different, check);
}
