#include "layers/linear_algorithm.h"

#include "kernels/panels.h"

enum { X, WEIGHT };

/* Numbers side by side that are multiplied at once. */
enum { VECTOR = 16 };

/* Numbers in a W that stays in a core's cache; in one so small that each thread reads all of it for its rows
 * of dx, and that y is computed by one thread, unless that is too much work. By measurement. */
enum { SMALL = 65536, TINY = 16384 };

/* Vectors of an example that are worth a product of their own. Where speed matters, by measurement;
 * elsewhere, so that short samples have as many. */
enum { LONG = PMY_SCALAR == 32 ? 16 : 2 };

pmy_linear_size pmy_linear_size_of(const pmy_node *node)
{
    pmy_shape weight = node->input[WEIGHT]->shape;
    return (pmy_linear_size){pmy_vectors(node), weight.dim[1], weight.dim[0]};
}

/* --- Algorithms ------------------------------------------------------------ */

static bool is_wide_and_given(const pmy_node *node, pmy_linear_size n)
{
    return pmy_is_given(node->input[X]) && n.out >= PMY_LINEAR_NARROW;
}

static bool is_small(const pmy_node *node, pmy_linear_size n)
{
    (void)node;
    return n.in >= PMY_LANES && n.out >= PMY_LANES && n.in <= SMALL / n.out;
}

/* Of which a panel of W stays in the cache, in forward and in dx, and there are vectors enough for a product
 * in each piece of rows. */
static bool is_of_sequences(const pmy_node *node, pmy_linear_size n)
{
    enum { MOST = SMALL / PMY_PANEL };
    return n.in >= PMY_LANES && n.out >= PMY_LANES && n.in <= MOST && n.out <= MOST &&
           pmy_has_many_examples(node) && pmy_row_vectors(node) * node->joined >= LONG;
}

static bool is_small_and_narrow(const pmy_node *node, pmy_linear_size n)
{
    return is_small(node, n) && n.out < PMY_LINEAR_NARROW;
}

static bool is_tiny(const pmy_node *node, pmy_linear_size n)
{
    return is_small(node, n) && n.in * n.out <= TINY;
}

static bool is_narrow(const pmy_node *node, pmy_linear_size n)
{
    (void)node;
    return n.out < PMY_LINEAR_NARROW;
}

static bool is_any(const pmy_node *node, pmy_linear_size n)
{
    (void)node, (void)n;
    return true;
}

/* The first that fits. */
static const pmy_linear_algorithm algorithms[] = {
    {is_wide_and_given, true, false, false, PMY_LINEAR_BY_TILES, PMY_LINEAR_BY_TILES},
    {is_of_sequences, false, true, true, PMY_LINEAR_BY_ROWS, PMY_LINEAR_BY_ROWS},
    {is_small_and_narrow, false, true, false, PMY_LINEAR_BY_ROWS, PMY_LINEAR_BY_ROWS},
    {is_tiny, false, true, false, PMY_LINEAR_BY_FEW_TILES, PMY_LINEAR_BY_ROWS},
    {is_small, false, true, false, PMY_LINEAR_BY_TILES, PMY_LINEAR_BY_TILES},
    {is_narrow, false, false, false, PMY_LINEAR_BY_ROWS, PMY_LINEAR_BY_ROWS},
    {is_any, false, false, false, PMY_LINEAR_BY_TILES, PMY_LINEAR_BY_TILES},
};

const pmy_linear_algorithm *pmy_linear_choose(const pmy_node *node)
{
    pmy_linear_size n = pmy_linear_size_of(node);
    const pmy_linear_algorithm *by = algorithms;
    while (!by->fits(node, n))
        by++;
    return by;
}

/* --- Tiles ----------------------------------------------------------------- */

static pmy_tile part_of(size_t index, size_t tiles, size_t length)
{
    size_t vectors = pmy_parts(length, VECTOR);
    size_t first = vectors * index / tiles * VECTOR, end = vectors * (index + 1) / tiles * VECTOR;
    return (pmy_tile){first, pmy_at_most(end, length) - first};
}

size_t pmy_tile_count(size_t length)
{
    size_t widest = length >= 2 * PMY_TILE_WIDEST ? PMY_TILE_WIDEST : PMY_LINEAR_NARROW;
    return pmy_parts(length, widest);
}

pmy_tile pmy_tile_at(size_t index, size_t length)
{
    return part_of(index, pmy_tile_count(length), length);
}

size_t pmy_long_tile_count(size_t length)
{
    return pmy_parts(length, PMY_LONG_TILE);
}

pmy_tile pmy_long_tile_at(size_t index, size_t length)
{
    return part_of(index, pmy_long_tile_count(length), length);
}
