/* A process that is killed while it writes a model, at any of its system calls, leaves the old file or the
 * new one, each whole. */
#define _DEFAULT_SOURCE
#include "train/classifier.h"

#include "folder.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static pmy_classifier *new_classifier(uint64_t seed)
{
    pmy_model_facts facts = {.normalization = {0, 1}, .classes = 3};
    pmy_classifier *classifier;
    pmy_classifier_options options = {.batch = 1, .seed = seed};
    assert_int_equal(pmy_net_read("linear 200, relu, linear 3", PMY_SHAPE(40), &facts.net, NULL), PMY_OK);
    assert_int_equal(pmy_classifier_new(&facts, &options, NULL, &classifier, NULL), PMY_OK);
    return classifier;
}

static void save(const char *path, const pmy_classifier *classifier)
{
    if (pmy_model_save(path, &classifier->facts, classifier->graph, NULL) != PMY_OK)
        _exit(3);
}

/* Kills a child that saves at the beginning or end of its `stop`-th system call. True: it was through before;
 * false also where it cannot be watched, and then *watched is false. */
static bool save_and_kill(const char *path, const pmy_classifier *classifier, size_t stop, bool *watched)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(77);
        (void)raise(SIGSTOP);
        save(path, classifier);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    *watched = WIFSTOPPED(status);
    for (size_t at = 0; WIFSTOPPED(status) && at < stop; at++) {
        assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
    }
    if (WIFSTOPPED(status)) {
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        return false;
    }
    if (*watched)
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return *watched;
}

static bool same_bytes(pmy_file a, pmy_file b)
{
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

static pmy_file read_whole(const char *path)
{
    pmy_file file;
    assert_int_equal(pmy_file_read_as_it_is(path, &file, NULL), PMY_OK);
    return file;
}

static void killed_at_any_system_call(void **state)
{
    enum { MOST = 2000 };
    const char *path = folder_file(*state, "m.safetensors");
    pmy_classifier *old = new_classifier(1), *new = new_classifier(2);
    save(path, new);
    pmy_file new_file = read_whole(path);
    save(path, old);
    pmy_file old_file = read_whole(path);
    size_t stop = 0, kept_old = 0, kept_new = 0;
    bool watched = true, done = false;
    while (watched && !done && stop < MOST) {
        save(path, old);
        done = save_and_kill(path, new, ++stop, &watched);
        pmy_file left = read_whole(path);
        kept_old += same_bytes(left, old_file);
        kept_new += same_bytes(left, new_file);
        pmy_file_free(&left);
    }
    pmy_file_free(&old_file);
    pmy_file_free(&new_file);
    pmy_classifier_free(old);
    pmy_classifier_free(new);
    if (!watched)
        skip();
    assert_true(done);
    assert_int_equal(kept_old + kept_new, stop);
    assert_true(kept_old > 10 && kept_new > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(killed_at_any_system_call, folder_new, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
