#include "kernels/blas.h"

#if defined PMY_OPENBLAS
void openblas_set_num_threads(int threads);
#elif defined __ELF__
/* Linked with another BLAS, a program may still run with OpenBLAS: Debian's libblas.so.3 is whichever was
 * chosen for the machine. */
void openblas_set_num_threads(int threads) __attribute__((weak));
#endif

void pmy_blas_single_threaded(void)
{
#if defined PMY_OPENBLAS
    openblas_set_num_threads(1);
#elif defined __ELF__
    if (openblas_set_num_threads)
        openblas_set_num_threads(1);
#endif
}
