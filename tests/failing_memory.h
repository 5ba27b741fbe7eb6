/* Counts what the watched threads of a test program take from the C library's allocator and have
 * not given back, and lets a chosen call fail. It holds definitions of malloc and its kin, so it is included
 * by a test program's one source, and calls on to the real ones, which may be a sanitizer's. */
#ifndef TESTS_FAILING_MEMORY_H
#define TESTS_FAILING_MEMORY_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* Under the names that glibc and the sanitizers keep for those who replace the others. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define REAL(name) __interceptor_##name
#define REAL_ALIGNED __interceptor_memalign
/* The loader asks for memory before the thread sanitizer is ready to watch. */
#define UNWATCHED __attribute__((no_sanitize_thread))
#else
#define UNWATCHED
#define REAL(name) __libc_##name
#define REAL_ALIGNED __libc_memalign
#endif
void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *memory, size_t size);
void *REAL_ALIGNED(size_t alignment, size_t size);
void REAL(free)(void *memory);

/* The sanitizers would rather end the program than return NULL. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}
const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static atomic_size_t memory_calls; /* that asked for memory, by a watched thread */
static atomic_size_t memory_live;  /* pieces they have not given back; only its changes count */
static _Thread_local bool memory_watched;
/* Calls of this thread until the one that fails; 0: none will. */
static _Thread_local size_t memory_countdown;

/* Watches the calling thread from now on. A thread's first calls are the system's, or a sanitizer's,
 * and a thread that OpenBLAS began at the program's start may make its own at any later time. */
static inline void memory_watch(void)
{
    memory_watched = true;
}

/* From now on the n-th call for memory of this thread fails (0: none), and calls count from 0. */
static inline void memory_fail_at(size_t n)
{
    atomic_store(&memory_calls, 0);
    memory_countdown = n;
}

UNWATCHED static inline int memory_granted(void)
{
    if (memory_watched)
        atomic_fetch_add(&memory_calls, 1);
    return memory_countdown == 0 || --memory_countdown > 0;
}

UNWATCHED static inline void *memory_given(void *memory)
{
    if (memory && memory_watched)
        atomic_fetch_add(&memory_live, 1);
    return memory;
}

UNWATCHED void *malloc(size_t size)
{
    return memory_granted() ? memory_given(REAL(malloc)(size)) : NULL;
}

UNWATCHED void *calloc(size_t count, size_t size)
{
    return memory_granted() ? memory_given(REAL(calloc)(count, size)) : NULL;
}

UNWATCHED void *realloc(void *memory, size_t size)
{
    if (!memory_granted())
        return NULL;
    void *moved = REAL(realloc)(memory, size);
    return memory ? moved : memory_given(moved);
}

UNWATCHED void *aligned_alloc(size_t alignment, size_t size)
{
    return memory_granted() ? memory_given(REAL_ALIGNED(alignment, size)) : NULL;
}

UNWATCHED int posix_memalign(void **memory, size_t alignment, size_t size)
{
    void *taken = aligned_alloc(alignment, size);
    if (!taken)
        return ENOMEM;
    *memory = taken;
    return 0;
}

UNWATCHED void free(void *memory)
{
    if (memory && memory_watched)
        atomic_fetch_sub(&memory_live, 1);
    REAL(free)(memory);
}

#endif
