/* Files that are replaced whole or not at all. */
#define _DEFAULT_SOURCE /* for syscall */
#include "io/atomic_file.h"

#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

/* The two calls that no ordinary file makes fail; these stand in front of libc's. */
static bool fsync_fails, rename_fails;

int fsync(int descriptor)
{
    if (!fsync_fails)
        return (int)syscall(SYS_fsync, descriptor);
    errno = EIO;
    return -1;
}

int rename(const char *old_path, const char *new_path)
{
    if (!rename_fails)
        return (int)syscall(SYS_renameat2, AT_FDCWD, old_path, AT_FDCWD, new_path, 0);
    errno = EXDEV;
    return -1;
}

static pmy_status write_text(const char *path, const char *text, pmy_error *error)
{
    pmy_atomic_file output;
    pmy_status status = pmy_atomic_file_begin(path, &output, error);
    if (status)
        return status;
    (void)fputs(text, output.file);
    return pmy_atomic_file_end(&output, error);
}

static void assert_holds(const char *path, const char *expected)
{
    pmy_file file;
    assert_int_equal(pmy_file_read(path, &file, NULL), PMY_OK);
    assert_int_equal(file.size, strlen(expected));
    assert_memory_equal(file.bytes, expected, file.size);
    pmy_file_free(&file);
}

static size_t files_in(const char *path)
{
    DIR *directory = opendir(path);
    assert_non_null(directory);
    size_t count = 0;
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory))
        count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    closedir(directory);
    return count;
}

static mode_t permissions_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 0777;
}

static void a_new_file_has_the_usual_permissions(void **state)
{
    test_folder *folder = *state;
    const char *path = folder_file(folder, "new");
    mode_t mask = umask(027);
    assert_int_equal(write_text(path, "first", NULL), PMY_OK);
    umask(mask);
    assert_holds(path, "first");
    assert_int_equal(permissions_of(path), 0640);
    assert_int_equal(files_in(folder->path), 1);
}

static void an_old_file_is_replaced_and_keeps_its_permissions(void **state)
{
    test_folder *folder = *state;
    const char *path =
        folder_write(folder, "old", (pmy_file){.bytes = (uint8_t *)"longer than new", .size = 15});
    assert_int_equal(chmod(path, 0604), 0);
    assert_int_equal(write_text(path, "new", NULL), PMY_OK);
    assert_holds(path, "new");
    assert_int_equal(permissions_of(path), 0604);
    assert_int_equal(files_in(folder->path), 1);
}

static void the_old_file_is_whole_until_the_end(void **state)
{
    const char *path = folder_write(*state, "old", (pmy_file){.bytes = (uint8_t *)"old", .size = 3});
    pmy_atomic_file output;
    assert_int_equal(pmy_atomic_file_begin(path, &output, NULL), PMY_OK);
    (void)fputs("new", output.file);
    (void)fflush(output.file);
    assert_holds(path, "old");
    assert_int_equal(pmy_atomic_file_end(&output, NULL), PMY_OK);
    assert_holds(path, "new");
}

static void giving_up_leaves_nothing(void **state)
{
    test_folder *folder = *state;
    pmy_atomic_file output;
    assert_int_equal(pmy_atomic_file_begin(folder_file(folder, "never"), &output, NULL), PMY_OK);
    (void)fputs("half", output.file);
    pmy_atomic_file_abandon(&output);
    assert_int_equal(files_in(folder->path), 0);
}

