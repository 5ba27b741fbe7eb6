#include "layers/columns.h"

#include "tensor/simd.h"

#include <string.h>

PMY_CLONES
static void pmy_columns_look(size_t rows, size_t columns, const pmy_real *x, uint32_t *restrict seen)
{
    memset(seen, 0, columns * sizeof *seen);
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < columns; j++)
            seen[j] |= x[r * columns + j] != 0;
}

void pmy_columns_find(pmy_columns *found, size_t rows, size_t columns, const pmy_real *x)
{
    pmy_columns_look(rows, columns, x, found->seen);
    found->used = found->runs = 0;
    for (size_t j = 0; j < columns; j++) {
        if (!found->seen[j])
            continue;
        if (j == 0 || !found->seen[j - 1])
            found->run[found->runs++] = (pmy_run_of_columns){(uint32_t)j, 0};
        found->run[found->runs - 1].length++;
        found->used++;
    }
}

PMY_CLONES
void pmy_columns_pack(const pmy_columns *found, size_t rows, size_t stride, const pmy_real *full,
                      pmy_real *packed)
{
    for (size_t r = 0; r < rows; r++) {
        pmy_real *to = packed + r * stride;
        for (size_t i = 0; i < found->runs; i++) {
            const pmy_real *from = full + r * stride + found->run[i].first;
            size_t length = found->run[i].length;
            for (size_t j = 0; j < length; j++)
                to[j] = from[j];
            to += length;
        }
    }
}

PMY_CLONES
void pmy_columns_unpack(const pmy_columns *found, size_t rows, size_t stride, const pmy_real *packed,
                        pmy_real *full, bool accumulate)
{
    for (size_t r = 0; r < rows; r++) {
        const pmy_real *from = packed + r * stride;
        pmy_real *row = full + r * stride;
        size_t done = 0;
        for (size_t i = 0; i < found->runs; i++) {
            size_t first = found->run[i].first, length = found->run[i].length;
            for (; done < first && !accumulate; done++)
                row[done] = 0;
            for (size_t j = 0; j < length; j++)
                pmy_put(&row[first + j], from[j], accumulate);
            from += length;
            done = first + length;
        }
        for (; done < stride && !accumulate; done++)
            row[done] = 0;
    }
}
