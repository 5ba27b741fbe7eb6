/* The page and the plots of a report, as the program leaves them, are well-formed. */
#include "folder.h"
#include "xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_file_is_well_formed(test_folder *folder, const char *name, const char *doctype)
{
    pmy_file file;
    pmy_error error;
    if (pmy_file_read(folder_file(folder, name), &file, &error) != PMY_OK)
        fail_msg("%s", error.message);
    char *text = strndup((const char *)file.bytes, file.size);
    assert_non_null(text);
    assert_int_equal(strncmp(text, doctype, strlen(doctype)), 0);
    assert_well_formed(text + strlen(doctype));
    free(text);
    pmy_file_free(&file);
}

static void a_report_is_well_formed(void **state)
{
    test_folder *folder = *state;
    char command[4096];
    (void)snprintf(command, sizeof command,
                   "'%s/mnist' train --net mlp-small --epochs 1 --val 58000 --quiet --report '%s' >/dev/null",
                   getenv("BUILD") ? getenv("BUILD") : "build", folder->path);
    assert_int_equal(system(command), 0);
    assert_file_is_well_formed(folder, "index.html", "<!DOCTYPE html>\n");
    static const char *const plots[] = {"learning-loss.svg", "learning-accuracy.svg", "learning-rate.svg",
                                        "confusion.svg", "reliability.svg"};
    for (size_t i = 0; i < sizeof plots / sizeof *plots; i++)
        assert_file_is_well_formed(folder, plots[i], "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_report_is_well_formed, folder_new, folder_remove)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
