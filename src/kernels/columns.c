#include "kernels/columns.h"

#include "base/simd.h"

#include <string.h>

enum { CHUNK = PMY_COLUMN_CHUNK };

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

/* to[0 … length − 1] = from[…]; in whole chunks as long as `room` numbers can be touched. */
static inline void copy_run(pmy_real *to, const pmy_real *from, size_t length, size_t room)
{
    size_t j = 0;
    for (; j < length && j + CHUNK <= room; j += CHUNK)
        memcpy(to + j, from + j, CHUNK * sizeof *to);
    for (; j < length; j++)
        to[j] = from[j];
}

static inline void clear_run(pmy_real *to, size_t length, size_t room)
{
    size_t j = 0;
    for (; j < length && j + CHUNK <= room; j += CHUNK)
        memset(to + j, 0, CHUNK * sizeof *to);
    for (; j < length; j++)
        to[j] = 0;
}

PMY_CLONES
void pmy_columns_pack(const pmy_columns *found, size_t rows, size_t columns, const pmy_real *full,
                      pmy_real *packed)
{
    for (size_t r = 0; r < rows; r++) {
        pmy_real *to = packed + r * columns;
        /* Left to right, so that a run overwrites what the one before wrote too much. */
        for (size_t i = 0; i < found->runs; i++) {
            pmy_run_of_columns run = found->run[i];
            copy_run(to, full + r * columns + run.first, run.length, columns - run.first);
            to += run.length;
        }
    }
}

static void add_row(const pmy_columns *found, const pmy_real *from, pmy_real *row)
{
    for (size_t i = 0; i < found->runs; i++)
        for (size_t j = 0; j < found->run[i].length; j++)
            row[found->run[i].first + j] += *from++;
}

static inline void spread_row(const pmy_columns *found, size_t columns, const pmy_real *from, pmy_real *row)
{
    size_t done = 0;
    for (size_t i = 0; i < found->runs; i++) {
        pmy_run_of_columns run = found->run[i];
        clear_run(row + done, run.first - done, columns - done);
        copy_run(row + run.first, from, run.length, columns - run.first);
        from += run.length;
        done = run.first + run.length;
    }
    clear_run(row + done, columns - done, columns - done);
}

PMY_CLONES
void pmy_columns_unpack(const pmy_columns *found, size_t rows, size_t columns, const pmy_real *packed,
                        pmy_real *full, bool accumulate)
{
    for (size_t r = 0; r < rows; r++)
        if (accumulate)
            add_row(found, packed + r * columns, full + r * columns);
        else
            spread_row(found, columns, packed + r * columns, full + r * columns);
}
