/* A matrix or a vector on the terminal. */
#ifndef SOFTMAX_MATRIX_H
#define SOFTMAX_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

/* Rows are labelled "name[i]", columns "name[j]"; where the values that belong to them are given, with
 * these after: "x[0] = 0.5". A name of NULL: rows have the label `corner`, columns none of their own. */
typedef struct matrix_axis {
    const char *name;
    const double *values;
} matrix_axis;

typedef struct matrix {
    const char *corner; /* what the matrix is called */
    size_t rows, columns;
    matrix_axis row, column;
    const double *elements; /* [rows, columns] */
    const double *errors;   /* [rows, columns], see figure_text; NULL: `error` for all */
    double error;
} matrix;

/* False: no memory, or standard output failed. */
bool matrix_print(const matrix *of);

#endif
