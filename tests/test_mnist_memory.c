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

enum { MOST_MEGABYTES = 110 };

static void training_the_mlp_needs_little_memory(void **state)
{
    (void)state;
    /* The sanitizers' own memory counts as the program's. */
    if (!ALLOCATIONS_ARE_COUNTED)
        skip();
    char program[4096];
    (void)snprintf(program, sizeof program, "%s/mnist", getenv("BUILD"));
    pid_t process = fork();
    if (process == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        if (nowhere >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0)
            execl(program, program, "train", "--net", "mlp", "--epochs", "1", "--val", "50000", (char *)NULL);
        _exit(127);
    }
    int status;
    struct rusage usage;
    assert_int_equal(wait4(process, &status, 0, &usage), process);
    assert_int_equal(status, 0);
    print_message("peak %ld MB\n", usage.ru_maxrss / 1024);
    assert_true(usage.ru_maxrss / 1024 <= MOST_MEGABYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(training_the_mlp_needs_little_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
