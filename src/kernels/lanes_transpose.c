#include "kernels/lanes_transpose.h"

#include "kernels/turn.h"

/* In squares, and what is left of rows and columns a number at a time. */
PMY_LANE_CLONES
static void pmy_transpose_squares(size_t rows, size_t columns, const pmy_real *x, size_t x_row, pmy_real *y)
{
    size_t width = pmy_lanes_round(rows);
    for (size_t row = 0; row + PMY_LANES <= rows; row += PMY_LANES)
        for (size_t column = 0; column + PMY_LANES <= columns; column += PMY_LANES) {
            pmy_lanes square[PMY_LANES];
            for (size_t l = 0; l < PMY_LANES; l++)
                square[l] = PMY_LANES_AT(x + (row + l) * x_row + column);
            PMY_TURN(square);
            for (size_t l = 0; l < PMY_LANES; l++)
                PMY_LANES_AT(y + (column + l) * width + row) = square[l];
        }
}

void pmy_lanes_transpose(size_t rows, size_t columns, const pmy_real *x, size_t x_row, pmy_real *y)
{
    size_t width = pmy_lanes_round(rows);
    pmy_transpose_squares(rows, columns, x, x_row, y);
    for (size_t column = 0; column < columns; column++) {
        bool in_squares = column < columns / PMY_LANES * PMY_LANES;
        for (size_t row = in_squares ? rows / PMY_LANES * PMY_LANES : 0; row < width; row++)
            y[column * width + row] = row < rows ? x[row * x_row + column] : 0;
    }
}
