/* test_batchnorm.c in double. */
#define TEST_DOUBLE
#include "test_batchnorm.c"
