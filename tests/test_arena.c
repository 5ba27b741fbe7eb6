/* The arena: aligned zeroes, sizes that overflow, memory that is not there. */
#include "base/arena.h"

#include "failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Memory that the allocator will hand out again is full of ones. */
static void leave_litter(void)
{
    unsigned char *litter[64];
    for (size_t i = 0; i < 64; i++) {
        litter[i] = malloc(18000);
        assert_non_null(litter[i]);
        memset(litter[i], 0xFF, 18000);
    }
    for (size_t i = 0; i < 64; i++)
        free(litter[i]);
}

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    enum { PIECES = 200 };
    static const size_t sizes[] = {1, 63, 64, 65, 0, 1000, 16384, 16385, 3, 100000};
    leave_litter();
    pmy_arena arena = {0};
    unsigned char *piece[PIECES];
    size_t size[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        size[i] = sizes[i % (sizeof sizes / sizeof *sizes)];
        piece[i] = pmy_arena_take(&arena, size[i], 1);
        assert_non_null(piece[i]);
        assert_int_equal((uintptr_t)piece[i] % PMY_ALIGNMENT, 0);
        for (size_t at = 0; at < size[i]; at++)
            assert_int_equal(piece[i][at], 0);
        memset(piece[i], (int)i + 1, size[i]);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t at = 0; at < size[i]; at++)
            assert_int_equal(piece[i][at], (unsigned char)(i + 1));
    pmy_arena_free(&arena);
}

static void count_times_size(void **state)
{
    (void)state;
    pmy_arena arena = {0};
    unsigned char *a = pmy_arena_take(&arena, 40, 8), *b = pmy_arena_take(&arena, 1, 1);
    assert_true(b >= a + 320 || a > b);
    pmy_arena_free(&arena);
}

/* What was reserved lies side by side, and taking it asks the allocator for nothing. */
static void reserved_pieces_lie_together(void **state)
{
    (void)state;
    enum { PIECES = 10, SIZE = 100000, ROUNDED = 100032 };
    pmy_arena arena = {0};
    assert_true(pmy_arena_reserve(&arena, (size_t)PIECES * ROUNDED));
#ifndef __SANITIZE_ADDRESS__
    unsigned char *first = pmy_arena_take(&arena, SIZE, 1);
    for (size_t i = 1; i < PIECES; i++)
        assert_ptr_equal(pmy_arena_take(&arena, SIZE, 1), first + i * ROUNDED);
#endif
    pmy_arena_free(&arena);
    assert_null(arena.newest);
}

static void sizes_that_overflow_give_no_memory(void **state)
{
    (void)state;
    static const struct {
        size_t count, size;
    } cases[] = {
        {SIZE_MAX, 2},      {SIZE_MAX / 2 + 1, 2}, {SIZE_MAX, 1},       {SIZE_MAX - 62, 1},
        {SIZE_MAX - 63, 1}, {SIZE_MAX - 127, 1},   {SIZE_MAX - 128, 1}, {(size_t)1 << 33, (size_t)1 << 33},
    };
    pmy_arena arena = {0};
    assert_non_null(pmy_arena_take(&arena, 1, 1));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(pmy_arena_take(&arena, cases[i].count, cases[i].size));
        assert_null(pmy_arena_take(&arena, cases[i].size, cases[i].count));
    }
    /* It goes on after that. */
    assert_non_null(pmy_arena_take(&arena, 1, 1));
    pmy_arena_free(&arena);
}

static void an_arena_outlives_a_call_that_got_nothing(void **state)
{
    (void)state;
    size_t before = atomic_load(&memory_live);
    pmy_arena arena = {0};
    memory_fail_at(1);
    void *nothing = pmy_arena_take(&arena, 1, 1);
    void *something = pmy_arena_take(&arena, 1, 1);
    memory_fail_at(1);
    void *from_the_same_block = pmy_arena_take(&arena, 100, 1);
    void *too_large_for_it = pmy_arena_take(&arena, 20000, 1);
    memory_fail_at(0);
    assert_null(nothing);
    assert_non_null(something);
    assert_non_null(from_the_same_block);
    assert_null(too_large_for_it);
    pmy_arena_free(&arena);
    assert_int_equal(atomic_load(&memory_live), before);
    assert_null(arena.newest);
    pmy_arena_free(&arena);
}

int main(void)
{
    memory_watch();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(count_times_size),
        cmocka_unit_test(reserved_pieces_lie_together),
        cmocka_unit_test(sizes_that_overflow_give_no_memory),
        cmocka_unit_test(an_arena_outlives_a_call_that_got_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
