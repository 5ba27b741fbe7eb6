/* test_fold.c in double. */
#define TEST_DOUBLE
#include "test_fold.c"
