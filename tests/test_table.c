/* Tables in plain text, and what a terminal is. */
#define _XOPEN_SOURCE 700 /* for posix_openpt */
#include "common/table.h"
#include "common/utf8.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

static char *printed(const table *of)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    assert_true(table_print(of, file));
    assert_int_equal(fclose(file), 0);
    return text;
}

static void expect_table(table *of, const char *expected)
{
    char *text = printed(of);
    assert_string_equal(text, expected);
    free(text);
    table_free(of);
}

static void columns_are_aligned_by_what_is_seen(void **state)
{
    (void)state;
    static const table_column columns[] = {
        {"op", TABLE_LEFT}, {"∂L/∂p", TABLE_RIGHT}, {"verdict", TABLE_LEFT}};
    table *of = table_new(columns, 3);
    table_cell(of, "%s", "relu");
    table_number(of, -0.5, 6);
    table_cell(of, "PASS");
    table_style(of, TERMINAL_GREEN);
    table_cell(of, "x×y−z");
    table_number(of, 1234567.25, 6);
    table_cell(of, "%s", "");
    table_cell(of, "数字");
    table_number(of, (double)-NAN, 6);
    expect_table(of, "op           ∂L/∂p  verdict\n"
                     "─────  ───────────  ───────\n"
                     "relu          -0.5  PASS\n"
                     "x×y−z  1.23457e+06\n"
                     "数字           nan\n");
}

static void a_table_may_have_no_rows(void **state)
{
    (void)state;
    static const table_column columns[] = {{"a", TABLE_LEFT}, {"b", TABLE_RIGHT}};
    expect_table(table_new(columns, 2), "a  b\n─  ─\n");
    table *one = table_new(columns, 1);
    table_cell(one, "long");
    expect_table(one, "a\n────\nlong\n");
}

static void hostile_text_does_not_reach_the_terminal(void **state)
{
    (void)state;
    static const table_column columns[] = {{"file", TABLE_LEFT}, {"p", TABLE_RIGHT}};
    table *of = table_new(columns, 2);
    table_cell(of, "a\033[31m\n\xFF");
    table_cell(of, "1");
    expect_table(of, "file      p\n────────  ─\na\xEF\xBF\xBD[31m\xEF\xBF\xBD\xEF\xBF\xBD  1\n");
}

#define MANY 12
static const table_column many_columns[MANY] = {
    {"class", TABLE_RIGHT}, {"b", TABLE_RIGHT}, {"c", TABLE_RIGHT}, {"d", TABLE_RIGHT},
    {"e", TABLE_RIGHT},     {"f", TABLE_RIGHT}, {"g", TABLE_RIGHT}, {"h", TABLE_RIGHT},
    {"i", TABLE_RIGHT},     {"j", TABLE_RIGHT}, {"k", TABLE_RIGHT}, {"l", TABLE_RIGHT}};

static table *wide_table(void)
{
    table *of = table_new(many_columns, MANY);
    for (int row = 0; row < 2; row++) {
        table_cell(of, "%d", row);
        for (int column = 1; column < MANY; column++)
            table_cell(of, "%013d", 100 * row + column);
    }
    return of;
}

/* 5 + 5 × (2 + 13) = 80 */
static void what_does_not_fit_follows_below(void **state)
{
    (void)state;
    table *of = wide_table();
    char *text = printed(of);
    size_t lines = 0, headings = 0;
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        assert_true(utf8_width(line) <= 80);
        headings += strncmp(line, "class", 5) == 0;
        if (lines == 0)
            assert_int_equal(utf8_width(line), 80);
        if (lines == 4)
            assert_string_equal(line, "");
        if (lines == 8)
            assert_string_equal(line, "    1  0000000000106  0000000000107  0000000000108  0000000000109  "
                                      "0000000000110");
        if (lines == 13)
            assert_string_equal(line, "    1  0000000000111");
        lines++;
    }
    assert_int_equal(lines, 14);
    assert_int_equal(headings, 3);
    free(text);
    table_free(of);
}

static void cells_wider_than_everything_are_cut(void **state)
{
    (void)state;
    static const table_column columns[] = {{"name", TABLE_LEFT}, {"text", TABLE_LEFT}, {"n", TABLE_RIGHT}};
    table *of = table_new(columns, 3);
    table_cell(of, "%0100d", 1);
    table_cell(of, "%0100d", 2);
    table_cell(of, "3");
    char *text = printed(of);
    table_free(of);
    assert_non_null(strstr(text, "000…  000"));
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        assert_true(utf8_width(line) <= 80);
    free(text);
}

static void no_table_is_refused(void **state)
{
    (void)state;
    table_cell(NULL, "x");
    table_number(NULL, 1, 6);
    table_style(NULL, TERMINAL_RED);
    assert_false(table_print(NULL, stdout));
    table_free(NULL);
    table *of = wide_table();
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    (void)setvbuf(full, NULL, _IONBF, 0);
    assert_false(table_print(of, full));
    (void)fclose(full);
    table_free(of);
}