static void a_link_stays_and_what_it_points_to_is_replaced(void **state)
{
    test_folder *folder = *state;
    const char *path = folder_write(folder, "target", (pmy_file){.bytes = (uint8_t *)"old", .size = 3});
    char target[512];
    (void)strcpy(target, path);
    const char *named = folder_file(folder, "link");
    assert_int_equal(symlink("target", named), 0);
    assert_int_equal(write_text(named, "new", NULL), PMY_OK);
    struct stat status;
    assert_int_equal(lstat(named, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_holds(target, "new");
}

/* A pipe of the test's own, since a fault here would replace a device for good. */
static void what_is_no_file_is_written_and_stays(void **state)
{
    test_folder *folder = *state;
    char path[512];
    (void)strcpy(path, folder_file(folder, "pipe"));
    assert_int_equal(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_int_equal(write_text(path, "text", NULL), PMY_OK);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISFIFO(status.st_mode));
    char read_back[8] = {0};
    assert_int_equal(read(reader, read_back, sizeof read_back - 1), 4);
    assert_string_equal(read_back, "text");
    assert_int_equal(close(reader), 0);
}

/* A pipe that is nowhere in the file system, through the name that the system gives it. */
static void a_pipe_without_a_name_is_written(void **state)
{
    (void)state;
    int ends[2];
    char path[64], read_back[8] = {0};
    assert_int_equal(pipe(ends), 0);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[1]);
    assert_int_equal(write_text(path, "text", NULL), PMY_OK);
    assert_int_equal(read(ends[0], read_back, sizeof read_back - 1), 4);
    assert_string_equal(read_back, "text");
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
}

static void a_path_that_cannot_be_written_is_an_error(void **state)
{
    test_folder *folder = *state;
    pmy_error error;
    const char *path = folder_file(folder, "missing/file");
    assert_failure(write_text(path, "", &error), PMY_IO, &error, path, "No such file or directory");
    path = folder->path;
    assert_failure(write_text(path, "", &error), PMY_IO, &error, path, "Is a directory");
    path = folder_write(folder, "file", (pmy_file){.bytes = (uint8_t *)"", .size = 0});
    char below[600];
    (void)snprintf(below, sizeof below, "%s/file", path);
    assert_failure(write_text(below, "", &error), PMY_IO, &error, below, "Not a directory");
    /* Not only at the end, with a temporary file until then wherever the process is. */
    pmy_atomic_file output;
    assert_int_equal(pmy_atomic_file_begin("", &output, &error), PMY_IO);
    assert_string_equal(error.message, "a file without a name cannot be written");
    assert_int_equal(files_in(folder->path), 1);
}

/* After a failure the file is as it was, nothing is beside it, and the error names it. */
static void expect_old_file_kept(test_folder *folder, const char *text, const char *words)
{
    const char *path = folder_write(folder, "kept", (pmy_file){.bytes = (uint8_t *)"old", .size = 3});
    pmy_error error;
    assert_failure(write_text(path, text, &error), PMY_IO, &error, path, words);
    assert_holds(path, "old");
    assert_int_equal(files_in(folder->path), 1);
}

static void a_failure_at_the_end_keeps_the_old_file(void **state)
{
    fsync_fails = true;
    expect_old_file_kept(*state, "new", "Input/output error");
    fsync_fails = false;
    rename_fails = true;
    expect_old_file_kept(*state, "new", "Invalid cross-device link");
    rename_fails = false;
}

/* The limit on a file's size stands in for a full disk. */
static void a_failed_write_keeps_the_old_file(void **state)
{
    static char text[100001];
    memset(text, 'x', sizeof text - 1);
    struct rlimit before, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 50000;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    expect_old_file_kept(*state, text, "cannot be written: ");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, SIG_DFL);
}

static void somebody_elses_temporary_file_is_left_alone(void **state)
{
    test_folder *folder = *state;
    char name[64];
    (void)snprintf(name, sizeof name, ".pmy-%ld-0.tmp", (long)getpid());
    (void)folder_write(folder, name, (pmy_file){.bytes = (uint8_t *)"theirs", .size = 6});
    assert_int_equal(write_text(folder_file(folder, "mine"), "mine", NULL), PMY_OK);
    assert_holds(folder_file(folder, name), "theirs");
    assert_holds(folder_file(folder, "mine"), "mine");
    assert_int_equal(files_in(folder->path), 2);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_new_file_has_the_usual_permissions),
        WITH_FOLDER(an_old_file_is_replaced_and_keeps_its_permissions),
        WITH_FOLDER(the_old_file_is_whole_until_the_end),
        WITH_FOLDER(giving_up_leaves_nothing),
        WITH_FOLDER(a_link_stays_and_what_it_points_to_is_replaced),
        WITH_FOLDER(what_is_no_file_is_written_and_stays),
        WITH_FOLDER(a_pipe_without_a_name_is_written),
        WITH_FOLDER(a_path_that_cannot_be_written_is_an_error),
        WITH_FOLDER(a_failure_at_the_end_keeps_the_old_file),
        WITH_FOLDER(a_failed_write_keeps_the_old_file),
        WITH_FOLDER(somebody_elses_temporary_file_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
