#include "common/program.h"

#include "common/options.h"
#include "common/paragraph.h"
#include "base/suggestion.h"
#include "base/version.h"

#include <errno.h>
#include <string.h>

int program_status(pmy_status status)
{
    switch (status) {
    case PMY_OK:
        return PROGRAM_FINE;
    case PMY_BAD_DATA:
        return PROGRAM_FAILED;
    case PMY_STOPPED:
        return PROGRAM_INTERRUPTED;
    default:
        return PROGRAM_WRONG;
    }
}

int program_finish(const char *name, int status)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    char reason[128] = "";
    if (errno && strerror_r(errno, reason, sizeof reason) != 0)
        reason[0] = '\0';
    (void)fprintf(stderr, "%s: cannot write to standard output%s%s\n", name, reason[0] ? ": " : "", reason);
    return status == PROGRAM_FINE ? PROGRAM_WRONG : status;
}

static void print_help(const program *of)
{
    (void)printf("usage: %s COMMAND [options]\n\n", of->name);
    paragraph_print(stdout, of->summary, 0, 0);
    (void)fputs("\ncommands:\n", stdout);
    size_t widest = 0;
    for (size_t i = 0; i < of->command_count; i++) {
        size_t width = strlen(of->commands[i].name);
        widest = width > widest ? width : widest;
    }
    for (size_t i = 0; i < of->command_count; i++) {
        int cursor = printf("  %s", of->commands[i].name);
        paragraph_print(stdout, of->commands[i].summary, (size_t)cursor, widest + 4);
    }
    (void)printf("\n`%s COMMAND --help` lists the options of one.\n", of->name);
}

/* As options_print_table, a line for each command. */
static void print_table(const program *of)
{
    (void)printf("program\t%s\t%s\n", of->name, of->summary);
    for (size_t i = 0; i < of->command_count; i++)
        (void)printf("subcommand\t%s\t%s\n", of->commands[i].name, of->commands[i].summary);
}

static const program_command *find_command(const program *of, const char *name)
{
    for (size_t i = 0; i < of->command_count; i++)
        if (strcmp(of->commands[i].name, name) == 0)
            return &of->commands[i];
    return NULL;
}

static int unknown_command(const program *of, const char *word)
{
    const options named = {.name = of->name};
    pmy_suggestion meant = {0};
    for (size_t i = 0; i < of->command_count; i++)
        pmy_suggest(&meant, word, strlen(word), of->commands[i].name);
    if (word[0] == '-')
        options_wrong(&named, "%s: options come after a command (%s --help lists them)", word, of->name);
    else if (meant.word)
        options_wrong(&named, "%s: unknown command (did you mean %s?)", word, meant.word);
    else
        options_wrong(&named, "%s: unknown command (%s --help lists them)", word, of->name);
    return PROGRAM_WRONG;
}

int program_run(const program *of, int argc, char **argv)
{
    const options named = {.name = of->name};
    int status = PROGRAM_FINE;
    const program_command *command = argc > 1 ? find_command(of, argv[1]) : NULL;
    if (command) {
        status = command->run(argc - 1, argv + 1);
    } else if (argc < 2) {
        options_wrong(&named, "a command is missing (%s --help lists them)", of->name);
        status = PROGRAM_WRONG;
    } else if (strcmp(argv[1], "--help") == 0) {
        print_help(of);
    } else if (strcmp(argv[1], "--help=table") == 0) {
        print_table(of);
    } else if (strcmp(argv[1], "--version") == 0) {
        (void)printf("%s (pmy) %s\n", of->name, pmy_version());
    } else {
        status = unknown_command(of, argv[1]);
    }
    return program_finish(of->name, status);
}
