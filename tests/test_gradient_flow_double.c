/* test_gradient_flow.c in double. */
#define TEST_DOUBLE
#include "test_gradient_flow.c"
