/* test_softmax_xent.c in double. */
#define TEST_DOUBLE
#include "test_softmax_xent.c"
