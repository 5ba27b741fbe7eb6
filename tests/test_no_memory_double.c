/* test_no_memory.c in double. */
#define TEST_DOUBLE
#include "test_no_memory.c"
