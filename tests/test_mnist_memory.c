/* The peak of memory of the whole program that trains: the data, the model and all else. */
#define _DEFAULT_SOURCE /* for wait4 */
#include "allocations.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Trains an epoch of a preset and fails if the peak is higher. Every buffer of a step is taken before the
 * first one (tests/test_training.c), so a few batches, validation and test, which all run here, show the peak
 * of any longer run: the data is read whole, and `kept` pictures of it are for validation. */
static void expect_peak(const char *preset, const char *kept, long most_megabytes)
{
    /* The sanitizers' own memory counts as the program's. */
    if (!ALLOCATIONS_ARE_COUNTED)
        skip();
    char program[4096];
    (void)snprintf(program, sizeof program, "%s/mnist", getenv("BUILD"));
    pid_t process = fork();
    if (process == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        if (nowhere >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0)
            execl(program, program, "train", "--net", preset, "--epochs", "1", "--val", kept, (char *)NULL);
        _exit(127);
    }
    int status;
    struct rusage usage;
    assert_int_equal(wait4(process, &status, 0, &usage), process);
    assert_int_equal(status, 0);
    print_message("%s: peak %ld MB\n", preset, usage.ru_maxrss / 1024);
    assert_true(usage.ru_maxrss / 1024 <= most_megabytes);
}

static void training_the_mlp_needs_little_memory(void **state)
{
    (void)state;
    expect_peak("mlp", "50000", 110);
}

static void training_the_cnn_needs_little_memory(void **state)
{
    (void)state;
    /* Minutes, where every sum is looked at. */
    const char *sanitizer = getenv("SANITIZE");
    if (sanitizer && *sanitizer)
        skip();
    expect_peak("cnn", "59000", 149);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_the_mlp_needs_little_memory),
        cmocka_unit_test(training_the_cnn_needs_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
