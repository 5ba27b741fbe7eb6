#include "common/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL_WIDTH 80

bool terminal_is(FILE *file)
{
    return isatty(fileno(file)) == 1;
}

size_t terminal_width(FILE *file)
{
    struct winsize size;
    if (!terminal_is(file) || ioctl(fileno(file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return USUAL_WIDTH;
    return size.ws_col;
}

bool terminal_colours(FILE *file)
{
    const char *refused = getenv("NO_COLOR"), *kind = getenv("TERM");
    bool welcome = !(refused && *refused) && kind && strcmp(kind, "dumb") != 0;
    return welcome && terminal_is(file);
}

const char *terminal_sequence(terminal_style style)
{
    switch (style) {
    case TERMINAL_PLAIN:
        break;
    case TERMINAL_BOLD:
        return "\033[1m";
    case TERMINAL_FAINT:
        return "\033[2m";
    case TERMINAL_RED:
        return "\033[31m";
    case TERMINAL_GREEN:
        return "\033[32m";
    case TERMINAL_YELLOW:
        return "\033[33m";
    }
    return "\033[0m";
}
