/* CRC-32 against its known value and libdeflate's, whole and in parts. */
#include "base/checksum.h"
#include "base/random.h"

#include <libdeflate.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void nine_digits_have_the_known_one(void **state)
{
    (void)state;
    assert_int_equal(pmy_crc32(0, "123456789", 9), 0xcbf43926);
    assert_int_equal(pmy_crc32(0, "", 0), 0);
}

static void any_bytes_have_that_of_libdeflate_in_any_parts(void **state)
{
    (void)state;
    enum { SIZE = 100 };
    uint8_t bytes[SIZE];
    pmy_random random = {.seed = 1};
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)pmy_random_below(&random, 256);
    for (size_t begin = 0; begin < 8; begin++)
        for (size_t end = begin; end <= SIZE; end++) {
            uint32_t known = libdeflate_crc32(0, bytes + begin, end - begin);
            size_t middle = begin + (end - begin) / 3;
            assert_int_equal(pmy_crc32(0, bytes + begin, end - begin), known);
            uint32_t first = pmy_crc32(0, bytes + begin, middle - begin);
            assert_int_equal(pmy_crc32(first, bytes + middle, end - middle), known);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nine_digits_have_the_known_one),
        cmocka_unit_test(any_bytes_have_that_of_libdeflate_in_any_parts),
    };
    return cmocka_run_group_tests_name("checksum", tests, NULL, NULL);
}