/* ---- terminals ---------------------------------------------------------- */

typedef struct test_terminal {
    int master;
    FILE *slave;
} test_terminal;

static test_terminal terminal_new(unsigned short columns)
{
    test_terminal terminal = {.master = posix_openpt(O_RDWR | O_NOCTTY)};
    assert_true(terminal.master >= 0);
    assert_int_equal(grantpt(terminal.master), 0);
    assert_int_equal(unlockpt(terminal.master), 0);
    struct winsize size = {.ws_col = columns, .ws_row = 24};
    assert_int_equal(ioctl(terminal.master, TIOCSWINSZ, &size), 0);
    int slave = open(ptsname(terminal.master), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    terminal.slave = fdopen(slave, "w");
    assert_non_null(terminal.slave);
    return terminal;
}

static void terminal_close(test_terminal terminal)
{
    assert_int_equal(fclose(terminal.slave), 0);
    assert_int_equal(close(terminal.master), 0);
}

/* Closes the terminal and gives what was written to it, which comes in pieces, the last before an error. */
static void terminal_read_all(test_terminal *terminal, char *text, size_t size)
{
    assert_int_equal(fclose(terminal->slave), 0);
    size_t length = 0;
    for (ssize_t got = 1; got > 0 && length + 1 < size; length += got > 0 ? (size_t)got : 0)
        got = read(terminal->master, text + length, size - 1 - length);
    text[length] = '\0';
    assert_int_equal(close(terminal->master), 0);
}

static void a_terminal_says_how_wide_it_is(void **state)
{
    (void)state;
    test_terminal terminal = terminal_new(132);
    assert_true(terminal_is(terminal.slave));
    assert_int_equal(terminal_width(terminal.slave), 132);
    terminal_close(terminal);
    terminal = terminal_new(0);
    assert_int_equal(terminal_width(terminal.slave), 80);
    terminal_close(terminal);
    FILE *file = tmpfile();
    assert_false(terminal_is(file));
    assert_int_equal(terminal_width(file), 80);
    assert_false(terminal_colours(file));
    (void)fclose(file);
}

static void colours_are_for_terminals_that_want_them(void **state)
{
    (void)state;
    test_terminal terminal = terminal_new(80);
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    assert_int_equal(unsetenv("NO_COLOR"), 0);
    assert_true(terminal_colours(terminal.slave));
    assert_int_equal(setenv("NO_COLOR", "", 1), 0);
    assert_true(terminal_colours(terminal.slave));
    assert_int_equal(setenv("NO_COLOR", "0", 1), 0);
    assert_false(terminal_colours(terminal.slave));
    assert_int_equal(unsetenv("NO_COLOR"), 0);
    assert_int_equal(setenv("TERM", "dumb", 1), 0);
    assert_false(terminal_colours(terminal.slave));
    assert_int_equal(unsetenv("TERM"), 0);
    assert_false(terminal_colours(terminal.slave));
    terminal_close(terminal);
}

static void a_table_on_a_terminal_has_its_colours_and_width(void **state)
{
    (void)state;
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    assert_int_equal(unsetenv("NO_COLOR"), 0);
    static const table_column columns[] = {
        {"verdict", TABLE_LEFT}, {"long heading", TABLE_LEFT}, {"n", TABLE_RIGHT}};
    table *of = table_new(columns, 3);
    table_cell(of, "WRONG");
    table_style(of, TERMINAL_RED);
    table_cell(of, "x");
    table_cell(of, "1");
    test_terminal terminal = terminal_new(21);
    assert_true(table_print(of, terminal.slave));
    table_free(of);
    char text[1024];
    terminal_read_all(&terminal, text, sizeof text);
    assert_string_equal(text, "\033[1mverdict\033[0m  \033[1mlong heading\033[0m\r\n"
                              "───────  ────────────\r\n"
                              "\033[31mWRONG\033[0m    x\r\n"
                              "\r\n"
                              "\033[1mverdict\033[0m  \033[1mn\033[0m\r\n"
                              "───────  ─\r\n"
                              "\033[31mWRONG\033[0m    1\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_aligned_by_what_is_seen),
        cmocka_unit_test(a_table_may_have_no_rows),
        cmocka_unit_test(hostile_text_does_not_reach_the_terminal),
        cmocka_unit_test(what_does_not_fit_follows_below),
        cmocka_unit_test(cells_wider_than_everything_are_cut),
        cmocka_unit_test(no_table_is_refused),
        cmocka_unit_test(a_terminal_says_how_wide_it_is),
        cmocka_unit_test(colours_are_for_terminals_that_want_them),
        cmocka_unit_test(a_table_on_a_terminal_has_its_colours_and_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
