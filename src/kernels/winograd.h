/* Winograd's convolution F(4×4, 3×3): 4×4 of y from 6×6 of x with 36 products instead of 144.
 *
 * A convolution is a product of polynomials; both are evaluated at six points, multiplied there, and the
 * result is interpolated. Along one axis, with the points 0, ±P, ±Q and ∞,
 *
 *   y[4] = Aᵀ ((G g[3]) ⊙ (Bᵀ d[6]))
 *
 * and for images the same along both axes. P and Q are numbers without rounding for which float's
 * rounding is amplified little. Backward goes by the transposed matrices:
 *
 *   dm = A dy,  dd = B ((G g) ⊙ dm),  dg = Gᵀ ((Bᵀ d) ⊙ dm)
 *
 * (S. Winograd, Arithmetic Complexity of Computations, 1980; A. Lavin and S. Gray, Fast Algorithms
 * for Convolutional Neural Networks, 2016.)
 *
 * Everything here is in lanes: the functions below do what they say for PMY_LANES channels at a time. */
#ifndef PMY_KERNELS_WINOGRAD_H
#define PMY_KERNELS_WINOGRAD_H

#include "base/lanes.h"

enum { PMY_WINOGRAD_KERNEL = 3, PMY_WINOGRAD_TILE = 4, PMY_WINOGRAD_SIDE = 6, PMY_WINOGRAD_POINTS = 36 };

#define PMY_WINOGRAD_P PMY_R(0.625)
#define PMY_WINOGRAD_Q PMY_R(1.5)
#define PMY_WINOGRAD_P2 (PMY_WINOGRAD_P * PMY_WINOGRAD_P)
#define PMY_WINOGRAD_Q2 (PMY_WINOGRAD_Q * PMY_WINOGRAD_Q)
#define PMY_WINOGRAD_P3 (PMY_WINOGRAD_P2 * PMY_WINOGRAD_P)
#define PMY_WINOGRAD_Q3 (PMY_WINOGRAD_Q2 * PMY_WINOGRAD_Q)
/* G's rows are divided by these: the products of a point's distances from the others. */
#define PMY_WINOGRAD_AT_0 (PMY_WINOGRAD_P2 * PMY_WINOGRAD_Q2)
#define PMY_WINOGRAD_AT_P (2 * PMY_WINOGRAD_P2 * (PMY_WINOGRAD_P2 - PMY_WINOGRAD_Q2))
#define PMY_WINOGRAD_AT_Q (2 * PMY_WINOGRAD_Q2 * (PMY_WINOGRAD_Q2 - PMY_WINOGRAD_P2))

/* --- Along one axis -------------------------------------------------------- */

/* Bᵀ d */
PMY_INLINED void pmy_winograd_b(const pmy_lanes d[6], pmy_lanes v[6])
{
    const pmy_real p = PMY_WINOGRAD_P, q = PMY_WINOGRAD_Q, p2 = PMY_WINOGRAD_P2, q2 = PMY_WINOGRAD_Q2;
    pmy_lanes even_p = d[4] - q2 * d[2], odd_p = p * (d[3] - q2 * d[1]);
    pmy_lanes even_q = d[4] - p2 * d[2], odd_q = q * (d[3] - p2 * d[1]);
    v[0] = d[4] - (p2 + q2) * d[2] + p2 * q2 * d[0];
    v[1] = even_p + odd_p;
    v[2] = even_p - odd_p;
    v[3] = even_q + odd_q;
    v[4] = even_q - odd_q;
    v[5] = d[5] - (p2 + q2) * d[3] + p2 * q2 * d[1];
}

