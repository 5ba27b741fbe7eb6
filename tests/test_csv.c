/* CSV files as people have them. */
#include "data/csv.h"

#include "folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A text that may have NULs in it. */
#define BYTES(text) (text), sizeof(text) - 1

static const char *write_text(test_folder *folder, const char *text, size_t size)
{
    pmy_file contents = contents_of(text, size);
    const char *path = folder_write(folder, "t.csv", contents);
    pmy_file_free(&contents);
    return path;
}

static void expect_cells(test_folder *folder, const char *text, size_t size, bool header,
                         const char *const *cells /* [columns · (rows + 1)], names first */)
{
    pmy_csv csv;
    pmy_error error;
    const char *path = write_text(folder, text, size);
    if (pmy_csv_read(path, PMY_HEADER_GUESSED, &csv, &error) != PMY_OK)
        fail_msg("%s", error.message);
    assert_int_equal(csv.has_header, header);
    for (size_t i = 0; i < csv.columns; i++)
        assert_string_equal(csv.name[i], cells[i]);
    for (size_t i = 0; i < csv.rows * csv.columns; i++)
        assert_string_equal(csv.cell[i], cells[csv.columns + i]);
    assert_null(cells[csv.columns * (csv.rows + 1)]);
    pmy_csv_free(&csv);
    assert_null(csv.cell);
}

static void every_form_is_read(void **state)
{
    static const char *const plain[] = {"a", "b", "1", "x", "2", "y z", NULL};
    static const char *const bare[] = {"column 1", "column 2", "1", "x", "2", "y z", NULL};
    static const char *const quoted[] = {"a, \"b\"", "c\nd", "1", "", "2", " s ", NULL};
    static const char *const unnamed[] = {"column 1", "b", "1", "2", NULL};
    static const char *const single[] = {"a", "1", "2", NULL};
    expect_cells(*state, BYTES("a,b\n1,x\n2,y z\n"), true, plain);
    expect_cells(*state, BYTES("a,b\n1,x\n2,y z"), true, plain);
    expect_cells(*state, BYTES("a,b\r\n1,x\r\n2,y z\r\n"), true, plain);
    expect_cells(*state, BYTES("a,b\r1,x\r2,y z\r"), true, plain);
    expect_cells(*state,
                 BYTES("\xef\xbb\xbf"
                       "a,b\n1,x\n2,y z\n"),
                 true, plain);
    expect_cells(*state, BYTES("a;b\n1;x\n2;y z\n"), true, plain);
    expect_cells(*state, BYTES("a\tb\n1\tx\n2\ty z\n"), true, plain);
    expect_cells(*state, BYTES("\n a , b\n\n  1,x\n2,  y z  \n\n  \n"), true, plain);
    expect_cells(*state, BYTES("1,x\n2,y z\n"), false, bare);
    expect_cells(*state, BYTES("\"a, \"\"b\"\"\",\"c\nd\"\n1,\n\"2\",\" s \"\n"), true, quoted);
    expect_cells(*state, BYTES("\"a;;;\",b\n1,x\n"), true, (const char *[]){"a;;;", "b", "1", "x", NULL});
    expect_cells(*state, BYTES(",b\n1,2\n"), true, unnamed);
    expect_cells(*state, BYTES("a\n1\n2\n"), true, single);
}

static void a_header_may_be_said(void **state)
{
    const char *path = write_text(*state, BYTES("2019,2020\n1,2\n"));
    static const size_t rows[] = {2, 1, 2};
    for (int header = PMY_HEADER_GUESSED; header <= PMY_HEADER_ABSENT; header++) {
        pmy_csv csv;
        assert_int_equal(pmy_csv_read(path, (pmy_csv_header)header, &csv, NULL), PMY_OK);
        assert_int_equal(csv.rows, rows[header]);
        assert_string_equal(csv.name[1], header == PMY_HEADER_THERE ? "2020" : "column 2");
        pmy_csv_free(&csv);
    }
}

