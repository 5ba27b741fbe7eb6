/* Which columns of a matrix hold anything: the runs of columns that are not
 * all zero, and copies to and from a matrix of only these. Pictures have empty
 * borders, and a product need not multiply by them. */
#ifndef PMY_KERNELS_COLUMNS_H
#define PMY_KERNELS_COLUMNS_H

#include "base/real.h"

#include <stddef.h>
#include <stdint.h>

/* Neighbouring used columns: `length` from `first` on. */
typedef struct pmy_run_of_columns {
    uint32_t first, length;
} pmy_run_of_columns;

typedef struct pmy_columns {
    size_t used; /* columns that are not all zero */
    size_t runs;
    pmy_run_of_columns *run; /* [runs], room for (columns + 1)/2 */
    uint32_t *seen;          /* [columns], for pmy_columns_find to work in */
} pmy_columns;

/* Finds the used columns of x [rows, columns]. */
void pmy_columns_find(pmy_columns *found, size_t rows, size_t columns, const pmy_real *x);

/* The copies below move this many numbers at a time, and may write as many − 1 after what they
 * mean to, within the same row; so they need used + PMY_COLUMN_CHUNK ≤ columns. */
enum { PMY_COLUMN_CHUNK = 16 };

/* packed[r, 0 … used − 1] = full[r, used columns], for r < rows; the rows of both
 * are `columns` apart. */
void pmy_columns_pack(const pmy_columns *found, size_t rows, size_t columns, const pmy_real *full,
                      pmy_real *packed);

/* full[r, used columns] (+)= packed[r, 0 … used − 1]; the other columns become 0,
 * or stay when accumulating. */
void pmy_columns_unpack(const pmy_columns *found, size_t rows, size_t columns, const pmy_real *packed,
                        pmy_real *full, bool accumulate);

#endif
