/* test_layernorm.c in double. */
#define TEST_DOUBLE
#include "test_layernorm.c"