static void rows_know_their_lines(void **state)
{
    static const char text[] = "a,b\n\n1,\"x\ny\"\n\"2\n\",z\n3,w\n", *const ends[] = {"\n", "\r\n", "\r"};
    static const size_t lines[] = {3, 5, 7};
    for (size_t end = 0; end < sizeof ends / sizeof *ends; end++) {
        char file[2 * sizeof text] = "";
        for (const char *at = text; *at; at++)
            strcat(file, *at == '\n' ? ends[end] : (char[]){*at, '\0'});
        const char *path = write_text(*state, file, strlen(file));
        pmy_csv csv;
        assert_int_equal(pmy_csv_read(path, PMY_HEADER_GUESSED, &csv, NULL), PMY_OK);
        assert_int_equal(csv.rows, 3);
        for (size_t row = 0; row < csv.rows; row++)
            assert_int_equal(csv.line[row], lines[row]);
        pmy_csv_free(&csv);
    }
}

/* Many more cells than a list begins with. */
static void large_ones_are_read(void **state)
{
    enum { ROWS = 5000 };
    static char text[ROWS * 12];
    size_t size = 0;
    for (int i = 0; i < ROWS; i++)
        size += (size_t)sprintf(text + size, "%d,%d\n", i, 2 * i);
    pmy_file plain = contents_of(text, size), packed = contents_gzip(plain);
    const char *path = folder_write(*state, "t.csv.gz", packed);
    pmy_file_free(&packed);
    pmy_file_free(&plain);
    pmy_csv csv;
    assert_int_equal(pmy_csv_read(path, PMY_HEADER_GUESSED, &csv, NULL), PMY_OK);
    assert_int_equal(csv.rows, ROWS);
    assert_string_equal(csv.cell[2 * 4321 + 1], "8642");
    pmy_csv_free(&csv);
}

static void what_is_no_table_is_refused(void **state)
{
    static const struct {
        const char *text;
        size_t size;
        const char *words;
    } cases[] = {
        {BYTES(""), "has no rows"},
        {BYTES("\n\n"), "has no rows"},
        {BYTES("a,b\n"), "has no row but its header"},
        {BYTES("a,b\n1,2\n3\n"), "line 3 has 1 cells, but the first row has 2"},
        {BYTES("a,b\n1,2,3\n"), "line 2 has 3 cells"},
        {BYTES("a,a\n1,2\n"), "two columns are called 'a'"},
        {BYTES("a,column 1\n1,2\n"), NULL},
        {BYTES(",column 1\n1,2\n"), "two columns are called 'column 1'"},
        {BYTES("a,b\n1,\"2\n"), "line 2: a quote that is not closed"},
        {BYTES("a,b\n1,2\n1,x\"y\"\n"), "line 3: a quote"},
        {BYTES("a,b\n1,\xe9t\xe9\n"), "line 2 is no UTF-8: save it as UTF-8"},
        {BYTES("a,b\n1,2\n1,\0\n"), "line 3 is no text"},
        {BYTES("\xff\xfe"
               "a\0"),
         "is UTF-16: save it as UTF-8"},
        {BYTES("PK\3\4...."), "is a spreadsheet's own file: save it as CSV"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = write_text(*state, cases[i].text, cases[i].size);
        pmy_csv csv;
        pmy_error error = {0};
        pmy_status status = pmy_csv_read(path, PMY_HEADER_GUESSED, &csv, &error);
        if (cases[i].words)
            assert_failure(status, PMY_BAD_FILE, &error, path, cases[i].words);
        else
            assert_int_equal(status, PMY_OK);
        pmy_csv_free(&csv);
    }
    pmy_csv csv;
    assert_int_equal(pmy_csv_read("there/is/none.csv", PMY_HEADER_GUESSED, &csv, NULL), PMY_IO);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(every_form_is_read),          WITH_FOLDER(a_header_may_be_said),
        WITH_FOLDER(rows_know_their_lines),       WITH_FOLDER(large_ones_are_read),
        WITH_FOLDER(what_is_no_table_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
