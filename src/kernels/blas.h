/* The one process-wide setting pmy needs; nothing where products are not OpenBLAS's. OpenBLAS would split
 * each product over threads of its own; pmy splits the work itself and calls OpenBLAS from its own threads,
 * which then must work alone. A program calls this once, before it runs a graph: results are the same on any
 * number of threads only then. */
#ifndef PMY_KERNELS_BLAS_H
#define PMY_KERNELS_BLAS_H

void pmy_blas_single_threaded(void);

#endif
