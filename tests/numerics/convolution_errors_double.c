/* convolution_errors.c in double. */
#define TEST_DOUBLE
#include "convolution_errors.c"
