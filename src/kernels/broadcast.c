#include "kernels/broadcast.h"

#include "base/parts.h"

/* Neighbours of an operand that are summed side by side. */
enum { RUN = 64 };

/* --- Shapes ----------------------------------------------------------------- */

/* The sizes of a shape's axes, the last one first, and 1 for those that are missing. */
typedef struct sizes {
    unsigned rank;
    size_t size[PMY_MAX_RANK];
} sizes;

static sizes from_last(pmy_shape shape)
{
    sizes of = {.rank = pmy_shape_rank(shape), .size = {1, 1, 1, 1}};
    for (unsigned i = 0; i < of.rank; i++)
        of.size[i] = shape.dim[of.rank - 1 - i];
    return of;
}

bool pmy_broadcast_shape(pmy_shape a, pmy_shape b, pmy_shape *c)
{
    const sizes of_a = from_last(a), of_b = from_last(b);
    unsigned rank = of_a.rank < of_b.rank ? of_b.rank : of_a.rank;
    *c = PMY_SCALAR_SHAPE;
    for (unsigned i = 0; i < rank; i++) {
        if (of_a.size[i] != of_b.size[i] && of_a.size[i] != 1 && of_b.size[i] != 1)
            return false;
        c->dim[rank - 1 - i] = of_a.size[i] == 1 ? of_b.size[i] : of_a.size[i];
    }
    return true;
}

/* Whether all tensors go on along the next axis where this one ends. */
static bool goes_on(const pmy_broadcast *loops, unsigned axis, const size_t step[PMY_BROADCAST_TENSORS])
{
    for (unsigned t = 0; t < PMY_BROADCAST_TENSORS; t++)
        if (step[t] != loops->axis[axis].size * loops->axis[axis].step[t])
            return false;
    return true;
}

pmy_broadcast pmy_broadcast_of(pmy_shape a, pmy_shape b, pmy_shape c)
{
    const sizes of[PMY_BROADCAST_TENSORS] = {from_last(a), from_last(b), from_last(c)};
    size_t inner[PMY_BROADCAST_TENSORS] = {1, 1, 1}; /* elements within one step of the axis */
    pmy_broadcast loops = {.axis = {{.size = 0}}};
    unsigned axes = 0;
    for (unsigned i = 0; i < of[PMY_BROADCAST_C].rank; i++) {
        size_t size = of[PMY_BROADCAST_C].size[i], step[PMY_BROADCAST_TENSORS];
        for (unsigned t = 0; t < PMY_BROADCAST_TENSORS; t++) {
            step[t] = of[t].size[i] == size ? inner[t] : 0;
            inner[t] *= of[t].size[i];
        }
        if (size == 1)
            continue;
        if (axes > 0 && goes_on(&loops, axes - 1, step)) {
            loops.axis[axes - 1].size *= size;
            continue;
        }
        loops.axis[axes].size = size;
        for (unsigned t = 0; t < PMY_BROADCAST_TENSORS; t++)
            loops.axis[axes].step[t] = step[t];
        axes++;
    }
    bool has_rows = axes > 0 && c.dim[0] > 1;
    loops.outer = has_rows ? axes - 1 : PMY_BROADCAST_AXES - 1;
    loops.inside = has_rows ? loops.axis[axes - 1].size / c.dim[0] : 1;
    while (axes < PMY_BROADCAST_AXES)
        loops.axis[axes++].size = 1;
    return loops;
}

pmy_broadcast pmy_broadcast_rows(const pmy_broadcast *loops, size_t rows)
{
    pmy_broadcast some = *loops;
    some.axis[loops->outer].size = loops->inside * rows;
    return some;
}

/* --- Walking ---------------------------------------------------------------- */

/* Some of the axes: bit i for axis i. */
enum { ALL_AXES = (1 << PMY_BROADCAST_AXES) - 1, BLOCK_AXES = 1 << 0 | 1 << 1 };

static size_t size_of(const pmy_broadcast *loops, unsigned axes)
{
    size_t size = 1;
    for (unsigned i = 0; i < PMY_BROADCAST_AXES; i++)
        size *= axes >> i & 1 ? loops->axis[i].size : 1;
    return size;
}

/* Moves on to element `index` of these axes. */
static void move(const pmy_broadcast *loops, unsigned axes, size_t index, size_t at[PMY_BROADCAST_TENSORS])
{
    for (unsigned i = 0; i < PMY_BROADCAST_AXES; i++) {
        if (!(axes >> i & 1) || loops->axis[i].size == 1)
            continue;
        for (unsigned t = 0; t < PMY_BROADCAST_TENSORS; t++)
            at[t] += index % loops->axis[i].size * loops->axis[i].step[t];
        index /= loops->axis[i].size;
    }
}

void pmy_broadcast_at(const pmy_broadcast *loops, size_t index, size_t at[PMY_BROADCAST_TENSORS])
{
    for (unsigned t = 0; t < PMY_BROADCAST_TENSORS; t++)
        at[t] = 0;
    move(loops, ALL_AXES, index, at);
}

