/* How a linear layer's products are computed and split, by its sizes. */
#ifndef PMY_LAYERS_LINEAR_ALGORITHM_H
#define PMY_LAYERS_LINEAR_ALGORITHM_H

#include "tensor/op.h"

typedef struct pmy_linear_size {
    size_t vectors, in, out;
} pmy_linear_size;

/* A layer of fewer outputs is narrow. */
enum { PMY_LINEAR_NARROW = 64 };

/* By rows of the batch; into tiles of columns, so that each thread's product reads a part of W once; or into
 * such tiles where one would be too much work. */
typedef enum pmy_linear_split {
    PMY_LINEAR_BY_ROWS,
    PMY_LINEAR_BY_TILES,
    PMY_LINEAR_BY_FEW_TILES
} pmy_linear_split;

typedef struct pmy_linear_algorithm {
    bool (*fits)(const pmy_node *node, pmy_linear_size n);
    bool packs; /* leaves out columns of x that are zero in the whole batch */
    bool lanes; /* takes the products in lanes; else by OpenBLAS */
    bool turns; /* W once a forward, for all pieces; and ∂W is a long product */
    pmy_linear_split forward, dx;
} pmy_linear_algorithm;

/* Of x [vectors, in] and W [out, in]. */
pmy_linear_size pmy_linear_size_of(const pmy_node *node);

/* Of a layer in a graph being built. */
const pmy_linear_algorithm *pmy_linear_choose(const pmy_node *node);

/* Numbers side by side that make up a tile. */
typedef struct pmy_tile {
    size_t first, width;
} pmy_tile;

/* Tiles of about the same width, at most this, in whole vectors but for the last. */
enum { PMY_TILE_WIDEST = 128 };
size_t pmy_tile_count(size_t length);
pmy_tile pmy_tile_at(size_t index, size_t length);

/* Those of dW's rows and columns, where many vectors make it. */
enum { PMY_LONG_TILE = PMY_SCALAR == 32 ? 128 : 16 };
size_t pmy_long_tile_count(size_t length);
pmy_tile pmy_long_tile_at(size_t index, size_t length);

#endif
