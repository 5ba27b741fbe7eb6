/* The pages and the pictures of reports, as the programs leave them, are well-formed. */
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

static const char *build_folder(void)
{
    const char *build = getenv("BUILD");
    return build ? build : "build";
}

static void run(const char *command)
{
    if (system(command) != 0)
        fail_msg("%s", command);
}

static void a_report_of_mnist(void **state)
{
    test_folder *folder = *state;
    char command[4096];
    (void)snprintf(command, sizeof command,
                   "'%s/mnist' train --net mlp-small --epochs 1 --val 58000 --quiet --report '%s' >/dev/null",
                   build_folder(), folder->path);
    run(command);
    assert_file_is_well_formed(folder, "index.html", "<!DOCTYPE html>\n");
    static const char *const plots[] = {"learning-loss.svg", "learning-accuracy.svg", "learning-rate.svg",
                                        "confusion.svg", "reliability.svg"};
    for (size_t i = 0; i < sizeof plots / sizeof *plots; i++)
        assert_file_is_well_formed(folder, plots[i], "");
}

/* Of a text that is full of what a page could take for its own, and of what XML cannot hold. */
static void a_report_of_text(void **state)
{
    test_folder *folder = *state;
    static const char hostile[] =
        "<script>alert(\"&amp;\")</script> <!-- ]]> '\x01\x1b[31m\t\x7f \xef\xbf\xbe \xc2\x85\n";
    char text[40 * sizeof hostile] = "", command[4096], path[512];
    for (int i = 0; i < 40; i++)
        (void)strcat(text, hostile);
    pmy_file text_file = contents_of(text, strlen(text));
    (void)snprintf(path, sizeof path, "%s", folder_write(folder, "a < b.txt", text_file));
    pmy_file_free(&text_file);
    static const char *const units[] = {"chars", "bytes"};
    for (int i = 0; i < 2; i++) {
        (void)snprintf(
            command, sizeof command,
            "'%s/text' train --data '%s' --tokens %s --net 'embed 8, [layernorm, attention 2], tied' "
            "--block 16 --batch 2 --steps 4 --eval 2 --warm-up 0 --quiet --report '%s' >/dev/null",
            build_folder(), path, units[i], folder->path);
        run(command);
        assert_file_is_well_formed(folder, "index.html", "<!DOCTYPE html>\n");
        static const char *const pictures[] = {"learning-loss.svg", "learning-rate.svg", "attention.svg",
                                               "attention-head.svg"};
        for (size_t k = 0; k < sizeof pictures / sizeof *pictures; k++)
            assert_file_is_well_formed(folder, pictures[k], "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_report_of_mnist, folder_new, folder_remove),
        cmocka_unit_test_setup_teardown(a_report_of_text, folder_new, folder_remove)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
