/* test_graph.c in double. */
#define TEST_DOUBLE
#include "test_graph.c"
