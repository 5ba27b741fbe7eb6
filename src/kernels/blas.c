#include "kernels/blas.h"

#include <cblas.h>

void pmy_blas_single_threaded(void)
{
    openblas_set_num_threads(1);
}
