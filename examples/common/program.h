/* A program made of commands, and what every program ends with. */
#ifndef COMMON_PROGRAM_H
#define COMMON_PROGRAM_H

#include "base/status.h"

#include <stddef.h>

/* What a program's exit status means: a check or a computation failed; what the program was told or given is
 * wrong. */
enum { PROGRAM_FINE = 0, PROGRAM_FAILED = 1, PROGRAM_WRONG = 2, PROGRAM_INTERRUPTED = 130 };

/* That of a command which ends so: PMY_BAD_DATA, as of a loss that is not finite, is what failed in
 * computing; PMY_STOPPED is an interruption; any other error is PROGRAM_WRONG. */
int program_status(pmy_status status);

typedef struct program_command {
    const char *name, *summary;
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit status */
} program_command;

typedef struct program {
    const char *name, *summary;
    const program_command *commands;
    size_t command_count;
} program;

/* Runs the command that argv[1] names, or prints --help, --help=table or --version; returns
 * the exit status, as program_finish does. */
int program_run(const program *of, int argc, char **argv);

/* The last thing main does: what is still on its way to standard output is
 * written, and if that fails (or has failed before) stderr says so and the
 * status is PROGRAM_WRONG instead of PROGRAM_FINE. */
int program_finish(const char *name, int status);

#endif
