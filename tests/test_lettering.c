/* Words on pictures: as wide as is said, and nowhere else than where they may be. */
#include "common/lettering.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 150, HEIGHT = 30, PAPER = 7, INK = 200 };

typedef struct sheet {
    uint8_t pixels[HEIGHT][WIDTH][3], after[64];
} sheet;

static lettering_ground clean(sheet *of)
{
    memset(of, PAPER, sizeof *of);
    return (lettering_ground){&of->pixels[0][0][0], WIDTH, HEIGHT};
}

/* Whether columns first … end − 1 have ink. */
static bool has_ink(const sheet *of, size_t first, size_t end)
{
    bool found = false;
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = first; x < end; x++) {
            assert_true(of->pixels[y][x][0] == INK || of->pixels[y][x][0] == PAPER);
            assert_int_equal(of->pixels[y][x][0], of->pixels[y][x][1]);
            assert_int_equal(of->pixels[y][x][0], of->pixels[y][x][2]);
            found |= of->pixels[y][x][0] == INK;
        }
    return found;
}

static void words_lie_where_they_should(void **state)
{
    (void)state;
    sheet of;
    lettering_ground ground = clean(&of);
    size_t width = lettering_width("pear 91");
    lettering_write(&ground, 20, 2, WIDTH, INK, "pear 91");
    assert_true(has_ink(&of, 20, 30) && has_ink(&of, 20 + width - 14, 20 + width));
    assert_false(has_ink(&of, 0, 20) || has_ink(&of, 20 + width, WIDTH));
    assert_true(width < 7 * LETTERING_LINE);
}

static void words_are_cut_at_edges(void **state)
{
    (void)state;
    static const char text[] = "Much longer than there is room for, with all of it: @#$%&*()~";
    sheet of;
    lettering_ground ground = clean(&of);
    lettering_write(&ground, 5, 2, 60, INK, text);
    assert_true(has_ink(&of, 40, 60));
    assert_false(has_ink(&of, 60, WIDTH));
    ground = clean(&of);
    lettering_write(&ground, 100, HEIGHT - 5, 2 * WIDTH, INK, text);
    for (size_t i = 0; i < sizeof of.after; i++)
        assert_int_equal(of.after[i], PAPER);
}

/* Also what is no UTF-8; one '?' a character. */
static void other_letters_are_question_marks(void **state)
{
    (void)state;
    sheet ascii, other;
    lettering_ground on_ascii = clean(&ascii), on_other = clean(&other);
    lettering_write(&on_ascii, 0, 0, WIDTH, INK, "a??b?");
    lettering_write(&on_other, 0, 0, WIDTH, INK,
                    "a\xc3\xa4\xff"
                    "b\n");
    assert_memory_equal(&ascii, &other, sizeof ascii);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_lie_where_they_should),
        cmocka_unit_test(words_are_cut_at_edges),
        cmocka_unit_test(other_letters_are_question_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