/* B v */
PMY_INLINED void pmy_winograd_b_transposed(const pmy_lanes v[6], pmy_lanes d[6])
{
    const pmy_real p = PMY_WINOGRAD_P, q = PMY_WINOGRAD_Q, p2 = PMY_WINOGRAD_P2, q2 = PMY_WINOGRAD_Q2;
    pmy_lanes even_p = v[1] + v[2], odd_p = p * (v[1] - v[2]);
    pmy_lanes even_q = v[3] + v[4], odd_q = q * (v[3] - v[4]);
    d[0] = p2 * q2 * v[0];
    d[1] = p2 * q2 * v[5] - q2 * odd_p - p2 * odd_q;
    d[2] = -(p2 + q2) * v[0] - q2 * even_p - p2 * even_q;
    d[3] = odd_p + odd_q - (p2 + q2) * v[5];
    d[4] = v[0] + even_p + even_q;
    d[5] = v[5];
}

/* Aᵀ m */
PMY_INLINED void pmy_winograd_a(const pmy_lanes m[6], pmy_lanes y[4])
{
    pmy_lanes even_p = m[1] + m[2], odd_p = m[1] - m[2], even_q = m[3] + m[4], odd_q = m[3] - m[4];
    y[0] = m[0] + even_p + even_q;
    y[1] = PMY_WINOGRAD_P * odd_p + PMY_WINOGRAD_Q * odd_q;
    y[2] = PMY_WINOGRAD_P2 * even_p + PMY_WINOGRAD_Q2 * even_q;
    y[3] = m[5] + PMY_WINOGRAD_P3 * odd_p + PMY_WINOGRAD_Q3 * odd_q;
}

/* A y */
PMY_INLINED void pmy_winograd_a_transposed(const pmy_lanes y[4], pmy_lanes m[6])
{
    pmy_lanes even_p = y[0] + PMY_WINOGRAD_P2 * y[2], odd_p = PMY_WINOGRAD_P * y[1] + PMY_WINOGRAD_P3 * y[3];
    pmy_lanes even_q = y[0] + PMY_WINOGRAD_Q2 * y[2], odd_q = PMY_WINOGRAD_Q * y[1] + PMY_WINOGRAD_Q3 * y[3];
    m[0] = y[0];
    m[1] = even_p + odd_p;
    m[2] = even_p - odd_p;
    m[3] = even_q + odd_q;
    m[4] = even_q - odd_q;
    m[5] = y[3];
}

/* G g */
PMY_INLINED void pmy_winograd_g(const pmy_lanes g[3], pmy_lanes u[6])
{
    pmy_lanes even_p = (g[0] + PMY_WINOGRAD_P2 * g[2]) * (1 / PMY_WINOGRAD_AT_P);
    pmy_lanes even_q = (g[0] + PMY_WINOGRAD_Q2 * g[2]) * (1 / PMY_WINOGRAD_AT_Q);
    pmy_lanes odd_p = g[1] * (PMY_WINOGRAD_P / PMY_WINOGRAD_AT_P);
    pmy_lanes odd_q = g[1] * (PMY_WINOGRAD_Q / PMY_WINOGRAD_AT_Q);
    u[0] = g[0] * (1 / PMY_WINOGRAD_AT_0);
    u[1] = even_p + odd_p;
    u[2] = even_p - odd_p;
    u[3] = even_q + odd_q;
    u[4] = even_q - odd_q;
    u[5] = g[2];
}

/* Gᵀ u */
PMY_INLINED void pmy_winograd_g_transposed(const pmy_lanes u[6], pmy_lanes g[3])
{
    pmy_lanes even_p = (u[1] + u[2]) * (1 / PMY_WINOGRAD_AT_P);
    pmy_lanes even_q = (u[3] + u[4]) * (1 / PMY_WINOGRAD_AT_Q);
    g[0] = u[0] * (1 / PMY_WINOGRAD_AT_0) + even_p + even_q;
    g[1] = (u[1] - u[2]) * (PMY_WINOGRAD_P / PMY_WINOGRAD_AT_P) +
           (u[3] - u[4]) * (PMY_WINOGRAD_Q / PMY_WINOGRAD_AT_Q);
    g[2] = u[5] + PMY_WINOGRAD_P2 * even_p + PMY_WINOGRAD_Q2 * even_q;
}

#endif
