/* CRC-32: against libdeflate's, in every length and from every place. */
#include "base/crc32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <libdeflate.h>

enum { SIZE = 80 };

static void a_checksum_is_libdeflates(void **state)
{
    (void)state;
    uint8_t bytes[SIZE];
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)(167 * i + 13);
    for (size_t from = 0; from < SIZE; from++)
        for (size_t size = 0; from + size <= SIZE; size++) {
            assert_int_equal(pmy_crc32(0, bytes + from, size), libdeflate_crc32(0, bytes + from, size));
            uint32_t before = pmy_crc32(0, bytes, from);
            assert_int_equal(pmy_crc32(before, bytes + from, size), libdeflate_crc32(0, bytes, from + size));
        }
    assert_int_equal(pmy_crc32(0, "123456789", 9), 0xCBF43926);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checksum_is_libdeflates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
