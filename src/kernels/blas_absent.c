/* Where the products are pmy's own. */
#include "kernels/blas.h"

void pmy_blas_single_threaded(void)
{
}