/* The block of that many neighbours along axis 0, and all of axis `rows`. */
static pmy_broadcast_block block_at(const pmy_broadcast *loops, unsigned rows, size_t columns,
                                    const pmy_real *a, const pmy_real *b,
                                    const size_t at[PMY_BROADCAST_TENSORS])
{
    const size_t *row = loops->axis[rows].step, *step = loops->axis[0].step;
    return (pmy_broadcast_block){.rows = loops->axis[rows].size,
                                 .columns = columns,
                                 .a = a + at[PMY_BROADCAST_A],
                                 .b = b + at[PMY_BROADCAST_B],
                                 .a_row = row[PMY_BROADCAST_A],
                                 .b_row = row[PMY_BROADCAST_B],
                                 .c_row = row[PMY_BROADCAST_C],
                                 .a_step = step[PMY_BROADCAST_A],
                                 .b_step = step[PMY_BROADCAST_B]};
}

void pmy_broadcast_map(const pmy_broadcast *loops, pmy_broadcast_put *put, const pmy_real *a,
                       const pmy_real *b, const pmy_real *dc, pmy_real *d, bool accumulate)
{
    const unsigned outer = ALL_AXES & ~(unsigned)BLOCK_AXES;
    for (size_t i = 0, blocks = size_of(loops, outer); i < blocks; i++) {
        size_t at[PMY_BROADCAST_TENSORS] = {0};
        move(loops, outer, i, at);
        put(block_at(loops, 1, loops->axis[0].size, a, b, at), dc + at[PMY_BROADCAST_C],
            d + at[PMY_BROADCAST_C], accumulate);
    }
}

/* --- Sums over repeated axes -------------------------------------------------- */

/* How an operand's axes outside of axis 0 split: those it has, the innermost one that it is repeated along,
 * whose sum a block is, and the others of these. */
typedef struct split {
    bool inner_kept; /* the operand has axis 0 */
    size_t chunks;   /* of RUN columns, on axis 0 */
    unsigned kept, rows, repeated;
} split;

static split split_for(const pmy_broadcast *loops, unsigned to)
{
    split is = {.inner_kept = loops->axis[0].step[to] > 0, .chunks = pmy_parts(loops->axis[0].size, RUN)};
    for (unsigned i = PMY_BROADCAST_AXES; i-- > 1;) {
        if (loops->axis[i].step[to]) {
            is.kept |= 1u << i;
        } else {
            is.repeated |= 1u << i;
            is.rows = i;
        }
    }
    is.repeated &= ~(1u << is.rows);
    return is;
}

/* A run is RUN neighbours of the operand along axis 0, or one element where it is repeated along that. */
size_t pmy_broadcast_runs(const pmy_broadcast *loops, unsigned to)
{
    split is = split_for(loops, to);
    return size_of(loops, is.kept) * (is.inner_kept ? is.chunks : 1);
}

/* The columns of a chunk. */
static size_t columns_of(const pmy_broadcast *loops, size_t chunk)
{
    size_t left = loops->axis[0].size - chunk * RUN;
    return pmy_at_most(left, RUN);
}

/* Adds up the columns of a chunk of the axis 0 that begins at begin[]. */
static void add_chunk(const pmy_broadcast *loops, const split *is, size_t chunk, pmy_broadcast_add *add,
                      const pmy_real *a, const pmy_real *b, const pmy_real *dc,
                      const size_t begin[PMY_BROADCAST_TENSORS], pmy_accum sum[RUN])
{
    for (size_t i = 0, blocks = size_of(loops, is->repeated); i < blocks; i++) {
        size_t at[PMY_BROADCAST_TENSORS];
        for (unsigned t = 0; t < PMY_BROADCAST_TENSORS; t++)
            at[t] = begin[t] + chunk * RUN * loops->axis[0].step[t];
        move(loops, is->repeated, i, at);
        add(block_at(loops, is->rows, columns_of(loops, chunk), a, b, at), dc + at[PMY_BROADCAST_C], sum);
    }
}

void pmy_broadcast_reduce(const pmy_broadcast *loops, pmy_broadcast_add *add, unsigned to, size_t begin,
                          size_t end, const pmy_real *a, const pmy_real *b, const pmy_real *dc, pmy_real *d,
                          bool accumulate)
{
    split is = split_for(loops, to);
    size_t parts = is.inner_kept ? is.chunks : 1; /* runs of the same axis 0 */
    for (size_t run = begin; run < end; run++) {
        size_t at[PMY_BROADCAST_TENSORS] = {0};
        move(loops, is.kept, run / parts, at);
        size_t first = run % parts, last = is.inner_kept ? first + 1 : is.chunks;
        pmy_accum sum[RUN] = {0};
        for (size_t chunk = first; chunk < last; chunk++)
            add_chunk(loops, &is, chunk, add, a, b, dc, at, sum);
        size_t columns = columns_of(loops, first);
        if (!is.inner_kept) {
            for (size_t j = 1; j < columns; j++)
                sum[0] += sum[j];
            columns = 1;
        }
        for (size_t j = 0; j < columns; j++)
            pmy_put(&d[at[to] + first * RUN + j], (pmy_real)sum[j], accumulate);
    }
}
