/* Element-wise functions of two operands that are broadcast to one shape, as NumPy does it: shapes are
 * aligned at the last axis, and an operand that has 1 or nothing along an axis is repeated there.
 * https://numpy.org/doc/stable/user/basics.broadcasting.html */
#ifndef PMY_KERNELS_BROADCAST_H
#define PMY_KERNELS_BROADCAST_H

#include "base/real.h"
#include "base/shape.h"
#include "base/simd.h"

/* The result's shape; false where some axis has two sizes and neither is 1. */
bool pmy_broadcast_shape(pmy_shape a, pmy_shape b, pmy_shape *c);

/* The operands and the result. */
enum { PMY_BROADCAST_A, PMY_BROADCAST_B, PMY_BROADCAST_C, PMY_BROADCAST_TENSORS };
/* One more, so that there always is one of size 1. */
enum { PMY_BROADCAST_AXES = PMY_MAX_RANK + 1 };

/* The loops over a result: its axes, the innermost first. Axes that all three tensors walk through as one are
 * one; those that are missing have size 1. */
typedef struct pmy_broadcast {
    struct {
        size_t size;
        size_t step[PMY_BROADCAST_TENSORS]; /* to the next element; 0 where an operand is repeated */
    } axis[PMY_BROADCAST_AXES];
    unsigned outer; /* the one that holds the result's first axis, */
    size_t inside;  /* and how many of its elements are a row */
} pmy_broadcast;

pmy_broadcast pmy_broadcast_of(pmy_shape a, pmy_shape b, pmy_shape c);
/* The same for another number of rows. */
pmy_broadcast pmy_broadcast_rows(const pmy_broadcast *loops, size_t rows);

/* Where element `index` of the result lies in each tensor. */
void pmy_broadcast_at(const pmy_broadcast *loops, size_t index, size_t at[PMY_BROADCAST_TENSORS]);

/* Two of the loops, the inner one over `columns` neighbours of the result. */
typedef struct pmy_broadcast_block {
    size_t rows, columns;
    const pmy_real *a, *b; /* element [r, j] of an operand is at r · row + j · step */
    size_t a_row, b_row, c_row;
    size_t a_step, b_step; /* 1, or 0: one number for all columns */
} pmy_broadcast_block;

/* d[r, j] (+)= f(a, b, dc[r, j]); d lies apart from all that f reads. */
typedef void pmy_broadcast_put(pmy_broadcast_block block, const pmy_real *dc, pmy_real *d, bool accumulate);
/* sum[j] += Σ_r f(a, b, dc[r, j]) */
typedef void pmy_broadcast_add(pmy_broadcast_block block, const pmy_real *dc, pmy_accum *sum);

/* d (+)= f(a, b, dc) for every element, all of the result's shape but the operands. */
void pmy_broadcast_map(const pmy_broadcast *loops, pmy_broadcast_put *put, const pmy_real *a,
                       const pmy_real *b, const pmy_real *dc, pmy_real *d, bool accumulate);

/* d (+)= Σ f(a, b, dc) over the axes along which operand `to` is repeated, where d has that one's shape. Sums
 * are carried in pmy_accum, in an order that follows from the loops alone. The operand's elements are
 * computed in runs; this computes runs begin … end − 1. */
void pmy_broadcast_reduce(const pmy_broadcast *loops, pmy_broadcast_add *add, unsigned to, size_t begin,
                          size_t end, const pmy_real *a, const pmy_real *b, const pmy_real *dc, pmy_real *d,
                          bool accumulate);
size_t pmy_broadcast_runs(const pmy_broadcast *loops, unsigned to);

/* --- The loops of a block, for functions marked PMY_CLONES ------------------ */

typedef pmy_real pmy_broadcast_formula(pmy_real a, pmy_real b, pmy_real dc);

PMY_INLINED void pmy_put_by_steps(pmy_broadcast_block k, pmy_broadcast_formula *f, size_t a_step,
                                  size_t b_step, const pmy_real *dc, pmy_real *restrict d, bool accumulate)
{
    for (size_t r = 0; r < k.rows; r++, k.a += k.a_row, k.b += k.b_row, dc += k.c_row, d += k.c_row)
        for (size_t j = 0; j < k.columns; j++)
            pmy_put(&d[j], f(k.a[j * a_step], k.b[j * b_step], dc[j]), accumulate);
}

PMY_INLINED void pmy_add_by_steps(pmy_broadcast_block k, pmy_broadcast_formula *f, size_t a_step,
                                  size_t b_step, const pmy_real *dc, pmy_accum *restrict sum)
{
    for (size_t r = 0; r < k.rows; r++, k.a += k.a_row, k.b += k.b_row, dc += k.c_row)
        for (size_t j = 0; j < k.columns; j++)
            sum[j] += (pmy_accum)f(k.a[j * a_step], k.b[j * b_step], dc[j]);
}

/* The steps as literals, so that each loop becomes vector code. */
PMY_INLINED void pmy_put_block(pmy_broadcast_block k, pmy_broadcast_formula *f, const pmy_real *dc,
                               pmy_real *d, bool accumulate)
{
    if (k.a_step && k.b_step)
        pmy_put_by_steps(k, f, 1, 1, dc, d, accumulate);
    else if (k.a_step)
        pmy_put_by_steps(k, f, 1, 0, dc, d, accumulate);
    else
        pmy_put_by_steps(k, f, 0, 1, dc, d, accumulate);
}

PMY_INLINED void pmy_add_block(pmy_broadcast_block k, pmy_broadcast_formula *f, const pmy_real *dc,
                               pmy_accum *sum)
{
    if (k.a_step && k.b_step)
        pmy_add_by_steps(k, f, 1, 1, dc, sum);
    else if (k.a_step)
        pmy_add_by_steps(k, f, 1, 0, dc, sum);
    else
        pmy_add_by_steps(k, f, 0, 1, dc, sum);
}

#endif
