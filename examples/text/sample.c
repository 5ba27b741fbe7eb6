#include "text/commands.h"
int sample_command(int argc, char **argv)
{
    return argc + (argv != 0);
}
