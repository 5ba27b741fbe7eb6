/* Counts how often the process asks for memory. In a test that calls allocations, the C library's
 * malloc, calloc, realloc, aligned_alloc and posix_memalign are replaced by ones that count. */
#ifndef TESTS_ALLOCATIONS_H
#define TESTS_ALLOCATIONS_H

#include <stddef.h>

/* The address and the thread sanitizer replace those functions themselves. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define ALLOCATIONS_ARE_COUNTED 0
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ALLOCATIONS_ARE_COUNTED 0
#endif
#endif
#ifndef ALLOCATIONS_ARE_COUNTED
#define ALLOCATIONS_ARE_COUNTED 1
#endif

/* Calls so far, by any thread. */
size_t allocations(void);

#endif
