#include "common/default_data.h"

#include <stdio.h>
#include <unistd.h>

/* The folder that make install puts data in, of a program that is to be installed; see the Makefile. */
#ifndef DATADIR
#define DATADIR ""
#endif

const char *default_data(const char *name)
{
    enum { LONGEST = 4096 };
    static char here[LONGEST], installed[LONGEST];
    snprintf(here, sizeof here, "data/%s", name);
    snprintf(installed, sizeof installed, "%s/%s", DATADIR, name);
    return *DATADIR && access(here, R_OK) != 0 && access(installed, R_OK) == 0 ? installed : here;
}
