/* What whole processes take, from start to end: wall time and the peak of memory, as the operating
 * system accounts them. */
#define _DEFAULT_SOURCE /* for wait4 */
#include "measure.h"

#include "base/clock.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 9, MOST_WORDS = 10 };

typedef struct command {
    const char *what;
    const char *words[MOST_WORDS];
} command;

static const command commands[] = {
    {"mlp-small, one epoch",
     {"train", "--net", "mlp-small", "--epochs", "1", "--threads", "2", "--quiet", NULL}},
    {"mlp, one epoch", {"train", "--net", "mlp", "--epochs", "1", "--threads", "2", "--quiet", NULL}},
};

static void become(const char *program, const command *c)
{
    char *words[MOST_WORDS + 1] = {(char *)(size_t)program};
    for (size_t i = 0; c->words[i]; i++)
        words[i + 1] = (char *)(size_t)c->words[i];
    int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0)
        execv(program, words);
    _exit(127);
}

/* Runs it once; NaN seconds if it failed. */
static double run_once(const char *program, const command *c, double *megabytes)
{
    double started = pmy_seconds();
    pid_t process = fork();
    if (process == 0)
        become(program, c);
    int status;
    struct rusage usage;
    if (process < 0 || wait4(process, &status, 0, &usage) != process || status != 0)
        return (double)NAN;
    *megabytes = (double)usage.ru_maxrss / 1024;
    return pmy_seconds() - started;
}

int main(void)
{
    const char *build = getenv("BUILD");
    char program[4096];
    (void)snprintf(program, sizeof program, "%s/mnist", build ? build : "build");
    if (!measure_json())
        printf("%-22s %9s %9s %9s\n", "process", "median s", "least s", "peak MB");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        double seconds[ROUNDS], megabytes[ROUNDS] = {0};
        for (int round = -1; round < ROUNDS; round++) { /* round −1 warms up */
            size_t at = round < 0 ? 0 : (size_t)round;
            seconds[at] = run_once(program, &commands[i], &megabytes[at]);
        }
        double median = measure_median(seconds, ROUNDS), peak = measure_median(megabytes, ROUNDS);
        if (isnan(median)) {
            fprintf(stderr, "bench_process: %s train failed\n", program);
            return 1;
        }
        if (measure_json())
            printf("{\"bench\":\"process\",\"what\":\"%s\",\"seconds\":%.3f,\"least_seconds\":%.3f,\"peak_"
                   "mb\":%.0f}\n",
                   commands[i].what, median, seconds[0], peak);
        else
            printf("%-22s %9.3f %9.3f %9.0f\n", commands[i].what, median, seconds[0], peak);
    }
    return 0;
}
