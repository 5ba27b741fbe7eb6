/* test_gemm.c in double. */
#define TEST_DOUBLE
#include "test_gemm.c"
