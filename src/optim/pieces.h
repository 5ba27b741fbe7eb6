/* The flat vector of a graph's parameters in pieces, for threads to go through it. */
#ifndef PMY_OPTIM_PIECES_H
#define PMY_OPTIM_PIECES_H

#include "base/parts.h"

#include <stddef.h>

/* Elements in a piece: a multiple of a tensor's alignment, and so many that taking a piece costs
 * little beside working on it, so few that the threads end together. */
enum { PMY_PIECE_ELEMENTS = 8192 };

/* How many pieces `size` elements make. */
static inline size_t pmy_pieces_of(size_t size)
{
    return size / PMY_PIECE_ELEMENTS + (size % PMY_PIECE_ELEMENTS != 0);
}

/* Where a piece begins, and where it ends. */
static inline size_t pmy_piece_begin(size_t piece)
{
    return piece * PMY_PIECE_ELEMENTS;
}

static inline size_t pmy_piece_end(size_t size, size_t piece)
{
    size_t begin = pmy_piece_begin(piece), left = size - begin;
    return begin + pmy_at_most(left, PMY_PIECE_ELEMENTS);
}

#endif
